import { followExecution } from '../../../scripts/execution/followExecution';
import { startExecution, type StartRequest } from '../../../scripts/execution/startExecution';
import type { ExecutionDescription } from '../../../scripts/aws/stepFunctions';
import type { RunProgress } from '../../../scripts/terminal/runProgress';
import type { StopReason } from '../../../scripts/io/stopSignal';
import { NoVerdictError } from '../../../scripts/io/noVerdictError';
import { executionResult } from '../../../scripts/execution/executionResult';
import { UserError } from '../../../scripts/io/userError';
import { FakeClock } from '../fakeClock';
import { configurations, executionArn, FakeExecution, machineArn, type FakeConfiguration } from '../fakeExecution';

const sleepy = [3, 8, 1, 10, 5, 7, 2, 9, 4, 6];

function named(name: string, message = 'refused', status?: number): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
}

function setUp(
  tested: FakeConfiguration[] = configurations(40, sleepy),
  concurrency?: number,
  toleratedFailures?: number | string,
) {
  const clock = new FakeClock();
  const execution = new FakeExecution(clock, tested, concurrency, toleratedFailures);
  const stop = new AbortController();
  const leave = new AbortController();
  const progress: RunProgress[] = [];
  const follow = () =>
    followExecution(execution, executionArn, {
      clock,
      stop: stop.signal,
      leave: leave.signal,
      onProgress: (state) => progress.push(state),
    });
  const start = (request: StartRequest) => startExecution(execution, request, { clock, stop: stop.signal });
  const startedAt = clock.now();
  const elapsed = () => clock.now() - startedAt;
  const resultOf = async () =>
    executionResult(await follow(), {
      ...{ executionArn, input: '{}' },
      ...{ startedAt: new Date(startedAt), now: new Date(clock.now()) },
    });
  return { clock, execution, stop, leave, progress, start, follow, elapsed, resultOf };
}

const interrupted: StopReason = { error: 'SystemTest.Interrupted', cause: 'Interrupted.' };

describe('following an execution', () => {
  test('takes under 60 calls and notices the end within a second, for 40 configurations ten at a time', async () => {
    const { execution, elapsed, follow } = setUp();

    const { tracker } = await follow();

    expect(execution.lasts).toBeGreaterThan(20_000);
    expect(execution.calls.length).toBeLessThan(60 - 2);
    expect(elapsed() - execution.lasts).toBeLessThan(1000);
    expect(execution.count('DescribeExecution')).toBe(1);
    expect(tracker.progress()).toMatchObject({ total: 40, done: 40, passed: 40, failed: 0, errored: 0, running: 0 });
  });

  test('shows how many are done and running', async () => {
    const { progress, follow } = setUp(configurations(4, [1, 5, 5, 5]), 2);

    await follow();

    expect(progress).toContainEqual(
      expect.objectContaining({ total: 4, done: 0, passed: 0, failed: 0, errored: 0, running: 2 }),
    );
    expect(progress).toContainEqual(
      expect.objectContaining({
        ...{ total: 4, done: 1, passed: 1, failed: 0, errored: 0, running: 2, doneMs: 1000 },
        begun: [
          { identifier: 'config_1', startedAfterMs: 0 },
          { identifier: 'config_2', startedAfterMs: 1000 },
        ],
      }),
    );
    expect(progress.at(-1)).toMatchObject({ total: 4, done: 4, passed: 4, running: 0, doneMs: 16_000, begun: [] });
    const { results } = progress.at(-1)!;
    expect(results.map((one) => one.configuration_identifier)).toEqual([0, 1, 2, 3].map((n) => `config_${n}`));
  });

  test.each([
    ['of a short run', [0.1], 150],
    ['of a run whose configurations are all started at once', [1.1, 3.3, 4.97], 150],
    ['of a longer one', [2.2, 14.9, 19.98], 600],
  ])('notices the end %s within 3 percent of its time, by at most eight calls a second', async (_, seconds, latest) => {
    const { execution, elapsed, follow } = setUp(configurations(40, seconds), 40);

    await follow();

    expect(elapsed() - execution.lasts).toBeLessThanOrEqual(latest);
    const times = execution.calls.map(({ at }) => at);
    const busiest = Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length));
    expect(busiest).toBeLessThanOrEqual(8);
  });

  test('reads many pages, and never more than 20 in a second', async () => {
    const { execution, follow } = setUp(configurations(1000, [0.1]), 40);

    const { tracker } = await follow();

    expect(tracker.progress().done).toBe(1000);
    const times = execution.calls.map(({ at }) => at);
    const busiest = Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length));
    expect(busiest).toBeLessThanOrEqual(20);
    expect(execution.calls.length).toBeLessThan(60);
  });

  test('catches up in large pages, but no faster, when it joins an execution with a long history', async () => {
    const { clock, execution, follow } = setUp(configurations(3000, [0.1]), 40);
    await clock.sleep(60_000);

    await follow();

    const times = execution.calls.map(({ at }) => at);
    expect(times.length).toBeLessThanOrEqual(15);
    expect(times.at(-1)! - times[0]!).toBeGreaterThanOrEqual((times.length - 2) * 50);
  });

  test('asks more seldom when nothing changes for long, but not as seldom as to be late by more than 5 s', async () => {
    const { execution, elapsed, follow } = setUp(configurations(1, [900]));

    await follow();

    expect(execution.calls.length).toBeLessThan(260);
    expect(elapsed() - execution.lasts).toBeLessThanOrEqual(5000);
  });

  test.each([
    ['an execution that is not known yet', named('ExecutionDoesNotExist'), 3],
    ['throttling', named('ThrottlingException', 'Rate exceeded', 400), 6],
    ['a lost connection', Object.assign(named('Error'), { code: 'ECONNRESET' }), 5],
    ['a failing service', named('InternalFailure', '', 500), 5],
    ['a page token that is no longer valid', named('InvalidToken'), 1],
  ])('survives %s', async (_, error, times) => {
    const { execution, follow } = setUp(configurations(12, [1]), 4);
    execution.failures.GetExecutionHistory = Array.from({ length: times }, () => error);

    const { tracker, trouble } = await follow();

    expect(trouble).toBeUndefined();
    expect(tracker.progress()).toMatchObject({ done: 12, passed: 12 });
  });

  test('waits longer the more it is throttled', async () => {
    const { execution, follow } = setUp(configurations(1, [60]));
    execution.failures.GetExecutionHistory = Array.from({ length: 5 }, () => named('ThrottlingException'));

    await follow();

    const times = execution.calls.slice(0, 6).map(({ at }) => at);
    const waits = times.slice(1).map((at, index) => at - times[index]!);
    expect(waits).toEqual([1500, 3000, 6000, 10_000, 10_000]);
  });

  test.each([
    ['unknown for 15 s', () => named('ExecutionDoesNotExist', 'no such execution')],
    ['not readable', () => named('AccessDeniedException', 'not authorized', 400)],
    ['unreachable for a minute', () => Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' })],
  ])('gives up on an execution that is %s', async (_, error) => {
    const { execution, elapsed, follow } = setUp(configurations(40, sleepy));
    execution.failures.GetExecutionHistory = Array.from({ length: 500 }, error);

    const { trouble } = await follow();

    expect(trouble).toBeInstanceOf(NoVerdictError);
    expect(trouble?.message).toMatch(/^Could not read the history of the execution: /);
    expect(elapsed()).toBeLessThan(70_000);
  });

  test('gives up after a quarter of an hour without an answer, even if the reasons take turns', async () => {
    const { execution, elapsed, follow } = setUp(configurations(1, [3600]));
    const reasons = [named('ThrottlingException'), Object.assign(named('Error'), { code: 'ECONNRESET' })];
    execution.failures.GetExecutionHistory = Array.from({ length: 5000 }, (_, index) => reasons[index % 2]!);

    const { trouble } = await follow();

    expect(trouble).toBeInstanceOf(NoVerdictError);
    expect(elapsed()).toBeGreaterThanOrEqual(900_000);
    expect(elapsed()).toBeLessThan(910_000);
  });

  test.each([
    ['the same again', 5],
    ['nothing', 0],
  ])('gives up on a history whose pages, of which there are always more, hold %s', async (_, known) => {
    const { clock, execution, stop, elapsed, follow } = setUp(configurations(1, [3600]));
    const history = execution.history.bind(execution);
    execution.history = async (request) => {
      const { events } = await history({ ...request, nextToken: undefined });
      return { events: events.slice(0, known), nextToken: 'more' };
    };
    void clock.sleep(1_000_000).then(() => stop.abort(interrupted));

    const { trouble } = await follow();

    expect(trouble?.message).toMatch(/goes on and on without anything new/);
    expect(elapsed()).toBeLessThan(910_000);
  });

  test.each([undefined, NaN, 0])('gives up after a minute on a history whose events have the id %p', async (id) => {
    const { clock, execution, stop, elapsed, follow } = setUp(configurations(1, [1]));
    const history = execution.history.bind(execution);
    execution.history = async (request) => ({
      events: (await history(request)).events.map((event) => ({ ...event, id })),
    });
    void clock.sleep(100_000).then(() => stop.abort(interrupted));

    const { trouble } = await follow();

    expect(trouble?.message).toMatch(/lacks the event 1\.$/);
    expect(elapsed()).toBeLessThan(70_000);
  });

  test.each([
    ['is refused', () => Promise.reject(named('AccessDeniedException'))],
    [
      'is out of date',
      () =>
        Promise.resolve({
          ...{ executionArn, stateMachineArn: machineArn },
          ...{ status: 'RUNNING' as const, startDate: new Date(Date.UTC(2026, 0, 1)) },
        }),
    ],
  ])('does without a description that %s', async (_, describeExecution) => {
    const { execution, resultOf } = setUp(configurations(2, [3]));
    execution.describe = describeExecution;

    const result = await resultOf();

    expect(result).toMatchObject({ verdict: 'PASSED', passed: 2, duration_seconds: 3 });
  });
});

describe('stopping an execution', () => {
  test('stops it, waits for its last events, and keeps what is known', async () => {
    const { clock, execution, stop, resultOf } = setUp(configurations(4, [1, 10]), 2);
    void clock.sleep(4500).then(() => stop.abort(interrupted));

    const result = await resultOf();

    expect(execution.stopReason).toMatchObject(interrupted);
    expect(result).toMatchObject({ status: 'ABORTED', verdict: 'ERRORED', total: 4, passed: 2, errored: 2 });
    expect(result.results.map((one) => [one.configuration_identifier, one.status])).toEqual([
      ['config_0', 'PASSED'],
      ['config_1', 'ERRORED'],
      ['config_2', 'PASSED'],
      ['config_3', 'ERRORED'],
    ]);
    expect(result.results[1]?.error).toEqual({
      type: 'SystemTest.NotFinished',
      message: 'Not finished when the execution was stopped (SystemTest.Interrupted: Interrupted).',
    });
    expect(result.duration_seconds).toBeCloseTo(4.6, 1);
  });

  test('stops it at once, in the middle of a wait', async () => {
    const { clock, execution, stop, follow, elapsed } = setUp(configurations(1, [900]));
    void clock.sleep(600_000).then(() => stop.abort(interrupted));

    await follow();

    expect(execution.calls.find(({ name }) => name === 'StopExecution')?.at).toBe(600_000);
    expect(elapsed()).toBeLessThan(606_000);
  });

  test('keeps the verdict of an execution that ended before it could be stopped', async () => {
    const { execution, stop, follow } = setUp(configurations(1, [0]));
    execution.stop = () => Promise.resolve();
    stop.abort(interrupted);

    const { tracker, stopped } = await follow();

    expect(tracker.end?.status).toBe('SUCCEEDED');
    expect(stopped).toBeUndefined();
  });

  test('says so when it could not be stopped', async () => {
    const { execution, stop, follow } = setUp();
    execution.failures.StopExecution = [named('AccessDeniedException', 'not authorized')];
    stop.abort(interrupted);

    const { trouble } = await follow();

    expect(trouble?.message).toBe('Could not stop the execution: AccessDeniedException: not authorized');
  });

  test('does not wait for ever for an execution that does not stop', async () => {
    const { execution, stop, follow, elapsed } = setUp(configurations(1, [900]));
    execution.stop = () => Promise.resolve();
    stop.abort(interrupted);

    const { trouble } = await follow();

    expect(trouble?.message).toMatch(/has not ended within 15 s/);
    expect(elapsed()).toBeLessThan(17_000);
  });

  test('leaves at once when told so', async () => {
    const { clock, execution, stop, leave, follow, elapsed } = setUp(configurations(1, [900]));
    execution.stop = () => Promise.resolve();
    void clock.sleep(5000).then(() => stop.abort(interrupted));
    void clock.sleep(6000).then(() => {
      execution.failures.GetExecutionHistory = [named('AbortError')];
      leave.abort();
    });

    const { trouble, tracker } = await follow();

    expect(trouble?.message).toBe('Left before the execution has ended.');
    expect(tracker.progress().running).toBe(1);
    expect(elapsed()).toBeLessThan(6100);
  });
});

describe('the result of an execution', () => {
  test('is that of the machine when it passed', async () => {
    const result = await setUp(configurations(3, [2])).resultOf();

    expect(result).toMatchObject({
      schema_version: 1,
      total: 3,
      passed: 3,
      execution_arn: executionArn,
      status: 'SUCCEEDED',
      verdict: 'PASSED',
      started_at: '2026-01-01T00:00:00.000Z',
      stopped_at: '2026-01-01T00:00:02.000Z',
      duration_seconds: 2,
    });
  });

  test('says when each configuration began and ended', async () => {
    const { results } = await setUp(configurations(3, [2]), 2).resultOf();

    expect(results.map((one) => [one.started_at, one.stopped_at])).toEqual([
      ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:02.000Z'],
      ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:02.000Z'],
      ['2026-01-01T00:00:02.000Z', '2026-01-01T00:00:04.000Z'],
    ]);
  });

  test.each(['FAILED', 'ERRORED'] as const)('is read from the history when configurations %s', async (status) => {
    const tested = [...configurations(2, [1]), { identifier: 'bad', seconds: 1, status }];

    const result = await setUp(tested).resultOf();

    expect(result).toMatchObject({ status: 'FAILED', verdict: status, passed: 2 });
    expect(result.results.at(-1)).toMatchObject({ configuration_identifier: 'bad', status });
  });

  test('has log tails that read as the function wrote them', async () => {
    const logTail = Buffer.from('Grüße ✓\n').toString('latin1');
    const { resultOf } = setUp([{ identifier: 'bad', seconds: 1, status: 'FAILED', logTail }]);

    expect((await resultOf()).results[0]?.log_tail).toBe('Grüße ✓\n');
  });

  test('is pieced together when the execution timed out', async () => {
    const { execution, resultOf } = setUp(configurations(4, [2]), 2, '50%');
    execution.endWith({ type: 'ExecutionTimedOut' }, 3000);

    const result = await resultOf();

    expect(result).toMatchObject({ status: 'TIMED_OUT', verdict: 'ERRORED', total: 4, passed: 2, errored: 2 });
    // What is run again is judged by this count.
    expect(result.tolerated_failures).toBe(2);
    expect(result.results[3]?.error?.message).toBe('Not finished when the execution timed out.');
  });

  test('names what was asked for when the execution ended before its Map began', async () => {
    const { execution, follow } = setUp(configurations(2, [2]));
    execution.endWith({ type: 'ExecutionTimedOut' }, -1);

    const input = '{"configurations":["a",{"configuration_identifier":"b"}]}';
    const asked = { executionArn, input, startedAt: new Date(0), now: new Date(0) };
    const { results, total } = executionResult(await follow(), asked);

    expect(total).toBe(2);
    expect(results.map((one) => one.configuration_identifier)).toEqual(['a', 'b']);
  });

  test('is pieced together when the machine itself failed', async () => {
    const { execution, resultOf } = setUp(configurations(4, [2]), 2);
    const details = { error: 'States.Runtime', cause: 'Too many events.' };
    execution.endWith({ type: 'ExecutionFailed', executionFailedEventDetails: details }, 3000);

    const result = await resultOf();

    expect(result.results[3]?.error?.message).toBe(
      'Not finished when the execution failed (States.Runtime: Too many events).',
    );
  });

  test('is an error of the user when the machine refused its input', async () => {
    const { execution, resultOf } = setUp();
    const details = { error: 'SystemTestInputRefused', cause: 'Expected at least one configuration, got none.' };
    execution.endWith({ type: 'ExecutionFailed', executionFailedEventDetails: details }, -1);

    await expect(resultOf()).rejects.toThrow(
      new UserError('The state machine refused its input: Expected at least one configuration, got none.'),
    );
  });

  test('is no verdict when the machine could not list the configurations', async () => {
    const { execution, resultOf } = setUp();
    const details = { error: 'SystemTestListingFailed', cause: 'Expected the lister to list at least one.' };
    execution.endWith({ type: 'ExecutionFailed', executionFailedEventDetails: details }, -1);

    await expect(resultOf()).rejects.toThrow(
      new NoVerdictError(
        'The state machine could not list the configurations: Expected the lister to list at least one.',
      ),
    );
  });

  test.each([
    ['SystemTestInputRefused', 'its input was refused'],
    ['SystemTestListingFailed', 'listing the configurations failed'],
  ])('is not believed when it ended with %s and tested configurations all the same', async (error, said) => {
    const { execution, resultOf } = setUp(configurations(2, [1]));
    execution.endWith({ type: 'ExecutionFailed', executionFailedEventDetails: { error } });

    await expect(resultOf()).resolves.toMatchObject({
      ...{ verdict: 'ERRORED', total: 2 },
      disagreement: `the execution says that ${said}, and tested configurations`,
    });
  });

  test.each(['{}', '"done"', 'no JSON', '{"schema_version": 2}', undefined])(
    'is told by the history where the output is %s',
    async (output) => {
      const { execution, resultOf } = setUp(configurations(2, [1]));
      execution.endWith({ type: 'ExecutionSucceeded', executionSucceededEventDetails: { output } });

      const result = await resultOf();

      expect(result).toMatchObject({ verdict: 'ERRORED', status: 'SUCCEEDED', total: 2, passed: 2, errored: 0 });
      expect(result.disagreement).toMatch(/^the result of the execution can't be read \(Expected .*\)$/);
    },
  );

  test("is no verdict when it is another machine's, which tests no configurations", async () => {
    const { execution, resultOf } = setUp([]);
    execution.endWith({ type: 'ExecutionSucceeded', executionSucceededEventDetails: { output: '"done"' } });

    await expect(resultOf()).rejects.toThrow(/^Expected the result of a system test from .*, got something else/);
  });
});

describe('starting an execution', () => {
  const request = { stateMachineArn: machineArn, name: 'run', input: '{}' };

  test('gives its ARN', async () => {
    await expect(setUp().start(request)).resolves.toMatchObject({ executionArn });
  });

  test.each([
    [
      'StateMachineDoesNotExist',
      UserError,
      `Expected a state machine that exists, got none with the ARN ${machineArn}.`,
    ],
    ...['InvalidArn', 'InvalidExecutionInput', 'InvalidName', 'ValidationException'].map(
      (name) => [name, UserError, `Expected a start that Step Functions accepts, got ${name}: refused`] as const,
    ),
    ['ExpiredTokenException', UserError, /^Expected valid AWS credentials, got none/],
    ['CredentialsProviderError', UserError, /^Expected valid AWS credentials, got none/],
    ['AccessDeniedException', NoVerdictError, /^Not allowed to start an execution of arn:/],
    ['ThrottlingException', NoVerdictError, /as AWS throttles the calls/],
    ['ExecutionLimitExceeded', NoVerdictError, /^Could not start an execution of arn:/],
  ] as const)('answers %s with a sentence and the right kind of error', async (name, kind, message) => {
    const { execution, start } = setUp();
    execution.failures.StartExecution = Array.from({ length: 100 }, () => named(name));

    const failure: unknown = await start(request).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(kind);
    expect((failure as Error).message).toMatch(message);
  });

  test('takes an execution with its own random name for its own, as the answer to the start was lost', async () => {
    const { execution, start } = setUp();
    execution.start = () => Promise.reject(named('ExecutionAlreadyExists'));

    const mine = { ...request, name: undefined, input: '{"max_concurrency":1}' };
    const started = await start({ ...mine, stateMachineArn: `${machineArn}:live` });

    expect(started).toEqual({ executionArn: expect.any(String), input: mine.input });
    expect(started.executionArn).toMatch(/^arn:aws:states:eu-west-1:123456789012:execution:SystemTest:[0-9a-f-]{36}$/);
  });

  const lookUp = `it may run, look it up with: system-test report ${executionArn} --follow`;
  const reset = Object.assign(named('Error', 'socket hang up'), { code: 'ECONNRESET' });
  const unconnected = Object.assign(named('Error', 'getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });

  test.each([
    ['throttled', [named('ThrottlingException')], 'InterruptedError', 'Interrupted before anything was started.'],
    ['out of reach', [unconnected], 'InterruptedError', 'Interrupted before anything was started.'],
    ['lost', [reset], 'InterruptedError', `Interrupted while an execution was being started; ${lookUp}.`],
    ['denied', [named('AccessDeniedException')], 'NoVerdictError', /^Not allowed to start .*: refused$/],
  ])('that is %s as the run is interrupted says whether it may run', async (_, errors, name, message) => {
    const { execution, stop, start } = setUp();
    execution.failures.StartExecution = errors;
    stop.abort(interrupted);

    await expect(start(request)).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
  });

  test.each([
    ['lost, then out of reach', [reset, unconnected], 'NoVerdictError', `getaddrinfo ENOTFOUND; ${lookUp}`],
    ['out of reach', [unconnected], 'NoVerdictError', /getaddrinfo ENOTFOUND$/],
    [
      'lost, and the credentials expire',
      [reset, named('ExpiredToken')],
      'UserError',
      /^Expected valid AWS credentials/,
    ],
  ])('that is %s says so, and whether it may run', async (_, errors, name, message) => {
    const { execution, start } = setUp();
    execution.failures.StartExecution = errors;

    await expect(start(request)).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
  });

  test('asks for a Region when there is none', async () => {
    const { execution, start } = setUp();
    execution.failures.StartExecution = [new Error('Region is missing')];

    await expect(start(request)).rejects.toThrow(/^Expected a Region, got none/);
  });

  test('refuses an Express machine, whose history cannot be read', async () => {
    const { execution, start } = setUp();
    const arn = executionArn.replace(':execution:', ':express:');
    execution.start = () => Promise.resolve({ executionArn: arn });

    await expect(start(request)).rejects.toThrow(/^Expected a Standard state machine/);
  });

  test('takes no other execution than the one that it named, and asks again', async () => {
    const { execution, start } = setUp();
    let answers = 0;
    execution.start = () =>
      Promise.resolve({ executionArn: answers++ === 0 ? executionArn.replace(':run', ':other') : executionArn });

    await expect(start(request)).resolves.toMatchObject({ executionArn });

    execution.start = () => Promise.resolve({ executionArn: executionArn.replace('123456789012', '999999999999') });
    await expect(start(request)).rejects.toThrow(
      /^Could not start .*: Expected the execution arn:\S+:run, got arn:\S+:999999999999:\S+; it may run, look it up/,
    );
  });
});

describe('a name whose execution exists already', () => {
  /** An account with executions by name: those that are there reject a start, as they have ended or have another input. */
  function account(
    existing: Record<string, Partial<ExecutionDescription> | { denied: true }>,
    { attempts = 1, lost = [] }: { attempts?: number; lost?: Error[] } = {},
  ) {
    const { execution, clock, start } = setUp();
    const started: string[] = [];
    const arnOf = (name: string) => executionArn.replace(/run$/, name);
    execution.start = ({ name }) => {
      const failure = lost.shift();
      if (failure) return Promise.reject(failure);
      if (existing[name]) {
        return Promise.reject(Object.assign(named('ExecutionAlreadyExists'), { $metadata: { attempts } }));
      }
      started.push(name);
      return Promise.resolve({ executionArn: arnOf(name) });
    };
    execution.describe = (arn) => {
      const found = existing[arn.split(':').at(-1)!]!;
      const startDate = new Date(clock.now() - 60_000);
      const stopDate = new Date(clock.now() - 30_000);
      const described = { executionArn: arn, stateMachineArn: machineArn, status: 'FAILED' as const, input: '{}' };
      return 'denied' in found
        ? Promise.reject(named('AccessDeniedException'))
        : Promise.resolve({ ...described, startDate, stopDate, ...found });
    };
    return { clock, started, start, arnOf };
  }
  const request = { stateMachineArn: machineArn, name: 'run', input: '{"a":1,"b":2}' };
  const same = { input: '{"b":2,"a":1}' };

  test('leads to what it came to, where the user gave the name', async () => {
    const { start, started } = account({ run: { ...same, status: 'FAILED' } });

    await expect(start(request)).resolves.toMatchObject({ executionArn, ended: { status: 'FAILED' } });
    expect(started).toEqual([]);
  });

  test.each([true, false])('is joined where it runs the same in another order (derived: %s)', async (derived) => {
    const input = '{"start_first":["b"],"b":2,"a":1}';
    const { start, started } = account({ run: { input, status: 'RUNNING' } });

    const ordered = { ...request, input: '{"a":1,"b":2,"start_first":["a"]}', derived };
    await expect(start(ordered)).resolves.toEqual({ executionArn, input });
    expect(started).toEqual([]);
  });

  test('leads to what it came to in another order, where the user gave the name', async () => {
    const input = '{"a":1,"b":2,"start_first":["b"]}';
    const { start } = account({ run: { input, status: 'SUCCEEDED' } });

    await expect(start(request)).resolves.toMatchObject({ executionArn, input, ended: { status: 'SUCCEEDED' } });
  });

  test.each([
    [
      'runs another one in the same order',
      { input: '{"a":2,"b":2,"start_first":["b"]}', status: 'RUNNING' as const },
      'runs already, with another input',
    ],
    ['has ended with another input', {}, 'has ended already (FAILED at 2025-12-31T23:59:30.000Z), with another input'],
    ['runs with another input', { status: 'RUNNING' as const }, 'runs already, with another input'],
    ['can not be described', { denied: true as const }, 'exists already, with another input or no longer running'],
  ])('is refused where it %s', async (_, found, why) => {
    const { start } = account({ run: found });

    await expect(start(request)).rejects.toMatchObject({
      name: 'NoVerdictError',
      message: `An execution named run ${why}: choose another --name.`,
    });
  });

  test.each([
    ['failed', { ...same, status: 'FAILED' as const }],
    ['succeeded, as another action of the stage may have failed', { ...same, status: 'SUCCEEDED' as const }],
    ['can not be described', { denied: true as const }],
  ])('is tested again where the name was derived and it %s', async (_, found) => {
    const { start, started, arnOf } = account({ run: found, 'run-attempt-2': same });

    await expect(start({ ...request, derived: true })).resolves.toMatchObject({ executionArn: arnOf('run-attempt-3') });
    expect(started).toEqual(['run-attempt-3']);
  });

  test.each([
    [false, 'a request was repeated, and it began since', { attempts: 2 }, 0],
    [false, 'an answer was lost, and it began since', { lost: [Object.assign(named('Error'), { code: 'EPIPE' })] }, 0],
    [false, 'a request was repeated, and it began since by a clock that is a second off', { attempts: 2 }, 1000],
    [true, 'a request was repeated, but it began earlier', { attempts: 2 }, 1001],
    [true, 'another build started it a moment ago', {}, 0],
    [true, 'it was only throttled before', { lost: [named('ThrottlingException')] }, 0],
  ])('is tested again (%s) where the name was derived and %s', async (again, _, answers, agoMs) => {
    const startDate = new Date(Date.UTC(2026, 0, 1) - agoMs);
    const { start, started, arnOf } = account({ run: { ...same, startDate } }, answers);

    const { executionArn: followed, input } = await start({ ...request, derived: true });

    expect({ followed, started }).toEqual(
      again
        ? { followed: arnOf('run-attempt-2'), started: ['run-attempt-2'] }
        : { followed: executionArn, started: [] },
    );
    expect(input).toBe(again ? request.input : same.input);
  });

  test.each(['RUNNING', 'SUCCEEDED'] as const)(
    'is not tested again where it was derived but has another input (%s), as it tells of something else',
    async (status) => {
      const { start, started } = account({ run: { status } });

      await expect(start({ ...request, derived: true })).rejects.toThrow(/, with another input: choose another --name/);
      expect(started).toEqual([]);
    },
  );

  test('is tested again twenty times, no more', async () => {
    const names = ['run', ...Array.from({ length: 30 }, (_, index) => `run-attempt-${index + 2}`)];
    const { start } = account(Object.fromEntries(names.map((name) => [name, same])));

    await expect(start({ ...request, derived: true })).rejects.toThrow(/^An execution named run-attempt-20 has ended/);
  });
});
