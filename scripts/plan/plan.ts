import { detailBytes, plainExecution } from '../../lib/stateMachine/executionBudget';
import { identifierOf, type Configuration, type RunConfigurationResult, type RunResult } from '../../lib/wire';
import { costOf } from '../cost/cost';
import { everyResult } from '../result/allResults';
import { knownDurations, longestFirst } from '../result/rerun';
import { greedyMakespan, makespanBound } from './schedule';

/** What a run would take. */
export interface Plan {
  total: number;
  maxConcurrency: number;
  inputBytes: number;
  /** Where everything passes at the first attempt. */
  events: number;
  stateTransitions: number;
  /** Bytes that each result may take beyond its identifier and status. */
  detailBytes: number;
  /** By the durations of an earlier run. */
  times?: PlannedTimes;
}

/** How long a run would take, in milliseconds, if each configuration took as long as in an earlier run. */
export interface PlannedTimes {
  longest: { identifier: string; ms: number };
  /** All invocations together. */
  sum: number;
  /** No order ends earlier. */
  bound: number;
  /** In the order given, and the longest first. */
  given: number;
  longestFirst: number;
  /** Configurations that the earlier run doesn't know; each counts as the mean of the others. */
  unknown: number;
  /** USD; undefined where the earlier report has no cost to start from. */
  usd?: number;
}

/**
 * Works out what a run of these configurations would take.
 * @param input of the execution, as JSON
 */
export function planOf(
  configurations: Configuration[],
  { input, maxConcurrency, earlier }: { input: string; maxConcurrency: number; earlier?: RunResult },
): Plan {
  return {
    total: configurations.length,
    maxConcurrency,
    inputBytes: Buffer.byteLength(input),
    ...plainExecution(configurations.length),
    detailBytes: detailBytes(configurations.map(identifierOf)),
    times: earlier && timesOf(configurations, earlier, maxConcurrency),
  };
}

function timesOf(configurations: Configuration[], earlier: RunResult, lanes: number): PlannedTimes | undefined {
  const durations = knownDurations(earlier);
  const known = configurations.flatMap((one) => durations.get(identifierOf(one)) ?? []);
  if (known.length === 0) return undefined;
  const mean = known.reduce((sum, ms) => sum + ms, 0) / known.length;
  const ms = (one: Configuration) => durations.get(identifierOf(one)) ?? mean;
  const given = configurations.map(ms);
  const [slowest] = [...configurations].sort((a, b) => ms(b) - ms(a));
  return {
    longest: { identifier: slowest === undefined ? '' : identifierOf(slowest), ms: Math.max(...given) },
    sum: given.reduce((sum, each) => sum + each, 0),
    bound: makespanBound(given, lanes),
    given: greedyMakespan(given, lanes),
    longestFirst: greedyMakespan(longestFirst(configurations, earlier).map(ms), lanes),
    unknown: configurations.length - known.length,
    usd: usdOf(given, earlier),
  };
}

/** From the memory that the cost of the earlier run tells, by the prices of its Region. */
function usdOf(durations: number[], earlier: RunResult): number | undefined {
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
    stateTransitions: plainExecution(durations.length).stateTransitions,
  }).total_usd;
}
