import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import type { RunResult } from '../../../lib/wire';
import type { HistoryEvent, StepFunctions } from '../../../scripts/aws/stepFunctions';
import { report, type ReportCommandOptions } from '../../../scripts/commands/report';
import { InterruptedError } from '../../../scripts/io/interruptedError';
import { NoVerdictError } from '../../../scripts/io/noVerdictError';
import { UserError } from '../../../scripts/io/userError';
import { inProcess } from '../command';
import { FakeClock } from '../fakeClock';
import { aggregated, configurations, executionArn, FakeExecution } from '../fakeExecution';
import { fakePastRuns } from '../fakePastRuns';
import { connectionTo, fakeMapRun, named, reportOf, result, runFake, type FakeMapRun } from '../fakeMapRun';
import { failed, passed, runResultOf } from '../runResults';

interface Given {
  fake?: FakeMapRun;
  api?: Partial<StepFunctions>;
  clock?: FakeClock;
  stop?: AbortController;
  options?: Partial<ReportCommandOptions>;
}

/** `system-test report`, up to the calls of AWS. */
async function reportFake(sources: string[], { fake = fakeMapRun([]), api, ...given }: Given = {}) {
  const { clock = new FakeClock(), stop = new AbortController(), options } = given;
  const text = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') =>
    new PassThrough().on('data', (chunk: Buffer) => (text[name] += chunk.toString()));
  const calls: Record<string, number> = {};
  const code = await report(
    sources,
    { report: [{ format: 'json' }], redactCredentials: true, cost: true, color: false, progress: true, ...options },
    {
      // Of another build than the one that started the execution: it is not its origin.
      ...{ env: { GITLAB_CI: 'true', CI_JOB_ID: '9' }, cwd: () => process.cwd(), stdin: Readable.from([]), clock },
      ...{ stdout: stream('stdout'), stderr: stream('stderr'), stop: stop.signal },
      leave: new AbortController().signal,
    },
    () => Promise.resolve(connectionTo(fake, calls, api)),
  ).catch((error: unknown) => {
    text.stderr += (error as Error).message;
    if (error instanceof InterruptedError) return 130;
    if (error instanceof UserError) return 2;
    if (error instanceof NoVerdictError) return 3;
    throw error;
  });
  return { code, ...text, calls };
}

/** An execution on a fake clock, which began `secondsAgo`. */
async function setUp(seconds: number[], secondsAgo: number, status?: 'FAILED') {
  const clock = new FakeClock();
  const tested = configurations(seconds.length, seconds).map((one, index) => ({
    ...one,
    ...(index === 0 && { status }),
  }));
  const execution = new FakeExecution(clock, tested, 2);
  const api: Partial<StepFunctions> = {
    start: execution.start,
    describe: execution.describe,
    history: (o) => execution.history(o),
    stop: (o) => execution.stop(o),
  };
  await clock.sleep(secondsAgo * 1000);
  return { clock, execution, api };
}

/** The same history with these events before its last one. */
function inserting(execution: FakeExecution, types: HistoryEvent['type'][]): StepFunctions['history'] {
  return async () => {
    const { events } = await execution.history({ executionArn, maxResults: 1000 });
    const end = events.pop()!;
    const { timestamp } = end;
    const all = [...events, ...types.map((type) => ({ type, timestamp })), end];
    return { events: all.map((event, index) => ({ ...event, id: index + 1 })) };
  };
}

describe('the report of an execution', () => {
  test.each([undefined, 'FAILED' as const])(
    'is the one that run gave of it, with its exit code: %p',
    async (status) => {
      const { clock, execution, api } = await setUp([3, 8, 1], 0, status);
      const ran = await runFake(fakeMapRun([]), { api, clock });
      await clock.sleep(3_600_000);

      const reported = await reportFake([executionArn], { api, clock });

      expect(reportOf(ran)).toMatchObject({ total: 3, verdict: status ?? 'PASSED', duration_seconds: 8 });
      expect(reportOf(reported)).toEqual(reportOf(ran));
      expect(reported).toMatchObject({ code: status ? 1 : 0, stderr: '' });
      expect([execution.count('StartExecution'), execution.count('StopExecution')]).toEqual([1, 0]);
    },
  );

  test('tells what is new since the execution before it, and with --compare since another', async () => {
    const { clock, execution, api } = await setUp([3, 8, 1], 3600, 'FAILED');
    const at = (hour: number) => new Date(Date.UTC(2025, 11, 31, hour));
    const green = aggregated(configurations(3, [3, 8, 1]));
    const red = aggregated([
      { ...configurations(1, [3])[0]!, status: 'FAILED' },
      { identifier: 'gone', seconds: 1 },
    ]);
    const past = fakePastRuns([
      { name: 'before', startedAt: at(3), result: green },
      { name: 'red', startedAt: at(2), result: red },
    ]);
    const describe: StepFunctions['describe'] = async (arn) => ({
      ...(await execution.describe(arn)),
      ...(arn !== executionArn && {
        executionArn: arn,
        input: '{}',
        status: arn.endsWith('red') ? 'FAILED' : 'SUCCEEDED',
      }),
    });
    const given = { api: { ...api, ...past.api, describe }, clock };
    const comparison = async (options: Partial<ReportCommandOptions> = {}) =>
      (reportOf(await reportFake([executionArn], { ...given, options })) as RunResult | undefined)?.comparison;

    await expect(comparison()).resolves.toMatchObject({
      with: { execution_arn: executionArn.replace(/run$/, 'before'), started_at: at(3).toISOString() },
      newly_failing: ['config_0'],
      gone: [],
    });
    await expect(comparison({ compare: { executionArn: executionArn.replace(/run$/, 'red') } })).resolves.toMatchObject(
      {
        still_failing: [{ configuration_identifier: 'config_0' }],
        gone: ['gone'],
      },
    );
    await expect(comparison({ compare: 'none' })).resolves.toBeUndefined();
  });

  test('is the one that run gave of a distributed one, cost included', async () => {
    const fake = fakeMapRun([[result('a'), result('b', 'FAILED')], [result('c')]]);
    const ran = await runFake(fake);

    const reported = await reportFake([executionArn], { fake });

    expect(reportOf(ran)).toMatchObject({
      mode: 'DISTRIBUTED',
      verdict: 'FAILED',
      total: 3,
      cost: { lambda_requests: 3 },
    });
    expect(reportOf(reported)).toEqual(reportOf(ran));
    expect(reported.code).toBe(1);
  });

  test('is that of its last end where it was redriven', async () => {
    const { clock, execution, api } = await setUp([3, 8], 60);
    const history = inserting(execution, ['ExecutionAborted', 'ExecutionRedriven']);

    const { code, stdout } = await reportFake([executionArn], { api: { ...api, history }, clock });

    expect({ code, result: JSON.parse(stdout) as unknown }).toMatchObject({
      code: 0,
      result: { verdict: 'PASSED', passed: 2, status: 'SUCCEEDED' },
    });
  });

  test.each([
    [3, 0, ''],
    [Infinity, 3, `${executionArn} has ended (SUCCEEDED), and its history does not show how: try again.`],
  ])('waits for a history that lags behind by %p looks, but not for long', async (looks, code, stderr) => {
    const { clock, execution, api } = await setUp([3], 60);
    let looked = 0;
    const history: StepFunctions['history'] = async (o) => {
      const { events } = await execution.history(o);
      return { events: ++looked > looks ? events : events.slice(0, -1) };
    };

    await expect(reportFake([executionArn], { api: { ...api, history }, clock })).resolves.toMatchObject({
      code,
      stderr,
    });
    expect(looked).toBeLessThan(20);
  });

  test.each(['null', '"config_0"', '[]', '{"configurations": ["config_0"], "of": "a pipeline"}'])(
    'compares the results with the input that it was started with: %s',
    async (input) => {
      const { clock, execution, api } = await setUp([3], 60);
      const history: StepFunctions['history'] = async (o) => {
        const { events, ...rest } = await execution.history(o);
        events[0] = { ...events[0]!, executionStartedEventDetails: { input } };
        return { events, ...rest };
      };
      const describe: StepFunctions['describe'] = async (arn) => ({ ...(await execution.describe(arn)), input });

      await expect(reportFake([executionArn], { api: { ...api, history, describe }, clock })).resolves.toMatchObject({
        code: 0,
      });

      const lied = await reportFake([executionArn], { api: { ...api, history }, clock });
      expect(lied).toMatchObject({ code: 3, stderr: expect.stringContaining('described with another input') });
    },
  );
});

describe('an execution that still runs', () => {
  test('is reported as far as it is, without a verdict', async () => {
    const { clock, execution, api } = await setUp([3, 90], 10);

    const { code, stdout, stderr } = await reportFake([executionArn], { api, clock });

    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: 'error: The execution still runs, so there is no verdict yet: --follow waits for it.\n',
    });
    expect(JSON.parse(stdout)).toMatchObject({ status: 'RUNNING', verdict: 'ERRORED', passed: 1, errored: 1 });
    expect(execution.calls.map(({ name }) => name)).toEqual([
      ...['DescribeExecution', 'GetExecutionHistory', 'DescribeExecution'],
    ]);
  });

  test('is reported as far as it is though the first answers get lost', async () => {
    const { clock, execution, api } = await setUp([3, 90], 10);
    execution.failures.DescribeExecution = [named('ThrottlingException', 'Rate exceeded', 400)];
    execution.failures.GetExecutionHistory = [named('ThrottlingException', 'Rate exceeded', 400)];

    const { stdout } = await reportFake([executionArn], { api, clock });

    expect(JSON.parse(stdout)).toMatchObject({ status: 'RUNNING', passed: 1, errored: 1 });
  });

  test('is followed to its end with --follow, and shown meanwhile', async () => {
    const { clock, api } = await setUp([3, 90], 10);

    const { code, stdout, stderr } = await reportFake([executionArn], { api, clock, options: { follow: true } });

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'PASSED', passed: 2, duration_seconds: 90 });
    expect(stderr).toMatch(/1 of 2/);
  });

  test('is left as it is when interrupted, never stopped', async () => {
    const { clock, execution, api } = await setUp([3, 90], 10);
    const stop = new AbortController();
    void clock.sleep(20_000).then(() => stop.abort());

    const { code, stdout, stderr } = await reportFake([executionArn], { api, clock, stop, options: { follow: true } });

    expect(code).toBe(130);
    expect(execution.count('StopExecution')).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'RUNNING', verdict: 'ERRORED', passed: 1 });
    expect(stderr).toMatch(/Leaving the execution as it is: it goes on\.\n/);
    expect(stderr).toMatch(/error: Left before the execution has ended, so there is no verdict\.\n$/);
  });

  test('is left as it is when interrupted before anything of it was read', async () => {
    const { clock, execution, api } = await setUp([3, 90], 10);
    const stop = new AbortController();
    const describe: StepFunctions['describe'] = () => {
      stop.abort();
      return Promise.reject(new Error('aborted'));
    };

    const ended = await reportFake([executionArn], {
      api: { ...api, describe },
      clock,
      stop,
      options: { follow: true },
    });

    expect(ended).toMatchObject({
      code: 130,
      stdout: '',
      stderr: expect.stringMatching(/^Interrupted before arn:\S+ was read\.$/),
    });
    expect(execution.calls).toEqual([]);
  });
});

describe('bad input', () => {
  const arnOf = (rest: string) => `arn:aws:states:eu-west-1:123456789012:${rest}`;

  test.each([
    [
      'a state machine',
      arnOf('stateMachine:SystemTest'),
      /^error: Expected the ARN of an execution, got that of a state machine, .*: system-test history --state-machine arn:/,
    ],
    [
      'an Express execution',
      arnOf('express:SystemTest:a:b'),
      /^error: Expected a Standard execution, got the Express one /,
    ],
    [
      'a Map Run',
      arnOf('mapRun:SystemTest/Configurations:a'),
      /^error: Expected the ARN of the execution that started the Map Run, got that of the Map Run itself, /,
    ],
    ['a child of one', arnOf('execution:SystemTest/Configurations:a'), /, got that of a child of it, /],
    [
      'a function',
      'arn:aws:lambda:eu-west-1:123456789012:function:f',
      /^error: Expected the ARN of an execution, such as arn:/,
    ],
    ['what is cut off', arnOf('execution:SystemTest'), /^error: Expected the ARN of an execution, such as arn:/],
  ])('names what an ARN is of: %s', async (_, arn, message) => {
    const { code, stdout, stderr } = await inProcess(['report', arn]);

    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
    expect(stderr.trim()).not.toContain('\n');
  });

  test.each([
    [
      '--region us-east-1',
      [executionArn],
      /^error: Expected --region to be that of the execution, eu-west-1, got "us-east-1"\.\n$/,
    ],
    ['--follow', ['result.json'], /^error: Expected --follow only together with the ARN of an execution\.\n$/],
    ['--profile a', ['result.json'], /^error: Expected --profile only together with /],
    ['--region eu-west-1', ['result.json'], /^error: Expected --region only together with /],
    ['--endpoint-url http://127.0.0.1:1', ['-'], /^error: Expected --endpoint-url only together with /],
  ])('refuses flags that say nothing or something else: %s', async (flags, sources, message) => {
    const { code, stderr } = await inProcess(['report', ...sources, ...flags.split(' ')]);

    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
  });

  test.each([
    [
      'there is none',
      named('ExecutionDoesNotExist', ''),
      /^Expected an execution that exists, got none with the ARN arn:.* more than 90 days ago/,
    ],
    [
      'it may not be read',
      named('AccessDeniedException', 'not authorized', 400),
      /^Not allowed to read arn:.* of the account 123456789012, .* grantRead/,
    ],
    [
      'it is none',
      named('InvalidArn', 'Invalid Arn', 400),
      /^Expected the ARN of an execution, got arn:.*\(InvalidArn: Invalid Arn\)\.$/,
    ],
  ])('says why there is no execution to report: %s', async (_, error, message) => {
    const { clock, execution, api } = await setUp([3], 60);
    execution.failures.DescribeExecution = [error];

    const ended = await reportFake([executionArn], { api, clock });

    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
  });

  test('says that the history may not be read', async () => {
    const { clock, execution, api } = await setUp([3], 60);
    execution.failures.GetExecutionHistory = [named('AccessDeniedException', 'not authorized', 400)];

    const ended = await reportFake([executionArn], { api, clock });

    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^Not allowed to read arn:/) });
  });

  test.each([
    [
      { type: 'ExecutionSucceeded', executionSucceededEventDetails: { output: '{}' } },
      'the execution ended, as its history has it',
    ],
    [
      { type: 'ExecutionFailed', executionFailedEventDetails: { error: 'States.Runtime' } },
      'the execution failed (States.Runtime)',
    ],
    [{ type: 'TaskScheduled' }, 'it has only just begun'],
  ] as [HistoryEvent, string][])('refuses an execution that is no system test: %j', async (end, how) => {
    const { clock, api } = await setUp([90], 60);
    const started = { type: 'ExecutionStarted' as const, executionStartedEventDetails: { input: '{}' } };
    const events = [started, end].map((event, index) => ({ ...event, id: index + 1, timestamp: new Date(0) }));
    const history = () => Promise.resolve({ events });

    const ended = await reportFake([executionArn], { api: { ...api, history }, clock });

    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toBe(
      `Expected an execution of a system test, got ${executionArn}, whose history shows none (${how}): is it one of the right state machine?`,
    );
  });

  test.each([
    ['SystemTestInputRefused', 2, /^The state machine refused its input: Some failed\.$/],
    ['SystemTestListingFailed', 3, /^The state machine could not list the configurations: /],
  ])('tells an execution that came to nothing by itself: %s', async (error, code, message) => {
    const { clock, api } = await setUp([3], 60);
    const ends = [
      { type: 'ExecutionStarted', executionStartedEventDetails: { input: '{"configurations": 7}' } },
      { type: 'ExecutionFailed', executionFailedEventDetails: { error, cause: 'Some failed.' } },
    ] as HistoryEvent[];
    const events = ends.map((event, index) => ({ ...event, id: index + 1, timestamp: new Date(0) }));

    const ended = await reportFake([executionArn], {
      api: { ...api, history: () => Promise.resolve({ events }) },
      clock,
    });

    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) });
  });
});

describe('several results', () => {
  let directory: string;
  beforeAll(() => (directory = mkdtempSync(join(tmpdir(), 'report-'))));
  afterAll(() => rmSync(directory, { recursive: true }));

  /** A saved result of an execution that began at that minute. */
  const save = (
    name: string,
    minute: number,
    results: Parameters<typeof runResultOf>[0],
    arn = `${executionArn}-${name}`,
  ) => {
    const file = join(directory, name);
    const startedAt = new Date(Date.UTC(2025, 0, 1, 0, minute)).toISOString();
    writeFileSync(
      file,
      JSON.stringify(runResultOf(results, { started_at: startedAt, stopped_at: startedAt, execution_arn: arn })),
    );
    return file;
  };

  test('are those of a run and its reruns, in the order in which they were started', async () => {
    const first = save('first', 0, [failed('a'), failed('b'), passed('c')]);
    const second = save('second', 1, [passed('a'), failed('b')]);

    for (const files of [
      [first, second],
      [second, first],
    ]) {
      const { code, stdout } = await reportFake(files);
      expect({ code, result: JSON.parse(stdout) as unknown }).toMatchObject({
        code: 1,
        result: {
          ...{ verdict: 'FAILED', total: 3, passed: 2, failed: 1, flaky: 1, execution_arn: `${executionArn}-second` },
          results: [{ earlier: [{ status: 'FAILED' }], flaky: true }, { earlier: [{}] }, {}],
        },
      });
    }
  });

  test('may be saved ones and executions', async () => {
    const { clock, api } = await setUp([3], 60);
    const first = save('failed', 0, [failed('config_0'), passed('c')]);

    const { code, stdout } = await reportFake([executionArn, first], { api, clock });

    expect({ code, result: JSON.parse(stdout) as unknown }).toMatchObject({
      ...{ code: 0, result: { verdict: 'PASSED', total: 2, flaky: 1 } },
    });
  });

  test('are refused where one still runs, as it has no reruns', async () => {
    const { clock, api } = await setUp([90], 60);
    const first = save('one', 0, [failed('config_0')]);

    const ended = await reportFake([first, executionArn], { api, clock });

    expect(ended).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^Expected executions that have ended, got arn:.*: --follow waits for its end\.$/),
    });
  });

  test('are refused where one was stopped before it knew its configurations, as others do not make up for them', async () => {
    const { clock, execution, api } = await setUp([3], 60);
    const listing = { name: 'List', assignedVariables: { listing: '{}' } };
    const timestamp = new Date(clock.now());
    const history = () =>
      Promise.resolve({
        events: [
          { id: 1, timestamp, type: 'ExecutionStarted' as const },
          { id: 2, timestamp, type: 'TaskStateExited' as const, stateExitedEventDetails: listing },
          { id: 3, timestamp, type: 'ExecutionAborted' as const },
        ],
      });
    const describe: StepFunctions['describe'] = async (arn) => ({
      ...(await execution.describe(arn)),
      ...{ status: 'ABORTED', output: undefined },
    });

    const { code, stdout, stderr } = await reportFake([save('some', 0, [passed('c')]), executionArn], {
      api: { ...api, history, describe },
      clock,
    });

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^Expected several results of which each names configurations, got arn:\S+:run, which ended/,
    );
  });

  test('have no verdict where the rerun lacked a key, as with fewer it might pass', async () => {
    const first = save('with', 0, [failed('a', { configuration: { country: 'FR' } })]);

    const { code, stdout } = await reportFake([first, save('without', 1, [passed('a')])]);

    expect({ code, result: JSON.parse(stdout) as unknown }).toMatchObject({
      code: 3,
      result: { verdict: 'ERRORED', disagreement: '"a" was run again without "country", which it held before' },
    });
  });

  test('are refused where they overlap, as then none is the last', async () => {
    const { clock, api } = await setUp([60], 90, 'FAILED');
    const during = join(directory, 'during');
    const [started_at, stopped_at] = [30, 31].map((s) => new Date(clock.now() - 90_000 + s * 1000).toISOString());
    const again = { started_at, stopped_at, execution_arn: `${executionArn}-during` };
    writeFileSync(during, JSON.stringify(runResultOf([passed('config_0')], again)));

    const { code, stdout, stderr } = await reportFake([executionArn, during], { api, clock });

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^Expected a run and its reruns, one after the other, got arn:\S+:run-during, which began before arn:\S+:run had /,
    );
  });

  test.each([
    [
      'of two state machines',
      () => [save('a', 0, [passed('a')]), executionArn.replace('SystemTest', 'Other')],
      /^Expected executions of one state machine, got arn:\S+:SystemTest:… and arn:\S+:Other:…: /,
    ],
    [
      'of what does not tell',
      () => [save('a', 0, [passed('a')]), save('b', 1, [passed('a')], '')],
      /^Expected results of one system test, got some that do not tell of which they are: several are reported as /,
    ],
    ['twice the same', () => [executionArn, executionArn], /^Expected different executions, got arn:\S+ twice\.$/],
  ])('are refused where they are not those of one test: %s', async (_, sources, message) => {
    const { code, stdout, stderr, calls } = await reportFake(sources());

    expect({ code, stdout, stderr, calls }).toEqual({
      ...{ code: 2, stdout: '', calls: {} },
      stderr: expect.stringMatching(message),
    });
  });
});
