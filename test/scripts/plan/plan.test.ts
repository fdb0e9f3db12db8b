import type { RunResult } from '../../../lib/wire';
import { costOf } from '../../../scripts/cost/cost';
import { planOf, type Plan, type PlanRequest } from '../../../scripts/plan/plan';
import { batchDurations, greedyMakespan, makespanBound } from '../../../scripts/plan/schedule';
import { deployLocally } from '../../localSystemTest';
import { passed, runResultOf } from '../runResults';

const planned = (configurations: string[], earlier?: RunResult, rest: Partial<PlanRequest> = {}) =>
  planOf({ configurations, inputBytes: 2, maxConcurrency: 2, batchSize: 2, earlier, ...rest });
const inline = (plan: Plan) => plan.ways[0]!;
const names = (count: number) => Array.from({ length: count }, (_, index) => `config_${index}`);

describe('a plan', () => {
  test('counts the events that an execution has', async () => {
    const app = await deployLocally({ code: 'return { system_test_successful: true };' });
    try {
      const configurations = names(12);
      const { events } = await app.run({ configurations });

      const history = await events();
      const entered = history.filter(({ type }) => type!.endsWith('StateEntered'));
      expect(inline(planned(configurations))).toMatchObject({
        events: history.length,
        stateTransitions: entered.length,
      });
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

    const plan = planned(['a', 'b', 'c'], earlier);
    expect(plan.durations).toEqual({ longest: { identifier: 'c', ms: 2000 }, sum: 4000, unknown: 0 });
    expect(inline(plan).takes).toEqual({ bound: 2000, given: 3000, longestFirst: 2000 });
  });

  test('runs a batch one after the other, and starts children no faster than Step Functions does', () => {
    const earlier = runResultOf(['a', 'b', 'c', 'd'].map((name) => passed(name, { duration_ms: 1000 })));

    const { ways } = planned(['a', 'b', 'c', 'd'], earlier, { maxConcurrency: 100 });

    expect(ways.map(({ distribution, takes, startsMs }) => ({ ...distribution, startsMs, ...takes }))).toEqual([
      { bound: 1000, given: 1000, longestFirst: 1000, startsMs: undefined },
      { batchSize: 1, executionType: 'STANDARD', startsMs: 30, bound: 1030, given: 1030, longestFirst: 1030 },
      { batchSize: 2, executionType: 'STANDARD', startsMs: 10, bound: 2010, given: 2010, longestFirst: 2010 },
      { batchSize: 2, executionType: 'EXPRESS', startsMs: 1, bound: 2001, given: 2001, longestFirst: 2001 },
    ]);
  });

  test('takes the mean of the others for what the earlier run does not know', () => {
    const earlier = runResultOf([passed('a', { duration_ms: 1000 }), passed('b', { duration_ms: 3000 })]);

    expect(planned(['a', 'b', 'new'], earlier).durations).toMatchObject({ sum: 6000, unknown: 1 });
    expect(planned(['new'], earlier).durations).toBeUndefined();
  });

  test('costs what the same run has cost', () => {
    const results = ['a', 'b', 'c'].map((name) => passed(name, { duration_ms: 2500, billed_ms: 2500 }));
    const factors = { memoryMb: 1024, architecture: 'x86_64', region: 'eu-west-3', stateTransitions: 8 } as const;
    const cost = costOf({ results, ...factors });

    const plan = planned(['a', 'b', 'c'], runResultOf(results, { cost }));

    expect(inline(plan).price.total).toBeCloseTo(cost.total_usd, 8);
  });

  test.each<[string, PlanRequest['configurations'], Partial<PlanRequest>, string, string]>([
    ['what fits', names(998), {}, 'INLINE', '998 fit in one history and output'],
    ['too many', names(999), {}, 'DISTRIBUTED', '998 at most fit in 25,000 events with 5 retries each'],
    [
      'too much',
      names(9),
      { inputBytes: 262_145 },
      'DISTRIBUTED',
      'the list has 262,145 bytes, an input at most 262,144',
    ],
    [
      'long names',
      names(240).map((name) => name.padEnd(1000, 'x')),
      {},
      'DISTRIBUTED',
      'results without details take 256,561 bytes, at most 239,700 in all',
    ],
  ])('names the mode and why: %s', (_, configurations, rest, name, because) => {
    expect(planOf({ configurations, inputBytes: 2, maxConcurrency: 10, batchSize: 10, ...rest }).mode).toEqual({
      name,
      because,
    });
  });

  test('tells what a Distributed Map has no room for', () => {
    const earlier = runResultOf(names(2).map((name) => passed(name, { duration_ms: 150_001 })));
    const obstacles = ({ ways }: Plan) => ways.slice(1).map((way) => way.obstacles);

    expect(obstacles(planned(names(2), earlier))).toEqual([
      [],
      [],
      ['a child takes up to 300.0s, EXPRESS at most 300s'],
    ]);
    expect(obstacles(planned(names(131_072)))).toEqual([
      ['131,072 children put out 262,145 bytes, a state at most 262,144'],
      ['65,536 children put out 196,609 bytes'].slice(1),
      [],
    ]);
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

  test('of many jobs on many lanes is that of the lane which is free first', () => {
    const durations = Array.from({ length: 500 }, (_, index) => (index * 7919) % 101);
    const freeAt = new Array<number>(40).fill(0);
    for (const duration of durations) {
      const first = freeAt.indexOf(Math.min(...freeAt));
      freeAt[first] = freeAt[first]! + duration;
    }
    expect(greedyMakespan(durations, 40)).toBe(Math.max(...freeAt));
  });

  test('starts no more in a time than the rate allows', () => {
    expect(greedyMakespan([1, 1, 1], 3, 0.5)).toBe(5);
    expect(makespanBound([1, 1, 1], 3, 0.5)).toBe(5);
  });

  test('takes batches in order, the last one what is left', () => {
    expect(batchDurations([1, 2, 3, 4, 5], 2)).toEqual([3, 7, 5]);
  });
});
