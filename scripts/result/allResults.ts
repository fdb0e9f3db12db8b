/** The results of a run, which may be more than fit in memory: a distributed execution has up to hundreds of thousands. */
import type { AllResults, RunConfigurationResult, RunResult } from '../../lib/wire';
import { isExcused } from './tally';

/** Results of a distributed run that are in memory for the reports that people read: how many, and characters of JSON. */
const mostListed = 1_000;
const mostCharacters = 8_388_608;

/** What `RunResult` holds them in. */
type Listed = Pick<RunResult, 'results' | 'all'>;
type Change = (result: RunConfigurationResult, index: number) => RunConfigurationResult;

/** Every result of a run, the listed ones first. */
export function everyResult({ results, all }: Listed): Iterable<RunConfigurationResult> {
  return all ?? results;
}

/** The results of a run by their index. */
export function indexed({ results, all }: Listed): Pick<AllResults, 'length' | 'at'> {
  return all ?? { length: results.length, at: (index) => valueAt(results, index) };
}

/** Each result changed. The order stays. */
export function mapResults({ results, all }: Listed, change: Change): Listed {
  return {
    results: results.map(change),
    ...(all && { all: lazily(all.length, (index) => change(all.at(index), index), all.totalMs) }),
  };
}

/** The same where the change may say what needs a look: what does comes first again, where there are many. */
export function changeResults(listed: Listed, change: Change): Listed {
  const { results, all } = listed;
  return all ? manyResults(all.length, (index) => change(all.at(index), index)) : { results: results.map(change) };
}

/**
 * The results of a distributed run: all of them, ordered so that what needs a look comes first (what could not be tested,
 * what failed, known failures, what is flaky, and then what took longest), and the first ones in memory.
 * @param length how many there are
 * @param at reads the one at an index, in any order
 */
export function manyResults(length: number, at: AllResults['at']): Required<Listed> {
  const rank = new Uint8Array(length);
  const durations = new Float64Array(length);
  const order = new Uint32Array(length);
  let totalMs = 0;
  for (let index = 0; index < length; index++) {
    const one = at(index);
    rank[index] = rankOf(one);
    durations[index] = one.duration_ms ?? 0;
    order[index] = index;
    totalMs += [one, ...(one.earlier ?? [])].reduce((sum, { duration_ms: ms = 0 }) => sum + ms, 0);
  }
  order.sort((a, b) => valueAt(rank, a) - valueAt(rank, b) || valueAt(durations, b) - valueAt(durations, a) || a - b);
  const all = lazily(length, (index) => at(valueAt(order, index)), totalMs);
  return { results: listed(all), all };
}

function listed(all: AllResults): RunConfigurationResult[] {
  const results: RunConfigurationResult[] = [];
  let characters = 0;
  for (const one of all) {
    characters += JSON.stringify(one).length;
    if (results.length === mostListed || (characters > mostCharacters && results.length > 0)) break;
    results.push(one);
  }
  return results;
}

/** What comes before what. */
const ranks = { errored: 0, failed: 1, known: 2, flaky: 3, passed: 4 };

function rankOf(result: RunConfigurationResult): number {
  if (result.status === 'ERRORED') return ranks.errored;
  if (result.status === 'FAILED') return isExcused(result) ? ranks.known : ranks.failed;
  return result.flaky ? ranks.flaky : ranks.passed;
}

/** The results that took longest, of those that tell it; none where they may be among those that are not listed. */
export function slowestOf({ results, all }: Listed, count: number): RunConfigurationResult[] {
  const last = results.at(-count);
  // What just passed is listed last, and by its time.
  const complete = all === undefined || results.length === all.length || (last && rankOf(last) === ranks.passed);
  const timed = complete ? results.filter(({ duration_ms: ms }) => ms !== undefined) : [];
  return timed.sort((a, b) => (b.duration_ms ?? 0) - (a.duration_ms ?? 0)).slice(0, count);
}

function valueAt<T>(values: ArrayLike<T>, index: number): T {
  const value = values[index];
  if (value === undefined) throw new RangeError(`Expected an index below ${values.length}, got ${index}.`);
  return value;
}

function lazily(length: number, at: AllResults['at'], totalMs: number): AllResults {
  return {
    ...{ length, at, totalMs },
    *[Symbol.iterator]() {
      for (let index = 0; index < length; index++) yield at(index);
    },
  };
}
