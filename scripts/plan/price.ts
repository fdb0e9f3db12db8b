import type { RunConfigurationResult, RunResult } from '../../lib/wire';
import { costOf, rounded } from '../cost/cost';
import { expressGbSeconds, type Distribution, type ExecutionCounts } from '../cost/executionCounts';
import { distributedPrices, pricesOf } from '../cost/prices';
import { everyResult } from '../result/allResults';

/** USD. What can't be known without durations is undefined, and the total with it. */
export interface PlannedPrice {
  lambda?: number;
  stateTransitions: number;
  /** Requests and duration of EXPRESS children. */
  express?: number;
  s3: number;
  total?: number;
}

/**
 * The price of one way to run it.
 * @param lambda USD, where that is known
 * @param batches milliseconds that each child takes, where that is known
 */
export function priceOf(
  { counts, distribution, batches }: { counts: ExecutionCounts; distribution?: Distribution; batches?: number[] },
  { lambda, region }: { lambda?: number; region: string },
): PlannedPrice {
  const { children, s3 } = counts;
  const { s3Put, s3Get, expressRequest, expressGbSecond } = distributedPrices;
  const stateTransitions = counts.stateTransitions * pricesOf(region).stateTransition;
  const s3Usd = (s3.puts + s3.lists) * s3Put + s3.gets * s3Get;
  const express =
    distribution?.executionType !== 'EXPRESS'
      ? 0
      : batches && batches.reduce((sum, ms) => sum + expressGbSeconds(ms) * expressGbSecond, children * expressRequest);
  return {
    lambda,
    stateTransitions: rounded(stateTransitions),
    express: express && rounded(express),
    s3: rounded(s3Usd),
    total:
      lambda === undefined || express === undefined ? undefined : rounded(lambda + stateTransitions + express + s3Usd),
  };
}

/** From the memory that the cost of the earlier run tells, by the prices of its Region. */
export function lambdaUsd(durations: number[], earlier: RunResult): number | undefined {
  const { cost } = earlier;
  let billed = 0;
  for (const result of everyResult(earlier)) {
    for (const one of [result, ...(result.earlier ?? [])]) {
      billed += one.billed_ms ?? Math.ceil(one.duration_ms ?? 0);
    }
  }
  if (!cost || billed === 0) return undefined;
  const perMs = cost.lambda_gb_seconds / billed;
  const planned = durations.map((ms): RunConfigurationResult => ({
    configuration_identifier: '',
    status: 'PASSED',
    billed_ms: Math.ceil(ms),
  }));
  return costOf({
    results: planned,
    memoryMb: perMs * 1000 * 1024,
    architecture: 'x86_64',
    region: cost.price_region,
  }).lambda_usd;
}
