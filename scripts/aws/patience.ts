import { kindOf, mayHaveArrived } from './errors';
import type { Clock } from '../io/clock';

/** Milliseconds for which a call is tried again while AWS throttles it: minutes, as a busy account's deployments do. */
const throttledFor = 300_000;
/** Milliseconds for which it is tried again while no usable answer comes. */
const unreachableFor = 60_000;
/** Milliseconds between two tries: the first, doubled up to the last. */
const firstWait = 1_000;
const longestWait = 10_000;

/**
 * Makes a call that may safely be repeated, again and again while it is throttled (for 5 minutes) or no usable answer
 * comes (for one). An endpoint that no connection can be made to is not waited for: it is most likely misspelt. This
 * goes beyond the SDK's own three tries, which are over in a second or two.
 * @param stop ends the waiting
 * @throws the last error, once it is given up
 */
export async function patiently<T>(call: () => Promise<T>, o: { clock: Clock; stop: AbortSignal }): Promise<T> {
  const since = o.clock.now();
  for (let wait = firstWait; ; wait = Math.min(2 * wait, longestWait)) {
    try {
      return await call();
    } catch (error) {
      if (o.stop.aborted || o.clock.now() - since + wait > patienceWith(error)) throw error;
      await o.clock.sleep(wait, o.stop).catch(() => {
        throw error;
      });
    }
  }
}

function patienceWith(error: unknown): number {
  if (kindOf(error) === 'throttled') return throttledFor;
  return kindOf(error) === 'unreachable' && mayHaveArrived(error) ? unreachableFor : 0;
}
