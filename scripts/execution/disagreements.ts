/**
 * What an execution came to is told in several places: in the history of each iteration, in the output, by its
 * description; and the trigger knows what it asked for. A result is believed only where all of them agree, as what stands
 * between the trigger and AWS (a proxy, a cache, an emulator) may have changed any of them.
 */
import { isDeepStrictEqual } from 'node:util';
import {
  identifierOf,
  isIdentifierAlone,
  isJsonObject,
  isToleratedFailures,
  type AggregatedResult,
  type Configuration,
  type Json,
  type SystemTestInput,
} from '../../lib/wire';
import { shown } from '../../lib/wire/parsers';
import { machineArnOf } from '../aws/target';
import { countByStatus, judge, toleratedCount } from '../result/tally';
import { nameDisagreements } from '../result/nameDisagreements';
import { identifierIn, type ExecutionEnd, type ExecutionTracker } from './executionTracker';
import type { FollowedExecution } from './followExecution';
import { parseJson, sameJson } from './jsonText';

/** What the trigger asked for. */
export interface ExecutionRequest {
  executionArn: string;
  /** JSON text of a `SystemTestInput`. */
  input: string;
}

/** The error that the state machine's Fail state ends with, by the verdict. */
export const errorOfVerdict = { FAILED: 'SystemTestFailed', ERRORED: 'SystemTestErrored' } as const;

/**
 * Where the result of an execution that ended differs from what else is known of it: sentences without their full stop,
 * the gravest first; none where it can be believed.
 * @param result the output of the state machine; where it was stopped before that, pieced together from the history
 */
export function disagreements(
  { tracker, description }: Pick<FollowedExecution, 'tracker' | 'description'>,
  result: AggregatedResult,
  asked: ExecutionRequest,
): string[] {
  const items = tracker.items();
  if (!items || !tracker.end) return ['the history does not show which configurations were tested'];
  return [
    ...ofInput(tracker, asked),
    ...ofItems(tracker, items, asked),
    ...ofConfigurations(tracker, items, result),
    ...ofCounts(result),
    ...ofLimits(tracker, result, asked),
    ...(tracker.end.status === 'ABORTED' ? [] : [...ofStatuses(tracker, result), ...ofEnd(tracker.end, result)]),
    ...(description ? ofDescription(description, tracker.end, asked) : []),
  ];
}

/**
 * What the input asks for; what it leaves out is the construct's. Anybody may have given it: the state machine takes what is
 * no object for an empty one, and refuses one with other values than these.
 */
export function inputOf({ input }: ExecutionRequest): SystemTestInput {
  const value = parseJson(input);
  const { configurations, max_concurrency, tolerated_failures } = isJsonObject(value) ? value : {};
  return {
    ...(isConfigurations(configurations) && { configurations }),
    ...(typeof max_concurrency === 'number' && { max_concurrency }),
    ...(isToleratedFailures(tolerated_failures) && { tolerated_failures }),
  };
}

function isConfigurations(value: Json | undefined): value is Configuration[] {
  return Array.isArray(value) && value.every((one) => identifierIn(one) !== undefined);
}

/** Whether the history is that of what was asked for. */
export function ofInput(tracker: ExecutionTracker, { input }: ExecutionRequest): string[] {
  return unless(
    tracker.input === undefined || sameJson(tracker.input, input),
    'the history is of an execution with another input',
  );
}

function ofItems(tracker: ExecutionTracker, items: Json[], asked: ExecutionRequest): string[] {
  const { configurations } = inputOf(asked);
  const asAsked = (one: Configuration, index: number) =>
    isIdentifierAlone(one) ? identifierIn(items[index]) === identifierOf(one) : isDeepStrictEqual(items[index], one);
  return [
    ...unless(
      !configurations || (items.length === configurations.length && configurations.every(asAsked)),
      'the history shows other configurations than were asked for',
    ),
    ...unless(
      tracker.total === items.length,
      `the Map has ${tracker.total ?? 'no known number of'} iterations for ${items.length} configurations`,
    ),
    ...unless(tracker.isOrdered(), 'the history has an order of start that does not hold each configuration once'),
  ];
}

function ofConfigurations(tracker: ExecutionTracker, items: Json[], { results }: AggregatedResult): string[] {
  const changed = items.findIndex((item, index) => {
    const got = tracker.inputAt(index);
    return got !== undefined && !isDeepStrictEqual(got, item);
  });
  return [
    ...nameDisagreements(items.map(identifierIn), results),
    ...unless(changed < 0, `iteration ${changed} got ${shown(tracker.inputAt(changed))}, not ${shown(items[changed])}`),
  ];
}

function ofStatuses(tracker: ExecutionTracker, { results }: AggregatedResult): string[] {
  const shownResults = tracker.results();
  return results.flatMap((result, index) => {
    const { configuration_identifier: identifier, status, error } = result;
    const inHistory = shownResults.get(index);
    if (!inHistory) return unless(tracker.redriven, `the history shows no result of ${shown(identifier)}`);
    const other = inHistory.configuration_identifier;
    return [
      ...unless(other === identifier, `the result of ${shown(identifier)} is that of ${shown(other)} in the history`),
      ...unless(
        status === inHistory.status && (error === undefined) === (inHistory.error === undefined),
        `the result says ${outcome(result)} of ${shown(identifier)}, the history ${outcome(inHistory)}`,
      ),
    ];
  });
}

function ofCounts({ results, total, passed, failed, errored }: AggregatedResult): string[] {
  return unless(
    isDeepStrictEqual({ total, passed, failed, errored }, { total: results.length, ...countByStatus(results) }),
    `the result counts ${passed} passed, ${failed} failed and ${errored} errored of ${total}, and holds others`,
  );
}

/** Whether no more is tolerated, and no more ran at once, than was asked for. */
export function ofLimits(
  tracker: ExecutionTracker,
  { total, max_concurrency: concurrency, tolerated_failures }: Omit<AggregatedResult, 'results'>,
  asked: ExecutionRequest,
): string[] {
  const { tolerated_failures: tolerated = tracker.toleratedFailures() ?? 0, max_concurrency: limit } = inputOf(asked);
  const most = Math.min(limit ?? Infinity, tracker.maxConcurrency() ?? Infinity);
  return [
    ...unless(
      tolerated_failures === toleratedCount(tolerated, total),
      `the result tolerates ${tolerated_failures} failures, not ${tolerated}`,
    ),
    ...unless(
      concurrency >= 1 && concurrency <= most,
      `the result says that ${concurrency} ran at once, of at most ${most}`,
    ),
  ];
}

/** Whether the execution ended as its result has it. */
export function ofEnd(
  end: ExecutionEnd,
  { failed, errored, tolerated_failures: tolerated, total }: Omit<AggregatedResult, 'results'>,
): string[] {
  const verdict = judge({ failed, errored, tolerated, total });
  const expected = verdict === 'PASSED' ? 'SUCCEEDED' : errorOfVerdict[verdict];
  const got = end.status === 'FAILED' ? end.error : end.status;
  return unless(got === expected, `the execution ended with ${got}, where its result asks for ${expected}`);
}

/** Whether the execution is described as its history has it. */
export function ofDescription(
  description: NonNullable<FollowedExecution['description']>,
  end: ExecutionEnd,
  { executionArn, input }: ExecutionRequest,
): string[] {
  const { status, stateMachineArn, error } = description;
  const machineArn = machineArnOf(executionArn);
  return [
    ...unless(description.executionArn === executionArn, `the description is of ${description.executionArn}`),
    // Of an alias or a version, it may be that of these.
    ...unless(
      `${stateMachineArn}:`.startsWith(`${machineArn}:`),
      `the execution is described as one of ${stateMachineArn}`,
    ),
    ...unless(
      description.input === undefined || sameJson(description.input, input),
      'the execution is described with another input',
    ),
    // A description may lag behind the history (it is eventually consistent).
    ...unless(
      status === 'RUNNING' || status === end.status,
      `the execution is described as ${status}, and ended as ${end.status} in its history`,
    ),
    ...unless(
      error === undefined || error === end.error,
      `the execution is described as ended with ${error}, and ended with ${end.error} in its history`,
    ),
    ...unless(
      description.output === undefined || end.output === undefined || sameJson(description.output, end.output),
      'the execution is described with another output than in its history',
    ),
  ];
}

/** A sentence where something does not agree. */
export function unless(agreed: boolean, sentence: string): string[] {
  return agreed ? [] : [sentence];
}

function outcome({ status, error }: { status: string; error?: unknown }): string {
  return `${status} ${error === undefined ? 'without' : 'with'} an error`;
}
