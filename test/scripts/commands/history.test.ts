import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import type { RunResult } from '../../../lib/wire';
import type { Connection } from '../../../scripts/aws/connection';
import { history } from '../../../scripts/commands/history';
import { FakeClock } from '../fakeClock';
import { aggregated, machineArn } from '../fakeExecution';
import { fakePastRuns, type FakeRun } from '../fakePastRuns';
import { inProcess, type Ended } from '../command';
import { failed, passed, runResultOf } from '../runResults';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'history-'))));
afterEach(() => rmSync(directory, { recursive: true }));

/** A saved result, `day` days after the first of November. */
function saved(name: string, day: number, rest: Partial<RunResult> = {}): string {
  const started_at = new Date(Date.UTC(2026, 10, 1 + day, 2)).toISOString();
  const execution_arn = `arn:aws:states:eu-west-1:123456789012:execution:Feeds:${name}`;
  const results = rest.results ?? [passed('good'), day > 2 ? failed('bad') : passed('bad')];
  const file = join(directory, `${name}.json`);
  writeFileSync(file, JSON.stringify(runResultOf(results, { started_at, execution_arn, ...rest })));
  return file;
}

describe('the history of saved results', () => {
  it('tells them by the time that they started at, each once, whatever came out', async () => {
    const files = [saved('b', 4), saved('a', 1), saved('c', 3)];
    const copy = join(directory, 'latest.json');
    writeFileSync(copy, readFileSync(files[0]!));
    const { code, stdout } = await inProcess(['history', ...files, copy]);

    expect(code).toBe(0);
    expect(stdout).toMatch(/^The last 3 runs of Feeds, 2026-11-02 to 2026-11-05 \(UTC\)\n/);
    expect(stdout).toMatch(/^bad {3}FF\. {2}failing since 2026-11-04, 2 runs$/m);
  });

  it('is JSON of a documented shape', async () => {
    const origin = { tool_version: '1.0.0', commit: '3f2a9c1d00', build_url: 'https://ci.example/7' };
    const { stdout } = await inProcess(['history', saved('b', 4, { origin }), saved('a', 1), '--report', 'json']);

    expect(JSON.parse(stdout)).toEqual({
      schema_version: 1,
      state_machine_arn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:Feeds',
      runs: [
        {
          name: 'b',
          execution_arn: 'arn:aws:states:eu-west-1:123456789012:execution:Feeds:b',
          ...{ status: 'FAILED', verdict: 'FAILED', started_at: '2026-11-05T02:00:00.000Z', duration_seconds: 8.5 },
          ...{ started_by: { kind: 'named' }, total: 2, passed: 1, failed: 1, errored: 0, origin },
        },
        expect.objectContaining({ name: 'a', verdict: 'PASSED' }),
      ],
      configurations: [
        {
          configuration_identifier: 'bad',
          outcomes: [
            { status: 'FAILED', duration_ms: 8012.2 },
            { status: 'PASSED', duration_ms: 3004.1 },
          ],
          failing: { since: '2026-11-05T02:00:00.000Z', runs: 1 },
          ...{ not_passed: 1, changes: 1, flaky_runs: 0, flaky: false },
        },
      ],
      steady: 1,
      notes: [],
    });
  });

  it.each([
    [
      ['--last', '2'],
      ['c', 'b'],
    ],
    [
      ['--since', '2026-11-03'],
      ['c', 'b'],
    ],
    [['--since', '2026-11-03T02:00:01Z'], ['c']],
  ])('tells those that are asked for: %j', async (flags, names) => {
    const files = [saved('a', 1), saved('b', 2), saved('c', 4)];
    const { stdout } = await inProcess(['history', ...files, ...flags, '--report', 'json']);

    expect((JSON.parse(stdout) as { runs: { name: string }[] }).runs.map(({ name }) => name)).toEqual(names);
  });

  it('has no secrets, in no format', async () => {
    const key = 'AKIAIOSFODNN7EXAMPLE';
    const file = saved('a', 4, { results: [failed(`tenant-${key}`)], origin: { tool_version: '1', build: key } });
    const html = join(directory, 'h.html');
    const json = join(directory, 'h.json');
    const flags = ['--report', 'text', '--report', `json=${json}`, '--report', `html=${html}`, '--redact', 'eu-west-1'];
    const { stdout } = await inProcess(['history', file, ...flags]);

    for (const report of [stdout, readFileSync(json, 'utf8'), readFileSync(html, 'utf8')]) {
      expect(report).not.toMatch(/AKIA|eu-west-1/);
      expect(report).toContain('tenant-[redacted] #1');
    }
  });

  it('does not mix two tests, or two state machines', async () => {
    const other = saved('x', 1, { execution_arn: 'arn:aws:states:eu-west-1:123456789012:execution:Bills:x' });
    const one = saved('a', 1, { test: 'Feeds/Test' });
    const two = saved('b', 2, { test: 'Feeds/Other' });

    expect(await inProcess(['history', one, other])).toMatchObject({
      code: 2,
      stderr: `error: Expected the results of one state machine, got those of two: arn:aws:states:eu-west-1:123456789012:stateMachine:Feeds in ${one}, arn:aws:states:eu-west-1:123456789012:stateMachine:Bills in ${other}.\n`,
    });
    expect((await inProcess(['history', one, two])).stderr).toMatch(
      /one system test, got those of two: Feeds\/Test in /,
    );
  });

  it.each([
    [['--stack', 'Feeds'], 'Expected either saved results or --stack, which leads to executions, got both.'],
    [
      ['--since', '7 fortnights'],
      'Expected --since to be a time such as 24h, 7d, 2w or 2026-11-01, got "7 fortnights".',
    ],
    [['--since', '2026-02-30'], 'Expected --since to be a time such as 24h, 7d, 2w or 2026-11-01, got "2026-02-30".'],
    [['--last', '0'], 'Expected --last to be an integer from 1 to 200, got "0".'],
    [
      ['--report', 'junit'],
      'Expected --report to be FORMAT or FORMAT=FILE, the format one of text, json, html, got "junit".',
    ],
  ])('refuses %j', async (flags, message) => {
    expect(await inProcess(['history', saved('a', 1), ...flags])).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: ${message}\n`,
    });
  });
});

describe('the history of executions', () => {
  const day = (date: number) => new Date(Date.UTC(2025, 11, date, 2));
  const green = aggregated([
    { identifier: 'good', seconds: 1 },
    { identifier: 'bad', seconds: 1 },
  ]);
  const red = aggregated([
    { identifier: 'good', seconds: 1 },
    { identifier: 'bad', seconds: 1, status: 'FAILED' },
  ]);
  const runs: FakeRun[] = Array.from({ length: 30 }, (_, index) => ({
    ...{ name: `run-${30 - index}`, startedAt: day(30 - index), result: index < 3 ? red : green },
  }));
  const denied = Object.assign(new Error('You may not'), { name: 'AccessDeniedException' });

  async function historyOf(
    past: ReturnType<typeof fakePastRuns>,
    options: Partial<Parameters<typeof history>[1]> = {},
    stop = new AbortController().signal,
  ): Promise<Ended> {
    const text = { stdout: '', stderr: '' };
    const stream = (name: keyof typeof text) =>
      new PassThrough().on('data', (data: Buffer) => (text[name] += data.toString()));
    const io = {
      ...{ env: {}, cwd: () => '/', stdin: Readable.from([]), stdout: stream('stdout'), stderr: stream('stderr') },
      ...{ clock: new FakeClock(), stop, leave: new AbortController().signal },
    };
    const connection = { api: past.api, stateMachineArn: machineArn, close: () => Promise.resolve() };
    const ended = history([], { color: false, ...options }, io, () =>
      Promise.resolve(connection as unknown as Connection),
    );
    const code = await ended.catch((error: unknown) => {
      const { name, message } = error as Error;
      text.stderr += `${name}: ${message}`;
      return null;
    });
    return { code, ...text };
  }

  it('tells the last twenty, with one list and one call each', async () => {
    const past = fakePastRuns(runs);
    const { code, stdout } = await historyOf(past);

    expect(code).toBe(0);
    expect(stdout).toMatch(/^The last 20 runs of SystemTest, 2025-12-11 to 2025-12-30 \(UTC\)\n/);
    expect(stdout).toMatch(/^bad {3}FFF\.{17} {2}failing since 2025-12-28, 3 runs$/m);
    expect(past.calls).toHaveLength(21);
  });

  it('tells those since a time that has passed, all of them, and calls for no others', async () => {
    const past = fakePastRuns(runs);
    // The clock of the tests starts with the year 2026.
    const { stdout } = await historyOf(past, { since: (now) => new Date(now - 10 * 86_400_000) });

    expect(stdout).toContain('The last 9 runs of SystemTest, 2025-12-22 to');
    expect(past.calls).toHaveLength(10);
  });

  it('says so where there may be more runs than it tells', async () => {
    const { stdout } = await historyOf(fakePastRuns(runs), { last: 5, since: () => day(1) });

    expect(stdout).toContain('These are the last 5 runs; there may be more since 2025-12-01T02:00:00.000Z.\n');
  });

  it('has a line for a run that can not be read, and says why', async () => {
    const gone = Object.assign(new Error('Execution Does Not Exist'), { name: 'ExecutionDoesNotExist' });
    const { code, stdout } = await historyOf(fakePastRuns([runs[0]!, { ...runs[1]!, failure: gone }]));

    expect(code).toBe(0);
    expect(stdout).toMatch(/^12-29 02:00 {2}- {8}can't be read /m);
    expect(stdout).toContain("1 run can't be read: ExecutionDoesNotExist: Execution Does Not Exist.\n");
  });

  it('is left by an interrupt, with nothing told', async () => {
    const past = fakePastRuns(runs);
    const stop = new AbortController();
    const lastEvents: typeof past.api.lastEvents = () => {
      stop.abort();
      return new Promise(() => undefined);
    };
    const { stdout, stderr } = await historyOf({ ...past, api: { ...past.api, lastEvents } }, {}, stop.signal);

    expect({ stdout, stderr }).toEqual({
      stdout: '',
      stderr: 'InterruptedError: Interrupted before the history was read.',
    });
  });

  it('names the permission that is missing', async () => {
    const list = await historyOf(fakePastRuns(runs, { listing: denied }));
    const read = await historyOf(fakePastRuns(runs.slice(0, 2).map((run) => ({ ...run, failure: denied }))));

    expect(list.stderr).toBe(
      `UserError: Expected the permission states:ListExecutions on ${machineArn}, as grantRead gives it, got AccessDeniedException: You may not.`,
    );
    expect(read.stderr).toBe(
      `UserError: Expected a run of a system test that can be read among the last 2 of ${machineArn}, got none: AccessDeniedException: You may not.`,
    );
  });

  it('refuses a state machine that has no executions to list', async () => {
    const listing = Object.assign(new Error('EXPRESS'), { name: 'StateMachineTypeNotSupported' });

    expect((await historyOf(fakePastRuns([], { listing }))).stderr).toMatch(
      /^UserError: Expected a state machine with exec/,
    );
  });
});
