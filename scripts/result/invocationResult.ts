import { reported, reportPatterns, unknownErrorType, unsuccessful } from '../../lib/stateMachine/invocationRules';
import { isJsonObject, type ConfigurationResult, type Json } from '../../lib/wire';
import type { InvocationAnswer } from '../aws/lambda';
import { isDeeper, maxDepth } from '../io/jsonDepth';

/**
 * Characters of a response or a message that a result keeps. There is no execution here whose output they have to fit in,
 * but a thousand responses of 6 MB would not fit in memory either.
 */
const keptCharacters = 65_536;
/** The same of an error's type, as in the state machine. */
const keptOfType = 200;

/**
 * The result of an invocation that reached the function, by the rules of the state machine: it passes by returning an
 * object with `system_test_successful: true`; whatever else it does fails.
 * @param elapsedMs stands in for the duration where the log doesn't tell it
 */
export function invocationResult(identifier: string, answer: InvocationAnswer, elapsedMs: number): ConfigurationResult {
  const returned = parseJson(answer.payload);
  const passed = !answer.raised && isJsonObject(returned) && returned.system_test_successful === true;
  const { log } = answer;
  const error = passed ? undefined : answer.raised ? raisedError(answer, returned) : returnedError(answer, returned);
  const type = error && cutTo(keptOfType, error.type);
  const message = error && cutTo(keptCharacters, error.message);
  const response = answer.raised || answer.payload.length > keptCharacters ? undefined : returned;
  const cut =
    type !== error?.type || message !== error?.message || (!answer.raised && answer.payload.length > keptCharacters);
  return {
    configuration_identifier: identifier,
    status: passed ? 'PASSED' : 'FAILED',
    ...durations(log, elapsedMs),
    ...(response === undefined ? {} : { response }),
    ...(type !== undefined && message !== undefined ? { error: { type, message } } : {}),
    ...(passed || !log ? {} : { log_tail: log }),
    ...(cut ? { truncated: true } : {}),
  };
}

/** The start of a text, at most so many UTF-16 units long; no character is cut in half. */
function cutTo(length: number, text: string): string {
  return text.length <= length ? text : text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}

/** Undefined where it is no JSON, which Lambda lets a custom runtime return, or too deep to be read by a state machine. */
function parseJson(text: string): Json | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isDeeper(value, maxDepth.payload) ? undefined : value;
  } catch {
    return undefined;
  }
}

function raisedError({ payload }: InvocationAnswer, raised: Json | undefined): { type: string; message: string } {
  const { errorType, errorMessage } = isJsonObject(raised) ? raised : {};
  return {
    type: errorType === undefined || errorType === '' ? unknownErrorType : textOf(errorType),
    message: textOf(errorMessage ?? raised ?? payload),
  };
}

/** Goes on as the message of a response that can be read and does not say that the test passed. */
const unreadable = `Expected the function to return JSON, nested at most ${maxDepth.payload} deep, got `;

function returnedError({ payload }: InvocationAnswer, returned: Json | undefined): { type: string; message: string } {
  const { type, message, shownCharacters } = unsuccessful;
  const text = textOf(returned === undefined ? payload : returned);
  // A character is one or two units long; none is cut in half.
  const shown = Array.from(text.slice(0, 2 * shownCharacters))
    .slice(0, shownCharacters)
    .join('');
  const expected = returned === undefined ? unreadable : message;
  return { type, message: `${expected}${shown}.` };
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function durations(log = '', elapsedMs: number): { duration_ms: number; billed_ms?: number } {
  const billed = reported(log, reportPatterns.billed);
  return {
    duration_ms: reported(log, reportPatterns.duration) ?? elapsedMs,
    ...(billed === undefined ? {} : { billed_ms: billed }),
  };
}
