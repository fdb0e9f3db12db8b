/** Kills the processes of a function at random while configurations are tested, and judges what became of these. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfigurationResult } from '../../lib/wire';
import { childrenOf } from './processes';

/**
 * The body of a handler that is a while at work, and says in the file RECORD when it begins and when it is about to
 * answer: `begin NAME`, `end NAME`.
 */
export const recordingHandler = `
  const { appendFileSync } = require('node:fs');
  const say = (what) => appendFileSync(process.env.RECORD, what + ' ' + event.configuration_identifier + '\\n');
  say('begin');
  await new Promise((go) => setTimeout(go, 20 + 100 * Math.random()));
  say('end');
  return { system_test_successful: true };`;

/** Where this system tells of processes as Linux does. */
export const canKillAtRandom = process.platform === 'linux';

/** The processes of functions that an endpoint runs, by their environment. */
function sandboxesOf(endpointPid: number): number[] {
  return childrenOf(endpointPid).filter((pid) => readEnvironment(pid).includes('AWS_LAMBDA_RUNTIME_API='));
}

function readEnvironment(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return ''; // It has ended.
  }
}

/** Kills one of them, whatever it does, every `pauseMs` on the average. `stop` resolves with how many it killed. */
export function killAtRandom(endpointPid: number, pauseMs: number): { stop: () => Promise<number> } {
  let killed = 0;
  const stopped = new AbortController();
  const killing = (async () => {
    while (!stopped.signal.aborted) {
      await sleep(2 * pauseMs * Math.random());
      const sandboxes = sandboxesOf(endpointPid);
      const pid = sandboxes[Math.floor(Math.random() * sandboxes.length)];
      if (pid !== undefined && kill(pid)) killed += 1;
    }
  })();
  return {
    stop: async () => {
      stopped.abort();
      await killing;
      return killed;
    },
  };
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false; // It has ended.
  }
}

export interface KillVerdict {
  /** Configurations whose function began and never came to its answer. */
  inTheMiddle: number;
  /** What is not as it has to be, a sentence each. */
  wrong: string[];
}

/**
 * Whether each configuration has the one result that it has to have. A function whose process dies while it runs has
 * failed, and is not invoked again, as on Lambda; what dies before or after that costs no more than another try.
 * @param record what the handler wrote
 * @param killed how many processes were killed, each of which can end one invocation
 */
export function judgeKills(
  identifiers: string[],
  results: ConfigurationResult[],
  record: string,
  killed: number,
): KillVerdict {
  const times = (line: string) => record.split('\n').filter((one) => one === line).length;
  let inTheMiddle = 0;
  const wrong = identifiers.flatMap((identifier) => {
    const [result, another] = results.filter((one) => one.configuration_identifier === identifier);
    const begun = times(`begin ${identifier}`);
    const ended = times(`end ${identifier}`);
    if (begun > ended) inTheMiddle += 1;
    const { status, error: { type, message } = {} } = result ?? {};
    const died = type === 'Runtime.ExitError' && message?.endsWith('Runtime exited with error: signal: killed');
    return [
      !result && 'has no result',
      another && 'has two results',
      begun > 1 && 'was tested twice',
      status === 'PASSED' && ended === 0 && 'passed without an answer',
      status === 'FAILED' && !died && `failed by ${type}: ${message}`,
      status === 'ERRORED' && begun > 0 && 'is said not to have been tested',
    ].flatMap((what) => (what ? `${identifier} ${what}` : []));
  });
  const failed = results.filter(({ status }) => status === 'FAILED').length;
  if (failed > killed) wrong.push(`${failed} failed, more than the ${killed} that were killed`);
  return { inTheMiddle, wrong };
}
