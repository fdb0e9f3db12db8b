import type { HistoryEvent, HistoryPage, HistoryRequest, StepFunctions } from '../../scripts/aws/stepFunctions';
import type { AggregatedResult, ConfigurationResult, ExecutionStatus } from '../../lib/wire';
import { judge, toleratedCount } from '../../scripts/result/tally';
import type { FakeClock } from './fakeClock';

export const machineArn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:SystemTest';
export const executionArn = 'arn:aws:states:eu-west-1:123456789012:execution:SystemTest:run';

const statuses: Record<string, ExecutionStatus> = {
  ExecutionSucceeded: 'SUCCEEDED',
  ExecutionFailed: 'FAILED',
  ExecutionTimedOut: 'TIMED_OUT',
  ExecutionAborted: 'ABORTED',
};

/** A configuration of a fake execution. */
export interface FakeConfiguration {
  identifier: string;
  seconds: number;
  status?: ConfigurationResult['status'];
  logTail?: string;
}

/** `config_0` … with durations that repeat. */
export function configurations(count: number, durations: number[]): FakeConfiguration[] {
  return Array.from({ length: count }, (_, index) => ({
    identifier: `config_${index}`,
    seconds: durations[index % durations.length]!,
  }));
}

export function resultOf({
  identifier,
  seconds,
  status = 'PASSED',
  logTail = 'START\nEND\n',
}: FakeConfiguration): ConfigurationResult {
  return {
    configuration_identifier: identifier,
    status,
    duration_ms: seconds * 1000,
    ...(status !== 'PASSED' && {
      error: { type: 'Error', message: 'Something went wrong!' },
      log_tail: logTail,
    }),
  };
}

export function aggregated(tested: FakeConfiguration[], maxConcurrency = 10): AggregatedResult {
  const results = tested.map(resultOf);
  const count = (status: string) => results.filter((result) => result.status === status).length;
  return {
    schema_version: 1,
    total: results.length,
    passed: count('PASSED'),
    failed: count('FAILED'),
    errored: count('ERRORED'),
    max_concurrency: maxConcurrency,
    tolerated_failures: 0,
    results,
  };
}

/** An execution that happens on a fake clock, seen through the calls of the trigger. */
export class FakeExecution implements StepFunctions {
  /** The names of the calls, with their times in milliseconds since the start. */
  readonly calls: { name: string; at: number }[] = [];
  /** Errors that the next calls throw, by name. */
  readonly failures: Record<string, Error[]> = {};
  stopReason: { error: string; cause: string } | undefined;
  closed = false;
  private readonly clock: FakeClock;
  private readonly startedAt: number;
  private events: HistoryEvent[] = [];

  start: StepFunctions['start'] = () => this.answer('StartExecution', () => ({ executionArn }));

  describe: StepFunctions['describe'] = () =>
    this.answer('DescribeExecution', () => {
      const last = this.happened().at(-1);
      const output = last?.executionSucceededEventDetails?.output;
      return {
        ...{ executionArn, stateMachineArn: machineArn, input: '{}', output },
        status: statuses[last?.type ?? ''] ?? 'RUNNING',
        startDate: new Date(this.startedAt),
        stopDate: last?.timestamp,
      };
    });

  constructor(clock: FakeClock, tested: FakeConfiguration[], concurrency = 10, toleratedFailures: number | string = 0) {
    this.clock = clock;
    this.startedAt = clock.now();
    this.schedule(tested, concurrency, toleratedFailures);
  }

  history({ maxResults, nextToken }: HistoryRequest): Promise<HistoryPage> {
    return this.answer('GetExecutionHistory', () => {
      const from = Number(nextToken ?? 0);
      const known = this.happened();
      const to = from + maxResults;
      return { events: known.slice(from, to), nextToken: to < known.length ? String(to) : undefined };
    });
  }

  stop(reason: { error: string; cause: string }): Promise<void> {
    return this.answer('StopExecution', () => {
      this.stopReason = reason;
      this.events = this.happened();
      const timestamp = new Date(this.clock.now() + 100);
      const id = this.events.length + 1;
      this.events.push({
        id,
        timestamp,
        type: 'ExecutionAborted',
        executionAbortedEventDetails: { error: reason.error, cause: reason.cause },
      });
    });
  }

  definition(): Promise<string> {
    return this.answer('DescribeStateMachine', () => '{}');
  }

  describeMapRun(): Promise<never> {
    return Promise.reject(new Error('There is no Map Run.'));
  }

  children(): Promise<never> {
    return this.describeMapRun();
  }

  lastEvents({ maxResults }: { maxResults: number }): Promise<HistoryEvent[]> {
    return this.answer('GetExecutionHistory', () => this.happened().reverse().slice(0, maxResults));
  }

  /** It is the only one of its machine. */
  executions: StepFunctions['executions'] = () => this.answer('ListExecutions', () => ({ executions: [] }));

  close(): void {
    this.closed = true;
  }

  /** Milliseconds from the start to the last event. */
  get lasts(): number {
    return this.events.at(-1)!.timestamp!.getTime() - this.startedAt;
  }

  count(name: string): number {
    return this.calls.filter((call) => call.name === name).length;
  }

  private happened(): HistoryEvent[] {
    return this.events.filter(({ timestamp }) => timestamp!.getTime() <= this.clock.now());
  }

  private answer<T>(name: string, value: () => T): Promise<T> {
    this.calls.push({ name, at: this.clock.now() - this.startedAt });
    const failure = this.failures[name]?.shift();
    return failure ? Promise.reject(failure) : Promise.resolve().then(value);
  }

  /** Lays out the events as Step Functions records them, the chains of the iterations included. */
  private schedule(tested: FakeConfiguration[], concurrency: number, toleratedFailures: number | string): void {
    type Draft = Omit<HistoryEvent, 'id' | 'previousEventId' | 'timestamp'> & { at: number; after?: Draft };
    const drafts: Draft[] = [];
    const draft = (event: Draft) => {
      drafts.push(event);
      return event;
    };
    const items = tested.map(({ identifier }) => identifier);
    const limits = { max_concurrency: concurrency, tolerated_failures: toleratedFailures };
    const input = JSON.stringify({ configurations: items, ...limits });
    const started = draft({ at: 0, type: 'ExecutionStarted', executionStartedEventDetails: { input: '{}' } });
    const entered = { name: 'Test configurations', input };
    const map = draft({ at: 0, type: 'MapStateEntered', stateEnteredEventDetails: entered, after: started });
    const mapStarted = draft({
      at: 0,
      type: 'MapStateStarted',
      mapStateStartedEventDetails: { length: items.length },
      after: map,
    });
    const slots = Array.from({ length: concurrency }, () => ({ at: 0, after: mapStarted }));
    tested.forEach((one, index) => {
      const slot = slots.reduce((first, other) => (other.at < first.at ? other : first));
      const details = { name: 'Test configurations', index };
      const begin = draft({
        at: slot.at,
        type: 'MapIterationStarted',
        mapIterationStartedEventDetails: details,
        after: slot.after,
      });
      const task = { name: 'Invoke function', input: JSON.stringify(one.identifier) };
      const enter = draft({ at: slot.at, type: 'TaskStateEntered', stateEnteredEventDetails: task, after: begin });
      const at = slot.at + one.seconds * 1000;
      const output = JSON.stringify(resultOf(one));
      const exit = draft({
        at,
        type: 'TaskStateExited',
        stateExitedEventDetails: { name: task.name, output },
        after: enter,
      });
      draft({ at, type: 'MapIterationSucceeded', mapIterationSucceededEventDetails: details, after: exit });
      slot.at = at;
      slot.after = exit;
    });
    const at = Math.max(0, ...slots.map((slot) => slot.at));
    const tolerated = toleratedCount(toleratedFailures, tested.length);
    const result = { ...aggregated(tested, concurrency), tolerated_failures: tolerated };
    const output = JSON.stringify(result);
    const verdict = judge({ ...result, tolerated });
    draft({ at, type: 'MapStateSucceeded' });
    if (verdict !== 'PASSED') {
      const error = verdict === 'FAILED' ? 'SystemTestFailed' : 'SystemTestErrored';
      draft({ at, type: 'FailStateEntered', stateEnteredEventDetails: { name: 'Failed', input: output } });
      draft({ at, type: 'ExecutionFailed', executionFailedEventDetails: { error, cause: 'Some failed.' } });
    } else {
      draft({ at, type: 'ExecutionSucceeded', executionSucceededEventDetails: { output } });
    }
    drafts.sort((a, b) => a.at - b.at);
    const ids = new Map(drafts.map((event, index) => [event, index + 1]));
    this.events = drafts.map(({ at: ms, after, ...event }, index) => ({
      ...event,
      id: index + 1,
      previousEventId: after ? ids.get(after) : index,
      timestamp: new Date(this.startedAt + ms),
    }));
  }

  /** Replaces the last event, for executions that end in another way. */
  endWith(event: Omit<HistoryEvent, 'id' | 'timestamp' | 'previousEventId'>, afterMs?: number): void {
    const last = this.events.at(-1)!;
    const at = afterMs === undefined ? last.timestamp! : new Date(this.startedAt + afterMs);
    this.events = this.events.filter((other) => other !== last && other.timestamp! <= at);
    this.events.push({ ...event, id: this.events.length + 1, previousEventId: this.events.length, timestamp: at });
  }
}
