import type { RunComparison, RunConfigurationResult } from '../../../lib/wire';
import { RunComparer, type ComparedRun } from '../../../scripts/result/comparison';
import { errored, failed, passed, runResultOf } from '../runResults';

/** A run before, of a day of November 2026. */
function run(day: number, results: RunConfigurationResult[], rest: Partial<ComparedRun> = {}): ComparedRun {
  return { startedAt: `2026-11-${day}T03:12:00.000Z`, verdict: 'PASSED', results, whole: true, ...rest };
}

function compared(now: RunConfigurationResult[], runs: ComparedRun[], whole = true): RunComparison | undefined {
  const comparer = new RunComparer(runResultOf(now), whole);
  runs.forEach((one) => comparer.add(one));
  return comparer.comparison();
}

const known = (expired: boolean) => ({ known: { reason: 'OPS-42', expires: '2026-11-01', expired } });
const unfinished = errored('a', { error: { type: 'SystemTest.NotFinished', message: 'Not finished.' } });
const nothing = { newly_failing: [], still_failing: [], fixed: [], slower: [] };
const since = (day: number, runs: number) => [
  { configuration_identifier: 'a', since: `2026-11-${day}T03:12:00.000Z`, runs },
];

describe('a configuration is', () => {
  test.each<[string, RunConfigurationResult, RunConfigurationResult[], Partial<RunComparison>]>([
    ['newly failing where it passed before', failed('a'), [passed('a')], { newly_failing: ['a'] }],
    ['newly failing where it can no longer be tested', errored('a'), [passed('a')], { newly_failing: ['a'] }],
    [
      'newly failing where it failed before it passed',
      failed('a'),
      [passed('a'), failed('a')],
      { newly_failing: ['a'] },
    ],
    ['still failing', failed('a'), [failed('a')], { still_failing: since(26, 2) }],
    [
      'still failing since the run after the last that passed',
      failed('a'),
      [failed('a'), errored('a'), passed('a'), failed('a')],
      { still_failing: since(25, 3) },
    ],
    ['fixed', passed('a'), [failed('a')], { fixed: ['a'] }],
    ['fixed where it passed only when run again', passed('a', { flaky: true }), [failed('a')], { fixed: ['a'] }],
    ['fixed where it could not be tested before', passed('a'), [errored('a')], { fixed: ['a'] }],
    ['nothing of all this where it passes as before', passed('a'), [passed('a')], {}],
    ['nothing of all this where its failure is known', failed('a', known(false)), [passed('a')], {}],
    ['not still failing where its failure is known', failed('a', known(false)), [failed('a')], {}],
    [
      'still failing where its failure is no longer known',
      failed('a', known(true)),
      [failed('a')],
      { still_failing: since(26, 2) },
    ],
    [
      'newly failing where a known one could not be tested',
      errored('a', known(false)),
      [passed('a')],
      { newly_failing: ['a'] },
    ],
    ['nothing of all this where it was not tested to the end', unfinished, [passed('a')], {}],
    [
      'compared with its last outcome, where the last run ended before it',
      failed('a'),
      [unfinished, passed('a')],
      { newly_failing: ['a'] },
    ],
    [
      'slower where it took over 50 % and a second more',
      passed('a', { duration_ms: 9_800 }),
      [passed('a', { duration_ms: 3_100 })],
      { slower: [{ configuration_identifier: 'a', before_ms: 3_100, duration_ms: 9_800 }] },
    ],
    ['not slower by just a second', passed('a', { duration_ms: 1_100 }), [passed('a', { duration_ms: 100 })], {}],
    ['not slower by just 50 %', passed('a', { duration_ms: 9_000 }), [passed('a', { duration_ms: 6_000 })], {}],
    [
      'fixed, not slower, where it failed early',
      passed('a', { duration_ms: 9_000 }),
      [failed('a', { duration_ms: 1 })],
      { fixed: ['a'] },
    ],
    ['not slower where nothing tells its time', passed('a', { duration_ms: undefined }), [passed('a')], {}],
  ])('%s', (_, now, before, expected) => {
    const runs = before.map((one, index) => run(26 - index, [one]));
    const { with: beside, ...rest } = compared([now], runs, false)!;
    expect(rest).toEqual({ ...nothing, ...expected });
    expect(beside).toEqual({ started_at: '2026-11-26T03:12:00.000Z', verdict: 'PASSED' });
  });
});

test('what took longest more than before comes first', () => {
  const [before, now] = [100, 5_000];
  const slower = compared(
    [passed('a', { duration_ms: now }), passed('b', { duration_ms: now * 2 })],
    [run(26, [passed('a', { duration_ms: before }), passed('b', { duration_ms: before })])],
  )!.slower;
  expect(slower.map((one) => one.configuration_identifier)).toEqual(['b', 'a']);
});

test('a run of a few between two of all hides nothing of those', () => {
  const few = run(26, [passed('b')], { whole: false, executionArn: 'arn:few' });
  expect(
    compared([failed('a'), passed('b'), passed('c')], [few, run(25, [passed('a'), failed('b'), passed('d')])]),
  ).toEqual({
    ...nothing,
    with: { execution_arn: 'arn:few', started_at: '2026-11-26T03:12:00.000Z', verdict: 'PASSED' },
    newly_failing: ['a'],
    added: ['c'],
    gone: ['d'],
  });
});

describe('added and gone are told only', () => {
  test.each<[string, RunConfigurationResult[], boolean, RunConfigurationResult[], boolean, string[] | undefined]>([
    ['of two runs of all', [passed('a')], true, [passed('b')], true, ['a']],
    ['where this run tested no selection', [passed('a')], false, [passed('a')], true, undefined],
    ['where a run before tested none', [passed('a')], true, [passed('a')], false, undefined],
    ['where this run came to its end', [unfinished, passed('b')], true, [passed('b')], true, undefined],
    ['where the run before came to its end', [passed('b')], true, [unfinished, passed('b')], true, undefined],
    ['where every name is known', [passed('x-[redacted] #1'), passed('b')], true, [passed('b')], true, undefined],
    [
      'where every name is known in both',
      [passed('b')],
      true,
      [passed('x-[redacted] #1'), passed('b')],
      true,
      undefined,
    ],
  ])('%s', (_, now, whole, before, beforeWhole, added) => {
    const both = (results: RunConfigurationResult[]) => [...results, passed('both')];
    const { gone, ...comparison } = compared(both(now), [run(26, both(before), { whole: beforeWhole })], whole)!;
    expect(comparison.added).toEqual(added);
    expect(gone === undefined).toBe(added === undefined);
  });
});

test('a redacted name is not taken for that of another run', () => {
  const hidden = 'tenant-[redacted] #1';
  expect(compared([failed(hidden), passed('b')], [run(26, [passed(hidden), passed('b')])])).toMatchObject(nothing);
});

test('nothing is said where no run has one of the configurations', () => {
  expect(compared([failed('a')], [])).toBeUndefined();
  expect(compared([failed('a')], [run(26, [passed('b')])])).toBeUndefined();
});

test('a saved result that says since when something fails is believed', () => {
  const saved = run(26, [failed('a')], { file: 'result.json', stillFailing: since(20, 5) });
  expect(compared([failed('a')], [saved])).toMatchObject({
    with: { file: 'result.json' },
    still_failing: since(20, 6),
  });
});

describe('no further run is asked for', () => {
  const settled = (now: RunConfigurationResult[], runs: ComparedRun[]) => {
    const comparer = new RunComparer(runResultOf(now), true);
    runs.forEach((one) => comparer.add(one));
    return comparer.settled;
  };

  test.each<[string, RunConfigurationResult, RunConfigurationResult[], boolean]>([
    ['once a last outcome of what passed is known', passed('a'), [failed('a')], true],
    ['once it is known since when it fails', failed('a'), [failed('a'), passed('a')], true],
    ['of a known failure', failed('a', known(false)), [failed('a')], true],
    ['but while it failed ever before', failed('a'), [failed('a'), failed('a')], false],
    ['but while its last outcome is not known', passed('a'), [passed('b')], false],
  ])('%s', (_, now, before, expected) => {
    expect(
      settled(
        [now],
        before.map((one, index) => run(26 - index, [one])),
      ),
    ).toBe(expected);
  });
});
