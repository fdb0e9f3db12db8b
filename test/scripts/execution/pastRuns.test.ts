import type { DistributedResult } from '../../../lib/wire';
import { pastRuns, type PastRun, type PastRunsOptions } from '../../../scripts/execution/pastRuns';
import { FakeClock } from '../fakeClock';
import { aggregated, machineArn } from '../fakeExecution';
import { fakePastRuns, type FakeRun } from '../fakePastRuns';

const day = (date: number) => new Date(Date.UTC(2026, 10, date));
const green = aggregated([{ identifier: 'feed_a', seconds: 1 }]);
const red = aggregated([
  { identifier: 'feed_a', seconds: 1 },
  { identifier: 'feed_b', seconds: 2, status: 'FAILED' },
]);
const untested = aggregated([{ identifier: 'feed_a', seconds: 1, status: 'ERRORED' }]);
const distributed: DistributedResult = {
  ...{ schema_version: 1, total: 2, passed: 1, failed: 1, errored: 0, max_concurrency: 10, tolerated_failures: 0 },
  mode: 'DISTRIBUTED',
  results_location: { bucket: 'b', prefix: 'run/' },
};

function named(name: string): Error {
  return Object.assign(new Error('Something is wrong'), { name });
}

async function all(api: Parameters<typeof pastRuns>[0], o: Partial<PastRunsOptions> = {}, most = Infinity) {
  const found: PastRun[] = [];
  const options = { clock: new FakeClock(), stop: new AbortController().signal, ...o };
  for await (const run of pastRuns(api, `${machineArn}:live`, options)) {
    found.push(run);
    if (found.length === most) break;
  }
  return found;
}

async function only(run: Omit<FakeRun, 'name' | 'startedAt'>): Promise<PastRun> {
  return (await all(fakePastRuns([{ name: 'run', startedAt: day(1), ...run }]).api))[0]!;
}

describe('a past run', () => {
  it.each<[string, Omit<FakeRun, 'name' | 'startedAt'>, Partial<PastRun>]>([
    ['passed, with the result', { result: green }, { status: 'SUCCEEDED', verdict: 'PASSED', result: green }],
    ['failed, with the result', { result: red }, { verdict: 'FAILED', error: 'SystemTestFailed', result: red }],
    ['errored, with the result', { result: untested }, { verdict: 'ERRORED', result: untested }],
    ['distributed: counts alone', { result: distributed }, { verdict: 'FAILED', result: distributed }],
    ['stopped', { status: 'ABORTED' }, { verdict: 'ERRORED', result: undefined, unread: undefined }],
    [
      'stopped by --max-failures',
      { status: 'ABORTED', error: 'SystemTest.MaxFailures' },
      { verdict: 'FAILED', error: 'SystemTest.MaxFailures', result: undefined },
    ],
    ['out of time', { status: 'TIMED_OUT' }, { verdict: 'ERRORED', result: undefined, unread: undefined }],
    [
      'refused: its input is no result',
      { error: 'SystemTestInputRefused', result: '{"configurations":["feed_x"]}' },
      { verdict: 'ERRORED', error: 'SystemTestInputRefused', result: undefined, unread: undefined },
    ],
    [
      'of a Map Run that failed as a whole',
      { error: 'SystemTestErrored', result: '{}' },
      { verdict: 'ERRORED', result: undefined, unread: undefined },
    ],
    [
      'that says it passed, where its counts say it did not',
      { status: 'SUCCEEDED', result: red },
      { verdict: undefined },
    ],
    [
      'that says it failed, where its counts say it passed',
      { error: 'SystemTestFailed', result: green },
      { verdict: undefined },
    ],
    [
      'whose counts are not those of its results',
      { result: { ...green, passed: 0, total: 0 } },
      { verdict: undefined },
    ],
    [
      'whose total is not that of its results',
      { result: { ...green, total: green.total + 1 } },
      { verdict: undefined },
    ],
    [
      'whose output is cut',
      { result: JSON.stringify(green).slice(0, 99) },
      {
        verdict: undefined,
        result: undefined,
        unread: "its result can't be read (Expected the result to be an object, got nothing)",
      },
    ],
    [
      'of no system test',
      { result: '{"a":1}' },
      { verdict: undefined, unread: "its result can't be read (Expected results to be a list, got nothing)" },
    ],
    [
      'past its 90 days',
      { failure: named('ExecutionDoesNotExist') },
      { verdict: undefined, unread: 'ExecutionDoesNotExist: Something is wrong' },
    ],
    [
      'that may not be read',
      { failure: named('AccessDeniedException') },
      { verdict: undefined, unread: 'AccessDeniedException: Something is wrong' },
    ],
  ])('is told as one %s', async (_, run, expected) => {
    const found = await only(run);

    expect({ verdict: undefined, result: undefined, unread: undefined, ...found }).toMatchObject(expected);
  });

  it('keeps none of what ended the reading of all: credentials that are over', async () => {
    await expect(only({ failure: named('ExpiredTokenException') })).rejects.toThrow('Something is wrong');
  });
});

describe('past runs', () => {
  const runs = Array.from({ length: 5 }, (_, index) => ({
    name: `run-${5 - index}`,
    startedAt: day(5 - index),
    result: green,
  }));

  it('are read one by one, of the machine itself, as they are asked for', async () => {
    const { api, calls } = fakePastRuns(runs);
    await all(api, {}, 1);

    expect(calls).toEqual([`list ${machineArn} from 0`, 'read run-5']);
  });

  it('are listed over pages, without those that run or that nobody asked for, which are not read', async () => {
    const running: FakeRun[] = [
      { name: 'now', startedAt: day(6), status: 'RUNNING' },
      { name: 'soon', startedAt: day(4), status: 'PENDING_REDRIVE' },
    ];
    const { api, calls } = fakePastRuns([...running, ...runs], { pageSize: 2 });
    const found = await all(api, { before: day(5), since: day(3) });

    expect(found.map(({ name }) => name)).toEqual(['run-4', 'run-3']);
    expect(calls.filter((call) => call.startsWith('read'))).toEqual(['read run-4', 'read run-3']);
  });

  it.each([
    ['ten of them, which is what a comparison takes, at once', 10, 0],
    ['fifteen no faster than five a second', 15, 1000],
  ])('are read %s', async (_, count, milliseconds) => {
    const clock = new FakeClock();
    const start = clock.now();
    await all(fakePastRuns(Array.from({ length: count }, () => runs[0]!)).api, { clock });

    expect(clock.now() - start).toBe(milliseconds);
  });

  it('are waited for where AWS throttles the calls', async () => {
    const { api } = fakePastRuns(runs);
    const failures = [named('ThrottlingException'), named('ThrottlingException')];
    const lastEvents: typeof api.lastEvents = (...call) => {
      const failure = failures.shift();
      return failure ? Promise.reject(failure) : api.lastEvents(...call);
    };

    expect((await all({ ...api, lastEvents })).map(({ verdict }) => verdict)).toEqual(Array(5).fill('PASSED'));
  });

  it('end with the reason of the one who waits no longer, never as a list that is shorter', async () => {
    const stop = new AbortController();
    const { api } = fakePastRuns(runs);
    const lastEvents: typeof api.lastEvents = (...call) => {
      stop.abort(new Error('enough'));
      return api.lastEvents(...call);
    };

    await expect(all({ ...api, lastEvents }, { stop: stop.signal })).rejects.toThrow('enough');
  });

  it("end with the list's own error", async () => {
    const { api } = fakePastRuns(runs, { listing: named('AccessDeniedException') });

    await expect(all(api)).rejects.toThrow('Something is wrong');
  });
});
