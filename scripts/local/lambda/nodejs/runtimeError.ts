/** Errors as Lambda's Node.js runtime names, reports and logs them (aws-lambda-nodejs-runtime-interface-client). */

/** An error that the runtime itself raises; its name is `Runtime.` and the kind. */
export class RuntimeError extends Error {
  constructor(kind: string, message: string, stack?: string) {
    super(message);
    this.name = `Runtime.${kind}`;
    // The first line of a stack may have been composed before the name was known.
    const frames = this.stack?.match(/\n {4}at [^]*/)?.[0] ?? '';
    this.stack = stack ?? `${this.name}: ${message}${frames}`;
  }
}

/** The error that a caller gets as the payload of a failed invocation. */
export interface ErrorPayload {
  errorType: string;
  errorMessage: string;
  trace: string[];
}

/** What a caller gets for something thrown, which need not be an error. */
export function toErrorPayload(error: unknown): ErrorPayload {
  try {
    return isErrorLike(error)
      ? { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') }
      : { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch {
    return {
      errorType: 'handled',
      errorMessage:
        'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
      trace: [],
    };
  }
}

/** The JSON that the runtime logs for something thrown, with its own properties beside name, message and stack. */
export function toLogText(error: unknown): string {
  const logged = intoError(error);
  try {
    return JSON.stringify(logged, (_key, value: unknown) => (value instanceof Error ? withProperties(value) : value));
  } catch {
    return JSON.stringify(toErrorPayload(logged));
  }
}

/** Something thrown, as an error. */
export function intoError(error: unknown): Error {
  return error instanceof Error ? error : new Error(toErrorPayload(error).errorMessage);
}

function withProperties(error: Error): unknown {
  const { name, message, stack, code } = error as Error & { code?: unknown };
  return Object.assign({ errorType: name, errorMessage: message, code }, error, { stack: stack?.split('\n') });
}

/** Also true for an error of another realm, such as a vm context. */
function isErrorLike(error: unknown): error is Error {
  if (error instanceof Error) return true;
  if (typeof error !== 'object' || error === null) return false;
  const { name, message, stack } = error as Record<string, unknown>;
  return [name, message, stack].every((part) => typeof part === 'string' && part !== '');
}
