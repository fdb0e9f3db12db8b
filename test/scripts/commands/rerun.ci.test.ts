import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { ListExecutionsCommand, type ExecutionListItem } from '@aws-sdk/client-sfn';
import { Configuration } from '../../../lib';
import type { RunResult } from '../../../lib/wire';
import { type Clock, systemClock } from '../../../scripts/io/clock';
import { deployLocally, type LocalSystemTest } from '../../localSystemTest';
import { startProxy } from '../../proxy';
import { awsEnv, cleanEnv, inProcess, startInProcess } from '../command';
import { executionArn } from '../fakeExecution';
import { quickClock } from '../quickClock';
import { errored, failed, passed, runResultOf } from '../runResults';

const directory = mkdtempSync(join(tmpdir(), 'rerun-'));
const counts = join(directory, 'counts');
mkdirSync(counts);

const released = join(directory, 'released');

/** Passes from the n-th time on, as in `from_2_a`, or once it is released; keeps its events in files. */
const code = `
  const { appendFileSync, existsSync, readFileSync } = require('node:fs');
  const { configuration_identifier: identifier } = event;
  const file = ${JSON.stringify(counts)} + '/' + identifier;
  appendFileSync(file, JSON.stringify(event) + '\\n');
  const times = readFileSync(file, 'utf8').trim().split('\\n').length;
  if (identifier.startsWith('slow') && times > 1) await new Promise((resolve) => setTimeout(resolve, 60_000));
  while (identifier === 'held' && !existsSync(${JSON.stringify(released)})) await new Promise((go) => setTimeout(go, 10));
  await new Promise((resolve) => setTimeout(resolve, Number(/^takes_(\\d+)/.exec(identifier)?.[1] ?? 0)));
  const from = Number(/^from_(\\d+)/.exec(identifier)?.[1] ?? (identifier.startsWith('slow') ? 2 : 1));
  if (times < from) throw new Error('Not yet!');
  return { system_test_successful: true };`;

let app: LocalSystemTest;
beforeAll(async () => {
  app = await deployLocally({
    code,
    props: { configurations: ['from_1', Configuration.of('from_2_default', { region: 'eu' })] },
    function: { timeout: Duration.seconds(90) },
  });
});
afterAll(async () => {
  await app.close();
  rmSync(directory, { recursive: true });
});

const file = (name: string, content?: object) => {
  const path = join(directory, name);
  if (content) {
    writeFileSync(path, JSON.stringify(content));
  }
  return path;
};
const eventsOf = (identifier: string) =>
  readFileSync(join(counts, identifier), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
/** The two ways to test. */
type Way = 'run' | 'invoke';
/** To an endpoint; a state machine tests identifiers that its construct does not know only where it is permitted. */
const to = (way: Way, url: string) => [way, ...(way === 'run' ? ['--allow-unknown'] : []), '--endpoint-url', url];
const command = (way: Way, args: string[]) => [...to(way, app.endpoint.url), '--report', 'json', ...args];

async function tested(way: Way, args: string[], options?: Parameters<typeof inProcess>[1]) {
  const { stdout, ...rest } = await inProcess(command(way, args), options);
  return { ...rest, result: JSON.parse(stdout) as RunResult };
}

async function executions(): Promise<ExecutionListItem[]> {
  const { stateMachineArn } = app.endpoint.deployment.stateMachines[0]!;
  return (await app.client.send(new ListExecutionsCommand({ stateMachineArn }))).executions!;
}

describe('a run with --retries', () => {
  it('runs again what did not pass, each time in an execution of its own, and shows all outcomes', async () => {
    const before = (await executions()).length;

    const args = ['from_1_a', 'from_2_a', 'from_3_a', 'from_9_a', '--retries', '2', '--name', 'nightly'];
    const { code: exit, stderr, result } = await tested('run', args);

    expect(exit).toBe(1);
    expect(result).toMatchObject({ total: 4, passed: 3, failed: 1, flaky: 2, verdict: 'FAILED', cost: {} });
    expect(result.results.map(({ status, flaky, earlier = [] }) => [status, flaky, earlier.length])).toEqual([
      ['PASSED', undefined, 0],
      ['PASSED', true, 1],
      ['PASSED', true, 2],
      ['FAILED', undefined, 2],
    ]);
    expect(result.cost).toMatchObject({ lambda_requests: 4 + 3 + 2, state_transitions: 9 + 8 + 7 });
    expect(stderr).toContain('Running 3 configurations again that did not pass, retry 1 of 2.\n');
    expect(stderr).toContain('Running 2 configurations again that did not pass, retry 2 of 2.\n');
    const names = (await executions()).map(({ name }) => name);
    expect(names).toHaveLength(before + 3);
    expect(names).toEqual(expect.arrayContaining(['nightly', 'nightly-retry-1', 'nightly-retry-2']));
    expect(result.execution_arn).toMatch(/:nightly-retry-2$/);
  });

  it('gives the construct’s own configurations the same event again', async () => {
    const { code: exit, result } = await tested('run', ['--retries', '1']);

    expect(exit).toBe(0);
    expect(result).toMatchObject({ passed: 2, flaky: 1 });
    const [first, second] = eventsOf('from_2_default');
    expect(first).toMatchObject({ region: 'eu' });
    expect(second).toEqual(first);
  });

  it('is refused when it is no number of retries', async () => {
    const { code: exit, stderr } = await inProcess(['run', '--retries', '11'], { env: cleanEnv });

    expect(exit).toBe(2);
    expect(stderr).toMatch(/Expected --retries to be an integer from 0 to 10, got "11"/);
  });
});

describe('an invoke with --retries', () => {
  it('invokes again what did not pass, with the same event, and shows all outcomes', async () => {
    const given = ['from_1_i', { configuration_identifier: 'from_2_i', region: 'eu' }, 'from_3_i', 'from_9_i'];
    const args = ['--configurations', file('invoked.json', given), '--retries', '2', '--tolerated-failures', '25%'];
    const before = (await executions()).length;

    const { code: exit, stderr, result } = await tested('invoke', args);

    expect(exit).toBe(0);
    expect(result).toMatchObject({ total: 4, passed: 3, failed: 1, flaky: 2, tolerated_failures: 1 });
    expect(result).toMatchObject({ verdict: 'PASSED', max_concurrency: 10, cost: { lambda_requests: 4 + 3 + 2 } });
    expect(result.results.map(({ status, flaky, earlier = [] }) => [status, flaky, earlier.length])).toEqual([
      ['PASSED', undefined, 0],
      ['PASSED', true, 1],
      ['PASSED', true, 2],
      ['FAILED', undefined, 2],
    ]);
    expect(stderr).toContain('Running 3 configurations again that did not pass, retry 1 of 2.\n');
    expect(stderr).toContain('Running 2 configurations again that did not pass, retry 2 of 2.\n');
    expect(stderr.match(/^Invoking the function /gm)).toHaveLength(1);
    expect(eventsOf('from_1_i')).toHaveLength(1);
    const event = { configuration_identifier: 'from_2_i', region: 'eu', system_test: true };
    expect(eventsOf('from_2_i')).toEqual([event, event]);
    expect(await executions()).toHaveLength(before);
  });
});

describe.each<Way>(['run', 'invoke'])('%s with --retries', (way) => {
  it('fails for flaky ones with --strict', async () => {
    await expect(tested(way, [`from_2_b_${way}`, '--retries', '1', '--strict'])).resolves.toMatchObject({
      code: 1,
      result: { verdict: 'FAILED', passed: 1, flaky: 1 },
    });
  });

  it('does not run known failures again', async () => {
    const hopeless = `from_9_b_${way}`;
    const known = file('known.json', [{ configuration_identifier: hopeless, reason: 'OPS-42', expires: '9999-12-31' }]);
    const args = [`from_2_c_${way}`, hopeless, '--retries', '1', '--known-failures', known];

    const { code: exit, result } = await tested(way, args);

    expect(exit).toBe(0);
    expect(result).toMatchObject({ passed: 1, failed: 0, known: 1, flaky: 1 });
    expect(eventsOf(hopeless)).toHaveLength(1);
  });

  it('keeps the first results when it is interrupted in a retry', async () => {
    const slow = `slow_a_${way}`;
    const { interrupt, ended, says } = startInProcess(command(way, [`from_1_b_${way}`, slow, '--retries', '3']));
    await says(/retry 1 of 3\.\n(Started .*\n)?Testing 1/);

    interrupt();

    const { code: exit, stdout } = await ended;
    expect(exit).toBe(130);
    const { results } = JSON.parse(stdout) as RunResult;
    expect(results).toMatchObject([{ status: 'PASSED' }, { status: 'ERRORED', earlier: [{ status: 'FAILED' }] }]);
    expect(eventsOf(slow).length).toBeLessThanOrEqual(2);
  });

  it('keeps to one deadline over all of its tests', async () => {
    const slow = `slow_b_${way}`;
    const args = [`from_1_c_${way}`, slow, '--retries', '3', '--timeout', '20'];
    // Over once the retry has begun.
    const deadline = async () => {
      while (!existsSync(join(counts, slow)) || eventsOf(slow).length < 2) await systemClock.sleep(10);
    };
    const quick = quickClock(20);
    const clock: Clock = { ...quick, sleep: (ms, signal) => (ms === 20_000 ? deadline() : quick.sleep(ms, signal)) };

    const { code: exit, stderr, result } = await tested(way, args, { clock });

    expect(exit).toBe(3);
    expect(stderr).toMatch(
      /^error: The deadline of 20s is over, so (the execution was stopped|nothing more was invoked)/m,
    );
    expect(result).toMatchObject({ verdict: 'ERRORED', passed: 1, errored: 1 });
  });
});

test('a run with --rerun-failed takes the result of an invoke', async () => {
  const first = await tested('invoke', ['from_1_j', 'from_2_j']);

  const { code: exit, result } = await tested('run', ['--rerun-failed', file('invoked.json', first.result)]);

  expect(exit).toBe(0);
  expect(result).toMatchObject({ passed: 2, flaky: 1, cost: { lambda_requests: 3, state_transitions: 6 } });
  expect(result.execution_arn).toMatch(/:execution:/);
});

it('has no verdict where the construct adds less than was redacted, as with fewer keys it might pass', async () => {
  const configuration = { region: '[redacted]', country: 'FR' };
  const earlier = runResultOf([failed('from_2_default', { configuration }), passed('b')]);
  const args = ['run', '--endpoint-url', app.endpoint.url, '--rerun-failed', file('fewer.json', earlier)];

  const { code: exit, stderr } = await inProcess(args);

  expect(exit).toBe(3);
  expect(stderr).toContain(
    'error: There is no verdict, as what came back does not agree: "from_2_default" was run again without "country", which it held before.',
  );
});

it("runs what the construct knows with the construct's keys where those of before were redacted, and says so", async () => {
  const earlier = file(
    'construct.json',
    runResultOf([failed('from_2_default', { configuration: { region: '[redacted]' } })]),
  );
  const args = ['run', '--endpoint-url', app.endpoint.url, '--rerun-failed', earlier];

  const { stderr } = await inProcess(args);

  expect(stderr).toContain(
    `What 1 configuration of ${earlier} held can't be looked up, so the construct's keys are taken; --configurations`,
  );
  expect(eventsOf('from_2_default').at(-1)).toMatchObject({ region: 'eu' });
});

describe.each<Way>(['run', 'invoke'])('%s with --rerun-failed', (way) => {
  // An invoke looks up the configurations of an execution, too.
  it('runs just what did not pass in an execution, with the same event, and reports both as one', async () => {
    const [good, bad] = [`from_1_d_${way}`, `from_2_d_${way}`];
    const configurations = [good, { configuration_identifier: bad, region: 'us' }];
    const first = await tested('run', ['--configurations', file('given.json', configurations)]);
    expect(first.result).toMatchObject({ passed: 1, failed: 1 });
    expect(first.result.results.map((one) => one.configuration)).toEqual([undefined, { region: 'us' }]);

    const { code: exit, stderr, result } = await tested(way, ['--rerun-failed', file('first.json', first.result)]);

    expect(exit).toBe(0);
    expect(stderr).toContain('Testing 1 configuration.\n');
    expect(stderr).not.toContain('by identifier alone');
    expect(result).toMatchObject({
      total: 2,
      passed: 2,
      flaky: 1,
      verdict: 'PASSED',
      started_at: first.result.started_at,
    });
    expect(result.results[1]).toMatchObject({ configuration: { region: 'us' }, flaky: true });
    expect(result.results[1]?.earlier?.[0]).not.toHaveProperty('configuration');
    expect(eventsOf(good)).toHaveLength(1);
    expect(eventsOf(bad)[1]).toMatchObject({ region: 'us' });
  });

  it('waits for its turn where AWS throttles the look-up, so that none is run without its keys', async () => {
    const bad = `from_2_k_${way}`;
    const given = file('given.json', [{ configuration_identifier: bad, region: 'us' }]);
    const first = await tested('run', ['--configurations', given]);
    const aws = await startProxy(app.endpoint.url, ({ operation, index }) =>
      operation === 'GetExecutionHistory' && index < 1 ? { answer: 400, type: 'ThrottlingException' } : undefined,
    );

    const again = [...to(way, aws.url), '--rerun-failed', file('first.json', first.result)];
    const { code: exit, stderr } = await inProcess(again, { env: { ...awsEnv, AWS_MAX_ATTEMPTS: '1' } });
    await aws.close();

    expect(exit).toBe(0);
    expect(stderr).not.toContain('by identifier alone');
    expect(eventsOf(bad)[1]).toMatchObject({ region: 'us' });
  });

  it('starts nothing where the look-up fails for a reason that may pass', async () => {
    const earlier = runResultOf([failed(`from_1_l_${way}`)], { execution_arn: executionArn });
    const aws = await startProxy(app.endpoint.url, ({ operation }) =>
      operation === 'GetExecutionHistory' ? { answer: 400, type: 'KmsInvalidStateException' } : undefined,
    );

    const again = [...to(way, aws.url), '--rerun-failed', file('earlier.json', earlier)];
    const { code: exit, stderr } = await inProcess(again, { env: awsEnv });
    await aws.close();

    expect(exit).toBe(3);
    expect(stderr).toMatch(/error: Could not read the configurations of arn:\S+: KmsInvalidStateException/);
    expect(existsSync(join(counts, `from_1_l_${way}`))).toBe(false);
  });

  it('takes the keys from the report where its execution can not be read, and needs none where it tells none', async () => {
    const [keyed, bare] = [`from_1_e_${way}`, `from_1_f_${way}`];
    const earlier = runResultOf([failed(keyed, { configuration: { region: 'us' } }), errored(bare)]);

    const again = await tested(way, ['--rerun-failed', file('elsewhere.json', earlier)]);

    expect(again.stderr).not.toMatch(/by identifier alone|looked up/);
    expect(again.result).toMatchObject({ total: 2, passed: 2, flaky: 2 });
    expect(eventsOf(keyed)).toEqual([{ configuration_identifier: keyed, system_test: true, region: 'us' }]);
    expect(eventsOf(bare)).toEqual([{ configuration_identifier: bare, system_test: true }]);
  });

  it('starts nothing where keys were redacted that nothing else tells, as with fewer it might pass', async () => {
    const [hidden, other] = [`from_1_g_${way}`, `from_1_i_${way}`];
    const earlier = file(
      'hidden.json',
      runResultOf([failed(hidden, { configuration: { key: '[redacted]' } }), failed(other)]),
    );

    const refused = await inProcess(command(way, ['--rerun-failed', earlier]));
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        `Expected what 1 configuration of ${earlier} holds beside its identifier, got it redacted, and it can not be looked up: give --configurations.`,
      ),
    });
    expect(existsSync(join(counts, other))).toBe(false);

    const configurations = file('all.json', [{ configuration_identifier: hidden, region: 'eu' }, other, 'from_1_h']);
    const full = await tested(way, ['--rerun-failed', earlier, '--configurations', configurations]);
    expect(full.result).toMatchObject({ total: 2, passed: 2 });
    expect(eventsOf(hidden)).toEqual([{ configuration_identifier: hidden, system_test: true, region: 'eu' }]);
  });

  it('says that identifiers are run alone where a Map read the list by itself, as no report tells their keys', async () => {
    const earlier = file('listed.json', { ...runResultOf([failed(`from_1_j_${way}`)]), mode: 'DISTRIBUTED' });

    const { stderr } = await tested(way, ['--rerun-failed', earlier]);

    expect(stderr).toContain(
      `1 configuration of ${earlier} can't be looked up and is run by identifier alone; --configurations FILE gives`,
    );
  });

  it('starts nothing where all passed, says so and passes', async () => {
    const earlier = file('passed.json', runResultOf([passed('a')]));

    const { code: exit, stdout, stderr } = await inProcess([way, '--rerun-failed', earlier], { env: cleanEnv });

    expect(exit).toBe(0);
    expect(stderr).toBe(`Nothing in ${earlier} has to be run again, so nothing was started.\n`);
    expect(stdout).toMatch(/\n1 of 1 passed the test - 0 failed\n$/);
  });

  it.each([
    ['identifiers', ['a', '--rerun-failed', 'x'], /Expected either identifiers or --rerun-failed/],
    ['a file that is missing', ['--rerun-failed', 'missing'], /Expected --rerun-failed to name a file, but missing/],
  ])('is refused with %s', async (_, args, message) => {
    const { code: exit, stderr } = await inProcess([way, ...args], { env: cleanEnv });

    expect(exit).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('is refused for identifiers that were redacted', async () => {
    const earlier = file('redacted.json', runResultOf([failed('tenant-[redacted] #1')]));

    await expect(inProcess(command(way, ['--rerun-failed', earlier]))).resolves.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('got the redacted "tenant-[redacted] #1": name them, or'),
    });
  });
});

const earlier = () =>
  file(
    'durations.json',
    runResultOf([
      passed('from_1_x', { duration_ms: 1 }),
      passed('from_1_y', { duration_ms: 3000 }),
      passed('from_1_z', { duration_ms: 2000 }),
    ]),
  );
const identifiersOf = ({ results }: Pick<RunResult, 'results'>) => results.map((one) => one.configuration_identifier);
/** The identifiers in the order in which they were started. */
const startsOf = ({ results }: RunResult) =>
  identifiersOf({ results: [...results].sort((a, b) => a.started_at!.localeCompare(b.started_at!)) });

describe.each<Way>(['run', 'invoke'])('%s with --longest-first', (way) => {
  it('starts what took longest first, and before it what is not known', async () => {
    const args = ['from_1_x', 'from_1_z', 'from_1_new', '--longest-first', earlier(), '--max-concurrency', '1'];

    const { result } = await tested(way, args);

    expect(startsOf(result)).toEqual(['from_1_new', 'from_1_z', 'from_1_x']);
    const reported = way === 'run' ? ['from_1_x', 'from_1_z', 'from_1_new'] : startsOf(result);
    expect(identifiersOf(result)).toEqual(reported);
  });
});

describe('an invoke with --longest-first', () => {
  it('tests the configurations of the earlier run where none are named, and says so', async () => {
    const { stderr, result } = await tested('invoke', ['--longest-first', earlier()]);

    expect(stderr).toMatch(/^Testing the 3 configurations of .*durations\.json: only the construct knows whether/m);
    expect(identifiersOf(result)).toEqual(['from_1_y', 'from_1_z', 'from_1_x']);
  });

  it('is refused where the earlier run does not know all of its configurations', async () => {
    const partial = file('partial.json', runResultOf([passed('from_1_x'), errored('the rest of the list')]));

    await expect(inProcess(command('invoke', ['--longest-first', partial]))).resolves.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('got "the rest of the list": name them, or give --configurations.'),
    });
  });
});

describe('a run with --longest-first', () => {
  it('tests all of the construct, whatever the earlier run knows', async () => {
    const partial = runResultOf([passed('x'), passed('from_2_default', { duration_ms: 9 }), errored('the rest')]);
    const args = ['--longest-first', file('partial.json', partial), '--max-concurrency', '1'];

    const { result } = await tested('run', args);

    expect(identifiersOf(result)).toEqual(['from_1', 'from_2_default']);
    expect(startsOf(result)).toEqual(['from_2_default', 'from_1']);
  });

  it.each(['from_1', 'from_1 from_2_default'])('takes no identifier for a file: %s', async (identifiers) => {
    const { code: exit, stderr } = await inProcess(['run', '--longest-first', ...identifiers.split(' ')], {
      env: cleanEnv,
    });

    expect({ exit, stderr }).toEqual({
      exit: 2,
      stderr:
        "error: Expected --longest-first to name a file, but from_1 can't be read: there is no such file. " +
        'What follows the flag is its file: identifiers stand before it.\n',
    });
  });
});

describe('a run after another', () => {
  const three = ['takes_1_a', 'takes_50_b', 'takes_20_c', '--max-concurrency', '1'];

  it('starts what took longest then first, unless --given-order is asked for', async () => {
    const first = await tested('run', three);
    const again = await tested('run', three);
    const given = await tested('run', [...three, '--given-order']);

    const slowest = [...first.result.results].sort((a, b) => b.duration_ms! - a.duration_ms!);
    expect(startsOf(again.result)).toEqual(identifiersOf({ ...first.result, results: slowest }));
    expect(startsOf(given.result)).toEqual(three.slice(0, 3));
    expect(identifiersOf(again.result)).toEqual(three.slice(0, 3));
  });

  it('runs just what did not pass in the last execution, with its keys, and reports both as one', async () => {
    const configurations = ['from_1_q', { configuration_identifier: 'from_2_q', region: 'us' }];
    await tested('run', ['--configurations', file('q.json', configurations), '--name', 'last']);

    const { code: exit, result, stderr } = await tested('run', ['--rerun-failed']);

    expect({ exit, total: result.total, flaky: result.flaky }).toEqual({ exit: 0, total: 2, flaky: 1 });
    expect(stderr).toMatch(/^Taking what did not pass from the last execution \(last, 2 configurations, \S+Z\)\.\n/);
    expect(eventsOf('from_1_q')).toHaveLength(1);
    expect(eventsOf('from_2_q')[1]).toMatchObject({ region: 'us' });
  });

  it('is no verdict of today where all of it passed', async () => {
    await tested('run', ['from_1_z', 'from_1_y']);
    const { code, stdout, stderr } = await inProcess(command('run', ['--rerun-failed']), { env: awsEnv });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^error: Expected what did not pass in the last execution \(\S+, 2 configurations, \S+Z\), got nothing to run again, so nothing was tested: /m,
    );
  });
});

describe('a run in CodeBuild', () => {
  const build = { ...awsEnv, CODEBUILD_BUILD_ID: 'project:5f0e6c1a-0000-4000-8000-000000000000' };

  it('has a name that a repeated start has again, in any order: the running execution is joined, a closed one is tested again', async () => {
    const two = ['held', 'from_1', '--max-concurrency', '1'];
    await tested('run', ['from_1', 'from_1_r', '--max-concurrency', '1']);
    const commands = [[], ['--given-order']].map((order) =>
      startInProcess(command('run', [...two, ...order]), { env: build }),
    );
    await Promise.all(commands.map(({ says }) => says('Testing 2 configurations.')));
    writeFileSync(released, '');
    const [first, second] = await Promise.all(
      commands.map(async ({ ended }) => JSON.parse((await ended).stdout) as RunResult),
    );

    expect(first!.execution_arn).toMatch(/:codebuild-5f0e6c1a-0000-4000-8000-000000000000-[0-9a-f]{8}$/);
    expect(second!.execution_arn).toBe(first!.execution_arn);
    expect([first!.verdict, second!.verdict]).toEqual(['PASSED', 'PASSED']);
    const third = await tested('run', two, { env: build });
    expect(third.result.execution_arn).toBe(`${first!.execution_arn}-attempt-2`);
  });
});
