import { isDeepStrictEqual } from 'node:util';
import {
  isJsonObject,
  type AggregatedResult,
  type DistributedResult,
  type ExecutionStatus,
  type Verdict,
} from '../../lib/wire';
import { parseAggregatedResult, parseDistributedResult } from '../../lib/wire/parsers';
import { kindOf, summary } from '../aws/errors';
import { patiently } from '../aws/patience';
import type { ListedExecution, StepFunctions } from '../aws/stepFunctions';
import type { Clock } from '../io/clock';
import type { StopReason } from '../io/stopSignal';
import { countByStatus, judge } from '../result/tally';
import { parsed, verdictOf } from './executionResult';

/** Executions in a page of the list: what the API gives unasked. */
const pageSize = 100;
/**
 * Milliseconds between two calls of a kind: 5 a second, of the 20 histories that the smaller Regions refill. The first ten,
 * which is what a comparison takes, don't wait: the bucket holds hundreds (AWS Step Functions quotas).
 */
const spacing = 200;
const atOnce = 10;

/** The error of an execution that the trigger stops as enough of it failed. */
const maxFailuresError: StopReason['error'] = 'SystemTest.MaxFailures';

/** An execution that has ended and the result that it came to. */
export interface PastRun {
  executionArn: string;
  name: string;
  status: ExecutionStatus;
  startedAt: Date;
  stoppedAt?: Date;
  /** The error that it ended with, such as `SystemTestInputRefused`. */
  error?: string;
  /**
   * As its end and its counts have it; `ERRORED` where it came to no result, but `FAILED` where `--max-failures` stopped it.
   * Absent where end and counts disagree, or it can't be read.
   */
  verdict?: Verdict;
  /** Absent where it came to none (refused input, stopped, timed out) or can't be read. */
  result?: AggregatedResult | DistributedResult;
  /** Why it can't be read, a sentence without its full stop; an execution's history is kept for 90 days. */
  unread?: string;
}

/** The calls that it takes. */
export type PastRunsApi = Pick<StepFunctions, 'executions' | 'lastEvents'>;

export interface PastRunsOptions {
  clock: Clock;
  /** Ends calls and waits. */
  stop: AbortSignal;
  /** Only those that started before this. */
  before?: Date;
  /** Only those that started then or later. */
  since?: Date;
  /** Is told of those that are left out, as the list has them as not ended. */
  onRunning?: (execution: ListedExecution) => void;
}

/**
 * The executions of a state machine that have ended, the newest first: ListExecutions (pages of 100), then one
 * GetExecutionHistory for each but what timed out. Lazily, so who needs one run costs two calls. The children of a
 * Map Run are not among them.
 * @param stateMachineArn of a version or an alias, it is that of the machine
 * @throws what the SDK throws where the list can't be read, or no history at all (credentials, unreachable, throttled for
 *   5 minutes); the reason of `stop`
 */
export async function* pastRuns(
  api: PastRunsApi,
  stateMachineArn: string,
  o: PastRunsOptions,
): AsyncGenerator<PastRun, void, undefined> {
  const [list, read] = [paced(o), paced(o)];
  const machineArn = stateMachineArn.split(':').slice(0, 7).join(':');
  let nextToken: string | undefined;
  do {
    const page = await list(() =>
      api.executions({ stateMachineArn: machineArn, maxResults: pageSize, nextToken }, o.stop),
    );
    for (const execution of page.executions) {
      if (o.since && execution.startDate < o.since) return;
      const hasEnded = execution.status !== 'RUNNING' && execution.status !== 'PENDING_REDRIVE';
      if (!hasEnded) o.onRunning?.(execution);
      if (hasEnded && !(o.before && execution.startDate >= o.before)) yield await pastRun(api, execution, read, o.stop);
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
}

/**
 * What one execution came to, by one GetExecutionHistory.
 * @throws as `pastRuns` does
 */
export function pastRunOf(
  api: Pick<PastRunsApi, 'lastEvents'>,
  execution: ListedExecution,
  o: Pick<PastRunsOptions, 'clock' | 'stop'>,
): Promise<PastRun> {
  return pastRun(api, execution, paced(o), o.stop);
}

/** Makes calls one after the other, with patience, and after the first ten no faster than 5 a second. */
function paced({ clock, stop }: Pick<PastRunsOptions, 'clock' | 'stop'>) {
  let nextAt = -Infinity;
  let calls = 0;
  return async <T>(call: () => Promise<T>): Promise<T> => {
    const wait = nextAt - clock.now();
    // No longer than the spacing, should the clock have been set back.
    if (wait > 0) await clock.sleep(Math.min(wait, spacing), stop);
    stop.throwIfAborted();
    nextAt = clock.now() + (++calls < atOnce ? 0 : spacing);
    return patiently(call, { clock, stop });
  };
}

async function pastRun(
  api: Pick<PastRunsApi, 'lastEvents'>,
  { startDate, stopDate, ...execution }: ListedExecution,
  read: ReturnType<typeof paced>,
  stop: AbortSignal,
): Promise<PastRun> {
  const run: PastRun = { ...execution, startedAt: startDate, stoppedAt: stopDate };
  if (run.status === 'TIMED_OUT') return { ...run, verdict: 'ERRORED' };
  try {
    // Of one that failed, the state that it failed in comes before its end.
    const request = { executionArn: run.executionArn, maxResults: run.status === 'FAILED' ? 2 : 1 };
    const [end, before] = await read(() => api.lastEvents(request, stop));
    if (end?.executionSucceededEventDetails) return judged(run, end.executionSucceededEventDetails.output);
    if (end?.type === 'ExecutionAborted') return stopped(run, end.executionAbortedEventDetails?.error);
    if (end?.type !== 'ExecutionFailed') return { ...run, unread: 'its history does not show how it ended' };
    const { error } = end.executionFailedEventDetails ?? {};
    const input = before?.type === 'FailStateEntered' ? before.stateEnteredEventDetails?.input : undefined;
    return judged({ ...run, error }, input);
  } catch (reason) {
    if (stop.aborted || !['denied', 'other'].includes(kindOf(reason))) throw reason;
    return { ...run, unread: summary(reason) };
  }
}

/** The trigger itself stops one of which enough failed, whatever became of the others. */
function stopped(run: PastRun, error: string | undefined): PastRun {
  return { ...run, error, verdict: error === maxFailuresError ? 'FAILED' : 'ERRORED' };
}

/** With its result, where it holds one, and the verdict, where end and counts agree on it. */
function judged(run: PastRun, text: string | undefined): PastRun {
  const said = verdictOf(run);
  const result = parsed(text, (value) =>
    isJsonObject(value) && value.mode === 'DISTRIBUTED' ? parseDistributedResult(value) : parseAggregatedResult(value),
  );
  // The input that was refused, or what could not be listed, is no result.
  if (said === undefined) return { ...run, verdict: 'ERRORED' };
  if (result instanceof Error) {
    // A Distributed Map that failed as a whole has none either.
    return said === 'ERRORED'
      ? { ...run, verdict: said }
      : { ...run, unread: `its result can't be read (${result.message})` };
  }
  const { failed, errored, total, tolerated_failures: tolerated } = result;
  const counts = { passed: result.passed, failed, errored };
  const agree =
    said === judge({ total, failed, errored, tolerated }) &&
    (!('results' in result) ||
      (total === result.results.length && isDeepStrictEqual(counts, countByStatus(result.results))));
  return { ...run, result, ...(agree && { verdict: said }) };
}
