import type { CommandIo } from './commandIo';
import { InterruptedError, unlessInterrupted } from './interruptedError';

/** Milliseconds for which a command waits for what AWS tells of the past: neither start nor verdict is held up by it. */
const mostWait = 10_000;

/**
 * What comes of a look at AWS that is good to have, unless it takes over ten seconds or the user interrupts it.
 * @param work ends its calls when the signal aborts
 * @throws InterruptedError, an error that says how long it took, and what `work` throws
 */
export async function withinReason<T>(
  work: (stop: AbortSignal) => Promise<T>,
  { clock, stop }: Pick<CommandIo, 'clock' | 'stop'>,
): Promise<T> {
  const [over, done] = [new AbortController(), new AbortController()];
  clock.sleep(mostWait, done.signal).then(
    () => over.abort(),
    () => undefined,
  );
  const ended = AbortSignal.any([stop, over.signal]);
  try {
    return await unlessInterrupted(work(ended), ended);
  } catch (error) {
    if (stop.aborted) throw new InterruptedError('Interrupted before anything was started.');
    throw over.signal.aborted ? new Error(`AWS did not tell it within ${mostWait / 1000} s.`) : error;
  } finally {
    done.abort();
  }
}
