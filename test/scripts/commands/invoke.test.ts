import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { Duration } from 'aws-cdk-lib';
import type { ConfigurationResult, RunResult } from '../../../lib/wire';
import { version } from '../../../package.json';
import { main } from '../../../scripts/cli';
import { systemClock, type Clock } from '../../../scripts/io/clock';
import { parseRunResult } from '../../../scripts/result/runResultFile';
import { behaviours } from '../../behaviours';
import { deployLocally, impatientClock, type LocalSystemTest } from '../../localSystemTest';
import { startProxy, type Fault, type FaultOf } from '../../proxy';
import { awsEnv, inProcess, start } from '../command';

const directory = mkdtempSync(join(tmpdir(), 'invoke-'));
const concurrency = 4;
let test: LocalSystemTest;
beforeAll(async () => {
  Object.assign(process.env, awsEnv, { AWS_EC2_METADATA_DISABLED: 'true' });
  test = await deployLocally({
    code: behaviours,
    function: { timeout: Duration.seconds(1), reservedConcurrentExecutions: concurrency },
    clock: impatientClock,
  });
});
afterAll(async () => {
  await test.close();
  rmSync(directory, { recursive: true });
});

interface InvokeOptions {
  faultOf?: FaultOf;
  clock?: Clock;
  input?: string;
  /** Gets what there is of standard error, and what interrupts the command. */
  onSaid?: (stderr: string, interrupt: () => void) => void;
}

/** Runs `system-test invoke` in this process, by a clock that skips the waits, through a proxy that may do harm. */
async function invoke(args: string[], { faultOf, clock = impatientClock, input = '', onSaid }: InvokeOptions = {}) {
  const proxy = await startProxy(test.endpoint.url, faultOf);
  const stop = new AbortController();
  let stdout = '';
  let stderr = '';
  const code = await main(['invoke', '--endpoint-url', proxy.url, '--report', 'json', ...args], {
    env: awsEnv,
    cwd: () => process.cwd(),
    stdin: Readable.from([input]),
    stdout: new PassThrough().on('data', (chunk: Buffer) => (stdout += chunk.toString())),
    stderr: new PassThrough().on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      onSaid?.(stderr, () => stop.abort());
    }),
    clock,
    stop: stop.signal,
    leave: new AbortController().signal,
  });
  await proxy.close();
  const result = stdout === '' ? undefined : (JSON.parse(stdout) as RunResult);
  return { code, stderr, proxy, result: result!, results: result?.results ?? [] };
}

/** Faults for invocations of some configurations, the first `times` of each; the check before is left alone. */
function failing(fault: Fault, { of = '', times = Infinity }: { of?: string; times?: number } = {}): FaultOf {
  const failed = new Map<string, number>();
  return ({ operation, body }) => {
    if (operation !== 'Invoke') return undefined;
    const { configuration_identifier: identifier } = JSON.parse(body) as { configuration_identifier: string };
    const before = failed.get(identifier) ?? 0;
    failed.set(identifier, before + 1);
    return identifier.startsWith(of) && before < times ? fault : undefined;
  };
}

function statuses(results: ConfigurationResult[]) {
  return results.map((one) => one.status);
}

function configurations(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `config ${index}`);
}

describe('invoking directly', () => {
  it('passes as a run does, with exit code 0 and the result in the same shape', async () => {
    const { code, stderr, result } = await invoke(configurations(3));

    expect(stderr).toMatch(
      /^Invoking the function \S+, at most 10 at once\.\nTesting 3 configurations\.\n(.+\n)*3 of 3 done, 0 failed, 0 running, \d+s\n$/,
    );
    expect(result).toMatchObject({ total: 3, passed: 3, status: 'SUCCEEDED', verdict: 'PASSED', max_concurrency: 10 });
    expect(result.origin).toEqual({ tool_version: version, function_version: '$LATEST' });
    expect(result).not.toHaveProperty('execution_arn');
    expect(result.test).toBe('SystemTest/SystemTest');
    expect(result.results[2]).toMatchObject({
      configuration_identifier: 'config 2',
      duration_ms: expect.any(Number),
      billed_ms: expect.any(Number),
      started_at: expect.stringMatching(/^\d{4}-.*Z$/),
      stopped_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(code).toBe(0);
  });

  it.each([1, 4, 40])('keeps the order of %d configurations', async (count) => {
    const { results } = await invoke(configurations(count));

    expect(results.map((one) => one.configuration_identifier)).toEqual(configurations(count));
    expect(new Set(statuses(results))).toEqual(new Set(['PASSED']));
  });

  // The function can run four times at once: a fifth invocation would be throttled and tried again.
  it('never has more invocations under way than it may', async () => {
    const { proxy, result } = await invoke([...configurations(40), '--max-concurrency', String(concurrency)]);

    expect(proxy.count('Invoke')).toBe(40);
    expect(result).toMatchObject({ passed: 40, max_concurrency: concurrency });
  });

  it('is the sequential loop with --max-concurrency 1', async () => {
    const { results } = await invoke([...configurations(5), '--max-concurrency', '1']);

    const times = results.flatMap((one) => [one.started_at!, one.stopped_at!]);
    expect(times).toEqual([...times].sort());
  });

  it.each<[string, string, RegExp | string]>([
    ['raises', 'Error', 'Something went wrong!'],
    ['hangs', 'Sandbox.Timedout', /Task timed out after 1\.00 seconds/],
    ['crashes', 'Runtime.ExitError', /Runtime exited with error: exit status 1/],
    ['returns-nothing', 'SystemTestUnsuccessful', /got null\.$/],
    ['returns-a-list', 'SystemTestUnsuccessful', /got \[\{"configuration_identifier"/],
    ['returns-7-MB', 'Function.ResponseSizeTooLarge', /exceeded maximum allowed payload size/],
    ['échoue', 'Error', 'ünïcödé ✗ 🎉'],
    ['logs-a-lot', 'Error', 'after 8 kB of log'],
  ])('keeps one that %s from the others: FAILED, %s', async (identifier, type, message) => {
    const { results } = await invoke(['config 0', identifier, 'config 1']);

    expect(statuses(results)).toEqual(['PASSED', 'FAILED', 'PASSED']);
    expect(results[1]!.error).toEqual({ type, message: expect.stringMatching(message) });
  });

  it.each(['returns-6-MB', 'returns-300-kB'])(
    'passes one that %s, which Step Functions could not hold',
    async (name) => {
      const { results } = await invoke([name]);

      expect(results[0]).toMatchObject({ status: 'PASSED', truncated: true });
      expect(results[0]).not.toHaveProperty('response');
    },
  );

  it('comes to the same results as the state machine', async () => {
    const names = 'config raises hangs crashes returns-nothing returns-a-list returns-7-MB échoue logs-a-lot echoes';
    const all = names.split(' ').map((identifier) => ({ configuration_identifier: identifier, region: 'eu' }));
    const file = join(directory, 'all.json');
    writeFileSync(file, JSON.stringify(all));

    const [direct, run] = await Promise.all([
      invoke(['--configurations', file, '--max-concurrency', '2', '--tolerated-failures', '80%']),
      test.run({ configurations: all, max_concurrency: 2, tolerated_failures: '80%' }),
    ]);

    // Request ids differ, and with them the messages of the platform; times and logs tell of different invocations.
    const comparable = ({ error, ...one }: ConfigurationResult) => ({
      ...one,
      error: error && { ...error, message: error.message.replace(/[0-9a-f-]{36}/g, 'ID') },
      duration_ms: typeof one.duration_ms,
      billed_ms: typeof one.billed_ms,
      log_tail: one.log_tail && typeof one.log_tail,
      started_at: undefined,
      stopped_at: undefined,
      // Only the command tells it.
      configuration: undefined,
    });
    expect(direct.results.map(comparable)).toEqual(run.result.results.map(comparable));
    const { total, passed, failed, errored, max_concurrency, tolerated_failures } = run.result;
    expect(direct.result).toMatchObject({ total, passed, failed, errored, max_concurrency, tolerated_failures });
    expect(direct.result.status).toBe(run.status);
  });

  it('sends the function its configuration with system_test: true', async () => {
    const input = '{"configuration_identifier":"echoes","region":"eu"}\n';

    const { results } = await invoke(['--configurations', '-'], { input });

    const event = { configuration_identifier: 'echoes', region: 'eu', system_test: true };
    expect(results[0]!.response).toMatchObject({ event });
  });

  it('decodes the log and cuts it as Lambda does', async () => {
    const { results } = await invoke(['échoue', 'logs-a-lot']);

    expect(results[0]!.log_tail).toMatch(/journal: ünïcödé ✗ 🎉\n[^]*REPORT RequestId: /);
    expect(results[1]!.log_tail).toMatch(/^x{1000,}[^]* the end\n[^]*REPORT RequestId: /);
  });

  it('tells what the invocations cost, without state transitions', async () => {
    const { result } = await invoke(configurations(2));

    expect(result.cost).toMatchObject({ lambda_requests: 2, price_region: 'us-east-1' });
    expect(result.cost).not.toHaveProperty('state_transitions');
  });
});

describe('exit codes', () => {
  it.each<[number, string[], string]>([
    [1, ['config', 'raises'], 'FAILED'],
    [0, ['config', 'raises', '--tolerated-failures', '1'], 'PASSED'],
    [0, ['config', 'raises', '--tolerated-failures', '50%'], 'PASSED'],
  ])('%d for %j', async (expected, args, verdict) => {
    const { code, result } = await invoke(args);

    expect({ code, verdict: result.verdict }).toEqual({ code: expected, verdict });
  });

  it('3 when a configuration could not be tested', async () => {
    const fault: Fault = { answer: 502, type: 'KMSDisabledException', message: 'The key is disabled' };

    const { code, stderr, results } = await invoke(['config 0', 'locked'], {
      faultOf: failing(fault, { of: 'locked' }),
    });

    expect(results[1]).toMatchObject({
      status: 'ERRORED',
      error: { type: 'Lambda.KMSDisabledException', message: expect.stringContaining('The key is disabled') },
    });
    expect(stderr).toMatch(/\nerror: There is no verdict, as 1 configuration could not be tested\.\n$/);
    expect(code).toBe(3);
  });
});

describe('an error of the platform', () => {
  it.each<[string, Fault]>([
    ['throttling', { answer: 429, type: 'TooManyRequestsException' }],
    ['trouble of Lambda', { answer: 500, type: 'ServiceException' }],
    ['an internal error', { answer: 500, type: 'InternalFailure' }],
    ['the page of a proxy', { status: 502, contentType: 'text/html', body: '<html><h1>Oh!</h1>' }],
    ['a connection that is lost before it is taken', 'reset before'],
    ['a connection that is lost after it was taken', 'reset after'],
    ['half an answer', 'truncate'],
    ['a service whose clock is ahead', { serviceClock: 3_600_000 }],
  ])('that passes is tried again: %s', async (_, fault) => {
    const { code, result, proxy } = await invoke(['config 0', 'config 1', '--max-concurrency', '1'], {
      faultOf: failing(fault, { times: 5 }),
    });

    expect({ code, passed: result.passed }).toEqual({ code: 0, passed: 2 });
    expect(proxy.count('Invoke')).toBeGreaterThan(2);
  });

  it.each<[string, Fault, string, number]>([
    ['throttling', { answer: 429, type: 'TooManyRequestsException' }, 'Lambda.TooManyRequestsException', 6],
    ['throttling of all calls', { answer: 400, type: 'ThrottlingException' }, 'Lambda.AWSLambdaException', 6],
    ['an unavailable service', { answer: 503, type: 'ServiceUnavailable' }, 'Lambda.AWSLambdaException', 6],
    ['lost connections', 'reset before', 'Lambda.SdkClientException', 6],
    ['access denied', { answer: 403, type: 'AccessDeniedException' }, 'Lambda.AccessDeniedException', 1],
    ['expired credentials', { answer: 403, type: 'ExpiredTokenException' }, 'Lambda.ExpiredTokenException', 1],
    ['a deleted function', { answer: 404, type: 'ResourceNotFoundException' }, 'Lambda.ResourceNotFoundException', 1],
  ])('that stays is the result of that configuration alone: %s', async (_, fault, type, attempts) => {
    const { code, results, proxy } = await invoke(['config 0', 'unlucky', 'raises'], {
      faultOf: failing(fault, { of: 'unlucky' }),
    });

    expect(statuses(results)).toEqual(['PASSED', 'ERRORED', 'FAILED']);
    expect(results[1]!.error!.type).toBe(type);
    expect(proxy.count('Invoke')).toBe(2 + attempts);
    expect(code).toBe(1);
  });

  const page: Fault = { status: 200, contentType: 'text/html', body: '<html>Please sign in</html>' };
  const passing = '{"system_test_successful":true}';

  it.each<[string, Fault]>([
    ['the sign-in page of a network', page],
    ['an empty answer', { status: 200, contentType: 'application/json', body: '' }],
    ['an answer that would pass', { status: 200, contentType: 'application/json', body: passing }],
    ['one with a status that is not for answers', { status: 202, contentType: 'application/json', body: passing }],
    ['one without a body', { status: 204, contentType: 'text/plain', body: '' }],
    ['a way to somewhere else', { status: 302, contentType: 'text/html', body: '<a href="/sign-in">' }],
    ['a page that forbids', { status: 403, contentType: 'text/html', body: '<html>Blocked</html>' }],
    ['a page that knows no such page', { status: 404, contentType: 'text/html', body: '<html>Nothing here</html>' }],
    ['a page that wants a sign-in at the proxy', { status: 407, contentType: 'text/html', body: '<html>Who?</html>' }],
    ['a page about trouble', { status: 503, contentType: 'text/html', body: '<html>Later</html>' }],
  ])('is what something else than Lambda answers, tried again and then ERRORED: %s', async (_, fault) => {
    const brief = await invoke(['config'], { faultOf: failing(fault, { times: 2 }) });
    const lasting = await invoke(['config'], { faultOf: failing(fault) });

    expect({ code: brief.code, calls: brief.proxy.count('Invoke') }).toEqual({ code: 0, calls: 3 });
    expect({ code: lasting.code, calls: lasting.proxy.count('Invoke') }).toEqual({ code: 3, calls: 6 });
    expect(lasting.results[0]).toMatchObject({ status: 'ERRORED', error: { type: 'Lambda.SdkClientException' } });
  });

  it('says what came instead of the answer of Lambda', async () => {
    const { results } = await invoke(['config'], { faultOf: failing(page) });

    expect(results[0]!.error!.message).toBe(
      "The answer is not Lambda's: expected the status 200 and the header X-Amz-Executed-Version, " +
        'got the status 200 and the body "<html>Please sign in</html>" (Service: Lambda)',
    );
  });

  it('is shown with each wait for the next attempt with --verbose', async () => {
    const fault: Fault = { answer: 429, type: 'TooManyRequestsException', message: 'Rate Exceeded.' };

    const { stderr } = await invoke(['config', '--verbose'], { faultOf: failing(fault, { times: 2 }) });

    expect(stderr).toMatch(
      /^config: retry 1 in \d\.\ds, after Lambda\.TooManyRequestsException: Rate Exceeded\. \(Ser/m,
    );
    expect(stderr).toMatch(/^config: retry 2 in \d\.\ds, after /m);
    expect(stderr.match(/ Invoke \d+ ms/g)).toHaveLength(4);
  });
});

describe('before the first invocation', () => {
  it.each<[string, Fault, number, RegExp]>([
    [
      'expired credentials',
      { answer: 403, type: 'ExpiredTokenException' },
      2,
      /^error: Expected valid AWS credentials/,
    ],
    [
      'access denied',
      { answer: 403, type: 'AccessDeniedException', message: 'not you' },
      3,
      /^error: Not allowed to invoke the function \S+: AccessDeniedException: not you\n$/,
    ],
    [
      'a missing function',
      { answer: 404, type: 'ResourceNotFoundException' },
      2,
      /^error: Expected a function that exists, got none named \S+ in this account and Region/,
    ],
    ['lost connections', 'reset before', 3, /^error: Could not invoke the function \S+: .*socket hang up\n$/],
    [
      'the page of something else',
      { status: 200, contentType: 'text/html', body: '<html>Please sign in</html>' },
      3,
      /^error: Could not invoke the function \S+: .* expected the status 204, got the status 200 and .*sign in.*\n$/,
    ],
  ])('%s: one sentence, and nothing is invoked', async (_, fault, expected, sentence) => {
    const { code, stderr, proxy, result } = await invoke(configurations(40), {
      faultOf: ({ operation }) => (operation === 'DryRun' ? fault : undefined),
    });

    expect(stderr).toMatch(sentence);
    expect({ code, result }).toEqual({ code: expected, result: undefined });
    expect(proxy.count('Invoke')).toBe(0);
  });

  it.each<[string, Fault]>([
    ['throttled', { answer: 429, type: 'TooManyRequestsException' }],
    ['answered with an error of Lambda', { answer: 500, type: 'ServiceException' }],
  ])('a check that is %s keeps nothing from being tested', async (_, fault) => {
    const { code } = await invoke(['config'], {
      faultOf: ({ operation }) => (operation === 'DryRun' ? fault : undefined),
    });

    expect(code).toBe(0);
  });

  it('a clock of this machine that is behind is corrected', async () => {
    const { code } = await invoke(['config'], { faultOf: () => ({ serviceClock: 3_600_000 }) });

    expect(code).toBe(0);
  });

  it.each<[string, string[], RegExp]>([
    ['no configurations', [], /^error: Expected configurations to invoke the function with, got none: name them, or/],
    [
      'a function that is none',
      ['a', '--function', 'a b'],
      /^error: Expected --function to be the name or ARN .*"a b"/,
    ],
    [
      'an unknown function',
      ['a', '--function', 'nobody:live'],
      /^error: Expected a function that exists, .* nobody:live/,
    ],
    [
      'no invocation at once',
      ['a', '--max-concurrency', '0'],
      /^error: Expected --max-concurrency to be an integer from 1/,
    ],
    ['too many', ['a', '--max-concurrency', '1001'], /^error: Expected .* an integer from 1 to 1000, got "1001"\.\n$/],
    ['one twice', ['a', 'a'], /^error: Expected each configuration once, got "a" more than once\.\n$/],
    [
      'an unknown stack',
      ['a', '--stack', 'Missing'],
      /^error: Expected a stack named Missing, .* --stack or --function\.\n$/,
    ],
    ['two functions', ['a', '--stack', 'A', '--function', 'b'], /cannot be used with/],
    [
      'a Region that contradicts the ARN',
      ['a', '--region', 'eu-west-1', '--function', 'arn:aws:lambda:eu-west-2:123456789012:function:f'],
      /^error: Expected --region to be that of --function, eu-west-2, got "eu-west-1"\.\n$/,
    ],
    ['a state machine', ['a', '--state-machine', 'arn'], /^error: unknown option '--state-machine'/],
  ])('%s: one sentence, exit code 2', async (_, args, sentence) => {
    const { code, stderr, proxy } = await invoke(args);

    expect(stderr).toMatch(sentence);
    expect({ code, lines: stderr.trimEnd().split('\n').length }).toEqual({ code: 2, lines: 1 });
    expect(proxy.count('Invoke')).toBe(0);
  });
});

describe('the function', () => {
  it('may be named by its ARN, whose Region is called', async () => {
    const { functionArn } = test.endpoint.deployment.functions[0]!;

    await expect(invoke(['config', '--function', functionArn])).resolves.toMatchObject({ code: 0 });
  });

  it('may be a version of it', async () => {
    const { functionName } = test.endpoint.deployment.functions[0]!;

    const { code, proxy } = await invoke(['config', '--function', `${functionName}:$LATEST`]);

    expect(code).toBe(0);
    expect(proxy.count('DescribeStacks')).toBe(0);
  });
});

describe('stopping', () => {
  const unanswered: FaultOf = ({ operation, body }) =>
    operation === 'Invoke' && body.includes('held') ? new Promise<undefined>(() => undefined) : undefined;

  it('when interrupted, begins nothing more, says that invocations go on, and ends with 130 and what is known', async () => {
    let interruptNow: (() => void) | undefined;
    const { code, stderr, result, proxy } = await invoke(
      ['config', 'held 1', 'held 2', 'never', '--max-concurrency', '2', '--no-progress'],
      {
        faultOf: async (call) => {
          if (call.body.includes('held 2')) interruptNow?.();
          return unanswered(call);
        },
        onSaid: (_, interrupt) => (interruptNow = interrupt),
      },
    );

    expect(statuses(result.results)).toEqual(['PASSED', 'ERRORED', 'ERRORED', 'ERRORED']);
    expect(result.results[3]!.error).toEqual({
      type: 'SystemTest.NotFinished',
      message: 'Not finished when the run was stopped (SystemTest.Interrupted: The trigger was interrupted).',
    });
    expect(result).toMatchObject({ status: 'ABORTED', verdict: 'ERRORED', passed: 1, errored: 3 });
    expect(stderr).toMatch(
      /\nStopping: nothing more is invoked\. The 2 invocations that run go on in Lambda, which can't stop one, but without a result here\.\nerror: The trigger was interrupted, so nothing more was invoked and there is no verdict\.\n$/,
    );
    expect(proxy.calls.filter(({ body }) => body.includes('never'))).toEqual([]);
    expect(code).toBe(130);
  });
  it('when interrupted, does not wait for retries', async () => {
    const { code, result } = await invoke(['unlucky', '--verbose'], {
      clock: systemClock,
      faultOf: failing({ answer: 429, type: 'TooManyRequestsException' }),
      onSaid: (stderr, interrupt) => {
        if (stderr.includes('retry 1 in')) interrupt();
      },
    });

    expect({ code, type: result.results[0]!.error!.type }).toEqual({ code: 130, type: 'SystemTest.NotFinished' });
  });

  it('when the deadline is over, ends with 3 and what is known', async () => {
    const { code, stderr, result } = await invoke(['config', 'held', '--timeout', '1.5'], {
      clock: systemClock,
      faultOf: unanswered,
    });

    expect(result).toMatchObject({ status: 'TIMED_OUT', verdict: 'ERRORED', passed: 1, errored: 1 });
    expect(stderr).toMatch(
      /\nerror: The deadline of 1\.5s is over, so nothing more was invoked and there is no verdict\.\n$/,
    );
    expect(code).toBe(3);
  });
});

it('reports in every format', async () => {
  const formats = ['text', 'json', 'junit', 'markdown', 'html', 'github'];
  const files = formats.map((format) => join(directory, format));
  const reports = formats.flatMap((format) => ['--report', `${format}=${join(directory, format)}`]);

  const { code } = await invoke(['config', 'raises', ...reports]);

  expect(code).toBe(1);
  for (const file of files) {
    expect(readFileSync(file, 'utf8')).toContain('Something went wrong!');
  }
  expect(() => parseRunResult(readFileSync(join(directory, 'json'), 'utf8'), 'json')).not.toThrow();
});

it('has every flag of run, but those that mean an execution', async () => {
  const flagsOf = async (name: string) => (await inProcess([name, '--help'])).stdout.match(/^ +--[a-z-]+/gm)!;

  const [run, direct] = await Promise.all([flagsOf('run'), flagsOf('invoke')]);

  expect(run.filter((flag) => !direct.includes(flag))).toEqual([
    '  --state-machine',
    '  --allow-unknown',
    '  --name',
    '  --given-order',
  ]);
});

describe('the built command', () => {
  it('ends with 130 on Ctrl-C, with its reports written and no warning of Node.js', async () => {
    const json = join(directory, 'result.json');
    const hanging = Array.from({ length: 12 }, (_, index) => `hangs ${index}`);
    const flags = ['--endpoint-url', test.endpoint.url, '--max-concurrency', '12', '--report', `json=${json}`];
    const { child, ended, says } = start(['invoke', ...hanging, ...flags, '--report', 'text']);
    await says('Testing 12 configurations.');

    child.kill('SIGINT');

    const { code, stdout, stderr } = await ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(/configurations? without a result:\n/);
    expect(stdout).toMatch(/\n0 of 12 passed the test - \d+ failed - \d+ errored\n$/);
    expect(stderr).not.toContain('Warning');
    const result = JSON.parse(readFileSync(json, 'utf8')) as RunResult;
    expect(result.status).toBe('ABORTED');
  });
});
