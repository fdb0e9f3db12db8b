import type { StateFailure } from './failure';

/** One entry of a state's Retry. */
export interface Retrier {
  errorEquals: string[];
  /** Seconds before the first retry; default 1. */
  intervalSeconds: number;
  /** Default 3; 0: never. */
  maxAttempts: number;
  /** By how much the interval grows; default 2. */
  backoffRate: number;
  /** Default: no limit. */
  maxDelaySeconds: number;
  /** `FULL`: a random share of the delay; default `NONE`. */
  jitterStrategy: 'FULL' | 'NONE';
}

/** Wildcards don't match these (developer guide, "Handling errors", States.ALL). */
const terminalErrors = new Set(['States.Runtime', 'States.DataLimitExceeded']);

/** Whether a Retry or a Catch with these error names is meant. `States.Runtime` is never caught, not even by its name. */
function matchesError(errorEquals: string[], failure: StateFailure): boolean {
  const { errorName } = failure;
  if (errorName === 'States.Runtime') return false;
  return errorEquals.some((wanted) => {
    if (wanted === errorName) return true;
    if (terminalErrors.has(errorName ?? '')) return false;
    return wanted === 'States.ALL' || (wanted === 'States.TaskFailed' && errorName !== 'States.Timeout');
  });
}

/** The first that is meant; -1: none is. */
export function handlerIndex(handlers: { errorEquals: string[] }[], failure: StateFailure): number {
  return handlers.findIndex(({ errorEquals }) => matchesError(errorEquals, failure));
}

/** Seconds before the next retry, without jitter, after this many; undefined where there is none. */
export function retryDelay(retrier: Retrier, attempts: number): number | undefined {
  if (attempts >= retrier.maxAttempts) return undefined;
  return Math.min(retrier.intervalSeconds * retrier.backoffRate ** attempts, retrier.maxDelaySeconds);
}

/** Counts the retries of one visit to a state; each retrier has its own count. */
export class RetryCounter {
  private readonly attempts = new Map<Retrier, number>();

  constructor(
    private readonly retriers: Retrier[],
    private readonly random: () => number,
  ) {}

  /** How many milliseconds to wait before the state is tried again; undefined where it isn't. */
  next(failure: StateFailure): number | undefined {
    const retrier = this.retriers[handlerIndex(this.retriers, failure)];
    if (retrier === undefined) return undefined;
    const attempts = this.attempts.get(retrier) ?? 0;
    const seconds = retryDelay(retrier, attempts);
    if (seconds === undefined) return undefined;
    this.attempts.set(retrier, attempts + 1);
    return seconds * 1000 * (retrier.jitterStrategy === 'FULL' ? this.random() : 1);
  }
}
