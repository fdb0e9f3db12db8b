import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import type { RunResult } from '../../../lib/wire';
import type { Comparand } from '../../../scripts/commands/comparing';
import { testAndReport } from '../../../scripts/commands/testAndReport';
import { EarlierExecutions } from '../../../scripts/execution/earlierExecutions';
import { FakeClock } from '../fakeClock';
import { inProcess } from '../command';
import { aggregated, machineArn } from '../fakeExecution';
import { fakePastRuns, type FakeRun } from '../fakePastRuns';
import { failed, passed, runResultOf } from '../runResults';

const directory = mkdtempSync(join(tmpdir(), 'compare-'));
afterAll(() => rmSync(directory, { recursive: true }));

function saved(name: string, result: RunResult): string {
  const file = join(directory, name);
  writeFileSync(file, JSON.stringify(result));
  return file;
}

const bad = runResultOf([failed('a'), passed('b')]);
const good = aggregated(['a', 'b'].map((identifier) => ({ identifier, seconds: 3 })));
const before: FakeRun = { name: 'before', startedAt: new Date('2025-11-26T03:12:00Z'), result: good };
const since = 'since the run of 2025-11-26 03:12 UTC (passed):\n';
const denied = Object.assign(new Error('User is not authorized'), { name: 'AccessDeniedException' });

interface Given {
  compare?: Comparand;
  rerunFailed?: string;
  runs?: FakeRun[];
  listing?: Error;
  result?: RunResult;
  identifiers?: string[];
  /** Hangs, or is interrupted, when the list is asked for. */
  then?: 'hangs' | 'is interrupted';
}

/** A run that comes to a result, on a state machine with these executions before it. */
async function ended({ compare, rerunFailed, runs = [], listing, result = bad, identifiers = [], then }: Given) {
  const text = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') =>
    new PassThrough().on('data', (chunk: Buffer) => (text[name] += chunk.toString()));
  const stop = new AbortController();
  let tested = false;
  const { api, calls } = fakePastRuns(runs, { listing });
  const describe = (executionArn: string) =>
    Promise.resolve({
      executionArn,
      stateMachineArn: machineArn,
      status: 'SUCCEEDED' as const,
      startDate: new Date(0),
    });
  const executions: typeof api.executions = (...args) => {
    if (then === 'is interrupted') stop.abort();
    return then === undefined ? api.executions(...args) : new Promise(() => undefined);
  };
  const clock = new FakeClock();
  const code = await testAndReport(
    identifiers,
    { compare, rerunFailed, redactCredentials: true, cost: true, color: false, progress: false },
    {
      env: {},
      cwd: () => directory,
      stdin: Readable.from([]),
      stdout: stream('stdout'),
      stderr: stream('stderr'),
      clock,
      stop: stop.signal,
      leave: new AbortController().signal,
    },
    {
      open: () =>
        Promise.resolve({
          testPath: 'Feeds/SystemTest',
          executions: new EarlierExecutions({ ...api, executions, describe }, machineArn, clock),
          test: () => {
            tested = true;
            return Promise.resolve({ result, repeatable: true });
          },
          findConfigurations: () => Promise.resolve(undefined),
          whyNoVerdict: () => 'No verdict.',
          close: () => Promise.resolve(),
        }),
    },
  ).catch((error: unknown) => error as Error);
  const waited = clock.now() - new FakeClock().now();
  const notes = text.stderr.split('\n').filter((line) => line.startsWith('The report does not tell what is new'));
  return { code, stdout: text.stdout, notes, tested, calls, waited };
}

describe('a run', () => {
  test('says first what is new since the last execution, and ends as it would without', async () => {
    const { code, stdout, notes } = await ended({ runs: [before] });
    expect(code).toBe(1);
    expect(stdout).toMatch(new RegExp(`^New ${since.replace(/[()]/g, '\\$&')} {2}newly failing: a\n\na failed after`));
    expect(notes).toEqual([]);
  });

  test('says nothing of it where there is none before, where nobody wants it, or where what came back is not believed', async () => {
    expect((await ended({})).stdout).toMatch(/^a failed/);
    const none = await ended({ compare: 'none', runs: [before] });
    expect([none.stdout, none.calls]).toEqual([expect.stringMatching(/^a failed/), []]);
    const unbelieved = { ...bad, verdict: 'ERRORED' as const, disagreement: 'the result names no configuration' };
    expect((await ended({ runs: [before], result: unbelieved })).calls).toEqual([]);
  });

  test.each<[string, Given, string]>([
    [
      'may not look',
      { listing: denied },
      `Not allowed to read the executions of ${machineArn} before this one: AccessDeniedException: User is not authorized`,
    ],
    ['gets no answer within ten seconds', { then: 'hangs' }, 'AWS did not tell it within 10 s.'],
    ['may not read them', { runs: [{ ...before, failure: denied }] }, 'AccessDeniedException: User is not authorized'],
  ])('that %s says so, and ends as it would without', async (_, given, why) => {
    const { code, stdout, notes, waited } = await ended(given);
    expect(notes).toEqual([`The report does not tell what is new, as with --compare none: ${why}`]);
    expect(stdout).toMatch(/^a failed after [^]*1 of 2 passed the test - 1 failed\n$/);
    expect(code).toBe(1);
    expect(waited).toBeLessThanOrEqual(10_000);
  });

  test.each([
    [bad, 1],
    [runResultOf([passed('a')]), 0],
  ])('that is interrupted while it looks ends at once with its own verdict', async (result, code) => {
    const interrupted = await ended({ then: 'is interrupted', result });
    expect(interrupted).toMatchObject({ code, notes: [] });
    expect(interrupted.waited).toBe(0);
  });

  test('compares with the saved result that is named, and asks for no other', async () => {
    const old = runResultOf([passed('a'), failed('c')], { execution_arn: '' });
    const { stdout, calls } = await ended({ compare: { file: saved('old.json', old) }, runs: [before] });
    expect(stdout).toContain(`New since the run of 2026-01-01 00:00 UTC (failed) in ${join(directory, 'old.json')}:\n`);
    expect(stdout).toContain('  newly failing: a\n  added: b\n  gone: c\n');
    expect(calls).toEqual([]);
  });

  test('tells nothing to be added or gone where it tested a selection', async () => {
    const compare = { file: saved('more.json', runResultOf([passed('a'), passed('c')])) };
    expect((await ended({ compare, identifiers: ['a', 'b'] })).stdout).not.toMatch(/added|gone/);
  });

  test('compares with the execution that is named, and says why where that came to nothing', async () => {
    const executionArn = `${machineArn.replace('stateMachine', 'execution')}:before`;
    const found = await ended({ compare: { executionArn }, runs: [before] });
    expect(found.stdout).toContain('newly failing: a\n');
    const stopped = await ended({ compare: { executionArn }, runs: [{ ...before, failure: denied }] });
    expect(stopped.notes).toEqual([
      `The report does not tell what is new, as with --compare none: ${executionArn} can't be compared with, as ` +
        'AccessDeniedException: User is not authorized.',
    ]);
    expect(stopped.code).toBe(1);
  });

  test.each<[string, () => Given, RegExp]>([
    [
      'an execution of another state machine',
      () => ({ compare: { executionArn: 'arn:aws:states:eu-west-1:123456789012:execution:Other:run' } }),
      /^Expected --compare to name an execution of arn:\S+, got one of another state machine, arn:\S+:Other:run\.$/,
    ],
    [
      'a result of another test',
      () => ({ compare: { file: saved('other.json', { ...bad, test: 'Bills/SystemTest' }) } }),
      /^Expected --compare to name a result of the test Feeds\/SystemTest, got one of Bills\/SystemTest: \S+other\.json\.$/,
    ],
    [
      'a result with none of the configurations that were named',
      () => ({ compare: { file: saved('none.json', bad) }, identifiers: ['c'] }),
      /^Expected --compare to name a result of the same test, got one with none of its configurations: \S+none\.json\.$/,
    ],
    [
      'no result',
      () => ({ compare: { file: 'missing.json' } }),
      /^Expected --compare to name a file, but missing\.json can't be read: there is no such file\./,
    ],
  ])('with --compare that names %s is refused before anything is started', async (_, given, message) => {
    const { code, tested } = await ended(given());
    expect(code).toMatchObject({ name: 'UserError', message: expect.stringMatching(message) as string });
    expect(tested).toBe(false);
  });
});

test('a run of what failed in a result of another test is refused before anything is started', async () => {
  const rerunFailed = saved('others.json', { ...bad, test: 'Bills/SystemTest' });
  const { code, tested } = await ended({ rerunFailed });
  const message = `Expected --rerun-failed to name a result of the test Feeds/SystemTest, got one of Bills/SystemTest: ${rerunFailed}.`;
  expect(code).toMatchObject({ name: 'UserError', message });
  expect(tested).toBe(false);
});

describe('system-test report --compare', () => {
  const result = saved('result.json', {
    ...bad,
    comparison: {
      ...{ newly_failing: ['b'], still_failing: [], fixed: [], slower: [] },
      with: { started_at: '2025-12-31T00:00:00Z', verdict: 'PASSED' },
    },
  });
  const older = saved('older.json', runResultOf([passed('a'), passed('b'), passed('c')]));

  test('renders a saved result beside an older one', async () => {
    const { code, stdout } = await inProcess(['report', result, '--compare', older]);
    expect(code).toBe(1);
    expect(stdout).toContain(`(passed) in ${older}:\n  newly failing: a\n  gone: c\n`);
  });

  test('keeps what was new in the run where it is not given, and leaves it out with none', async () => {
    expect((await inProcess(['report', result])).stdout).toContain('newly failing: b\n');
    expect((await inProcess(['report', result, '--compare', 'none'])).stdout).toMatch(/^a failed/);
  });

  test.each([
    [
      'arn:aws:states:eu-west-1:123456789012:execution:A:b',
      /^error: Expected --compare to name the JSON report of a run /,
    ],
    ['arn:aws:s3:::b', /^error: Expected the ARN of an execution, such as arn:\S+, got arn:aws:s3:::b\.$/m],
    ['', /^error: Expected --compare to be a value, got ""\.$/m],
    [
      saved('another.json', runResultOf([passed('x')])),
      /^error: Expected --compare to name a result of the same test, /,
    ],
  ])('refuses %j with exit code 2', async (compare, message) => {
    const { code, stderr } = await inProcess(['report', result, '--compare', compare]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});

test.each([
  ['run', 'with --local'],
  ['invoke', 'of invocations'],
])('%s --local --compare takes no execution', async (command, where) => {
  const arn = 'arn:aws:states:eu-west-1:123456789012:execution:A:b';
  const { code, stderr } = await inProcess([command, 'a', '--local', '--compare', arn]);
  expect(stderr).toContain(`Expected --compare to name the JSON report of a run ${where}`);
  expect(code).toBe(2);
});
