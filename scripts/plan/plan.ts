import {
  detailBytes,
  leastResultsBytes,
  maxConfigurations,
  outputBytes,
  resultsBytes,
} from '../../lib/stateMachine/executionBudget';
import { retryRule } from '../../lib/stateMachine/invocationRules';
import { identifierOf, limits, type Configuration, type RunResult } from '../../lib/wire';
import { grouped } from '../cost/cost';
import {
  executionCounts,
  longestExpressMs,
  startsPerSecond,
  type Distribution,
  type ExecutionCounts,
} from '../cost/executionCounts';
import { defaultPriceRegion } from '../cost/prices';
import { knownDurations, longestFirst } from '../result/rerun';
import { lambdaUsd, priceOf, type PlannedPrice } from './price';
import { batchDurations, greedyMakespan, makespanBound } from './schedule';

/** What a run would take, in each way that it could be run. */
export interface Plan {
  total: number;
  maxConcurrency: number;
  inputBytes: number;
  /** How a machine runs it that has both modes (`SystemTestMode.AUTO`), and why: a clause. */
  mode: { name: 'INLINE' | 'DISTRIBUTED'; because: string };
  ways: PlannedWay[];
  /** By the durations of an earlier run. */
  durations?: KnownDurations;
  /** The Region of the prices of Lambda and of state transitions; those of S3 and EXPRESS are of us-east-1. */
  priceRegion: string;
}

/** One way to run it: inline, or distributed over child executions. */
export interface PlannedWay extends ExecutionCounts {
  /** Undefined: inline. */
  distribution?: Distribution;
  /** Why it can't be run in this way, a sentence each. */
  obstacles: string[];
  /** How many configurations are tested at once. */
  atOnce: number;
  /** Bytes that each result may take: inline beyond its identifier and status. What is more is cut. */
  resultBytes: number;
  /** Milliseconds until all children are started at the earliest; distributed only. */
  startsMs?: number;
  takes?: Makespan;
  price: PlannedPrice;
}

/** How long a run takes, in milliseconds, if each configuration took as long as in an earlier run. */
export interface Makespan {
  /** No order ends earlier. */
  bound: number;
  /** In the order given, and the longest first. */
  given: number;
  longestFirst: number;
}

/** The durations of an earlier run, in milliseconds. */
export interface KnownDurations {
  longest: { identifier: string; ms: number };
  /** All invocations together. */
  sum: number;
  /** Configurations that the earlier run doesn't know; each counts as the mean of the others. */
  unknown: number;
}

/** What is planned. */
export interface PlanRequest {
  configurations: Configuration[];
  /** Bytes of the execution's input as JSON. */
  inputBytes: number;
  maxConcurrency: number;
  /** Configurations of a batch, where there are batches. */
  batchSize: number;
  earlier?: RunResult;
}

/** Works out what a run of these configurations would take. */
export function planOf(request: PlanRequest): Plan {
  const { configurations, inputBytes, maxConcurrency, batchSize, earlier } = request;
  const timed = earlier && timedBy(earlier, configurations);
  const context: PlanContext = {
    ...request,
    timed,
    lambdaUsd: timed && lambdaUsd(timed.given, earlier),
    priceRegion: earlier?.cost?.price_region ?? defaultPriceRegion,
  };
  const inline = wayOf(context);
  return {
    total: configurations.length,
    maxConcurrency,
    inputBytes,
    mode: modeOf(inline, configurations.length),
    ways: [
      inline,
      wayOf(context, { batchSize: 1, executionType: 'STANDARD' }),
      ...(batchSize > 1 ? [wayOf(context, { batchSize, executionType: 'STANDARD' })] : []),
      wayOf(context, { batchSize, executionType: 'EXPRESS' }),
    ],
    durations: timed?.known,
    priceRegion: context.priceRegion,
  };
}

interface PlanContext extends PlanRequest {
  timed?: TimedConfigurations;
  lambdaUsd?: number;
  priceRegion: string;
}

/** The durations of the configurations, in the order given and with the longest first. */
interface TimedConfigurations {
  given: number[];
  longestFirst: number[];
  known: KnownDurations;
}

/** As the state machine decides it where it may: what fits inline is run inline. */
function modeOf({ obstacles: [obstacle] }: PlannedWay, total: number): Plan['mode'] {
  return obstacle === undefined
    ? { name: 'INLINE', because: `${grouped(total)} fit in one history and output` }
    : { name: 'DISTRIBUTED', because: obstacle };
}

function wayOf(context: PlanContext, distribution?: Distribution): PlannedWay {
  const { configurations, maxConcurrency, timed } = context;
  const counts = executionCounts(configurations.length, distribution);
  const jobs = timed && batched(timed, distribution?.batchSize ?? 1);
  const atOnce = distribution ? maxConcurrency : Math.min(maxConcurrency, limits.inlineConcurrency);
  const startsPerMs = distribution ? startsPerSecond[distribution.executionType] / 1000 : Infinity;
  return {
    ...counts,
    distribution,
    obstacles: distribution ? distributedObstacles(counts, distribution, jobs?.given) : inlineObstacles(context),
    atOnce,
    resultBytes: distribution
      ? Math.floor(outputBytes / distribution.batchSize)
      : Math.max(0, detailBytes(configurations.map(identifierOf))),
    startsMs: distribution && Math.round((counts.children - 1) / startsPerMs),
    takes: jobs && {
      bound: makespanBound(jobs.given, atOnce, startsPerMs),
      given: greedyMakespan(jobs.given, atOnce, startsPerMs),
      longestFirst: greedyMakespan(jobs.longestFirst, atOnce, startsPerMs),
    },
    price: priceOf(
      { counts, distribution, batches: jobs?.given },
      { lambda: context.lambdaUsd, region: context.priceRegion },
    ),
  };
}

/** What has no room in one execution with an inline Map. */
function inlineObstacles({ configurations, inputBytes }: PlanContext): string[] {
  const most = maxConfigurations(retryRule.attempts);
  const { length } = configurations;
  const least = leastResultsBytes(configurations.map(identifierOf));
  return [
    ...(length > most
      ? [
          `${grouped(most)} at most fit in ${grouped(limits.historyEvents)} events with ${retryRule.attempts} retries each`,
        ]
      : []),
    ...(least > resultsBytes
      ? [`results without details take ${grouped(least)} bytes, at most ${grouped(resultsBytes)} in all`]
      : []),
    ...(inputBytes > limits.payloadBytes
      ? [`the list has ${grouped(inputBytes)} bytes, an input at most ${grouped(limits.payloadBytes)}`]
      : []),
  ];
}

/** @param batches milliseconds that each takes, where that is known */
function distributedObstacles(
  { children, outputBytes: bytes }: ExecutionCounts,
  { executionType }: Distribution,
  batches: number[] = [],
): string[] {
  const longest = batches.reduce((most, ms) => Math.max(most, ms), 0);
  return [
    ...(bytes > limits.payloadBytes
      ? [
          `${grouped(children)} children put out ${grouped(bytes)} bytes, a state at most ${grouped(limits.payloadBytes)}`,
        ]
      : []),
    ...(executionType === 'EXPRESS' && longest > longestExpressMs
      ? [`a child takes up to ${(longest / 1000).toFixed(1)}s, EXPRESS at most ${longestExpressMs / 1000}s`]
      : []),
  ];
}

function timedBy(earlier: RunResult, configurations: Configuration[]): TimedConfigurations | undefined {
  const durations = knownDurations(earlier);
  const known = configurations.flatMap((one) => durations.get(identifierOf(one)) ?? []);
  if (known.length === 0) return undefined;
  const mean = known.reduce((sum, ms) => sum + ms, 0) / known.length;
  const ms = (one: Configuration) => durations.get(identifierOf(one)) ?? mean;
  const slowest = configurations.reduce((one, other) => (ms(other) > ms(one) ? other : one));
  const given = configurations.map(ms);
  return {
    given,
    longestFirst: longestFirst(configurations, durations).map(ms),
    known: {
      longest: { identifier: identifierOf(slowest), ms: ms(slowest) },
      sum: given.reduce((sum, each) => sum + each, 0),
      unknown: configurations.length - known.length,
    },
  };
}

function batched({ given, longestFirst: first }: TimedConfigurations, batchSize: number) {
  return { given: batchDurations(given, batchSize), longestFirst: batchDurations(first, batchSize) };
}
