/** Configurations that are run again: which, what becomes of the result, and in which order all of them are started. */
import {
  identifierOf,
  type Configuration,
  type Outcome,
  type RunConfigurationResult,
  type RunResult,
} from '../../lib/wire';
import { addCosts } from '../cost/cost';
import { everyResult, indexed, manyResults } from './allResults';
import { isExcused, isUndecided, tally } from './tally';
import { redacted } from './redaction';
import { isUnnamed } from './unnamed';
import { notFinished } from './untested';

/**
 * The identifiers of the configurations that did not pass, in the order of the result. Known failures are left out, as
 * what became of them changes nothing, and so is what has no identifier.
 */
export function toRerun(result: Pick<RunResult, 'results' | 'all'>): string[] {
  const identifiers: string[] = [];
  for (const one of everyResult(result)) {
    const { configuration_identifier: identifier, status } = one;
    if (status !== 'PASSED' && !(status === 'FAILED' && isExcused(one)) && !isUnnamed(identifier)) {
      identifiers.push(identifier);
    }
  }
  return identifiers;
}

/**
 * One result of two runs, the second of which tested some configurations of the first again. The results keep the order
 * of the first; a configuration that was run again has its last outcome, with those before it in `earlier`, and is
 * `flaky` where it passed at last. What only the second run knows stands at the end.
 *
 * It lasts from the start of the first run to the stop of the second, but `duration_seconds` is the sum of both: hours
 * may lie between them. Execution, status, console link and origin are those of the second; the tolerated failures are those of
 * the first, as a share of all configurations is counted there. Costs are added; where only one run has them, the sum
 * is unknown and left out.
 */
export function mergeReruns(first: RunResult, second: RunResult, { strict }: { strict?: boolean } = {}): RunResult {
  const { execution_arn, status, stopped_at, console_url, origin } = second;
  return tally(
    {
      ...first,
      execution_arn,
      status,
      stopped_at,
      duration_seconds: Math.round((first.duration_seconds + second.duration_seconds) * 1000) / 1000,
      max_concurrency: Math.max(first.max_concurrency, second.max_concurrency),
      console_url,
      origin,
      comparison: undefined,
      mode: first.mode ?? second.mode,
      results_location: second.results_location ?? first.results_location,
      disagreement: first.disagreement ?? second.disagreement,
      max_failures: second.max_failures,
      ...costsOf(first, second),
      ...mergeResults(first, second),
    },
    { strict, undecided: isUndecided(second) },
  );
}

function mergeResults(first: RunResult, second: RunResult): Pick<RunResult, 'results' | 'all'> {
  const [before, later] = [indexed(first), indexed(second)];
  const again = new Map<string, number>();
  for (let index = 0; index < later.length; index++) again.set(later.at(index).configuration_identifier, index);
  const places = Array.from({ length: before.length }, (_, index) => {
    const identifier = before.at(index).configuration_identifier;
    const place = again.get(identifier);
    again.delete(identifier);
    return place;
  });
  const added = [...again.values()];
  const at = (index: number) => {
    if (index >= before.length) return later.at(added[index - before.length] ?? 0);
    const place = places[index];
    return place === undefined
      ? before.at(index)
      : mergeOutcomes(before.at(index), later.at(place), { stopped: first.status === 'ABORTED' });
  };
  const length = before.length + added.length;
  return first.all || second.all
    ? manyResults(length, at)
    : { results: Array.from({ length }, (_, index) => at(index)) };
}

function costsOf(first: RunResult, second: RunResult): Pick<RunResult, 'cost' | 'cost_unknown'> {
  if (first.cost && second.cost) return { cost: addCosts(first.cost, second.cost), cost_unknown: undefined };
  const why = first.cost_unknown ?? second.cost_unknown;
  const oneOnly = (first.cost ?? second.cost) ? 'The report of one of the runs tells no cost.' : undefined;
  return { cost: undefined, cost_unknown: why ?? oneOnly };
}

/** The same where the second run is to have tested with the keys of the first; where it had fewer, it is not believed. */
export function mergeSameKeys(first: RunResult, second: RunResult, options: { strict?: boolean } = {}): RunResult {
  const [lost] = lostKeys(first, second);
  return mergeReruns(first, lost === undefined ? second : { ...second, disagreement: lost }, options);
}

/**
 * Which configurations the second run tested without a key that they held in the first, a clause each: with fewer, one
 * may pass. What a Distributed Map tested with is not known.
 */
export function lostKeys(first: RunResult, second: RunResult): string[] {
  if (second.mode !== undefined) return [];
  const now = new Map(second.results.map((one) => [one.configuration_identifier, one.configuration ?? {}]));
  return Array.from(everyResult(first)).flatMap(({ configuration_identifier: identifier, configuration = {} }) => {
    const keys = now.get(identifier);
    // The name of a key may be redacted itself.
    const lost = keys && Object.keys(configuration).find((key) => !(key in keys) && !key.includes(redacted));
    return lost === undefined
      ? []
      : [`${JSON.stringify(identifier)} was run again without ${JSON.stringify(lost)}, which it held before`];
  });
}

/** @param stopped whether somebody stopped the first run: what was not over then has neither failed nor passed */
function mergeOutcomes(
  first: RunConfigurationResult,
  second: RunConfigurationResult,
  { stopped }: { stopped: boolean },
): RunConfigurationResult {
  const earlier = [...outcomesOf(first), ...(second.earlier ?? [])];
  const isOutcome = ({ error }: Outcome) => !(stopped && error?.type === notFinished);
  const flaky = second.status === 'PASSED' && earlier.some((one) => one.status !== 'PASSED' && isOutcome(one));
  const configuration = second.configuration ?? first.configuration;
  return { ...second, ...{ configuration, earlier }, flaky: flaky || undefined, known: second.known ?? first.known };
}

/** All outcomes, the oldest first, each without what belongs to the configuration as a whole. */
function outcomesOf(result: RunConfigurationResult): Outcome[] {
  const { earlier = [], ...last } = result;
  delete last.configuration;
  delete last.flaky;
  delete last.known;
  return [...earlier, last];
}

/** Milliseconds that each configuration took, by identifier; undefined where that is not known. */
export type Durations = ReadonlyMap<string, number | undefined>;

/**
 * The configurations in the order that makes the whole run short: those that took longest in an earlier run first, so
 * that none of them starts last and keeps a single lane busy. Those without an earlier duration come before all others,
 * as they may take any time. Equals keep their order.
 */
export function longestFirst(configurations: Configuration[], durations: Durations): Configuration[] {
  const expected = (configuration: Configuration) => durations.get(identifierOf(configuration)) ?? Infinity;
  return configurations
    .map((configuration) => ({ configuration, duration: expected(configuration) }))
    .sort((a, b) => (a.duration === b.duration ? 0 : b.duration > a.duration ? 1 : -1))
    .map(({ configuration }) => configuration);
}

/** Milliseconds that each configuration took in an earlier run, as far as that is known, by identifier. */
export function knownDurations(earlier: Pick<RunResult, 'results' | 'all'>): Durations {
  return new Map(Array.from(everyResult(earlier), (one) => [one.configuration_identifier, longestOf(one)]));
}

/** Milliseconds of the longest of its outcomes: one that failed early says little about how long it takes. */
function longestOf({ duration_ms: last, earlier = [] }: RunConfigurationResult): number | undefined {
  const known = [last, ...earlier.map((outcome) => outcome.duration_ms)].filter((ms) => ms !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
