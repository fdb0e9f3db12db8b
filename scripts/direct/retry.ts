import { retryRule } from '../../lib/stateMachine/invocationRules';
import type { Clock } from '../io/clock';

/** A retry that is about to be waited for. */
export interface Retry {
  /** 1 for the first. */
  number: number;
  waitMs: number;
  /** Why. */
  error: unknown;
}

export interface RetryOptions {
  clock: Clock;
  /** 0 to 1, for the jitter. */
  random: () => number;
  /** Ends the waiting: what `withRetries` then throws is its reason. */
  signal: AbortSignal;
  /** Whether to try again after an error. */
  isTransient: (error: unknown) => boolean;
  /** Default: those of the state machine. */
  attempts?: number;
  onRetry?: (retry: Retry) => void;
}

/**
 * Calls until it succeeds, as the state machine does: it waits a random share (full jitter) of 2, 6, 18, 54 and then
 * 60 s between two attempts, so that what was throttled together doesn't come back together.
 * @throws the last error, where it doesn't pass by itself or the retries are used up
 */
export async function withRetries<T>(call: () => Promise<T>, o: RetryOptions): Promise<T> {
  const { attempts = retryRule.attempts } = o;
  for (let number = 1; ; number++) {
    try {
      return await call();
    } catch (error) {
      if (o.signal.aborted || number > attempts || !o.isTransient(error)) throw error;
      const waitMs = o.random() * longestWait(number);
      o.onRetry?.({ number, waitMs, error });
      await o.clock.sleep(waitMs, o.signal);
    }
  }
}

function longestWait(retry: number): number {
  const { intervalSeconds, backoffRate, maxDelaySeconds } = retryRule;
  return Math.min(intervalSeconds * backoffRate ** (retry - 1), maxDelaySeconds) * 1000;
}
