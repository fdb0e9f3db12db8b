/** The console of a function, in Lambda's text or JSON format (AWS Lambda developer guide, "Log and monitor Node.js"). */
import { writeSync } from 'node:fs';
import { format } from 'node:util';
import { intoError, toLogText } from './runtimeError';

const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
type Level = (typeof levels)[number];

export interface RuntimeConsole {
  /** The request that the following lines belong to. */
  setRequestId(requestId: string): void;
  /** Logs something thrown as the runtime does, for example under `Invoke Error`. */
  logError(label: string, error: unknown): void;
}

/** What a write fails with where this machine has no room for the log, which is no fault of the function. */
const noRoom = ['ENOSPC', 'EDQUOT', 'EIO'];

/**
 * Makes `console` write lines as Lambda does. `before` stands for the request id while the handler is being loaded.
 * Lines go straight to the file descriptor, so none is lost when the process ends; `onNoRoom` is told of those that
 * this machine has no room for.
 */
export function patchConsole(
  logFormat: 'Text' | 'JSON',
  lowest: string,
  before: string,
  onNoRoom: (code: string) => void,
): RuntimeConsole {
  let requestId = before;
  const log = (level: Level, values: unknown[]): void => {
    const time = new Date().toISOString();
    const line =
      logFormat === 'JSON'
        ? jsonLine(time, requestId, level, values)
        : [time, requestId, level, format(...values)].join('\t');
    try {
      writeSync(1, `${line}\n`);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (!noRoom.includes(code)) throw error;
      onNoRoom(code);
    }
  };
  const logger = (level: Level) =>
    levels.indexOf(level) < levels.findIndex((name) => name === lowest)
      ? () => undefined
      : (...values: unknown[]) => log(level, values);
  Object.assign(console, {
    trace: logger('TRACE'),
    debug: logger('DEBUG'),
    info: logger('INFO'),
    log: logger('INFO'),
    warn: logger('WARN'),
    error: logger('ERROR'),
    fatal: logger('FATAL'),
  });
  return {
    setRequestId: (id) => {
      requestId = id;
    },
    logError: (label, error) =>
      log('ERROR', logFormat === 'JSON' ? [intoError(error)] : [label, `\t${toLogText(error)}`]),
  };
}

function jsonLine(timestamp: string, requestId: string, level: Level, values: unknown[]): string {
  const line = { timestamp, level, requestId: requestId === '' ? undefined : requestId };
  if (values.length === 1) {
    try {
      return JSON.stringify({ ...line, message: values[0] }, (_key, value: unknown) => describeError(value) ?? value);
    } catch {
      return JSON.stringify({ ...line, message: format(values[0]) });
    }
  }
  const error = values.find((value) => value instanceof Error);
  return JSON.stringify({ ...line, message: format(...values), ...describeError(error) });
}

function describeError(value: unknown): object | undefined {
  if (!(value instanceof Error)) return undefined;
  const described = {
    errorType: value.constructor.name,
    errorMessage: value.message,
    stackTrace: value.stack?.split('\n'),
  };
  return Object.assign(described, value);
}
