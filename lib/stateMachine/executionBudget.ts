/**
 * What fits in one execution with an inline Map: in the events of its history and in the bytes of its output. Imports
 * neither the SDK nor the CDK.
 */
import { limits } from '../wire';

/**
 * Events of an iteration that is caught, without its retries: MapIterationStarted, TaskStateEntered, TaskScheduled,
 * TaskStarted, TaskSucceeded, EvaluationFailed, TaskStateExited, PassStateEntered, PassStateExited,
 * MapIterationSucceeded. One whose task failed has TaskFailed in place of the two in the middle.
 */
const eventsPerIteration = 10;
/** Events of each retry: TaskScheduled, TaskStarted, TaskFailed. */
const eventsPerRetry = 3;
/** Events of an execution besides its iterations, rounded up. */
const eventsPerExecution = 40;

/** Events of a page of a list: TaskStateEntered, TaskScheduled, TaskStarted, TaskSucceeded, TaskStateExited, and two of a Choice. */
const eventsPerPage = 7;

/** Events where nothing is retried: of an iteration, and of the execution besides. */
const eventsPerPlainIteration = 7;
const eventsPerPassedExecution = 14;

/** State transitions of an execution besides those of its iterations, which have one each. */
const transitionsPerExecution = 5;

/**
 * Bytes that the aggregated result may take. Below the quota of 262,144, because an execution was seen to be aborted
 * when a state's output was only just within it (https://github.com/cdklabs/construct-hub/pull/1885).
 */
export const outputBytes = 240_000;
/** Bytes of the aggregated result without its results. */
const wrapperBytes = 300;
/** Bytes of a result that says no more than its identifier and status, without the identifier itself. */
export const bareResultBytes = 66;
/** Bytes that all results share. */
export const resultsBytes = outputBytes - wrapperBytes;

/**
 * How many configurations one execution can test so that its history stays within 25,000 events even if every
 * invocation is retried to the end: 998 with five retries.
 * @param pages that may be read before, each by an invocation that is retried as often
 */
export function maxConfigurations(retryAttempts: number, pages = 0): number {
  const retries = eventsPerRetry * retryAttempts;
  const left = limits.historyEvents - eventsPerExecution - pages * (eventsPerPage + retries);
  return Math.floor(left / (eventsPerIteration + retries));
}

/** Events and state transitions of an execution in which every configuration passes at the first attempt. */
export function plainExecution(configurations: number): { events: number; stateTransitions: number } {
  return {
    events: eventsPerPassedExecution + eventsPerPlainIteration * configurations,
    stateTransitions: transitionsPerExecution + configurations,
  };
}

/**
 * Bytes that each result may take beyond its identifier and status, as the state machine computes them; below 0 where the
 * identifiers alone are too long.
 */
export function detailBytes(identifiers: string[]): number {
  return Math.floor((resultsBytes - leastResultsBytes(identifiers)) / identifiers.length);
}

/** Bytes of results that say no more than their identifiers and statuses. */
export function leastResultsBytes(identifiers: string[]): number {
  return Buffer.byteLength(JSON.stringify(identifiers)) + bareResultBytes * identifiers.length;
}
