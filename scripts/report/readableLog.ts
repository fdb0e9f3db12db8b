/** A function's log for people. The page of the HTML report shows it too, so nothing here is of Node.js. */
import { isJsonObject, type Json, type JsonObject } from '../../lib/wire';

/** Where a runtime keeps the frames of an error that it logs as JSON. */
const stackKeys = ['stack', 'stackTrace', 'trace'];

/**
 * Frames of the runtimes themselves: of Node.js on one line, of Python on a line with their source below it. What stands
 * in for the runtime of Node.js on this machine is `dist/bootstrap.js`.
 */
const nodeFrame =
  /^\s+at (?:(?:.*[( ])?(?:file:\/\/)?(?:\/var\/runtime\/|node:internal\/)|(?:async )?invoke(?:Handler(?:WithCallback)?|Next) \(.*\/dist\/bootstrap\.js:)/;
const pythonFrame = /^\s+File "(?:\/var\/runtime\/|[^"]*\/awslambdaric\/)/;

/** Errors within errors that are written as such. */
const mostNested = 8;

/**
 * The log with the errors that Lambda's runtimes write as JSON on one line (`ERROR Invoke Error {"errorType": …, "stack":
 * […]}`) as stacks, and without the runtimes' own frames. The line breaks within a message, which come as carriage
 * returns (`ERROR_LOG_LINE_TERMINATE` of awslambdaric), are line breaks. It takes time in proportion to the text.
 */
export function readableLog(log: string): string {
  const lines = log.replace(/\r\n?/g, '\n').split('\n').flatMap(withStack);
  return withoutRuntime(lines).join('\n');
}

function withStack(line: string): string[] {
  const start = line.indexOf('{');
  if (start < 0 || !line.endsWith('}')) return [line];
  try {
    const value = JSON.parse(line.slice(start)) as Json;
    // With the log format JSON, the error of Node.js is the message of an object.
    const wraps = isJsonObject(value) && isJsonObject(value.message);
    const error = errorLines(wraps ? value.message : value, 0);
    if (!error) return [line];
    const before = [line.slice(0, start).trimEnd(), ...(wraps ? restLine(without(value, ['message'])) : [])];
    return [...before.filter((text) => text !== ''), ...error];
  } catch {
    // No JSON, or nested deeper than can be written.
    return [line];
  }
}

/** An error of a runtime, and what else it says of itself; undefined for anything else. */
function errorLines(error: Json | undefined, depth: number): string[] | undefined {
  if (!isJsonObject(error) || depth > mostNested) return undefined;
  const key = stackKeys.find((one) => Array.isArray(error[one]));
  const { errorType, errorMessage } = error;
  if (key === undefined || typeof errorType !== 'string') return undefined;
  const title = typeof errorMessage === 'string' && errorMessage !== '' ? `${errorType}: ${errorMessage}` : errorType;
  const stack = (error[key] as Json[]).flatMap((frame) => (typeof frame === 'string' ? frame.split('\n') : []));
  // An error class of one's own names itself twice.
  const told = [key, 'errorType', 'errorMessage', ...(error.name === errorType ? ['name'] : [])];
  const others = without(error, told);
  const nested = Object.entries(others).flatMap(([name, value]) => {
    const [first, ...more] = errorLines(value, depth + 1) ?? [];
    return first === undefined ? [] : [{ name, lines: [`${name}: ${first}`, ...more] }];
  });
  return [
    ...(stack.join('\n').startsWith(title) ? [] : title.split('\n')),
    ...stack.filter((line) => line !== ''),
    ...nested.flatMap(({ lines }) => lines),
    ...restLine(
      without(
        others,
        nested.map(({ name }) => name),
      ),
    ),
  ];
}

function restLine(rest: JsonObject): string[] {
  return Object.keys(rest).length === 0 ? [] : [JSON.stringify(rest)];
}

function without(object: JsonObject, keys: string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

function withoutRuntime(lines: string[]): string[] {
  let inRuntime = false;
  return lines.filter((line) => {
    // The source of a frame stands below it, further in.
    inRuntime = pythonFrame.test(line) || (inRuntime && /^\s{3,}\S/.test(line) && !/^\s+File "/.test(line));
    return !inRuntime && !nodeFrame.test(line);
  });
}
