/**
 * The public list prices that a run's cost is computed from: on demand, first tier, in USD, without free tiers.
 *
 * To bring them up to date, look them up on the pages below, change what differs and set the date. A Region belongs here
 * only once all of its prices were looked up; for any other, those of us-east-1 are taken and named in the report.
 *
 * - https://aws.amazon.com/lambda/pricing/
 * - https://aws.amazon.com/step-functions/pricing/
 * - https://aws.amazon.com/s3/pricing/ (S3 Standard)
 */

/** The prices of one Region. */
export interface Prices {
  /** USD for a GB-second, by the function's architecture. */
  lambdaGbSecond: { x86_64: number; arm64: number };
  /** USD for one invocation. */
  lambdaRequest: number;
  /** USD for one state transition of a Standard workflow. */
  stateTransition: number;
}

/** The day the prices were looked up (YYYY-MM-DD). */
export const priceDate = '2026-11-22';

/** The Region whose prices stand in for those of an unknown one. */
export const defaultPriceRegion = 'us-east-1';

/** Lambda costs the same in all of these Regions; a price that differs would stand with its Region. */
const lambda = { lambdaGbSecond: { x86_64: 0.0000166667, arm64: 0.0000133334 }, lambdaRequest: 0.2 / 1_000_000 };

/** USD for 1,000 state transitions. */
const per1000 = (usd: number) => usd / 1000;

/** The Regions whose prices are known. */
export const prices = {
  'us-east-1': { ...lambda, stateTransition: per1000(0.025) },
  'us-east-2': { ...lambda, stateTransition: per1000(0.025) },
  'us-west-1': { ...lambda, stateTransition: per1000(0.0279) },
  'us-west-2': { ...lambda, stateTransition: per1000(0.025) },
  'ca-central-1': { ...lambda, stateTransition: per1000(0.025) },
  'sa-east-1': { ...lambda, stateTransition: per1000(0.0375) },
  'eu-central-1': { ...lambda, stateTransition: per1000(0.025) },
  'eu-north-1': { ...lambda, stateTransition: per1000(0.025) },
  'eu-west-1': { ...lambda, stateTransition: per1000(0.025) },
  'eu-west-2': { ...lambda, stateTransition: per1000(0.025) },
  'eu-west-3': { ...lambda, stateTransition: per1000(0.0297) },
  'ap-northeast-1': { ...lambda, stateTransition: per1000(0.025) },
  'ap-northeast-2': { ...lambda, stateTransition: per1000(0.0271) },
  'ap-south-1': { ...lambda, stateTransition: per1000(0.0285) },
  'ap-southeast-1': { ...lambda, stateTransition: per1000(0.025) },
  'ap-southeast-2': { ...lambda, stateTransition: per1000(0.025) },
} satisfies Record<string, Prices>;

/** USD, in us-east-1, for what only a distributed execution takes. For other Regions they were not looked up. */
export const distributedPrices = {
  /** For the start of an EXPRESS execution, and for a GB-second of it. */
  expressRequest: 1 / 1_000_000,
  expressGbSecond: 0.06 / 3600,
  /** For a PUT or LIST request to S3, and for a GET request. */
  s3Put: per1000(0.005),
  s3Get: per1000(0.0004),
};

/** A Region whose prices are known. */
export type PriceRegion = keyof typeof prices;

/** The prices of a Region; where they aren't known, those of us-east-1. */
export function pricesOf(region: string): Prices & { region: PriceRegion } {
  const known = Object.hasOwn(prices, region) ? (region as PriceRegion) : defaultPriceRegion;
  return { region: known, ...prices[known] };
}
