import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import type { RunResult } from '../../../lib/wire';
import { version } from '../../../package.json';
import { main } from '../../../scripts/cli';
import { type Clock, systemClock } from '../../../scripts/io/clock';
import { deployLocally, impatientClock } from '../../localSystemTest';
import { startProxy, type Fault, type Call } from '../../proxy';
import { awsEnv, cleanEnv, inProcess, serveApp, start, startInProcess, systemTest, type ServedApp } from '../command';
import { quickClock } from '../quickClock';

const directory = mkdtempSync(join(tmpdir(), 'run-'));
let app: ServedApp;
beforeAll(async () => {
  app = await serveApp();
});
afterAll(async () => {
  await app.close();
  rmSync(directory, { recursive: true });
});

/** Runs against the served app, with a JSON report beside what else is asked for. */
async function runJson(args: string[], options?: Parameters<typeof inProcess>[1]) {
  const { stdout, ...rest } = await inProcess(['run', ...app.flags, '--report', 'json', ...args], options);
  return { ...rest, result: JSON.parse(stdout) as RunResult };
}

/** Runs against the served app through a proxy that does harm. */
async function runThrough(faultOf: (call: Call) => Fault | undefined | Promise<Fault | undefined>, args: string[]) {
  const proxy = await startProxy(app.endpoint.url, faultOf);
  const command = startInProcess(['run', '--allow-unknown', '--endpoint-url', proxy.url, ...args]);
  void command.ended.then(() => proxy.close());
  return { ...command, proxy };
}

describe('a run', () => {
  test('tests what the construct names, reports on standard output, and says the rest on standard error', async () => {
    const { code, stdout, stderr } = await systemTest(['run', ...app.flags]);

    expect(stdout).toMatch(
      /^All invocations together took [\d.]+s.*\nCost: \$0\.\d+ \(Lambda .* 2 requests; Step Functions \$\S+ for 7 state transitions; .*\)\nPASSED: 2 passed\nThe system test took \d+\.\d{3}s\n2 of 2 passed the test - 0 failed\n$/,
    );
    expect(stderr).toMatch(
      /^Started the execution arn:aws:states:\S+\nTesting 2 configurations\.\n2 of 2 done, 0 failed, 0 running, \d+s\n$/,
    );
    expect(code).toBe(0);
  });

  test('fails with exit code 1 and the log of what failed, and writes the reports that were asked for', async () => {
    const json = join(directory, 'result.json');
    const text = join(directory, 'result.txt');

    const { code, stdout } = await inProcess(
      ['run', 'good', 'bad', ...app.flags, '--report', `json=${json}`, '--report', 'text', '--report', `text=${text}`],
      { env: { ...awsEnv, FORCE_COLOR: '1', GITLAB_CI: 'true', CI_JOB_ID: '7' } },
    );

    expect(code).toBe(1);
    const written = readFileSync(text, 'utf8');
    expect(written).toMatch(/^bad failed after [\d.]+s\nError: Something went wrong!\n-+ Log output -+\nSTART /);
    expect(written).toMatch(/Grüße from bad\n[^]*- End of log -+\n[^]*\n1 of 2 passed the test - 1 failed\n$/);
    expect(stdout).toContain('\u001b[31m1 of 2 passed the test - 1 failed');
    const result = JSON.parse(readFileSync(json, 'utf8')) as RunResult;
    expect(result).toMatchObject({ total: 2, passed: 1, failed: 1, status: 'FAILED', verdict: 'FAILED' });
    expect(result.execution_arn).toMatch(/^arn:aws:states:us-east-1:\d{12}:execution:/);
    expect(result.origin).toEqual({ tool_version: version, build: '7', function_version: '$LATEST' });
  });

  test('reads configurations from standard input, with their payload', async () => {
    const { code, result } = await runJson(['--configurations', '-'], {
      input: '\ufeffconfiguration_identifier,region\r\ngood,eu\r\nbad,us\r\n',
    });

    expect(code).toBe(1);
    expect(result.results.map((one) => [one.configuration_identifier, one.status])).toEqual([
      ['good', 'PASSED'],
      ['bad', 'FAILED'],
    ]);
  });

  test.each(['1', '50%'])('passes when %s may fail', async (tolerated) => {
    const { code, result } = await runJson(['good', 'bad', '--tolerated-failures', tolerated]);

    expect(code).toBe(0);
    expect(result).toMatchObject({ verdict: 'PASSED', failed: 1, tolerated_failures: 1 });
  });

  test('tests the one of several in a stack that is named, and tells the path of its construct', async () => {
    const { code, result } = await runJson(['good', '--stack', 'Twins', '--test', 'Second']);

    expect({ code, test: result.test }).toEqual({ code: 0, test: 'Twins/Second' });
  });

  test("tests those of the construct's configurations that a pattern matches", async () => {
    const { code, stderr, result } = await runJson(['--grep', '_1$']);

    expect({ code, tested: result.results.map((one) => one.configuration_identifier) }).toEqual({
      code: 0,
      tested: ['good_1'],
    });
    expect(stderr).toContain("Of the construct's 2 configurations, --grep selects 1.\n");
  });

  test('says that the state machine allows less concurrency than was asked for', async () => {
    const { stderr, result } = await runJson(['good', '--max-concurrency', '40']);

    expect(result.max_concurrency).toBe(4);
    expect(stderr).toContain('At most 4 ran at once, not 40: the state machine allows no more.\n');
  });

  test('finds endpoint and Region in the variables that the AWS CLI knows, the profile included', async () => {
    const config = join(directory, 'config');
    writeFileSync(config, '[profile test]\naws_access_key_id = a\naws_secret_access_key = b\n');
    const env = {
      ...cleanEnv,
      AWS_ENDPOINT_URL: app.endpoint.url,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_CONFIG_FILE: config,
    };

    await expect(inProcess(['run', '--profile', 'test'], { env })).resolves.toMatchObject({ code: 0 });
    await expect(inProcess(['run'], { env: { ...env, AWS_PROFILE: 'test' } })).resolves.toMatchObject({ code: 0 });
  });

  test.each([
    ['the flag beats the keys', ['--profile', 'test'], {}, 'ofProfile'],
    ['the keys beat AWS_PROFILE', [], { AWS_PROFILE: 'test' }, 'ofEnvironment'],
  ])('signs with the credentials that the AWS CLI takes, where there are several: %s', async (_, flags, more, key) => {
    const config = join(mkdtempSync(join(directory, 'profile-')), 'config');
    writeFileSync(config, '[profile test]\naws_access_key_id = ofProfile\naws_secret_access_key = b\n');
    const aws = await startProxy(app.endpoint.url);
    const env = { ...awsEnv, AWS_ACCESS_KEY_ID: 'ofEnvironment', AWS_CONFIG_FILE: config, ...more };

    const { code, stderr } = await inProcess(['run', '--endpoint-url', aws.url, ...flags], { env });
    await aws.close();

    expect({ code, warned: stderr.includes('WARNING') }).toEqual({ code: 0, warned: false });
    const signers = aws.calls.map(({ headers }) => /Credential=(\w+)\//.exec(String(headers.authorization))?.[1]);
    expect(new Set(signers)).toEqual(new Set([key]));
  });

  test('shows no secret in what it says of an answer that it did not expect', async () => {
    const output = JSON.stringify({ schema_version: 1, results: { db: 'password=hunter2' } });
    const withOutput = ({ events }: { events: { executionSucceededEventDetails?: object }[] }) => ({
      events: events.map((event) =>
        event.executionSucceededEventDetails ? { ...event, executionSucceededEventDetails: { output } } : event,
      ),
    });
    const aws = await startProxy(app.endpoint.url, ({ operation }) =>
      operation === 'GetExecutionHistory' ? { rewrite: withOutput } : undefined,
    );

    const { code, stderr } = await inProcess(['run', 'good_0', '--endpoint-url', aws.url]);
    await aws.close();

    expect(code).toBe(3);
    expect(stderr).toContain('got {"db":"password=[redacted]"}');
    expect(stderr).not.toContain('hunter2');
  });

  test("takes the Region from the state machine's ARN", async () => {
    const env = { ...awsEnv, AWS_REGION: undefined };

    const { code } = await runJson(['--state-machine', app.machineArn], { env });

    expect(code).toBe(0);
  });

  test('is silent but for the report with --quiet', async () => {
    await expect(runJson(['bad', '--quiet'])).resolves.toMatchObject({ code: 1, stderr: '' });
  });

  test('shows no progress with --no-progress', async () => {
    const { stderr } = await runJson(['--no-progress']);

    expect(stderr).toMatch(/^Started the execution .*\n$/);
  });

  test('shows each call with --verbose', async () => {
    const { stderr } = await runJson(['--verbose']);

    for (const operation of ['DescribeStacks', 'StartExecution', 'GetExecutionHistory', 'DescribeExecution']) {
      expect(stderr).toMatch(new RegExp(`^\\d+\\.\\d{3}s ${operation} \\d+ ms$`, 'm'));
    }
  });

  test('does not fail when nobody reads its report to the end', async () => {
    const { child, ended } = start(['run', ...app.flags, 'good']);
    child.stdout?.destroy();

    await expect(ended).resolves.toMatchObject({ code: 0, stderr: expect.not.stringContaining('EPIPE') });
  });
});

describe('a run without a verdict', () => {
  test('ends with 3 when configurations could not be tested', async () => {
    const throttled = await deployLocally({
      code: '',
      props: { configurations: ['config_0'] },
      function: { reservedConcurrentExecutions: 0 },
      clock: impatientClock,
    });
    try {
      const { code, stdout, stderr } = await inProcess(['run', '--endpoint-url', throttled.endpoint.url]);

      expect(stdout).toMatch(/^config_0 could not be tested/);
      expect(stdout).toMatch(/\n0 of 1 passed the test - 0 failed - 1 errored\n$/);
      expect(stderr).toMatch(/\nerror: There is no verdict, as 1 configuration could not be tested\.\n$/);
      expect(code).toBe(3);
    } finally {
      await throttled.close();
    }
  });

  test('stops the execution when the deadline is over, and reports what is known', async () => {
    const json = join(directory, 'deadline.json');
    const args = ['run', ...app.flags, 'good', 'slow', '--timeout', '30', '--report', `json=${json}`];
    // Over as soon as the first one has passed.
    const deadline = async () => {
      const [, executionArn] = await command.says(/Started the execution (\S+)/);
      while (!(await app.typesOf(executionArn!)).includes('MapIterationSucceeded')) await systemClock.sleep(10);
    };
    const quick = quickClock(20);
    const clock: Clock = { ...quick, sleep: (ms, signal) => (ms === 30_000 ? deadline() : quick.sleep(ms, signal)) };

    const command = startInProcess(args, { clock });
    const { code, stderr } = await command.ended;

    expect(code).toBe(3);
    expect(stderr).toMatch(
      /\nerror: The deadline of 30s is over, so the execution was stopped and there is no verdict\.\n$/,
    );
    const result = JSON.parse(readFileSync(json, 'utf8')) as RunResult;
    expect(result).toMatchObject({ status: 'ABORTED', verdict: 'ERRORED', passed: 1, errored: 1 });
    expect(result.results[1]).toMatchObject({ configuration_identifier: 'slow', status: 'ERRORED' });
    await expect(app.statusOf(result.execution_arn)).resolves.toBe('ABORTED');
  });

  test('stops early once enough failed, says what was not tested, and can be reported again', async () => {
    const json = join(directory, 'early.json');
    const reports = ['--report', 'text', '--report', `json=${json}`];
    const args = ['--max-failures', '1', '--max-concurrency', '1', '--given-order', ...reports];

    const { code, stdout, stderr } = await inProcess(['run', ...app.flags, 'good', 'bad', 'slow_1', 'slow_2', ...args]);

    expect(stderr).toContain('\nFAILED bad after ');
    expect(stderr).toContain('\n1 configuration failed, enough for --max-failures 1. Stopping the execution.\n');
    expect(stdout).toMatch(/^2 configurations without a result:\n {2}slow_1, slow_2\n.*SystemTest\.MaxFailures/m);
    expect(code).toBe(1);
    const result = JSON.parse(readFileSync(json, 'utf8')) as RunResult;
    expect(result).toMatchObject({ status: 'ABORTED', verdict: 'FAILED', passed: 1, failed: 1, max_failures: 1 });
    await expect(app.statusOf(result.execution_arn)).resolves.toBe('ABORTED');
    await expect(inProcess(['report', json])).resolves.toMatchObject({ code: 1, stdout });
  });

  test('ends with 3 when another state machine answers', async () => {
    const { code, stderr } = await inProcess(['run', ...app.flags, '--state-machine', app.otherMachineArn]);

    expect(stderr).toMatch(/error: Expected the result of a system test from arn:\S+, got something else/);
    expect(code).toBe(3);
  });

  test.each([
    ['AccessDeniedException', /^error: Not allowed to start an execution of arn:\S+: AccessDeniedException: no\n$/],
    ['ExecutionLimitExceeded', /^error: Could not start an execution of arn:\S+: ExecutionLimitExceeded: no\n$/],
  ])('ends with 3 when the start is refused: %s', async (type, sentence) => {
    const { ended } = await runThrough(
      ({ operation }) => (operation === 'StartExecution' ? { answer: 400, type, message: 'no' } : undefined),
      ['--state-machine', app.machineArn],
    );

    const { code, stdout, stderr } = await ended;

    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(sentence);
  });

  test('ends with 3 and says how to look it up when the history may not be read', async () => {
    const { ended } = await runThrough(
      ({ operation }) =>
        operation === 'GetExecutionHistory' ? { answer: 400, type: 'AccessDeniedException' } : undefined,
      ['good'],
    );

    const { code, stderr } = await ended;

    expect(stderr).toMatch(
      /error: Could not read the history of the execution: Acc.* The execution may still run; look it up with: system-test report arn:\S+ --follow\n$/,
    );
    expect(code).toBe(3);
  });
});

describe('a run over a bad line', () => {
  test('starts one execution although the answer to the start is lost', async () => {
    const before = await app.executions();
    const { ended, proxy } = await runThrough(
      ({ operation, index }) => (operation === 'StartExecution' && index === 0 ? 'reset after' : undefined),
      ['good'],
    );

    const { code, stderr } = await ended;
    expect(stderr).toMatch(/^Started the execution /);
    expect(code).toBe(0);
    expect(proxy.calls.filter(({ operation }) => operation === 'StartExecution')).toHaveLength(2);
    await expect(app.executions()).resolves.toBe(before + 1);
  });

  test('goes on when polls are throttled, cut off and answered by halves', async () => {
    const faults: (Fault | undefined)[] = [
      { answer: 400, type: 'ExecutionDoesNotExist' },
      { answer: 400, type: 'ThrottlingException' },
      'reset before',
      'truncate',
      { answer: 503, type: 'ServiceUnavailable' },
    ];
    const { ended } = await runThrough(
      ({ operation, index }) => (operation === 'GetExecutionHistory' ? faults[index] : undefined),
      ['good', 'bad'],
    );

    await expect(ended).resolves.toMatchObject({ code: 1, stdout: expect.stringContaining('1 of 2 passed') });
  });
});

describe('an interrupted run', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('stops the execution and ends with 130: %s', async (signal) => {
    const { child, ended, says } = start(['run', ...app.flags, '--given-order', 'good', 'slow']);
    const [, executionArn] = await says(/Started the execution (\S+)\nTesting/);

    child.kill(signal);

    const { code, stdout, stderr } = await ended;
    expect(code).toBe(130);
    await expect(app.statusOf(executionArn!)).resolves.toBe('ABORTED');
    // The other one may be done by then.
    expect(stdout).toMatch(/^\d configurations? without a result:\n {2}(good, )?slow\n/m);
    expect(stdout).toMatch(/\n\d of 2 passed the test - 0 failed - \d errored\n$/);
    expect(stderr).toMatch(
      /error: The trigger was interrupted, so the execution was stopped and there is no verdict\.\n$/,
    );
  });

  test('leaves at once at the second signal, and says that the execution may still run', async () => {
    let stopping: (() => void) | undefined;
    const stopped = new Promise<void>((resolve) => (stopping = resolve));
    const never = new Promise<undefined>(() => undefined);
    const proxy = await startProxy(app.endpoint.url, ({ operation }) => {
      if (operation !== 'StopExecution') return undefined;
      stopping?.();
      return never;
    });
    const { child, ended, says } = start(['run', '--allow-unknown', '--endpoint-url', proxy.url, 'slow']);
    const [, executionArn] = await says(/Started the execution (\S+)\nTesting/);

    child.kill('SIGINT');
    await stopped;
    child.kill('SIGINT');

    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain(
      'error: Left before the execution has ended. The execution may still run; look it up with',
    );
    expect(stderr).toContain(executionArn!);
    await expect(app.statusOf(executionArn!)).resolves.toBe('RUNNING');
    await proxy.close();
  });

  test('has started nothing when it is interrupted while it reads its configurations', async () => {
    const before = await app.executions();
    const stop = new AbortController();
    // The command waits for more: the moment to interrupt it.
    const stdin = new Readable({ read: () => stop.abort() });
    let stderr = '';
    const code = await main(['run', ...app.flags, '--configurations', '-'], {
      env: awsEnv,
      cwd: () => process.cwd(),
      stdin,
      stdout: new PassThrough(),
      stderr: new PassThrough().on('data', (chunk: Buffer) => (stderr += chunk.toString())),
      clock: systemClock,
      stop: stop.signal,
      leave: new AbortController().signal,
    });

    expect({ code, stderr }).toEqual({ code: 130, stderr: 'error: Interrupted before anything was started.\n' });
    await expect(app.executions()).resolves.toBe(before);
  });
});

describe('a run on this machine', () => {
  test('serves the app, tests it, and says what the exit code is for', async () => {
    const args = ['run', '--local', '--app', app.directory, 'good', 'bad', '--allow-unknown'];
    const { code, stdout, stderr } = await inProcess(args, { env: cleanEnv });

    expect(stdout).toMatch(/\n1 of 2 passed the test - 1 failed\n$/);
    expect(stderr).toMatch(/\nThe exit code is 1, which is what stops a pipeline\.\n$/);
    expect(code).toBe(1);
  });

  test('keeps its exit code while the sandboxes of many invocations end', async () => {
    const bad = Array.from({ length: 30 }, (_, index) => `bad_${index}`);
    const flags = ['--local', '--app', app.directory, '--quiet', '--allow-unknown'];
    for (let time = 0; time < 2; time++) {
      expect((await systemTest(['run', ...bad, ...flags], { env: cleanEnv })).code).toBe(1);
    }
  });

  test('is interrupted like any other, and closes what it served', async () => {
    const { child, ended, says } = start(['run', '--local', '--app', app.directory, 'slow', '--allow-unknown'], {
      env: cleanEnv,
    });
    await says('Testing 1 configuration.');

    child.kill('SIGINT');

    await expect(ended).resolves.toMatchObject({ code: 130 });
  });
});
