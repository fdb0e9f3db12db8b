import { isNamed, kindOf, summary } from './aws/errors';
import type { HistoryEvent, HistoryPage, StepFunctions } from './aws/stepFunctions';
import type { Clock } from './clock';
import { NoVerdictError } from './noVerdictError';

/**
 * Events in the first page of a poll and in those after it. The first one was partial when it was last read and is read
 * again, so it is small to save traffic; where there are more, the poller is behind and takes all it can get (1,000).
 */
const firstPageSize = 200;
const nextPageSize = 1_000;
/** Milliseconds between two pages: 20 a second, what the smaller Regions refill (AWS Step Functions quotas). */
const pageSpacing = 50;
/** Milliseconds between two polls: from the first ones of a short run up to those when nothing changes for long. */
const shortestWait = 250;
const usualWait = 750;
const longestWait = 5_000;
/** Milliseconds that an execution may stay unknown after its start: the history is eventually consistent. */
const unknownFor = 15_000;
/** Milliseconds that Step Functions may stay unreachable. */
const unreachableFor = 60_000;

/**
 * Follows the history of an execution with GetExecutionHistory alone, and so that it stays cheap: it goes on where it
 * stopped, and waits the longer, the longer nothing changes, but never more than a twentieth of that time, so that the
 * end is noticed soon.
 */
export class HistoryPoller {
  private readonly api: Pick<StepFunctions, 'history'>;
  private readonly executionArn: string;
  private readonly clock: Clock;
  private readonly startedAt: number;
  private changedAt: number;
  private lastCallAt = -Infinity;
  private lastEventId = 0;
  /** Of the page that was partial when it was last read. */
  private token: string | undefined;
  private throttled = 0;
  private unreachableSince: number | undefined;

  constructor(api: Pick<StepFunctions, 'history'>, executionArn: string, clock: Clock) {
    this.api = api;
    this.executionArn = executionArn;
    this.clock = clock;
    this.startedAt = this.changedAt = clock.now();
  }

  /**
   * Waits until the next poll is due, or less when `wake` aborts, then reads the events that are new; none where nothing
   * changed, or Step Functions did not answer but may again.
   * @param signal aborts the call
   * @throws NoVerdictError where the history can't be read: access denied, or unreachable for a minute
   */
  async next(wake: AbortSignal, signal: AbortSignal): Promise<HistoryEvent[]> {
    await this.wait(this.interval(), wake);
    const fresh: HistoryEvent[] = [];
    let page: HistoryPage | undefined;
    do {
      await this.wait(pageSpacing, signal);
      page = await this.read(page ? nextPageSize : firstPageSize, signal);
      for (const event of page?.events ?? []) {
        if (event.id !== undefined && event.id > this.lastEventId) {
          this.lastEventId = event.id;
          fresh.push(event);
        }
      }
      this.token = page?.nextToken ?? this.token;
    } while (page?.nextToken);
    if (fresh.length > 0) {
      this.changedAt = this.clock.now();
    }
    return fresh;
  }

  /** Milliseconds from the last call to the next poll. */
  private interval(): number {
    if (this.throttled > 0) {
      return Math.min(usualWait * 2 ** this.throttled, 2 * longestWait);
    }
    const now = this.clock.now();
    const least = Math.min(Math.max((now - this.startedAt) / 4, shortestWait), usualWait);
    return Math.min(Math.max((now - this.changedAt) / 20, least), longestWait);
  }

  /** Waits until `ms` after the last call, at most until `wake` aborts. */
  private async wait(ms: number, wake: AbortSignal): Promise<void> {
    const left = this.lastCallAt + ms - this.clock.now();
    if (left > 0 && !wake.aborted) {
      await this.clock.sleep(left, wake).catch(() => undefined);
    }
  }

  private async read(maxResults: number, signal: AbortSignal): Promise<HistoryPage | undefined> {
    try {
      const request = { executionArn: this.executionArn, maxResults, nextToken: this.token };
      const page = await this.api.history(request, signal);
      this.throttled = 0;
      this.unreachableSince = undefined;
      return page;
    } catch (error) {
      if (signal.aborted) {
        throw error;
      }
      this.excuse(error);
      return undefined;
    } finally {
      this.lastCallAt = this.clock.now();
    }
  }

  /** Takes note of an error that may pass; throws what won't. */
  private excuse(error: unknown): void {
    const now = this.clock.now();
    if (isNamed(error, 'ExecutionDoesNotExist') && now - this.startedAt < unknownFor) {
      return;
    }
    if (isNamed(error, 'InvalidToken')) {
      // A token is valid for 24 hours; from the first page on, known events are skipped by their ids.
      this.token = undefined;
      return;
    }
    const kind = kindOf(error);
    if (kind === 'throttled') {
      this.throttled++;
      return;
    }
    if (kind === 'unreachable') {
      this.unreachableSince ??= now;
      if (now - this.unreachableSince < unreachableFor) {
        return;
      }
    }
    throw new NoVerdictError(`Could not read the history of the execution: ${summary(error)}`, { cause: error });
  }
}
