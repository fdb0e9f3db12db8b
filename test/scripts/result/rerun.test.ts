import fc from 'fast-check';
import { identifierOf, type JsonObject } from '../../../lib/wire';
import { costOf } from '../../../scripts/cost/cost';
import {
  knownDurations,
  longestFirst,
  lostKeys,
  mergeReruns,
  mergeSameKeys,
  toRerun,
} from '../../../scripts/result/rerun';
import { notFinished } from '../../../scripts/result/untested';
import { errored, failed, hostileResult, passed, runResultOf } from '../runResults';

describe('running again', () => {
  const first = runResultOf([passed('a'), failed('b'), errored('c'), failed('d')], {
    status: 'FAILED',
    console_url: 'https://console.example/first',
    origin: { tool_version: '1', build: '1' },
  });
  const second = runResultOf([passed('b'), failed('c'), failed('d', { duration_ms: 1 })], {
    status: 'FAILED',
    execution_arn: 'arn:aws:states:eu-west-1:123456789012:execution:SystemTest:run-2',
    started_at: '2026-01-01T02:00:00.000Z',
    stopped_at: '2026-01-01T02:00:04.250Z',
    duration_seconds: 4.25,
    max_concurrency: 3,
    origin: { tool_version: '2' },
  });

  test('finds what was tested again without a key that it held', () => {
    const of = (configuration?: JsonObject) =>
      runResultOf([passed('a', { configuration }), passed('z', { configuration: { x: 1 } })]);
    const held = of({ country: 'FR', region: '[redacted]', '[redacted] key': 1 });
    const lost = '"a" was run again without "country", which it held before';
    expect(lostKeys(held, of({ region: 'eu' }))).toEqual([lost]);
    expect(lostKeys(held, of())).toEqual([lost]);
    expect(lostKeys(held, of({ country: 'DE', region: 'eu' }))).toEqual([]);
    expect(lostKeys(of(), held)).toEqual([]);
    expect(lostKeys(held, runResultOf([passed('z', { configuration: { x: 1 } })]))).toEqual([]);
    expect(lostKeys(held, { ...of(), mode: 'DISTRIBUTED' })).toEqual([]);
  });

  test('gives no verdict where what passed at last was tested without a key that it held', () => {
    const configuration = { country: 'FR' };
    const held = runResultOf([failed('a', { configuration })]);
    const disagreement = '"a" was run again without "country", which it held before';
    expect(mergeSameKeys(held, runResultOf([passed('a')]))).toMatchObject({ verdict: 'ERRORED', disagreement });

    const again = runResultOf([passed('a', { configuration })]);
    expect(mergeSameKeys(held, again)).toMatchObject({ verdict: 'PASSED', disagreement: undefined });
    expect(mergeSameKeys(held, again, { strict: true }).verdict).toBe('FAILED');
  });

  test('keeps the keys that the first run tells, where the second tells none', () => {
    const configuration = { country: 'FR' };
    const { results } = mergeReruns(runResultOf([failed('a', { configuration })]), runResultOf([passed('a')]));
    expect(results[0]?.configuration).toEqual(configuration);
  });

  test.each([
    ['has passed each time', [passed('a'), passed('a'), passed('a')], undefined],
    ['failed once in between', [passed('a'), failed('a'), passed('a')], true],
    ['failed at first', [failed('a'), passed('a'), passed('a')], true],
    ['failed at last', [passed('a'), passed('a'), failed('a')], undefined],
  ])('tells whether what %s is flaky', (_, outcomes, flaky) => {
    const last = outcomes.map((one) => runResultOf([one])).reduce((first, again) => mergeReruns(first, again));
    expect(last.results[0]?.flaky).toBe(flaky);
  });

  test('takes what did not pass', () => {
    expect(toRerun(first)).toEqual(['b', 'c', 'd']);
  });

  test('leaves out known failures, unless they could not be tested or are past their date', () => {
    const known = { reason: 'moved', expires: '2026-12-31', expired: false };
    const results = [
      failed('a', { known }),
      errored('b', { known }),
      failed('c', { known: { ...known, expired: true } }),
    ];
    expect(toRerun({ results })).toEqual(['b', 'c']);
  });

  test.each(['item 1 of the child execution 0a1b', 'item 7 of s3://bucket/tenants.csv', 'the rest of the list'])(
    'leaves out what has no identifier: %s',
    (identifier) => {
      expect(toRerun({ results: [errored(identifier), failed('a')] })).toEqual(['a']);
    },
  );

  test.each([
    ['the first', { disagreement: 'x' }, {}],
    ['the second', {}, { disagreement: 'x' }],
  ])('gives no verdict where %s is not believed, though all passed at last', (_, one, other) => {
    const all = runResultOf([passed('b'), passed('c'), passed('d')]);

    expect(mergeReruns(first, all).verdict).toBe('PASSED');
    expect(mergeReruns({ ...first, ...one }, { ...all, ...other })).toMatchObject({
      verdict: 'ERRORED',
      disagreement: 'x',
    });
  });

  test('says why the cost of both is not known', () => {
    const cost = costOf({ results: [], memoryMb: 128, architecture: 'arm64', region: 'eu-west-1' });
    const unknown = { cost_unknown: 'No log.' };
    expect(mergeReruns({ ...first, ...unknown }, { ...second, cost })).toMatchObject(unknown);
    expect(mergeReruns({ ...first, cost }, second).cost_unknown).toBe('The report of one of the runs tells no cost.');
    expect(mergeReruns(first, second).cost_unknown).toBeUndefined();
  });

  test('keeps the order and shows both outcomes', () => {
    const { results } = mergeReruns(first, second);
    expect(results.map((one) => [one.configuration_identifier, one.status, one.flaky])).toEqual([
      ['a', 'PASSED', undefined],
      ['b', 'PASSED', true],
      ['c', 'FAILED', undefined],
      ['d', 'FAILED', undefined],
    ]);
    expect(results[0]).toEqual(passed('a'));
    expect(results[1]?.earlier).toEqual([failed('b')]);
    expect(results[2]?.earlier).toEqual([errored('c')]);
    expect(results[3]).toEqual({ ...failed('d', { duration_ms: 1 }), earlier: [failed('d')] });
  });

  test('counts anew and lasts as long as both runs', () => {
    expect(mergeReruns(first, second)).toMatchObject({
      total: 4,
      passed: 2,
      failed: 2,
      errored: 0,
      flaky: 1,
      verdict: 'FAILED',
      execution_arn: second.execution_arn,
      started_at: first.started_at,
      stopped_at: second.stopped_at,
      duration_seconds: 12.75,
      max_concurrency: 10,
    });
  });

  test('leads to no execution in the console but the last', () => {
    expect(mergeReruns(first, second)).toMatchObject({ console_url: undefined, origin: { tool_version: '2' } });
  });

  test('passes with flaky configurations unless it is strict', () => {
    const again = runResultOf([passed('b'), passed('c'), passed('d')]);
    expect(mergeReruns(first, again)).toMatchObject({ verdict: 'PASSED', passed: 4, flaky: 3 });
    expect(mergeReruns(first, again, { strict: true }).verdict).toBe('FAILED');
  });

  test('does not call flaky what was not over when somebody stopped the first run', () => {
    const untested = errored('c', { error: { type: notFinished, message: 'Not finished.' } });
    const run = runResultOf([failed('b'), untested]);
    const again = runResultOf([passed('b'), passed('c')]);
    const merged = (status: 'ABORTED' | 'TIMED_OUT') =>
      mergeReruns({ ...run, status }, again).results.map(({ flaky }) => flaky);
    expect(merged('ABORTED')).toEqual([true, undefined]);
    expect(merged('TIMED_OUT')).toEqual([true, true]);
  });

  test('collects the outcomes of all tries, the oldest first', () => {
    const again = mergeReruns(mergeReruns(first, second), runResultOf([passed('c'), errored('d')]));
    expect(again.results[2]).toEqual({ ...passed('c'), earlier: [errored('c'), failed('c')], flaky: true });
    expect(again.results[3]?.earlier?.map(({ status }) => status)).toEqual(['FAILED', 'FAILED']);
    expect(again.results[1]?.flaky).toBe(true);
  });

  test('collects the outcomes of a second run that was itself run again', () => {
    const again = mergeReruns(first, runResultOf([failed('b', { earlier: [errored('b')] })]));
    expect(again.results[1]).toEqual({ ...failed('b'), earlier: [failed('b'), errored('b')] });
  });

  test('keeps what is known of a failure whose date is over', () => {
    const known = { reason: 'moved', expires: '2025-12-31', expired: true };
    const again = mergeReruns(runResultOf([failed('a', { known })]), runResultOf([failed('a')]));
    expect(again.results[0]).toEqual({ ...failed('a'), known, earlier: [failed('a')] });
    const prolonged = { ...known, expires: '2026-12-31', expired: false };
    expect(mergeReruns(again, runResultOf([failed('a', { known: prolonged })])).results[0]?.known).toEqual(prolonged);
  });

  test('comes to a verdict where only the first run had none', () => {
    const stopped = runResultOf([passed('a'), errored('b')], { status: 'ABORTED' });
    expect(mergeReruns(stopped, runResultOf([passed('b')])).verdict).toBe('PASSED');
  });

  test('comes to no verdict where the last run has none', () => {
    const stopped = runResultOf([passed('b')], { status: 'TIMED_OUT', verdict: 'ERRORED' });
    expect(mergeReruns(runResultOf([failed('b')]), stopped)).toMatchObject({ verdict: 'ERRORED', status: 'TIMED_OUT' });
  });

  const early = { status: 'ABORTED', max_failures: 1 } as const;

  test('comes to a verdict where the first run was stopped early', () => {
    const stopped = runResultOf([passed('a'), failed('b'), errored('c')], early);
    expect(toRerun(stopped)).toEqual(['b', 'c']);
    const again = mergeReruns(stopped, runResultOf([passed('b'), passed('c')]));
    expect(again).toMatchObject({ verdict: 'PASSED', max_failures: undefined });
  });

  test.each([
    [0, 'FAILED'],
    [1, 'ERRORED'],
  ])(
    'does not pass where the last run was stopped early and %d failures are tolerated',
    (tolerated_failures, verdict) => {
      const before = runResultOf([failed('a'), failed('b')], { tolerated_failures });
      const stopped = runResultOf([failed('a'), passed('b')], early);
      expect(mergeReruns(before, stopped)).toMatchObject({ verdict, max_failures: 1, status: 'ABORTED' });
    },
  );

  test('does not take what was new in the first run for what is new in both', () => {
    const news = { newly_failing: ['b'], still_failing: [], fixed: [], slower: [] };
    const comparison = { with: { started_at: '2026-11-26T03:12:00Z', verdict: 'PASSED' as const }, ...news };
    expect(mergeReruns({ ...first, comparison }, second).comparison).toBeUndefined();
  });

  test('adds the costs where both are known', () => {
    const factors = { memoryMb: 1024, architecture: 'arm64', region: 'eu-west-1', stateTransitions: 10 } as const;
    const withCost = (result: typeof first) => ({ ...result, cost: costOf({ ...factors, results: result.results }) });
    const { cost } = mergeReruns(withCost(first), withCost(second));
    expect(cost).toMatchObject({ lambda_requests: 6, state_transitions: 20, price_region: 'eu-west-1' });
    expect(cost?.total_usd).toBeCloseTo(withCost(first).cost.total_usd + withCost(second).cost.total_usd, 8);
    expect(mergeReruns(first, withCost(second)).cost).toBeUndefined();
  });

  test('never loses a configuration', () => {
    fc.assert(
      fc.property(hostileResult, hostileResult, (one, two) => {
        const identifiers = (result: typeof one) => result.results.map((each) => each.configuration_identifier);
        const merged = identifiers(mergeReruns(one, two));
        expect(merged.slice(0, one.total)).toEqual(identifiers(one));
        expect(new Set(merged)).toEqual(new Set([...identifiers(one), ...identifiers(two)]));
        expect(merged).toHaveLength(new Set(merged).size);
      }),
    );
  });
});

describe('longest first', () => {
  const earlier = knownDurations(
    runResultOf([
      passed('short', { duration_ms: 1000 }),
      passed('long', { duration_ms: 9000 }),
      passed('equal', { duration_ms: 1000 }),
      errored('untested'),
      failed('early', { duration_ms: 10, earlier: [passed('early', { duration_ms: 5000 })] }),
    ]),
  );

  test('starts unknown ones before all others and the slowest before the fast', () => {
    const given = ['short', 'equal', 'new', 'early', 'long', 'untested'];
    expect(longestFirst(given, earlier)).toEqual(['new', 'untested', 'long', 'early', 'short', 'equal']);
  });

  test('keeps what else a configuration holds', () => {
    const configuration = { configuration_identifier: 'long', region: 'eu' };
    expect(longestFirst(['short', configuration], earlier)).toEqual([configuration, 'short']);
  });

  test('only changes the order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(['short', 'long', 'equal', 'early', 'new', 'newer', 'untested']), (given) => {
        expect(longestFirst(given, earlier).map(identifierOf).sort()).toEqual([...given].sort());
      }),
    );
  });
});
