import { addCosts, costLine, costOf, costTitle } from '../../../scripts/cost/cost';
import { priceDate, prices } from '../../../scripts/cost/prices';
import { errored, failed, passed } from '../runResults';

const factors = { memoryMb: 1024, architecture: 'x86_64', region: 'us-east-1' } as const;

describe('the cost of a run', () => {
  test('is that of the billed time, the requests and the state transitions', () => {
    const results = [passed('a', { billed_ms: 3000 }), failed('b', { billed_ms: 7000 })];
    expect(costOf({ ...factors, results, stateTransitions: 1000 })).toEqual({
      currency: 'USD',
      price_region: 'us-east-1',
      price_date: priceDate,
      architecture: 'x86_64',
      lambda_requests: 2,
      lambda_gb_seconds: 10,
      lambda_usd: 0.000167067,
      state_transitions: 1000,
      state_transitions_usd: 0.025,
      total_usd: 0.025167067,
    });
  });

  test('grows with the memory and shrinks on Arm', () => {
    const of = (change: object) => costOf({ ...factors, results: [passed('a', { billed_ms: 10_000 })], ...change });
    expect(of({ memoryMb: 2048 }).lambda_gb_seconds).toBe(20);
    expect(of({ memoryMb: 128 }).lambda_gb_seconds).toBe(1.25);
    expect(of({ architecture: 'arm64' }).lambda_usd).toBeLessThan(of({}).lambda_usd);
  });

  test('counts each try, what was not invoked as nothing, and rounds up where Lambda does', () => {
    const results = [
      passed('a', { billed_ms: 1000, earlier: [failed('a', { billed_ms: 2000 })] }),
      passed('b', { billed_ms: undefined, duration_ms: 999.2 }),
      errored('c'),
    ];
    expect(costOf({ ...factors, results })).toMatchObject({ lambda_requests: 3, lambda_gb_seconds: 4 });
  });

  test('has no state transitions without a state machine', () => {
    expect(costOf({ ...factors, results: [] })).not.toHaveProperty('state_transitions');
  });

  test.each(['local', 'mars-north-1', 'toString', ''])('takes and names the prices of us-east-1 in "%s"', (region) => {
    expect(costOf({ ...factors, region, results: [passed('a')] }).price_region).toBe('us-east-1');
  });

  test('takes the prices of the Region where they are known', () => {
    const cost = costOf({ ...factors, region: 'sa-east-1', results: [], stateTransitions: 1000 });
    expect(cost).toMatchObject({ price_region: 'sa-east-1', total_usd: 0.0375 });
  });

  test('reads in one line', () => {
    const cost = costOf({ ...factors, results: [passed('a', { billed_ms: 12_345_678 })], stateTransitions: 1042 });
    expect(costLine(cost)).toBe(
      `$0.2318 (Lambda $0.2058 for 12,345.68 GB-seconds and 1 request; Step Functions $0.0261 for 1,042 state transitions; list prices of us-east-1 for x86_64, ${priceDate})`,
    );
    expect(costLine(costOf({ ...factors, results: [] }))).toContain('$0.00 (Lambda $0.00 for 0 GB-seconds');
  });

  test('adds up over runs with and without a state machine', () => {
    const one = costOf({ ...factors, results: [passed('a')], stateTransitions: 7 });
    const two = costOf({ ...factors, results: [passed('a')] });
    expect(addCosts(one, two)).toMatchObject({ lambda_requests: 2, state_transitions: 7 });
    expect(addCosts(two, two)).not.toHaveProperty('state_transitions');
  });

  test('is charged unless all of it ran on this machine', () => {
    const [here, there] = [true, false].map((local) => costOf({ ...factors, results: [passed('a')], local }));
    expect([here, there].map((cost) => costTitle(cost!))).toEqual(['On AWS this would cost', 'Cost:']);
    expect(addCosts(here!, here!).charged).toBe(false);
    expect(addCosts(here!, there!)).not.toHaveProperty('charged');
    expect(addCosts(there!, here!)).not.toHaveProperty('charged');
  });
});

test('every price is a plausible amount of dollars', () => {
  for (const { lambdaGbSecond, lambdaRequest, stateTransition } of Object.values(prices)) {
    expect(lambdaGbSecond.x86_64).toBeGreaterThan(lambdaGbSecond.arm64);
    expect(lambdaGbSecond.arm64).toBeGreaterThan(0.00001);
    expect(lambdaRequest).toBeCloseTo(0.0000002, 12);
    expect(stateTransition).toBeGreaterThanOrEqual(0.000025);
    expect(stateTransition).toBeLessThan(0.0001);
  }
});
