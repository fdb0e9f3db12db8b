import {
  identifierOf,
  type Configuration,
  type ExecutionStatus,
  type Outcome,
  type RunResult,
  type Verdict,
} from '../../lib/wire';
import { costOf } from '../cost/cost';
import type { StopReason } from '../io/stopSignal';
import { notFinished } from '../result/untested';
import { nameDisagreements } from '../result/nameDisagreements';
import { ownKeysOf, withOwnKeys } from '../result/ownKeys';
import { tally, toleratedCount } from '../result/tally';

/** What the command knows of a direct run beside its outcomes. */
export interface DirectRun {
  /** The configurations to test. */
  asked: Configuration[];
  maxConcurrency: number;
  /** A count, or a share such as `5%`. */
  toleratedFailures: number | string;
  /** Milliseconds since the epoch. */
  startedAt: number;
  stoppedAt: number;
  /** Why it was stopped; undefined where it ended by itself. */
  stopped?: StopReason;
  /** What the price depends on; undefined where nobody wants to know it. */
  price?: { region: string; memoryMb?: number; local?: boolean };
}

/**
 * The result of a direct run, in the shape of that of an execution, with the status that an execution would have. It has
 * no verdict where it was stopped before all configurations were tested, unless enough failed, or the results are not
 * those of all of them.
 */
export function directResult(results: Outcome[], run: DirectRun): RunResult {
  const { startedAt, stoppedAt, stopped } = run;
  const cutShort = results.some(({ error }) => error?.type === notFinished) ? stopped : undefined;
  const keys = ownKeysOf(run.asked);
  const [disagreement] = nameDisagreements(run.asked.map(identifierOf), results);
  const counted = tally(
    {
      schema_version: 1,
      total: results.length,
      passed: 0,
      failed: 0,
      errored: 0,
      max_concurrency: run.maxConcurrency,
      tolerated_failures: toleratedCount(run.toleratedFailures, results.length),
      results: results.map((one) => withOwnKeys(one, keys)),
      execution_arn: '',
      status: 'RUNNING',
      verdict: 'PASSED',
      started_at: new Date(startedAt).toISOString(),
      stopped_at: new Date(stoppedAt).toISOString(),
      duration_seconds: Math.max(0, stoppedAt - startedAt) / 1000,
      ...(disagreement !== undefined && { disagreement }),
      ...(cutShort?.maxFailures !== undefined && { max_failures: cutShort.maxFailures }),
    },
    { undecided: cutShort !== undefined && cutShort.maxFailures === undefined },
  );
  return { ...counted, status: statusOf(counted.verdict, cutShort), ...costs(results, run) };
}

function statusOf(verdict: Verdict, cutShort: StopReason | undefined): ExecutionStatus {
  if (cutShort) return cutShort.error === 'SystemTest.DeadlineOver' ? 'TIMED_OUT' : 'ABORTED';
  return verdict === 'PASSED' ? 'SUCCEEDED' : 'FAILED';
}

function costs(results: Outcome[], { price }: DirectRun): Pick<RunResult, 'cost' | 'cost_unknown'> {
  if (!price) return {};
  const { memoryMb, ...rest } = price;
  return memoryMb === undefined
    ? { cost_unknown: 'No log of the function tells its memory.' }
    : { cost: costOf({ results, memoryMb, architecture: 'x86_64', ...rest }) };
}
