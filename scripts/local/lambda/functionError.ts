/** How an invocation that did not return ends: for the caller, and in the log. */
import type { ErrorMessage } from './messages';
import type { Exit, Timeout } from './sandbox';

export interface FunctionError {
  errorType: string;
  /** JSON text: the payload that the caller gets, under `FunctionError: Unhandled`. */
  payload: string;
  /** What the REPORT line says; undefined where the function's own code raised and the sandbox lives on. */
  status?: 'error' | 'timeout';
}

/** An error that the function raised, in its code or while it was being loaded; it worded the payload itself. */
export function raised(message: ErrorMessage): FunctionError {
  return { errorType: message.errorType, payload: message.payload, status: message.fatal ? 'error' : undefined };
}

/** As Lambda words a killed invocation, for example `Task timed out after 3.00 seconds`. */
export function timedOut(requestId: string, timeoutSeconds: number): FunctionError {
  const message = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
  return { ...platformError('Sandbox.Timedout', requestId, message), status: 'timeout' };
}

/** As Lambda words the end of the process, by exit or by signal. */
export function exited({ code, signal }: Exit, requestId: string): FunctionError {
  const message =
    signal !== null
      ? `Runtime exited with error: signal: ${signalNames[signal] ?? signal}`
      : code === 0 || code === null
        ? 'Runtime exited without providing a reason'
        : `Runtime exited with error: exit status ${code}`;
  return { ...platformError('Runtime.ExitError', requestId, message), status: 'error' };
}

/** The end of an invocation that is neither a response nor the function's own error. */
export function broken(outcome: Exit | Timeout, requestId: string, timeoutSeconds: number): FunctionError {
  return outcome.type === 'timeout' ? timedOut(requestId, timeoutSeconds) : exited(outcome, requestId);
}

function platformError(errorType: string, requestId: string, message: string): FunctionError {
  return {
    errorType,
    payload: JSON.stringify({ errorType, errorMessage: `RequestId: ${requestId} Error: ${message}` }),
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
