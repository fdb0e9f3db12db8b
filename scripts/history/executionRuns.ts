import type { AggregatedResult, RunResult } from '../../lib/wire';
import { isRetry, isRetryOf } from '../execution/executionName';
import type { PastRun } from '../execution/pastRuns';
import { starterOf } from '../execution/starter';
import { mergeReruns } from '../result/rerun';
import type { RecordedRun } from './historyOf';

/**
 * The last runs of a state machine, the newest first. An execution that ran again what did not pass belongs to the run
 * whose name it has, where both have results; else it stands for itself.
 * @param past the newest first; no more is taken of it than is needed
 * @param most how many runs
 */
export async function executionRuns(past: AsyncIterable<PastRun>, most: number): Promise<RecordedRun[]> {
  const runs: RecordedRun[] = [];
  let retries: PastRun[] = [];
  for await (const one of past) {
    if (isRetry(one.name)) {
      retries.push(one);
      continue;
    }
    const own = retries.filter(({ name }) => isRetryOf(name, one.name));
    const merged = [one, ...own].every(hasResults) ? own : [];
    retries = retries.filter((retry) => !merged.includes(retry));
    runs.push(withRetries(one, merged.toReversed()));
    if (runs.length === most) break;
  }
  const all = [...runs, ...retries.map((retry) => withRetries(retry, []))];
  return all.sort((a, b) => b.startedAt.localeCompare(a.startedAt)).slice(0, most);
}

type WithResults = PastRun & { result: AggregatedResult };

function hasResults(run: PastRun): run is WithResults {
  return run.verdict !== undefined && run.result !== undefined && 'results' in run.result;
}

/** @param retries the oldest first */
function withRetries(run: PastRun, retries: PastRun[]): RecordedRun {
  const { executionArn, name, status, startedAt, stoppedAt, error, verdict, result, unread } = run;
  const recorded: RecordedRun = {
    ...{ name, executionArn, status, error, startedAt: startedAt.toISOString(), retries: retries.length },
    durationSeconds: stoppedAt && (stoppedAt.getTime() - startedAt.getTime()) / 1000,
    startedBy: starterOf(name),
  };
  // What can't be believed is not told.
  if (!verdict) return { ...recorded, unread: unread ?? 'its end and its counts do not agree' };
  if (!hasResults(run)) return { ...recorded, verdict, result: result && 'mode' in result ? result : undefined };
  const merged = retries
    .filter(hasResults)
    .map(asRunResult)
    .reduce((first, second) => mergeReruns(first, second), asRunResult(run));
  return {
    ...recorded,
    ...{ status: merged.status, error: merged.verdict === 'PASSED' ? undefined : error },
    ...{ verdict: merged.verdict, durationSeconds: merged.duration_seconds, result: merged },
  };
}

function asRunResult({
  result,
  executionArn,
  status,
  verdict,
  startedAt,
  stoppedAt = startedAt,
}: WithResults): RunResult {
  return {
    ...result,
    ...{ execution_arn: executionArn, status, verdict: verdict ?? 'ERRORED' },
    ...{ started_at: startedAt.toISOString(), stopped_at: stoppedAt.toISOString() },
    duration_seconds: (stoppedAt.getTime() - startedAt.getTime()) / 1000,
  };
}
