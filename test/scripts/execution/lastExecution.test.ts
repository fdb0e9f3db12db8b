import { PassThrough } from 'node:stream';
import type { DistributedResult, ExecutionStatus } from '../../../lib/wire';
import type { StepFunctions } from '../../../scripts/aws/stepFunctions';
import type { FollowContext } from '../../../scripts/execution/followedResult';
import type { FollowedExecution } from '../../../scripts/execution/followExecution';
import { durationsBefore, lastResult, type PastContext } from '../../../scripts/execution/lastExecution';
import { NoVerdictError } from '../../../scripts/io/noVerdictError';
import { UserError } from '../../../scripts/io/userError';
import { Talk } from '../../../scripts/terminal/talk';
import { aggregated, machineArn } from '../fakeExecution';
import { FakeClock } from '../fakeClock';
import { fakePastRuns, type FakeRun } from '../fakePastRuns';
import { failed, passed, runResultOf } from '../runResults';

const denied = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });

function past(runs: FakeRun[], o?: Parameters<typeof fakePastRuns>[1]) {
  const { api, calls } = fakePastRuns(runs, o);
  let said = '';
  const stderr = new PassThrough().on('data', (chunk: Buffer) => (said += chunk.toString()));
  const context: PastContext & Pick<FollowContext, 'options'> = {
    connection: { api, stateMachineArn: machineArn },
    io: { clock: new FakeClock(), stop: new AbortController().signal },
    talk: new Talk(stderr, 'verbose'),
    options: { cost: false, progress: true },
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
      4,
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
    const { context, said } = past([]);
    context.connection.api.executions = () => new Promise(() => undefined);
    const since = context.io.clock.now();

    await expect(durationsBefore(undefined, {}, context)).resolves.toBeUndefined();
    expect(context.io.clock.now() - since).toBe(10_000);
    expect(said()).toMatch(/^All are started in the given order, as .*: .*within 10 s\.\n$/);
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
  const report = runResultOf([passed('a'), failed('b')]);
  async function last(
    runs: FakeRun[],
    followed: Partial<FollowedExecution> = {},
    /** What an execution is described as, by its name, where the list has it otherwise. */
    statuses: Record<string, ExecutionStatus> = {},
  ) {
    const read: string[] = [];
    const { context, said } = past(runs);
    const describe: StepFunctions['describe'] = (executionArn) => {
      const status = statuses[executionArn.split(':').at(-1)!] ?? 'RUNNING';
      return Promise.resolve({ executionArn, stateMachineArn: machineArn, status, startDate: at(0) });
    };
    Object.assign(context.connection.api, { describe });
    const watch = (arn: string) => {
      read.push(arn.split(':').at(-1)!);
      return Promise.resolve({ followed: followed as FollowedExecution, result: report });
    };
    return { ...(await lastResult(context as FollowContext, watch)), read, said: said() };
  }
  const refused = { error: 'SystemTestInputRefused', result: '{}' };

  it.each<[string, Partial<FakeRun>]>([
    [
      'failed',
      { error: 'SystemTestFailed', result: { ...aggregated([{ identifier: 'a', seconds: 1 }]), passed: 0, failed: 1 } },
    ],
    ['passed', { result: aggregated([{ identifier: 'a', seconds: 1 }]) }],
    ['was stopped', { status: 'ABORTED' }],
    ['timed out', { status: 'TIMED_OUT' }],
    ['was distributed', { result: distributed }],
  ])('is that of the report of the last execution that has ended, where it %s', async (_, of) => {
    const { source, result, read, said } = await last([
      ran('c', {}, { status: 'RUNNING' }),
      ran('b', {}, of),
      ran('a', { a: 1 }),
    ]);

    expect([result, read]).toEqual([report, ['b']]);
    expect(source).toBe('the last execution (b, 2 configurations, 2026-01-01T12:00:00.000Z)');
    expect(said).toBe(`Taking what did not pass from ${source}.\n`);
  });

  it.each<[string, FakeRun[], RegExp]>([
    ['has ended', [ran('b', {}, { status: 'RUNNING' })], /that has ended, got none: test all, or give/],
    [
      'has tested',
      [ran('b', {}, refused), ran('a', { a: 1 })],
      /:b, but it came to none \(SystemTestInputRefused\): test all/,
    ],
    [
      'can be read',
      [ran('b', {}, { failure: denied }), ran('a', { a: 1 })],
      /:b, but AccessDeniedException: not authorized: test/,
    ],
  ])('is refused where no last execution %s, as an older one tells nothing of it', async (_, runs, message) => {
    const failure = last(runs);

    await expect(failure).rejects.toThrow(UserError);
    await expect(failure).rejects.toThrow(message);
  });

  it('is that of the execution which has just ended, though the list has it as running', async () => {
    const error = 'SystemTestFailed';
    const runs = [
      ran('d', {}, { status: 'RUNNING' }),
      ran(
        'c',
        {},
        { status: 'RUNNING', error, result: aggregated([{ identifier: 'a', seconds: 1, status: 'FAILED' }]) },
      ),
      ran('b', { a: 1 }),
    ];

    await expect(last(runs, {}, { c: 'FAILED' })).resolves.toMatchObject({ read: ['c'] });
    await expect(last(runs)).resolves.toMatchObject({ read: ['b'] });
  });

  it('is not taken from a history that was not read to its end', async () => {
    await expect(last([ran('a', { a: 1 })], { trouble: new NoVerdictError('Lost it.') })).rejects.toThrow('Lost it.');
  });
});
