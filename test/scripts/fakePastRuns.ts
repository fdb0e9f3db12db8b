import type { AggregatedResult, DistributedResult, ExecutionStatus } from '../../lib/wire';
import type { HistoryEvent, ListedExecution } from '../../scripts/aws/stepFunctions';
import type { PastRunsApi } from '../../scripts/execution/pastRuns';

/** An execution of the past, which a test describes by what it came to. */
export interface FakeRun {
  name: string;
  startedAt: Date;
  status?: ExecutionStatus;
  /** Of one that failed. Default: as its result has it. */
  error?: string;
  /** Its output, or the input of the state that it failed in. */
  result?: AggregatedResult | DistributedResult | string;
  /** What reading its history ends with. */
  failure?: Error;
}

const machine = 'arn:aws:states:eu-west-1:123456789012:execution:SystemTest';

/** Executions that have ended, as Step Functions lists and tells them, the newest first; and the calls that were made. */
export function fakePastRuns(runs: FakeRun[], o: { pageSize?: number; listing?: Error } = {}) {
  const calls: string[] = [];
  const pageSize = o.pageSize ?? 100;
  const api: PastRunsApi = {
    executions: ({ stateMachineArn, nextToken = '0' }) => {
      calls.push(`list ${stateMachineArn} from ${nextToken}`);
      if (o.listing) return Promise.reject(o.listing);
      const to = Number(nextToken) + pageSize;
      const executions = runs.slice(Number(nextToken), to).map(listed);
      return Promise.resolve({ executions, nextToken: to < runs.length ? String(to) : undefined });
    },
    lastEvents: ({ executionArn, maxResults }) => {
      const run = runs.find(({ name }) => executionArn === `${machine}:${name}`);
      calls.push(`read ${run?.name}`);
      if (!run || run.failure) return Promise.reject(run?.failure ?? new Error(`No execution ${executionArn}`));
      return Promise.resolve(eventsOf(run).slice(0, maxResults));
    },
  };
  return { api, calls };
}

function listed(run: FakeRun): ListedExecution {
  const stopDate = new Date(run.startedAt.getTime() + 26_000);
  const rest = { status: statusOf(run), startDate: run.startedAt, stopDate };
  return { executionArn: `${machine}:${run.name}`, name: run.name, ...rest };
}

function statusOf({ status, error, result }: FakeRun): ExecutionStatus {
  const failed = error !== undefined || (typeof result === 'object' && errorOf(result) !== undefined);
  return status ?? (failed ? 'FAILED' : 'SUCCEEDED');
}

function errorOf({ failed, errored, tolerated_failures: tolerated }: AggregatedResult | DistributedResult) {
  return failed > tolerated ? 'SystemTestFailed' : errored > 0 ? 'SystemTestErrored' : undefined;
}

function eventsOf(run: FakeRun): HistoryEvent[] {
  const text = typeof run.result === 'object' ? JSON.stringify(run.result) : run.result;
  const event = { id: 1, timestamp: run.startedAt };
  if (statusOf(run) === 'SUCCEEDED') {
    return [{ ...event, type: 'ExecutionSucceeded', executionSucceededEventDetails: { output: text } }];
  }
  if (statusOf(run) === 'ABORTED') {
    return [{ ...event, type: 'ExecutionAborted', executionAbortedEventDetails: { error: run.error } }];
  }
  const error = run.error ?? (typeof run.result === 'object' ? errorOf(run.result) : undefined);
  return [
    { ...event, type: 'ExecutionFailed', executionFailedEventDetails: { error, cause: 'Some failed.' } },
    { ...event, type: 'FailStateEntered', stateEnteredEventDetails: { name: 'Failed', input: text } },
  ];
}
