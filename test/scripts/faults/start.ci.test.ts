import type { Call, Fault, FaultOf } from '../../proxy';
import { systemClock, type Clock } from '../../../scripts/io/clock';
import { FakeClock } from '../fakeClock';
import { deploy, outcomes, run, seen, startRun, type DeployedTest } from './faultyLine';

let deployed: DeployedTest;
beforeAll(async () => {
  deployed = await deploy();
});
afterAll(() => deployed.close());

/** The first calls of an operation suffer a fault. */
function first(count: number, operations: string[], fault: Fault): FaultOf {
  return ({ operation, index }: Call) => (operations.includes(operation) && index < count ? fault : undefined);
}

const all = ['DescribeStacks', 'StartExecution', 'GetExecutionHistory', 'DescribeExecution'];
const throttled: Fault = { answer: 400, type: 'ThrottlingException', message: 'Rate exceeded' };
const tested = [
  ['good', 'PASSED'],
  ['bad', 'FAILED'],
];

describe('every call, when it is made first and second,', () => {
  test.each<[string, Fault]>([
    ['is throttled', throttled],
    ['is answered with 429', { answer: 429, type: 'TooManyRequestsException' }],
    ['meets an internal error', { answer: 500, type: 'InternalFailure' }],
    ['meets an unavailable service', { answer: 503, type: 'ServiceUnavailable' }],
    ['loses its connection before it is taken', 'reset before'],
    ['loses its connection after it was taken', 'reset after'],
    ['gets half an answer', 'truncate'],
    ['gets an empty answer', { status: 200, contentType: 'application/x-amz-json-1.0', body: '' }],
    ['gets an empty object', { status: 200, contentType: 'application/x-amz-json-1.0', body: '{}' }],
    ['gets the page of a proxy', { status: 200, contentType: 'text/html', body: '<html>Sign in!</html>' }],
    ['gets the error page of a proxy', { status: 502, contentType: 'text/html', body: '<html><h1>Oh!</h1>' }],
  ])('%s: all is tested, by one execution', async (_, fault) => {
    const before = (await deployed.executions()).length;

    const { code, result, stderr } = await run(deployed, ['good', 'bad'], { faultOf: first(2, all, fault) });

    expect(stderr).toMatch(/^Started the execution arn:\S+\nTo run just this one again: /);
    expect(stderr).not.toMatch(/^error: /m);
    expect({ code, outcomes: outcomes(result) }).toEqual({ code: 1, outcomes: tested });
    await expect(deployed.executions()).resolves.toHaveLength(before + 1);
  });
});

describe('what is new since the run before', () => {
  test('is told, where it can be had', async () => {
    // Without the waits between polls, but with the ten seconds that it takes at most.
    const sleep: Clock['sleep'] = (ms, signal) => systemClock.sleep(ms < 10_000 ? 0 : ms, signal);
    const clock = { ...systemClock, sleep };
    await run(deployed, ['good', 'bad'], { compares: true, clock });
    const second = await run(deployed, ['good', 'bad'], { compares: true, clock });
    const [last, before] = await deployed.executions();
    expect(second.result).toMatchObject({
      execution_arn: last,
      comparison: { with: { execution_arn: before }, still_failing: [{ configuration_identifier: 'bad' }] },
    });
  });

  test.each<[string, Fault]>([
    ['is refused', { answer: 400, type: 'AccessDeniedException', message: 'no' }],
    ['is throttled', throttled],
    ['gets the page of a proxy', { status: 200, contentType: 'text/html', body: '<html>Sign in!</html>' }],
  ])('is left out where the list %s, and nothing else changes', async (_, fault) => {
    const faultOf = first(Infinity, ['ListExecutions'], fault);

    const { code, result, stderr } = await run(deployed, ['good', 'bad'], { faultOf, compares: true });

    expect(stderr).toMatch(/^The report does not tell what is new, as with --compare none: ./m);
    expect({ code, outcomes: outcomes(result) }).toEqual({ code: 1, outcomes: tested });
  });
});

describe('starting', () => {
  test('waits out minutes of throttling', async () => {
    const faultOf = first(30, ['DescribeStacks', 'StartExecution'], throttled);

    const { code, result, proxy } = await run(deployed, ['good', 'bad'], { faultOf });

    expect({ code, outcomes: outcomes(result) }).toEqual({ code: 1, outcomes: tested });
    expect(proxy.count('StartExecution')).toBe(31);
  });

  test.each(['DescribeStacks', 'StartExecution'])('gives up when %s is throttled for five minutes', async (name) => {
    const { code, stderr, proxy } = await run(deployed, ['good'], { faultOf: first(Infinity, [name], throttled) });

    expect(stderr).toMatch(/^error: Could not .*, as AWS throttles the calls: ThrottlingException: Rate exceeded\n$/);
    expect(code).toBe(3);
    expect(proxy.count(name)).toBeLessThan(40);
  });

  test('says that an execution may run when no answer to its start ever came', async () => {
    const { code, stderr } = await run(deployed, ['good'], {
      faultOf: first(Infinity, ['StartExecution'], 'reset after'),
    });

    const [executionArn] = await deployed.executions();
    expect(stderr).toMatch(
      /^error: Could not start an execution of arn:\S+: .*; it may run, look it up with: system-test report arn:/,
    );
    expect(stderr).toContain(` ${executionArn} --follow\n`);
    expect(code).toBe(3);
  });

  test('keeps secrets out of why a retry is refused, and the first result', async () => {
    const refused: Fault = { answer: 400, type: 'AccessDeniedException', message: 'no, with password=hunter2' };

    const { code, result, stderr } = await run(deployed, ['bad', '--retries', '1'], {
      faultOf: ({ operation, index }) => (operation === 'StartExecution' && index === 1 ? refused : undefined),
    });

    expect(stderr).toMatch(/^error: The retry did not come to a result: Not allowed to .* password=\[redacted\]$/m);
    expect({ code, outcomes: outcomes(result) }).toEqual({ code: 1, outcomes: [['bad', 'FAILED']] });
  });

  test.each<[string, Fault]>([
    ['denied', { answer: 400, type: 'AccessDeniedException' }],
    ['throttled', { answer: 400, type: 'ThrottlingException' }],
    ['lost', 'reset after'],
  ])('starts all in their own order where ListExecutions is %s', async (_, fault) => {
    const { code, result } = await run(deployed, ['good-1', 'good-2'], {
      faultOf: ({ operation }) => (operation === 'ListExecutions' ? fault : undefined),
      clock: new FakeClock(),
    });

    expect({ code, passed: result?.passed }).toEqual({ code: 0, passed: 2 });
  });

  test('does not wait for an endpoint that nobody listens at', async () => {
    const clock = new FakeClock();
    const since = clock.now();

    const { code, stderr } = await run(deployed, ['good', '--endpoint-url', 'http://127.0.0.1:9'], { clock });

    expect(clock.now()).toBe(since);
    expect(stderr).toMatch(/^error: Could not read the outputs of the stack SystemTest: .*ECONNREFUSED.*\n$/);
    expect(code).toBe(3);
  });

  test('does not say that an execution may run when no connection was made to start it', async () => {
    const machine = 'arn:aws:states:us-east-1:123456789012:stateMachine:SystemTest';
    const flags = ['--state-machine', machine, '--endpoint-url', 'http://127.0.0.1:9'];

    const { code, stderr } = await run(deployed, ['good', ...flags]);

    expect(stderr).toMatch(/^error: Could not start an execution of arn:\S+: .*ECONNREFUSED/);
    expect(stderr).not.toContain('may run');
    expect(code).toBe(3);
  });

  test('ends at once when it is interrupted while it is throttled, and has started nothing', async () => {
    const before = (await deployed.executions()).length;
    const { ended, interrupt } = await startRun(deployed, ['good'], {
      clock: systemClock,
      faultOf: ({ operation }) => {
        if (operation !== 'StartExecution') return undefined;
        setTimeout(interrupt, 10);
        return throttled;
      },
    });

    await expect(ended).resolves.toMatchObject({
      code: 130,
      stderr: 'error: Interrupted before anything was started.\n',
    });
    await expect(deployed.executions()).resolves.toHaveLength(before);
  });
});

describe('a name', () => {
  test('leads a repeated start to the running execution, and to what it came to once it has ended', async () => {
    const args = ['held-1', '--name', 'nightly'];
    const before = (await deployed.executions()).length;
    const one = await startRun(deployed, args);
    const other = await startRun(deployed, args, { faultOf: first(1, ['StartExecution'], 'reset after') });
    await seen(other.proxy, 'GetExecutionHistory');
    deployed.release('held-1');

    const [{ result }, second] = await Promise.all([one.ended, other.ended]);

    expect(result).toMatchObject({ verdict: 'PASSED', total: 1 });
    expect(second.result?.execution_arn).toBe(result?.execution_arn);
    expect(second.stderr).toMatch(/^Started or joined the execution arn:/);
    await expect(deployed.executions()).resolves.toHaveLength(before + 1);
    await expect(run(deployed, args)).resolves.toMatchObject({
      code: 0,
      result: { execution_arn: result?.execution_arn, results: [{ configuration_identifier: 'held-1' }] },
      stderr: expect.stringMatching(
        /^Nothing was started: the execution of that name has ended already at \S+Z, and this is what it came to: arn:/,
      ),
    });
    await expect(deployed.executions()).resolves.toHaveLength(before + 1);
  });

  test('has the exit code of what it came to, and is refused to another input', async () => {
    await run(deployed, ['bad', '--name', 'failed']);

    await expect(run(deployed, ['bad', '--name', 'failed'])).resolves.toMatchObject({ code: 1, result: { failed: 1 } });
    await expect(run(deployed, ['good', '--name', 'failed'])).resolves.toMatchObject({
      code: 3,
      stderr: expect.stringMatching(
        /^error: An execution named failed has ended already \(FAILED at \S+\), with another/,
      ),
    });
  });

  test('does not lead to a running execution with another input', async () => {
    const { proxy, ended } = await startRun(deployed, ['held-2', '--name', 'taken']);
    await seen(proxy, 'GetExecutionHistory');

    await expect(run(deployed, ['good', '--name', 'taken'])).resolves.toMatchObject({
      code: 3,
      result: undefined,
      stderr: 'error: An execution named taken runs already, with another input: choose another --name.\n',
    });

    deployed.release('held-2');
    await expect(ended).resolves.toMatchObject({ code: 0 });
  });
});
