import { identifierOf, type DistributedResult, type RunResult } from '../../lib/wire';
import { parseDistributedResult } from '../../lib/wire/parsers';
import type { ResultBucket } from '../aws/resultBucket';
import { mapResults } from '../result/allResults';
import { ownKeysOf, withOwnKeys } from '../result/ownKeys';
import { ResultSpool } from '../result/resultSpool';
import { countByStatus, toleratedCount } from '../result/tally';
import { restOfList } from '../result/unnamed';
import { notFinished } from '../result/untested';
import { inputOf } from './disagreements';
import {
  executionFacts,
  listingFailure,
  parsed,
  reasonOf,
  resultText,
  verdictOf,
  type TimedRequest,
} from './executionResult';
import { identifierIn } from './executionTracker';
import type { FollowedExecution } from './followExecution';
import { IdentifierSet } from './identifierSet';
import { locationDisagreements, mapRunDisagreements } from './mapRunDisagreements';
import { readMapRun, type MapRunResults, type MapRunSource, type ReadingOptions } from './mapRunResults';

/** The error type of what nobody knows. */
const notListed = 'SystemTest.NotListed';

/** The calls that it takes. */
export interface DistributedApi {
  api: MapRunSource['api'];
  bucket(): Promise<ResultBucket>;
}

/** What a distributed execution came to. */
export interface DistributedRun {
  result: RunResult;
  read: MapRunResults;
}

/**
 * The result of a run that a Distributed Map tested: the machine's verdict where all that is told of it agrees, and the
 * results that the children left in the bucket. Where it came to no result, those that there are so far.
 * @throws NoVerdictError where the configurations could not be listed
 */
export async function distributedResult(
  followed: FollowedExecution,
  asked: TimedRequest,
  source: DistributedApi,
  o: ReadingOptions,
): Promise<DistributedRun> {
  const { tracker, trouble } = followed;
  const { end, mapRunArn = '' } = tracker;
  const verdict = verdictOf(end);
  const parsedResult = verdict && parsed(resultText(followed), parseDistributedResult);
  const own = parsedResult instanceof Error ? undefined : parsedResult;
  const locations = [tracker.resultsLocation(), own?.results_location].filter((one) => one !== undefined);
  const [location] = locations;
  const misplaced = locationDisagreements(locations, asked);
  // What keeps the history from being read would keep the results from it, too.
  const readable = location && misplaced.length === 0 && trouble?.cause === undefined;
  const read = readable
    ? await readMapRun(
        {
          ...source,
          bucket: await source.bucket(),
          mapRunArn,
          location,
          ended: own !== undefined,
          reason: reasonOf(end),
        },
        o,
      )
    : { spool: new ResultSpool(), identifiers: new IdentifierSet(), unnamed: 0, problems: misplaced };
  const { spool, description } = read;
  if (end?.error === 'SystemTestListingFailed' && spool.length === 0 && !description?.items.total) {
    spool.close();
    throw listingFailure(end);
  }
  if (!own) {
    addUnfinished(followed, asked, read);
  }
  const { results, all } = spool.results();
  const keys = ownKeysOf(tracker.items() ?? inputOf(asked).configurations);
  const counts = countByStatus(all);
  const [disagreement] = own
    ? mapRunDisagreements(followed, own, { ...read, counts }, asked)
    : [...unreadable(followed, parsedResult), ...read.problems];
  return {
    read,
    result: {
      ...limitsOf(followed, own, asked, spool.length),
      total: spool.length,
      ...counts,
      mode: 'DISTRIBUTED',
      ...(location && { results_location: location }),
      ...mapResults({ results, all }, (one) => withOwnKeys(one, keys)),
      ...executionFacts(followed, asked),
      verdict: (disagreement === undefined && own && verdict) || 'ERRORED',
      ...(disagreement !== undefined && { disagreement }),
    },
  };
}

/** What an execution says of itself that has no result, although it says that it came to one. */
function unreadable({ tracker: { end } }: FollowedExecution, result: Error | DistributedResult | undefined): string[] {
  if (end?.error === 'SystemTestInputRefused') {
    return ['the execution says that its input was refused, and tested configurations'];
  }
  // With this error it also ends where the Map failed as a whole.
  if (!(result instanceof Error) || end?.error === 'SystemTestErrored') return [];
  return [`the result of the execution can't be read (${result.message})`];
}

/** What was named and has no result was not over, or not begun. Of a list that the Map reads by itself, nobody knows the rest. */
function addUnfinished(
  { tracker }: FollowedExecution,
  asked: TimedRequest,
  { spool, identifiers, description }: MapRunResults,
): void {
  const named = inputOf(asked).configurations?.map(identifierOf) ?? tracker.items()?.map(identifierIn) ?? [];
  if (named.length === 0) {
    const items = description === undefined ? '' : ` of ${description.items.total} items`;
    const message = `There are results of ${identifiers.size}${items}, and which others the list has is not known, as ${reasonOf(tracker.end)}.`;
    spool.append({ configuration_identifier: restOfList, status: 'ERRORED', error: { type: notListed, message } });
  }
  const error = { type: notFinished, message: `Not finished when ${reasonOf(tracker.end)}.` };
  for (const identifier of named) {
    if (identifier !== undefined && identifiers.add(identifier)) {
      spool.append({ configuration_identifier: identifier, status: 'ERRORED', error });
    }
  }
}

function limitsOf(
  { tracker }: FollowedExecution,
  own: DistributedResult | undefined,
  asked: TimedRequest,
  total: number,
): Pick<RunResult, 'schema_version' | 'max_concurrency' | 'tolerated_failures'> {
  return {
    schema_version: 1,
    max_concurrency: own?.max_concurrency ?? tracker.maxConcurrency() ?? inputOf(asked).max_concurrency ?? 0,
    tolerated_failures: own?.tolerated_failures ?? toleratedCount(tracker.toleratedFailures() ?? 0, total),
  };
}
