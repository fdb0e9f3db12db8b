import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import type { RunResult } from '../../../lib/wire';
import { stepFunctions } from '../../../scripts/aws/stepFunctions';
import { cleanEnv, inProcess, serveApp, startInProcess, trigger, type ServedApp } from '../command';
import { failed, passed, runResultOf } from '../runResults';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'reports-'))));
afterEach(() => rmSync(directory, { recursive: true }));

const file = (name: string, content?: string | object) => {
  const path = join(directory, name);
  if (content !== undefined) {
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return path;
};
const read = (name: string) => readFileSync(join(directory, name), 'utf8');
/** Flags for a report that looks as if it could be written, until it is. */
const reportThatFails = () => {
  mkdirSync(file('junit-1.xml'));
  return ['--report', `junit=${file('junit-%d.xml')}`];
};
const saved = runResultOf([passed('good'), failed('bad')], { status: 'FAILED' });

describe('a run', () => {
  let app: ServedApp;
  beforeAll(async () => {
    app = await serveApp();
  });
  afterAll(() => app.close());

  test('writes any number of reports at once', async () => {
    const formats = ['text', 'json', 'junit', 'markdown', 'html'];
    const flags = formats.flatMap((format) => ['--report', `${format}=${file(format)}`]);

    const { code, stdout } = await inProcess(['run', ...app.flags, 'good', 'bad', ...flags, '--report', 'markdown']);

    expect(code).toBe(1);
    expect(stdout).toMatch(/^## System test failed\n/);
    expect(read('text')).toMatch(/\n1 of 2 passed the test - 1 failed\n$/);
    expect(JSON.parse(read('json'))).toMatchObject({
      verdict: 'FAILED',
      cost: { lambda_requests: 2, state_transitions: 7, price_region: 'us-east-1' },
      results: [{ configuration_identifier: 'good', started_at: expect.any(String) }, {}],
    });
    expect(new XMLParser({ ignoreAttributes: false }).parse(read('junit'))).toMatchObject({
      testsuites: { testsuite: { '@_tests': '2', '@_failures': '1' } },
    });
    expect(read('markdown')).toBe(stdout);
    expect(read('html')).toMatch(/^<!doctype html>[^]*FAILED: 1 of 2 passed/);
  });

  test.each(['run', 'invoke'])('that passed ends with 3 where its report can not be written: %s', async (way) => {
    const { code, stdout, stderr } = await inProcess([
      ...[way, 'good_0', '--endpoint-url', app.endpoint.url],
      ...reportThatFails(),
      '--report',
      'text',
    ]);

    expect(stdout).toMatch(/\n1 of 1 passed the test - 0 failed\n$/);
    expect(stderr).toMatch(/^error: Could not write the report \S+: EISDIR/m);
    expect(code).toBe(3);
  });

  test('that has nothing to run again ends with 3 where its report can not be written', async () => {
    const earlier = file('earlier.json', runResultOf([passed('good')]));

    const { code, stderr } = await inProcess(['run', '--rerun-failed', earlier, ...reportThatFails()]);

    expect(stderr).toMatch(/^error: Could not write the report \S+: EISDIR/m);
    expect(code).toBe(3);
  });

  test('that somebody else started is reported as run reports it, and left running', async () => {
    const { url } = app.endpoint;
    const sdk = { endpointUrl: url, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
    const api = stepFunctions({ ...sdk, onCall: () => undefined });
    const json = ['--endpoint-url', url, '--report', 'json'];
    const input = JSON.stringify({ configurations: ['good', 'bad'], allow_unknown: true });
    const started = { stateMachineArn: app.machineArn, name: 'by-a-pipeline', input };
    const { executionArn } = await api.start(started);

    const reported = await inProcess(['report', executionArn, '--follow', ...json]);

    const asked = ['good', 'bad', '--allow-unknown', '--name', 'by-a-pipeline', '--state-machine', app.machineArn];
    const ran = await inProcess(['run', ...asked, ...json]);
    expect(ran.stderr).toMatch(/^Nothing was started: /);
    expect(JSON.parse(ran.stdout)).toMatchObject(JSON.parse(reported.stdout) as object);
    expect([reported.code, ran.code]).toEqual([1, 1]);

    const slow = { ...started, name: 'slow', input: JSON.stringify({ configurations: ['slow'], allow_unknown: true }) };
    const { executionArn: running } = await api.start(slow);
    const { says, interrupt, ended } = startInProcess(['report', running, '--follow', ...json]);
    await says('Testing 1 configuration.');
    interrupt();
    await expect(ended).resolves.toMatchObject({ code: 130, stdout: expect.stringContaining('"RUNNING"') });
    await expect(app.statusOf(running)).resolves.toBe('RUNNING');
    await api.stop(
      { executionArn: running, error: 'Test.Over', cause: 'The test is over.' },
      AbortSignal.timeout(5000),
    );
    api.close();
  });

  test('tells no cost with --no-cost', async () => {
    const { stdout } = await inProcess(['run', ...app.flags, 'good', '--report', 'json', '--no-cost']);

    expect(stdout).not.toContain('cost');
  });

  test('keeps secrets out of reports and of what it says', async () => {
    const { code, stdout, stderr } = await inProcess([
      ...['run', ...app.flags, 'good', 'bad-tenant-4711', '--redact', 'tenant-\\d+', '--redact', 'RequestId: \\S+'],
    ]);

    expect(code).toBe(1);
    expect(stdout).toContain('bad-[redacted] #2 failed');
    expect(stdout).toContain('Grüße from bad-[redacted]');
    expect(stdout + stderr).not.toMatch(/4711|RequestId/);
  });
});

describe('a command whose output can not be written', () => {
  const full = (stream: '>' | '2>', args: string[]) =>
    spawnSync('sh', ['-c', `exec "$0" "$@" ${stream} /dev/full`, process.execPath, trigger, ...args], {
      env: cleanEnv,
      encoding: 'utf8',
    });

  test.each([
    ['has no verdict where the result passed', runResultOf([passed('good')]), 3],
    ['failed where the result has', saved, 1],
  ])('%s', (_, result, code) => {
    const { status, stderr } = full('>', ['report', file('result.json', result)]);

    expect({ status, stderr }).toEqual({
      status: code,
      stderr: expect.stringMatching(/^error: Could not write to standard output: .*ENOSPC.*\n$/),
    });
  });

  test('goes on without what it would say on standard error', () => {
    const { status, stdout } = full('2>', ['report', file('result.json', saved)]);

    expect({ status, stdout }).toEqual({
      status: 1,
      stdout: expect.stringMatching(/1 of 2 passed the test - 1 failed\n$/),
    });
  });
});

test('has no verdict where the command itself breaks', () => {
  const preload = file('preload.js', "process.nextTick(() => { throw new Error('broken'); });");

  const { status, stderr } = spawnSync(process.execPath, ['--require', preload, trigger, 'run', 'x'], {
    env: cleanEnv,
    encoding: 'utf8',
  });

  expect({ status, stderr }).toEqual({
    status: 3,
    stderr: expect.stringMatching(/^error: Unexpected, please report it: Error: broken\n/),
  });
});

describe('the report of a saved result', () => {
  const report = (args: string[], env: Record<string, string> = {}, input?: string) =>
    inProcess(['report', ...args], { env: { ...cleanEnv, ...env }, input });

  test('is the same again, with the exit code of the verdict', async () => {
    const { code, stdout, stderr } = await report([file('result.json', saved)]);

    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/^bad failed after 8\.012s\n[^]*\n1 of 2 passed the test - 1 failed\n$/);
    const again = await report(['-', '--report', 'json'], {}, JSON.stringify(saved));
    expect(JSON.parse(again.stdout)).toEqual(JSON.parse(JSON.stringify(saved)));
  });

  test.each([
    ['passed', runResultOf([passed('good')]), 0],
    ['without a verdict', runResultOf([passed('good')], { status: 'TIMED_OUT', verdict: 'ERRORED' }), 3],
  ])('ends with the code of a run that is %s', async (_, result: RunResult, code) => {
    await expect(report([file('result.json', result)])).resolves.toMatchObject({ code });
  });

  test('excuses known failures, and points out what is to do about their list', async () => {
    const known = [
      { configuration_identifier: 'bad', reason: 'feed is down', expires: '9999-12-31' },
      { configuration_identifier: 'good', reason: 'was slow', expires: '9999-12-31' },
      { configuration_identifier: 'gone', reason: 'was there', expires: '9999-12-31' },
    ];
    const args = [file('result.json', saved), '--known-failures', file('known.json', known)];

    const text = await report(args);
    expect(text.code).toBe(0);
    expect(text.stdout).toContain('1 known failure:\n  bad failed after 8.012s: Error: Something went wrong! (known');
    expect(text.stdout).toContain('Known failure "good" passed: it can leave the list.\n');
    expect(text.stderr).toBe('');

    const junit = await report([...args, '--report', `junit=${file('junit.xml')}`]);
    expect(junit.stderr).toContain('Known failure "gone" is the name of no configuration in this run.\n');
    expect(read('junit.xml')).toContain('<skipped type="Error" message="Known until 9999-12-31: feed is down.');
    expect(read('junit.xml')).toContain('"Known failure &quot;good&quot; passed: it can leave the list."');
  });

  test('counts a known failure again once its date is over', async () => {
    const known = [{ configuration_identifier: 'bad', reason: 'feed is down', expires: '2026-01-01' }];
    const args = [file('result.json', saved), '--known-failures', file('known.json', known)];

    const { code, stdout } = await report(args);

    expect(code).toBe(1);
    expect(stdout).toContain('Known failure "bad" counts as failed again since its date is over, 2026-01-01');
  });

  test('fails for flaky ones with --strict alone', async () => {
    const flaky = runResultOf([passed('good', { flaky: true, earlier: [failed('good')] })]);
    const result = file('result.json', flaky);

    await expect(report([result])).resolves.toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 flaky, passed only when run again:\n  good failed after 8.012s: Error'),
    });
    await expect(report([result, '--strict'])).resolves.toMatchObject({ code: 1 });
  });

  test('is split over JUnit files where their name has %d, and says so where it should be', async () => {
    const many = runResultOf(Array.from({ length: 1001 }, (_, index) => passed(`config_${index}`)));
    const result = file('result.json', many);

    await report([result, '--report', `junit=${file('junit-%d.xml')}`]);
    expect(readdirSync(directory).sort()).toEqual(['junit-1.xml', 'junit-2.xml', 'junit-3.xml', 'result.json']);

    const { stderr } = await report([result, '--report', `junit=${file('junit.xml')}`]);
    expect(stderr).toMatch(/has 1001 test cases, of which CodeBuild shows 500; a file name with %d/);
  });

  test('is added to the summary of a GitHub job, which other commands write to as well', async () => {
    const summary = file('summary.md', '# Mine\n');

    await report([file('result.json', saved), '--report', `markdown=${summary}`], { GITHUB_STEP_SUMMARY: summary });

    expect(read('summary.md')).toMatch(/^# Mine\n## System test failed\n/);
  });

  test.each(['text', 'markdown', 'junit', 'json', 'html'])('gives a CI server no orders: %s', async (format) => {
    const log = '::error::gotcha\n##vso[task.setvariable variable=x]y\n##teamcity[x]\n##[group]z\n';
    const result = runResultOf([failed('bad', { log_tail: log })]);
    const render = async (env: Record<string, string>) =>
      (await report([file('result.json', result), '--report', format], env)).stdout;
    const orders = /^\s*::error|##vso\[|##teamcity\[|##\[/m;

    for (const variable of ['GITHUB_ACTIONS', 'TF_BUILD', 'TEAMCITY_VERSION']) {
      expect(await render({ [variable]: 'true' })).not.toMatch(orders);
    }
    expect(await render({})).toMatch(orders);
  });

  test('gives GitHub Actions its own orders, and only these', async () => {
    const result = runResultOf([failed('bad', { log_tail: '::error::gotcha\n##[group]z\n' })]);

    const { code, stdout } = await report([file('result.json', result), '--report', 'github'], {
      GITHUB_ACTIONS: 'true',
    });

    expect(code).toBe(1);
    expect(stdout.match(/^\s*::\S+|##\[/gm)).toEqual(['::group::bad', '::endgroup::', '::error', '::notice']);
  });

  test('gives a CI server no orders through a pipe either, by whatever name', async () => {
    const log = '::error::gotcha\n##vso[task.setvariable variable=x]y\n';
    const result = file('result.json', runResultOf([failed('bad', { log_tail: log })]));
    spawnSync('mkfifo', [file('pipe-1')]);
    symlinkSync(file('pipe-1'), file('link'));
    const written = async (format: string, name: string) => {
      const args = [result, '--report', `${format}=${file(name)}`];
      const [text] = await Promise.all([readFile(file('pipe-1'), 'utf8'), report(args, { TF_BUILD: 'True' })]);
      return text;
    };

    for (const [format, name] of [
      ['text', 'pipe-1'],
      ['markdown', 'link'],
      ['junit', 'pipe-%d'],
      ['json', 'link'],
    ]) {
      const text = await written(format!, name!);
      expect(text).toContain('gotcha');
      expect(text).not.toMatch(/^\s*::error|##vso\[/m);
    }
  });

  test('stays the same JSON where it gives a CI server no orders', async () => {
    const log = '::error::gotcha\n##vso[task.setvariable variable=x]y\n';
    const result = file('result.json', runResultOf([failed('bad', { log_tail: log })]));

    const { stdout } = await report([result, '--report', 'json'], { TF_BUILD: 'True' });

    expect((JSON.parse(stdout) as RunResult).results[0]!.log_tail).toBe(log);
  });

  test('takes out what looks like a credential unless it is told not to', async () => {
    const log = 'key AKIAIOSFODNN7EXAMPLE\n';
    const result = file('result.json', runResultOf([failed('bad', { log_tail: log })]));

    expect((await report([result])).stdout).not.toContain('AKIAIOSFODNN7EXAMPLE');
    expect((await report([result, '--no-redact-credentials'])).stdout).toContain(log);
  });

  test.each([
    [
      'no file',
      ['missing.json'],
      /^error: Expected RESULT to name a file, but missing\.json can't be read: there is no/,
    ],
    ['no JSON', [__filename], /^error: Expected .*reports\.test\.ts to be the JSON report of a run, got no JSON/],
    ['a bad pattern', ['x.json', '--redact', '('], /^error: Expected --redact to be a regular expression, got "\("/],
    [
      'an unknown format',
      ['x.json', '--report', 'pdf'],
      /the format one of text, json, junit, markdown, html, github, got "pdf"/,
    ],
    ['a report over its input', [__filename, '--report', `json=${__filename}`], /file that is not read, got the input/],
    ['a missing list', ['x.json', '--known-failures', 'no.json'], /^error: Expected --known-failures to name a file/],
  ])('is refused for %s', async (_, args, message) => {
    const { code, stdout, stderr } = await report(args);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });
});
