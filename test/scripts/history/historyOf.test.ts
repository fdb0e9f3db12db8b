import { historyOf } from '../../../scripts/history/historyOf';
import { drawnRuns } from './recordedRuns';

/** The history of one configuration whose outcomes are drawn, the newest first: undefined where it does not matter. */
function told(drawing: string, seconds: number[] = []) {
  const runs = drawnRuns(
    { feed: drawing, other: '.'.repeat(drawing.length) },
    { seconds: (_, run) => seconds[run] ?? 3 },
  );
  return historyOf(runs, {}).configurations.find((one) => one.configuration_identifier === 'feed');
}

const days = (count: number) => new Date(Date.UTC(2026, 10, 20 - count, 2, 14)).toISOString();

describe('a configuration in the history', () => {
  it.each([
    ['F...', { since: days(0), runs: 1 }],
    ['FFF.F', { since: days(2), runs: 3 }],
    ['FEF.', { since: days(2), runs: 3 }],
    ['EE.', { since: days(1), runs: 2 }],
    ['F F.', { since: days(2), runs: 2 }],
    ['  F.', { since: days(2), runs: 1 }],
    ['FFF', { since: days(2), runs: 3, or_longer: true }],
    ['Fk.', { since: days(1), runs: 2 }],
    ['.FF', undefined],
    ['~FF', undefined],
    ['kFF', undefined],
  ])('that did %j fails since the first run of the unbroken row', (drawing, failing) => {
    expect(told(drawing)?.failing).toEqual(failing);
  });

  it.each([
    ['F.F.', { changes: 3, flaky_runs: 0, flaky: true }],
    ['.F.', { changes: 2, flaky_runs: 0, flaky: false }],
    ['.E.E.E.F', { changes: 1, flaky_runs: 0, flaky: false }],
    ['..~.', { changes: 0, flaky_runs: 1, flaky: true }],
    ['F. F .', { changes: 3, flaky_runs: 0, flaky: true }],
  ])('that did %j has flaked so often', (drawing, expected) => {
    expect(told(drawing)).toMatchObject(expected);
  });

  it.each([
    ['....', [8, 8, 3, 3], { before_ms: 3000, now_ms: 8000 }],
    ['....', [3, 3, 8, 8], { before_ms: 8000, now_ms: 3000 }],
    ['.....', [9, 4, 9, 3, 3], { before_ms: 3000, now_ms: 9000 }],
    ['......', [9, 8, 7, 3, 3, 60], { before_ms: 3000, now_ms: 8000 }],
    // What failed may have ended early.
    ['FF....', [60, 60, 8, 8, 3, 3], { before_ms: 3000, now_ms: 8000 }],
    // Not by more than half, not by more than a second, too few to tell.
    ['....', [4.5, 4.5, 3, 3], undefined],
    ['....', [1.9, 1.9, 1, 1], undefined],
    ['...', [8, 8, 3], undefined],
  ])('that did %j in %j seconds is slower or faster by the medians of both halves', (drawing, seconds, duration) => {
    expect(told(drawing, seconds)?.duration).toEqual(duration);
  });
});

describe('the history', () => {
  it('has what fails now first, the newest failure before the others, then what is flaky, slower, and mended', () => {
    const drawings = {
      steady: '......',
      mended: '.F....',
      slower: '......',
      flaky: '.F.F..',
      old: 'FFF...',
      newest: 'F.....',
    };
    const runs = drawnRuns(drawings, { seconds: (identifier, run) => (identifier === 'slower' && run < 3 ? 9 : 3) });
    const { configurations, steady } = historyOf(runs, {});

    expect(configurations.map((one) => one.configuration_identifier)).toEqual([
      'newest',
      'old',
      'flaky',
      'slower',
      'mended',
    ]);
    expect(steady).toBe(1);
  });

  it('has an outcome for each run, and none of what was not tested or not over', () => {
    const [first, second] = drawnRuns({ feed_a: 'F.', feed_b: '.F' });
    const { results } = first!.result as { results: object[] };
    Object.assign(results[1]!, {
      status: 'ERRORED',
      error: { type: 'SystemTest.NotFinished', message: 'Not finished.' },
    });

    expect(historyOf([first!, { ...second!, result: undefined }], {}).configurations).toMatchObject([
      { configuration_identifier: 'feed_a', outcomes: [{ status: 'FAILED', duration_ms: 3000 }, null] },
    ]);
  });

  it('leaves out redacted identifiers, which may be another one in each run, and says so', () => {
    const { configurations, notes } = historyOf(drawnRuns({ 'tenant-[redacted] #1': 'F.', feed: 'F.' }), {});

    expect(configurations.map((one) => one.configuration_identifier)).toEqual(['feed']);
    expect(notes).toEqual([expect.stringMatching(/^Configurations whose identifiers are redacted/)]);
  });

  it('has counts alone of distributed runs that were read from their executions, and says so', () => {
    const [run] = drawnRuns({ feed: 'F' });
    const { total, passed, failed, errored } = run!.result!;
    const counts = {
      schema_version: 1 as const,
      total,
      passed,
      failed,
      errored,
      max_concurrency: 1,
      tolerated_failures: 0,
    };
    const result = { ...counts, mode: 'DISTRIBUTED' as const, results_location: { bucket: 'b', prefix: 'p/' } };
    const { runs, configurations, notes } = historyOf([{ ...run!, result }], {});

    expect(runs).toMatchObject([{ mode: 'DISTRIBUTED', total: 1, failed: 1 }]);
    expect(configurations).toEqual([]);
    expect(notes).toEqual([expect.stringMatching(/^Of distributed runs the history has counts alone/)]);
  });

  it('says once why several runs can not be read', () => {
    const runs = drawnRuns({ feed: '...' }).map((run, index) =>
      index < 2 ? { ...run, result: undefined, verdict: undefined, unread: 'ExecutionDoesNotExist: gone' } : run,
    );

    expect(historyOf(runs, {}).notes).toEqual(["2 runs can't be read: ExecutionDoesNotExist: gone."]);
  });
});
