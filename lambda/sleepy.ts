/**
 * The sleepy dummy function: sleeps a while, fails now and then. It stands in for a function of yours.
 *
 * Environment variables: `SLEEP_MIN_SECONDS` (default 1) and `SLEEP_MAX_SECONDS` (default 10), whole numbers from 0 up;
 * `FAILURE_PERCENT` (0 to 100, default 15); `SEED` (any text, default none). With a seed, the fate of a configuration
 * depends on the seed and its identifier alone, so that a demonstration can be repeated.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** The event: what the state machine sends for one configuration. */
export interface SleepyEvent {
  configuration_identifier: string;
  system_test?: boolean;
}

/** What a successful invocation returns. */
export interface SleepyResponse {
  configuration_identifier: string;
  /** Seconds. */
  slept_for: number;
  system_test_successful: true;
}

/** How long an invocation sleeps and whether it fails then. */
export interface Fate {
  /** Seconds. */
  sleepFor: number;
  fails: boolean;
}

/** Draws the fate of a configuration from the function's environment variables. */
export function fateOf(identifier: string, env: NodeJS.ProcessEnv): Fate {
  const min = Number(env.SLEEP_MIN_SECONDS ?? 1);
  const max = Number(env.SLEEP_MAX_SECONDS ?? 10);
  const [sleepDraw, failureDraw] = env.SEED ? seededDraws(env.SEED, identifier) : [Math.random(), Math.random()];
  return {
    sleepFor: min + Math.floor(sleepDraw * (max - min + 1)),
    fails: failureDraw * 100 < Number(env.FAILURE_PERCENT ?? 15),
  };
}

/** Two numbers from 0 up to but not including 1. */
function seededDraws(seed: string, identifier: string): [number, number] {
  const digest = createHash('sha256').update(`${seed}\n${identifier}`).digest();
  return [digest.readUInt32BE(0) / 2 ** 32, digest.readUInt32BE(4) / 2 ** 32];
}

export async function handler(event: SleepyEvent): Promise<SleepyResponse> {
  console.log('Event:', JSON.stringify(event));
  const { sleepFor, fails } = fateOf(event.configuration_identifier, process.env);
  console.log(`Sleeping for ${sleepFor} s`);
  await sleep(sleepFor * 1000);
  if (fails) throw new Error('Something went wrong!');
  return {
    configuration_identifier: event.configuration_identifier,
    slept_for: sleepFor,
    system_test_successful: true,
  };
}
