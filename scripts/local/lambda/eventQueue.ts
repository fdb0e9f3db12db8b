/** Asynchronous invocations: InvocationType Event (AWS Lambda developer guide, "Invoking a Lambda function asynchronously"). */
import type { Clock } from '../../io/clock';
import { ServiceError } from '../http/service';
import { throttled } from './concurrency';

/** After a function error Lambda runs an event again twice, after a minute and after two more. */
const retryDelaysMs = [60_000, 120_000];
/** A throttled event waits from a second to five minutes, and is dropped when it is six hours old. */
const throttle = { firstDelayMs: 1_000, maximumDelayMs: 300_000, maximumAgeMs: 6 * 3_600_000 };
/** Lambda's queue has no such bound; this machine's memory has. */
const maximumEvents = 1_000;

export class EventQueue {
  private readonly closing = new AbortController();
  private readonly pending = new Set<Promise<void>>();

  constructor(private readonly clock: Clock) {}

  /**
   * Takes an event whose `attempt` resolves with whether the function succeeded.
   * @throws TooManyRequestsException where 1,000 events wait
   */
  add(attempt: () => Promise<boolean>): void {
    if (this.pending.size >= maximumEvents) throw throttled('CallerRateLimitExceeded');
    const pending = this.run(attempt)
      // Lambda drops an event that it can't deliver; there is no destination for failures here.
      .catch(() => undefined)
      .finally(() => this.pending.delete(pending));
    this.pending.add(pending);
  }

  /** Drops what waits; resolves when nothing runs any more. */
  async close(): Promise<void> {
    this.closing.abort(new Error('The local endpoint is closing.'));
    await Promise.all(this.pending);
  }

  private async run(attempt: () => Promise<boolean>): Promise<void> {
    const oldest = this.clock.now() + throttle.maximumAgeMs;
    for (const delay of [...retryDelaysMs, undefined]) {
      if (await this.unthrottled(attempt, oldest)) return;
      if (delay !== undefined) await this.clock.sleep(delay, this.closing.signal);
    }
  }

  private async unthrottled(attempt: () => Promise<boolean>, oldest: number): Promise<boolean> {
    for (let delay = throttle.firstDelayMs; ; delay = Math.min(delay * 2, throttle.maximumDelayMs)) {
      this.closing.signal.throwIfAborted();
      try {
        return await attempt();
      } catch (error) {
        const again = error instanceof ServiceError && error.status === 429 && this.clock.now() + delay < oldest;
        if (!again) throw error;
      }
      await this.clock.sleep(delay, this.closing.signal);
    }
  }
}
