import { PassThrough, Readable } from 'node:stream';
import type { ConfigurationResult, DistributedResult, Json, RunResult } from '../../lib/wire';
import type { Connection } from '../../scripts/aws/connection';
import type { ResultBucket } from '../../scripts/aws/resultBucket';
import type { ChildExecution, HistoryEvent, MapRunDescription, StepFunctions } from '../../scripts/aws/stepFunctions';
import { byExecutions, type RunOptions } from '../../scripts/commands/run';
import { testAndReport } from '../../scripts/commands/testAndReport';
import { NoVerdictError } from '../../scripts/io/noVerdictError';
import { UserError } from '../../scripts/io/userError';
import { FakeClock } from './fakeClock';
import { executionArn, machineArn } from './fakeExecution';

export const mapRunArn = 'arn:aws:states:eu-west-1:123456789012:mapRun:SystemTest/Configurations:one';
export const location = { bucket: 'results', prefix: 'system-test/run/' };

/** A child execution that was lost. */
export interface FakeLostChild {
  name: string;
  status: 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  input: Json;
  items: number;
  error?: string;
  cause?: string;
}

/** What everybody says of a distributed execution. A test changes what it likes. */
export interface FakeMapRun {
  events: HistoryEvent[];
  mapRun: MapRunDescription;
  /** By their keys. */
  objects: Map<string, string>;
  /** What the pages of a listing name. */
  keys: string[];
  lost: FakeLostChild[];
  /** The history of a child that succeeded; undefined: it has none. */
  childHistory?: HistoryEvent[];
  /** What the calls of S3 and Step Functions throw, by the name of the call. */
  failures: Partial<Record<'list' | 'read' | 'describeMapRun' | 'children' | 'describe' | 'history', () => Error>>;
  result: DistributedResult;
}

export function result(
  identifier: string,
  status: ConfigurationResult['status'] = 'PASSED',
  rest: Partial<ConfigurationResult> = {},
): ConfigurationResult {
  return {
    configuration_identifier: identifier,
    status,
    duration_ms: 3004.1,
    billed_ms: 3005,
    ...(status === 'PASSED'
      ? { response: { system_test_successful: true } }
      : {
          error: { type: 'Error', message: 'Something went wrong!' },
          log_tail: 'REPORT RequestId: 1\tDuration: 3004.1 ms\tBilled Duration: 3005 ms\tMemory Size: 128 MB\n',
        }),
    ...rest,
  };
}

/**
 * An execution whose Map Run came to these results.
 * @param batches the results of each child
 */
export function fakeMapRun(
  batches: ConfigurationResult[][],
  { lost = [], tolerated = 0 }: { lost?: FakeLostChild[]; tolerated?: number } = {},
): FakeMapRun {
  const objects = new Map(
    batches.map((batch, index) => {
      const folder = batch.every(({ status }) => status === 'PASSED') ? 'passed' : 'not_passed';
      return [`${location.prefix}${folder}/child-${index}.json`, JSON.stringify(batch)];
    }),
  );
  const results = batches.flat();
  const count = (status: string) => results.filter((one) => one.status === status).length;
  const lostItems = (status: string) =>
    lost.filter((child) => child.status === status).reduce((sum, { items }) => sum + items, 0);
  const total = results.length + lost.reduce((sum, { items }) => sum + items, 0);
  const own: DistributedResult = {
    schema_version: 1,
    mode: 'DISTRIBUTED',
    total,
    passed: count('PASSED'),
    failed: count('FAILED'),
    errored: count('ERRORED') + total - results.length,
    max_concurrency: 1000,
    tolerated_failures: tolerated,
    results_location: location,
  };
  const error = own.failed > tolerated ? 'SystemTestFailed' : own.errored > 0 ? 'SystemTestErrored' : undefined;
  return {
    events: eventsOf(own, error),
    mapRun: {
      mapRunArn,
      executionArn,
      status: 'SUCCEEDED',
      items: {
        ...{ pending: 0, running: 0, total, succeeded: results.length },
        ...{ failed: lostItems('FAILED'), timedOut: lostItems('TIMED_OUT'), aborted: lostItems('ABORTED') },
      },
      children: batches.length + lost.length,
    },
    objects,
    keys: [...objects.keys()].sort(),
    lost,
    failures: {},
    result: own,
  };
}

/** The history of the execution with another result. @param error of the Fail state; undefined: it succeeds */
export function eventsOf(own: object, error: string | undefined): HistoryEvent[] {
  const checked = { max_concurrency: 1000, tolerated_failures: (own as DistributedResult).tolerated_failures };
  const assigned = JSON.stringify({ refusal: '', mode: 'DISTRIBUTED', ...checked, results: location });
  const text = JSON.stringify(own);
  const events: Omit<HistoryEvent, 'id' | 'timestamp'>[] = [
    { type: 'ExecutionStarted', executionStartedEventDetails: { input: '{}' } },
    { type: 'PassStateEntered', stateEnteredEventDetails: { name: 'Check input', input: '{}' } },
    {
      type: 'PassStateExited',
      stateExitedEventDetails: { name: 'Check input', output: '{}', assignedVariables: { checked: assigned } },
    },
    { type: 'MapStateEntered', stateEnteredEventDetails: { name: 'Distribute configurations', input: '{}' } },
    { type: 'MapStateStarted', mapStateStartedEventDetails: { length: 0 } },
    { type: 'MapRunStarted', mapRunStartedEventDetails: { mapRunArn } },
    { type: 'MapRunSucceeded' },
    { type: 'MapStateSucceeded' },
    { type: 'MapStateExited', stateExitedEventDetails: { name: 'Distribute configurations', output: text } },
    ...(error === undefined
      ? [{ type: 'ExecutionSucceeded' as const, executionSucceededEventDetails: { output: text } }]
      : [
          { type: 'FailStateEntered' as const, stateEnteredEventDetails: { name: 'Failed', input: text } },
          { type: 'ExecutionFailed' as const, executionFailedEventDetails: { error, cause: 'Some failed.' } },
        ]),
  ];
  return events.map((event, index) => ({
    ...event,
    id: index + 1,
    previousEventId: index,
    timestamp: new Date(Date.UTC(2026, 0, 1) + index),
  }));
}

/** What a pipeline gets from such an execution. */
export interface EndedMapRun {
  code: number;
  stdout: string;
  stderr: string;
  /** How often each call was made. */
  calls: Record<string, number>;
}

export interface RunFake {
  identifiers?: string[];
  options?: Partial<RunOptions>;
  clock?: FakeClock;
  stop?: AbortController;
  leave?: AbortController;
  /** Step Functions in other words, where a test wants that. */
  api?: Partial<StepFunctions>;
}

/** The command, up to the calls of AWS. */
export async function runFake(fake: FakeMapRun, given: RunFake = {}): Promise<EndedMapRun> {
  const { identifiers = [], options = {}, clock = new FakeClock() } = given;
  const { stop = new AbortController(), leave = new AbortController() } = given;
  const text = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') =>
    new PassThrough().on('data', (chunk: Buffer) => (text[name] += chunk.toString()));
  const io = {
    ...{ env: {}, cwd: () => process.cwd(), stdin: Readable.from([]), clock },
    ...{ stdout: stream('stdout'), stderr: stream('stderr'), stop: stop.signal, leave: leave.signal },
  };
  const all: RunOptions = {
    ...{ report: [{ format: 'json' }], redactCredentials: true, cost: true, color: false, progress: false },
    ...{ name: 'run', ...options },
  };
  const calls: Record<string, number> = {};
  const connection = connectionTo(fake, calls, given.api);
  const code = await testAndReport(identifiers, all, io, {
    open: (context) => Promise.resolve(byExecutions(connection, all, context)),
  }).catch((error: unknown) => {
    text.stderr += (error as Error).message;
    if (error instanceof UserError) return 2;
    if (error instanceof NoVerdictError) return 3;
    throw error;
  });
  return { code, ...text, calls };
}

/** Where such an execution is. @param calls counts them */
export function connectionTo(
  fake: FakeMapRun,
  calls: Record<string, number> = {},
  api: Partial<StepFunctions> = {},
): Connection {
  return {
    api: { ...apiOf(fake, calls), ...api },
    stateMachineArn: machineArn,
    bucket: () => Promise.resolve(bucketOf(fake, calls)),
    isAws: () => false,
    close: () => Promise.resolve(),
  };
}

/** The report of such a run. */
export function reportOf({ stdout }: EndedMapRun): RunResult {
  return JSON.parse(stdout) as RunResult;
}

function apiOf(fake: FakeMapRun, calls: Record<string, number>): StepFunctions {
  const answer = callsOf(fake, calls);
  const end = fake.events.at(-1)!;
  let asked = '{}';
  return {
    definition: () => Promise.resolve('{}'),
    start: ({ input }) => {
      asked = input;
      fake.events[0]!.executionStartedEventDetails = { input };
      return Promise.resolve({ executionArn });
    },
    history: ({ executionArn: arn }) =>
      arn === executionArn
        ? Promise.resolve({ events: fake.events })
        : answer('history', () => ({ events: fake.childHistory ?? [] })),
    describe: (arn) => {
      const child = fake.lost.find(({ name }) => arn.endsWith(`:${name}`));
      const base = { executionArn: arn, stateMachineArn: machineArn, startDate: new Date(0), stopDate: new Date(9000) };
      if (!child) {
        const status = end.type === 'ExecutionSucceeded' ? 'SUCCEEDED' : 'FAILED';
        return Promise.resolve({ ...base, status, input: asked });
      }
      const { status, input, error, cause } = child;
      return answer('describe', () => ({ ...base, status, input: JSON.stringify(input), error, cause }));
    },
    describeMapRun: () => answer('describeMapRun', () => fake.mapRun),
    children: ({ statusFilter, nextToken = '0' }) =>
      answer('children', () => {
        if (statusFilter === 'SUCCEEDED') return { executions: [childOf({ name: 'child-0', items: 1 })] };
        // Two a page.
        const from = Number(nextToken);
        const found = fake.lost.filter(({ status }) => status === statusFilter);
        return {
          executions: found.slice(from, from + 2).map(childOf),
          nextToken: from + 2 < found.length ? String(from + 2) : undefined,
        };
      }),
    executions: () => Promise.resolve({ executions: [] }),
    lastEvents: () => Promise.resolve([]),
    stop: () => Promise.resolve(),
    close: () => undefined,
  };
}

function childOf({ name, items }: Pick<FakeLostChild, 'name' | 'items'>): ChildExecution {
  const arn = `arn:aws:states:eu-west-1:123456789012:execution:SystemTest/Configurations:${name}`;
  return { executionArn: arn, name, itemCount: items };
}

function bucketOf(fake: FakeMapRun, calls: Record<string, number>): ResultBucket {
  const answer = callsOf(fake, calls);
  return {
    list: ({ token = '0' }, signal) =>
      answer('list', () => {
        signal.throwIfAborted();
        const from = Number(token);
        const keys = fake.keys.slice(from, from + 1000);
        return { keys, nextToken: from + 1000 < fake.keys.length ? String(from + 1000) : undefined };
      }),
    read: ({ key }) =>
      answer('read', () => {
        const text = fake.objects.get(key);
        if (text === undefined) throw named('NoSuchKey', 'The specified key does not exist.');
        return text;
      }),
    close: () => undefined,
  };
}

/** Counts a call, and fails as it is to. */
function callsOf({ failures }: FakeMapRun, calls: Record<string, number>) {
  return async <T>(name: keyof FakeMapRun['failures'], value: () => T): Promise<T> => {
    calls[name] = (calls[name] ?? 0) + 1;
    await Promise.resolve();
    const failure = failures[name]?.();
    if (failure) throw failure;
    return value();
  };
}

/** An error as the SDK throws it. */
export function named(name: string, message: string, status = 404): Error {
  return Object.assign(new Error(message), { name, $fault: 'client', $metadata: { httpStatusCode: status } });
}
