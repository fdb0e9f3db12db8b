/** How an invocation that did not return ends: for the caller, and in the log. */
import type { RuntimeAnswer } from './runtimeApi';

/** How a process ended, as Node.js tells it. */
export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface FunctionError {
  /** In the log. */
  errorType: string;
  /** JSON: the payload that the caller gets, under `FunctionError: Unhandled`. */
  payload: Buffer;
  /** What the REPORT line says; undefined where the function's own code raised and the sandbox lives on. */
  status?: 'error' | 'timeout';
}

/** An error that the function raised, in its code or while it was being loaded; it worded the payload itself. */
export function raised({ errorType, payload, fatal }: RuntimeAnswer & { fatal: boolean }): FunctionError {
  return { errorType, payload, status: fatal ? 'error' : undefined };
}

/** As Lambda words a killed invocation, for example `Task timed out after 3.00 seconds`. */
export function timedOut(requestId: string, timeoutSeconds: number): FunctionError {
  const message = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
  return { ...platformError('Sandbox.Timedout', requestId, message), status: 'timeout' };
}

/**
 * As Lambda words the end of the process, by exit or by signal. Where it was killed for its memory, the payload has been
 * seen with `Runtime.ExitError` (2021), the REPORT line with `Runtime.OutOfMemory` (2025); no source has both.
 */
export function exited(end: ProcessEnd & { outOfMemory?: boolean }, requestId: string): FunctionError {
  const error = platformError('Runtime.ExitError', requestId, exitText(end));
  return { ...error, errorType: end.outOfMemory ? 'Runtime.OutOfMemory' : error.errorType, status: 'error' };
}

/** For example `Runtime exited with error: exit status 1`. */
export function exitText({ code, signal }: ProcessEnd): string {
  if (signal !== null) return `Runtime exited with error: signal: ${signalNames[signal] ?? signal}`;
  if (code === 0 || code === null) return 'Runtime exited without providing a reason';
  return `Runtime exited with error: exit status ${code}`;
}

function platformError(errorType: string, requestId: string, message: string): FunctionError {
  return {
    errorType,
    payload: Buffer.from(JSON.stringify({ errorType, errorMessage: `RequestId: ${requestId} Error: ${message}` })),
  };
}

/** Lambda's platform is written in Go: these are the names of syscall.Signal. */
const signalNames: Partial<Record<NodeJS.Signals, string>> = {
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGHUP: 'hangup',
  SIGILL: 'illegal instruction',
  SIGINT: 'interrupt',
  SIGKILL: 'killed',
  SIGPIPE: 'broken pipe',
  SIGQUIT: 'quit',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
  SIGTRAP: 'trace/breakpoint trap',
};
