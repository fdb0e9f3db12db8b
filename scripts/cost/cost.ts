import type { Outcome, RunConfigurationResult, RunCost } from '../../lib/wire';
import { priceDate, pricesOf } from './prices';

/** What the cost of a run depends on. */
export interface CostFactors {
  results: Iterable<RunConfigurationResult>;
  /** The function's memory in MB, 128 to 10,240. */
  memoryMb: number;
  architecture: 'x86_64' | 'arm64';
  /** The Region of the function; where its prices aren't known, those of us-east-1 are taken. */
  region: string;
  /** State transitions of all executions of the run, retries included. Undefined where no state machine ran. */
  stateTransitions?: number;
  /** Whether it ran on this machine, where nothing is charged. */
  local?: boolean;
}

/**
 * What a run costs by the public price list. Each outcome that tells its billed duration counts as one invocation, those
 * before a rerun included; where only the duration is known it is rounded up to a millisecond, as Lambda does. An
 * invocation that reached the function and left neither (its log was cut off) is missing, so the cost may be a little
 * too low.
 */
export function costOf({ results, memoryMb, architecture, region, stateTransitions, local }: CostFactors): RunCost {
  const { region: priceRegion, lambdaGbSecond, lambdaRequest, stateTransition } = pricesOf(region);
  let [requests, totalMs] = [0, 0];
  for (const result of results) {
    const billed = [result, ...(result.earlier ?? [])].flatMap(billedMs);
    requests += billed.length;
    totalMs += billed.reduce((sum, ms) => sum + ms, 0);
  }
  const gbSeconds = (totalMs / 1000) * (memoryMb / 1024);
  const lambdaUsd = gbSeconds * lambdaGbSecond[architecture] + requests * lambdaRequest;
  const transitionsUsd = (stateTransitions ?? 0) * stateTransition;
  return {
    currency: 'USD',
    ...(local && { charged: false }),
    price_region: priceRegion,
    price_date: priceDate,
    architecture,
    lambda_requests: requests,
    lambda_gb_seconds: rounded(gbSeconds),
    lambda_usd: rounded(lambdaUsd),
    ...(stateTransitions === undefined
      ? {}
      : { state_transitions: stateTransitions, state_transitions_usd: rounded(transitionsUsd) }),
    total_usd: rounded(lambdaUsd + transitionsUsd),
  };
}

/** The cost of two runs together, with the price list of the later one. */
export function addCosts(earlier: RunCost, later: RunCost): RunCost {
  const { charged, state_transitions: transitions, state_transitions_usd: transitionsUsd, ...rest } = later;
  const withTransitions = transitions !== undefined || earlier.state_transitions !== undefined;
  return {
    ...rest,
    ...(charged === false && earlier.charged === false && { charged }),
    lambda_requests: earlier.lambda_requests + later.lambda_requests,
    lambda_gb_seconds: rounded(earlier.lambda_gb_seconds + later.lambda_gb_seconds),
    lambda_usd: rounded(earlier.lambda_usd + later.lambda_usd),
    ...(withTransitions
      ? {
          state_transitions: (earlier.state_transitions ?? 0) + (transitions ?? 0),
          state_transitions_usd: rounded((earlier.state_transitions_usd ?? 0) + (transitionsUsd ?? 0)),
        }
      : {}),
    total_usd: rounded(earlier.total_usd + later.total_usd),
  };
}

/** What stands before a cost. */
export function costTitle({ charged }: RunCost): string {
  return charged === false ? 'On AWS this would cost' : 'Cost:';
}

/** The cost in one line for people: `$0.0029 (Lambda $0.0018 for 106.25 GB-seconds, …)`. */
export function costLine(cost: RunCost): string {
  const { lambda_usd: lambdaUsd, lambda_gb_seconds: gbSeconds, lambda_requests: requests } = cost;
  const { state_transitions: transitions, state_transitions_usd: transitionsUsd } = cost;
  const parts = [
    `Lambda ${usd(lambdaUsd)} for ${grouped(gbSeconds, 2)} GB-seconds and ${counted(requests, 'request')}`,
    ...(transitions === undefined
      ? []
      : [`Step Functions ${usd(transitionsUsd ?? 0)} for ${counted(transitions, 'state transition')}`]),
    `list prices of ${cost.price_region} for ${cost.architecture}, ${cost.price_date}`,
  ];
  return `${usd(cost.total_usd)} (${parts.join('; ')})`;
}

function billedMs({ billed_ms: billed, duration_ms: duration }: Outcome): number[] {
  return billed !== undefined ? [billed] : duration !== undefined ? [Math.ceil(duration)] : [];
}

/** Dollars, the more digits the less they are: a small run costs a tenth of a cent. */
export function usd(amount: number): string {
  return `$${amount.toFixed(amount >= 1 || amount === 0 ? 2 : amount >= 0.01 ? 4 : 6)}`;
}

function counted(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;
}

/** A number for people: `1,234`. @param digits at most, after the point */
export function grouped(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** Without the noise of floating point: nine decimals, a thousandth of the price of one request at least. */
export function rounded(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}
