/** The user interrupted the command before there was an execution to stop and report. Exit code 130. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/**
 * What a promise resolves to, unless the signal aborts first.
 * @param message of the error then
 * @throws InterruptedError
 */
export function unlessInterrupted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  message = 'Interrupted before anything was started.',
): Promise<T> {
  return new Promise((resolve, reject) => {
    const interrupt = () => reject(new InterruptedError(message));
    if (signal.aborted) {
      interrupt();
    }
    signal.addEventListener('abort', interrupt, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', interrupt));
  });
}

/**
 * What is being opened, unless the signal aborts first: then it is closed again as soon as it is open.
 * @throws InterruptedError
 */
export async function openUnlessInterrupted<T extends { close(): Promise<void> }>(
  opening: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  try {
    return await unlessInterrupted(opening, signal);
  } catch (error) {
    opening.then(
      (opened) => opened.close(),
      () => undefined,
    );
    throw error;
  }
}
