/**
 * What a Map Run came to is told by its children's results, by its own counts, by the execution's result and by the
 * history; and the trigger knows what it asked for. A verdict is believed only where all of them agree.
 */
import { identifierOf, type DistributedResult, type ResultsLocation } from '../../lib/wire';
import { shown } from '../../lib/wire/parsers';
import type { StatusCounts } from '../result/tally';
import { inputOf, ofDescription, ofEnd, ofInput, ofLimits, unless, type ExecutionRequest } from './disagreements';
import { identifierIn, type ExecutionTracker } from './executionTracker';
import type { FollowedExecution } from './followExecution';
import type { MapRunResults } from './mapRunResults';

/** What was read of a Map Run, counted. */
export type CountedResults = Pick<MapRunResults, 'identifiers' | 'unnamed' | 'description' | 'problems'> & {
  counts: StatusCounts;
};

/**
 * Where the result of a distributed execution differs from what else is known of it: sentences without their full stop,
 * the gravest first; none where it can be believed.
 */
export function mapRunDisagreements(
  { tracker, description }: Pick<FollowedExecution, 'tracker' | 'description'>,
  result: DistributedResult,
  read: CountedResults,
  asked: ExecutionRequest,
): string[] {
  if (!tracker.end) return ['the history does not show how the execution ended'];
  return [
    ...read.problems,
    ...ofInput(tracker, asked),
    ...ofMapRun(tracker, read, asked),
    ...ofCounts(result, read),
    ...ofNames(tracker, read, asked),
    ...ofLimits(tracker, result, asked),
    ...ofEnd(tracker.end, result),
    ...(description ? ofDescription(description, tracker.end, asked) : []),
  ];
}

/** Whether results that are said to be there are those of this execution, and of no other one. */
export function locationDisagreements(locations: ResultsLocation[], { executionArn }: ExecutionRequest): string[] {
  const name = executionArn.split(':').at(-1) ?? '';
  const other = locations.find(({ prefix }) => !`/${prefix}`.endsWith(`/${name}/`));
  const [first, last] = [locations[0], locations.at(-1)].map((one) => one && placeOf(one));
  return [
    ...unless(first !== undefined, 'neither the history nor the result tells where the results are'),
    ...unless(!other, `the results are said to be in ${other && placeOf(other)}, which is none of this execution`),
    ...unless(first === last, `the results are said to be in ${first} and in ${last}`),
  ];
}

export function placeOf({ bucket, prefix }: ResultsLocation): string {
  return `s3://${bucket}/${prefix}`;
}

function ofMapRun(tracker: ExecutionTracker, { description }: CountedResults, { executionArn }: ExecutionRequest) {
  if (!description) return ['the Map Run could not be described'];
  const { mapRunArn, status } = description;
  return [
    ...unless(mapRunArn === tracker.mapRunArn, `the description is of the Map Run ${mapRunArn}`),
    ...unless(description.executionArn === executionArn, `the Map Run is one of ${description.executionArn}`),
    ...unless(status === 'SUCCEEDED', `the Map Run is described as ${status}, and its execution came to a result`),
  ];
}

function ofCounts(result: DistributedResult, { counts, description }: CountedResults): string[] {
  const { total, passed, failed, errored } = result;
  const { items } = description ?? {};
  const read = counts.passed + counts.failed + counts.errored;
  return [
    ...unless(total > 0, 'the result counts no configuration'),
    ...unless(
      read === total && passed + failed + errored === total,
      `the result counts ${total} configurations (${passed} passed, ${failed} failed, ${errored} errored), and there are results of ${read}`,
    ),
    ...unless(
      counts.passed === passed && counts.failed === failed && counts.errored === errored,
      `the result counts ${passed} passed, ${failed} failed and ${errored} errored, and the results are ` +
        `${counts.passed}, ${counts.failed} and ${counts.errored}`,
    ),
    ...unless(!items || items.total === total, `the Map Run counts ${items?.total} items, and the result ${total}`),
    ...unless(
      !items || items.succeeded + items.failed + items.timedOut + items.aborted === items.total,
      'the Map Run counts items that are not done',
    ),
  ];
}

/** What was named, by the input or as the Map got it, is what was tested; of lost children the names may not be known. */
function ofNames(
  tracker: ExecutionTracker,
  { identifiers, unnamed }: CountedResults,
  asked: ExecutionRequest,
): string[] {
  const named = inputOf(asked).configurations?.map(identifierOf) ?? tracker.items()?.map(identifierIn);
  if (!named) return [];
  const missing = named.filter((identifier) => identifier === undefined || !identifiers.has(identifier));
  return unless(
    named.length === identifiers.size && missing.length === unnamed,
    missing.length > unnamed
      ? `${shown(missing[0])} was asked for, and there is no result of it`
      : `${named.length} configurations were asked for, and there are results of ${identifiers.size}`,
  );
}
