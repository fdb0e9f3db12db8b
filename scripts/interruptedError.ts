/** The user interrupted the command before it had started anything. Exit code 130. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/**
 * What a promise resolves to, unless the signal aborts first.
 * @throws InterruptedError
 */
export function unlessInterrupted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const interrupt = () => reject(new InterruptedError('Interrupted before anything was started.'));
    if (signal.aborted) {
      interrupt();
    }
    signal.addEventListener('abort', interrupt, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', interrupt));
  });
}
