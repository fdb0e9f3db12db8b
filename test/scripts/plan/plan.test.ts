import type { RunResult } from '../../../lib/wire';
import { costOf } from '../../../scripts/cost/cost';
import { planOf } from '../../../scripts/plan/plan';
import { greedyMakespan, makespanBound } from '../../../scripts/plan/schedule';
import { deployLocally } from '../../localSystemTest';
import { passed, runResultOf } from '../runResults';

const planned = (names: string[], earlier?: RunResult, maxConcurrency = 2) =>
  planOf(names, { input: '{}', maxConcurrency, earlier });

describe('a plan', () => {
  test('counts the events that an execution has', async () => {
    const app = await deployLocally({ code: 'return { system_test_successful: true };' });
    try {
      const configurations = Array.from({ length: 12 }, (_, index) => `config_${index}`);
      const { events } = await app.run({ configurations });

      const history = await events();
      const entered = history.filter(({ type }) => type!.endsWith('StateEntered'));
      expect(planned(configurations)).toMatchObject({ events: history.length, stateTransitions: entered.length });
    } finally {
      await app.close();
    }
  });

  test('tells how long it takes in this order, with the longest first, and at the least', () => {
    const earlier = runResultOf([
      passed('a', { duration_ms: 1000 }),
      passed('b', { duration_ms: 1000 }),
      passed('c', { duration_ms: 2000 }),
      passed('gone', { duration_ms: 60_000 }),
    ]);

    expect(planned(['a', 'b', 'c'], earlier).times).toEqual({
      longest: { identifier: 'c', ms: 2000 },
      sum: 4000,
      bound: 2000,
      given: 3000,
      longestFirst: 2000,
      unknown: 0,
      usd: undefined,
    });
  });

  test('takes the mean of the others for what the earlier run does not know', () => {
    const earlier = runResultOf([passed('a', { duration_ms: 1000 }), passed('b', { duration_ms: 3000 })]);

    expect(planned(['a', 'b', 'new'], earlier).times).toMatchObject({ sum: 6000, unknown: 1 });
    expect(planned(['new'], earlier).times).toBeUndefined();
  });

  test('costs what the same run has cost', () => {
    const results = ['a', 'b', 'c'].map((name) => passed(name, { duration_ms: 2500, billed_ms: 2500 }));
    const factors = { memoryMb: 1024, architecture: 'x86_64', region: 'eu-west-3', stateTransitions: 8 } as const;
    const cost = costOf({ results, ...factors });

    const { times } = planned(['a', 'b', 'c'], runResultOf(results, { cost }));

    expect(times?.usd).toBeCloseTo(cost.total_usd, 8);
  });
});

describe('a schedule', () => {
  test.each([
    [[], 3, 0, 0],
    [[5], 3, 5, 5],
    [[3, 3, 3, 3], 2, 6, 6],
    [[1, 1, 4], 2, 5, 4],
    [[4, 1, 1], 2, 4, 4],
    [[1, 2, 3, 4], 1, 10, 10],
  ])('of %j on %d lanes ends after %d, at the least %d', (durations, lanes, greedy, bound) => {
    expect(greedyMakespan(durations, lanes)).toBe(greedy);
    expect(makespanBound(durations, lanes)).toBe(bound);
  });
});
