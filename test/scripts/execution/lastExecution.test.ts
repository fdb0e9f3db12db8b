import { PassThrough } from 'node:stream';
import type { AggregatedResult, DistributedResult } from '../../../lib/wire';
import { durationsBefore, lastResult, type PastContext } from '../../../scripts/execution/lastExecution';
import { NoVerdictError } from '../../../scripts/io/noVerdictError';
import { UserError } from '../../../scripts/io/userError';
import { Talk } from '../../../scripts/terminal/talk';
import { aggregated, machineArn } from '../fakeExecution';
import { FakeClock } from '../fakeClock';
import { fakePastRuns, type FakeRun } from '../fakePastRuns';
import { passed, runResultOf } from '../runResults';

const denied = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });

function past(runs: FakeRun[], o?: Parameters<typeof fakePastRuns>[1]) {
  const { api, calls } = fakePastRuns(runs, o);
  let said = '';
  const stderr = new PassThrough().on('data', (chunk: Buffer) => (said += chunk.toString()));
  const context: PastContext = {
    connection: { api, stateMachineArn: machineArn },
    io: { clock: new FakeClock(), stop: new AbortController().signal },
    talk: new Talk(stderr, 'verbose'),
  };
  return { context, calls, said: () => said };
}

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 12, minute));
const ran = (
  name: string,
  seconds: Record<string, number>,
  of: Partial<FakeRun> & { atOnce?: number } = {},
): FakeRun => ({
  name,
  startedAt: at(0),
  result: aggregated(
    Object.entries(seconds).map(([identifier, s]) => ({ identifier, seconds: s })),
    of.atOnce ?? 1,
  ),
  ...of,
});
const distributed: DistributedResult = {
  ...({ ...aggregated([{ identifier: 'a', seconds: 1 }]), results: undefined } as unknown as DistributedResult),
  mode: 'DISTRIBUTED',
  results_location: { bucket: 'b', prefix: 'p/' },
};

describe('what took longest', () => {
  it.each<[string, FakeRun[], Record<string, number>, number]>([
    ['is not known where nothing has run', [], {}, 1],
    [
      'is known by the last run, in two calls',
      [ran('b', { a: 1, b: 2 }), ran('a', { a: 9, c: 3 })],
      { a: 1000, b: 2000 },
      2,
    ],
    [
      'is known by the one before it as well, where all of it ran at once, as a retry does',
      [ran('c', { b: 5 }, { atOnce: 10 }), ran('b', { a: 1, b: 2 }), ran('a', { c: 9 })],
      { a: 1000, b: 5000 },
      3,
    ],
    [
      'is looked for no further than that',
      [ran('c', { a: 1 }, { atOnce: 10 }), ran('b', { b: 2 }, { atOnce: 10 }), ran('a', { c: 9 })],
      { a: 1000, b: 2000 },
      3,
    ],
    [
      'is known by an earlier run, where the last ones came to no result',
      [
        ran('d', {}, { status: 'ABORTED' }),
        ran('c', {}, { error: 'SystemTestInputRefused', result: '{"configurations":["x"]}' }),
        ran('b', { a: 1, b: 2 }),
      ],
      { a: 1000, b: 2000 },
      3,
    ],
    [
      'is not looked for behind five of these',
      Array.from({ length: 9 }, (_, n) => ran(`r${n}`, {}, { error: 'Odd' })),
      {},
      6,
    ],
    ['is not told by a distributed run', [ran('b', {}, { result: distributed }), ran('a', { a: 1, b: 2 })], {}, 2],
    [
      'is not looked for where a history may not be read',
      [ran('b', {}, { failure: denied }), ran('a', { a: 1, b: 2 })],
      {},
      2,
    ],
  ])('%s', async (_, runs, durations, calls) => {
    const { context, calls: made } = past(runs);

    await expect(durationsBefore(undefined, {}, context)).resolves.toEqual(new Map(Object.entries(durations)));
    expect(made).toHaveLength(calls);
  });

  it('is nothing where the executions may not be listed, which costs a run nothing', async () => {
    const { context, said } = past([], { listing: denied });

    await expect(durationsBefore(undefined, {}, context)).resolves.toBeUndefined();
    expect(said()).toMatch(/^All are started in the given order, as .*: AccessDeniedException: not authorized\n$/);
  });

  it('is given up after ten seconds', async () => {
    const { context } = past([]);
    const timeout = jest
      .spyOn(AbortSignal, 'timeout')
      .mockImplementation((ms) => AbortSignal.abort(new Error(`${ms} ms`)));

    await expect(durationsBefore(undefined, {}, context)).resolves.toBeUndefined();
    expect(timeout).toHaveBeenCalledWith(10_000);
    timeout.mockRestore();
  });

  it.each([
    [
      'an earlier run is given',
      { source: 'r.json', result: runResultOf([passed('z', { duration_ms: 7 })]) },
      {},
      new Map([['z', 7]]),
    ],
    ['the endpoint was just started', undefined, { local: true }, undefined],
  ])('is not looked for where %s', async (_, earlier, options, durations) => {
    const { context, calls } = past([ran('b', { a: 1, b: 2 })]);

    await expect(durationsBefore(earlier, options, context)).resolves.toEqual(durations);
    expect(calls).toEqual([]);
  });

  it.each<[string, FakeRun[], Parameters<typeof fakePastRuns>[1], new () => Error, RegExp]>([
    [
      'there is none',
      [],
      {},
      UserError,
      /^Expected an execution of arn:\S+ that tells how long .* --longest-first RESULT\.$/,
    ],
    ['it may not be looked up', [], { listing: denied }, UserError, /^Not allowed to read the executions of arn:/],
    [
      'it can not be looked up',
      [],
      { listing: new Error('odd') },
      NoVerdictError,
      /^Could not read the executions of arn:/,
    ],
  ])('is insisted on by --longest-first alone: refused where %s', async (_, runs, o, kind, message) => {
    const failure = durationsBefore(undefined, { longestFirst: true }, past(runs, o).context);

    await expect(failure).rejects.toThrow(kind);
    await expect(failure).rejects.toThrow(message);
  });
});

describe('what did not pass last', () => {
  const failed: AggregatedResult = aggregated([
    { identifier: 'a', seconds: 1 },
    { identifier: 'b', seconds: 2, status: 'FAILED', logTail: 'half a line\nEND\n' },
  ]);

  it('is that of the last execution that has ended, as its report has it', async () => {
    const { context } = past([
      ran('c', {}, { status: 'RUNNING' }),
      ran('b', {}, { result: failed }),
      ran('a', { a: 1 }),
    ]);

    const { source, result } = await lastResult(context);

    expect(source).toBe('the last execution (b, 2 configurations, 2026-01-01T12:00:00.000Z)');
    expect(result).toMatchObject({
      ...{ total: 2, passed: 1, failed: 1, status: 'FAILED', verdict: 'FAILED', duration_seconds: 26 },
      ...{ execution_arn: expect.stringMatching(/:b$/), started_at: '2026-01-01T12:00:00.000Z' },
      results: [{ status: 'PASSED' }, { configuration_identifier: 'b', status: 'FAILED' }],
    });
  });

  it.each<[string, FakeRun[], RegExp]>([
    ['has ended', [ran('b', {}, { status: 'RUNNING' })], /that has ended, got none: test all, or give/],
    [
      'was not stopped',
      [ran('b', {}, { status: 'ABORTED' }), ran('a', { a: 1 })],
      /it came to no result \(ABORTED\): test all, or/,
    ],
    ['did not time out', [ran('b', {}, { status: 'TIMED_OUT' }), ran('a', { a: 1 })], /no result \(TIMED_OUT\)/],
    [
      'was not refused',
      [ran('b', {}, { error: 'SystemTestInputRefused', result: '{}' }), ran('a', { a: 1 })],
      /no result \(SystemTestInputRefused\)/,
    ],
    [
      'can be read',
      [ran('b', {}, { failure: denied }), ran('a', { a: 1 })],
      /:b, but AccessDeniedException: not authorized: test all/,
    ],
    ['agrees with its counts', [ran('b', {}, { result: { ...failed, failed: 0, passed: 2 } })], /:b, but /],
    ['holds its results', [ran('b', {}, { result: distributed })], /:b, but its results are elsewhere: test all/],
  ])('is refused unless the last execution %s, as an older one tells nothing of it', async (_, runs, message) => {
    const failure = lastResult(past(runs).context);

    await expect(failure).rejects.toThrow(UserError);
    await expect(failure).rejects.toThrow(message);
  });
});
