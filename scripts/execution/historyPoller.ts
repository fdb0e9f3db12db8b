import { isNamed, kindOf, summary, UnusableAnswerError, type ErrorKind } from '../aws/errors';
import type { HistoryEvent, HistoryPage, StepFunctions } from '../aws/stepFunctions';
import type { Clock } from '../io/clock';
import { NoVerdictError } from '../io/noVerdictError';

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
/** Once only the end is waited for: this share of the run's age, but at least so many milliseconds. */
const lastWaits = { share: 0.03, shortest: 150 };

/** What keeps the history from being read. */
type Trouble = ErrorKind | 'unknown' | 'badToken';

/** Milliseconds for which a trouble is waited out; those that aren't named, not at all. */
const patience: Partial<Record<Trouble, number>> = {
  /** The history is eventually consistent: an execution may be unknown right after its start. */
  unknown: 15_000,
  /** A token is valid for 24 hours; without it, the history is read from its beginning. */
  badToken: 15_000,
  unreachable: 60_000,
  /** Each try asks for credentials anew; a person needs a while to sign in again. */
  credentials: 120_000,
  /** The account's other callers may keep the service busy for long. */
  throttled: 900_000,
};
/** Milliseconds without a single answer that leads on, whatever the troubles were. */
const longestSilence = 900_000;

/**
 * Follows the history of an execution with GetExecutionHistory alone, and so that it stays cheap: it goes on where it
 * stopped, and waits the longer, the longer nothing changes: a twentieth of that time, but at least 0.25 s (0.75 s once
 * the run is older than 3 s) and at most 5 s, so that the end is noticed soon; up to 10 s where it is throttled. Once nothing
 * is left to start, the least is 3 % of the run's age, from 0.15 up to 0.75 s.
 */
export class HistoryPoller {
  /** Whether the last poll read all events that there were. */
  caughtUp = false;
  private readonly api: Pick<StepFunctions, 'history'>;
  private readonly executionArn: string;
  private readonly clock: Clock;
  private readonly startedAt: number;
  private changedAt: number;
  private answeredAt: number;
  private lastCallAt = -Infinity;
  private lastEventId = 0;
  /** Of the page that was partial when it was last read. */
  private token: string | undefined;
  /** Once the service did not like a token, which it may only like with the page size that it was given for. */
  private onePageSize = false;
  private throttled = 0;
  private trouble: { kind: Trouble; since: number } | undefined;

  constructor(api: Pick<StepFunctions, 'history'>, executionArn: string, clock: Clock) {
    this.api = api;
    this.executionArn = executionArn;
    this.clock = clock;
    this.startedAt = this.changedAt = this.answeredAt = clock.now();
  }

  /**
   * Waits until the next poll is due, then reads the events that are new; none where nothing changed, or Step Functions
   * did not answer but may again.
   * @param wake ends waits and calls early, also those for further pages
   * @param isLast whether all that is left to come has begun
   * @throws NoVerdictError where the history can't be read: access denied, or unreachable for a minute
   */
  async next(wake: AbortSignal, isLast = false): Promise<HistoryEvent[]> {
    await this.wait(this.interval(isLast), wake);
    const fresh: HistoryEvent[] = [];
    let page: HistoryPage | undefined;
    do {
      await this.wait(pageSpacing, wake);
      page = await this.read(page && !this.onePageSize ? nextPageSize : firstPageSize, wake);
      for (const event of page?.events ?? []) {
        if (event.id !== undefined && event.id > this.lastEventId) {
          this.lastEventId = event.id;
          fresh.push(event);
        }
      }
      this.token = page?.nextToken ?? this.token;
    } while (page?.nextToken && !wake.aborted);
    this.caughtUp = page !== undefined && page.nextToken === undefined;
    if (fresh.length > 0) {
      this.changedAt = this.clock.now();
    }
    return fresh;
  }

  /** Milliseconds from the last call to the next poll. */
  private interval(isLast: boolean): number {
    if (this.throttled > 0) return Math.min(usualWait * 2 ** this.throttled, 2 * longestWait);
    const now = this.clock.now();
    const age = now - this.startedAt;
    const least = isLast ? Math.max(age * lastWaits.share, lastWaits.shortest) : Math.max(age / 4, shortestWait);
    return Math.min(Math.max((now - this.changedAt) / 20, Math.min(least, usualWait)), longestWait);
  }

  /** Waits until `ms` after the last call, at most until `wake` aborts. */
  private async wait(ms: number, wake: AbortSignal): Promise<void> {
    const left = this.lastCallAt + ms - this.clock.now();
    if (left > 0 && !wake.aborted) {
      // No longer than `ms`, should the clock have been set back.
      await this.clock.sleep(Math.min(left, ms), wake).catch(() => undefined);
    }
  }

  private async read(maxResults: number, signal: AbortSignal): Promise<HistoryPage | undefined> {
    try {
      const request = { executionArn: this.executionArn, maxResults, nextToken: this.token };
      const page = await this.api.history(request, signal);
      checkComplete(page, this.lastEventId);
      this.throttled = 0;
      if (page.nextToken === undefined || (page.events.at(-1)?.id ?? 0) > this.lastEventId) {
        // Not so where an earlier page is read again on the way to one that is still out of reach.
        this.trouble = undefined;
        this.answeredAt = this.clock.now();
      } else if (this.clock.now() - this.answeredAt >= longestSilence) {
        throw new UnusableAnswerError('The history of the execution goes on and on without anything new.');
      }
      return page;
    } catch (error) {
      if (!signal.aborted) {
        this.excuse(error);
      }
      return undefined;
    } finally {
      this.lastCallAt = this.clock.now();
    }
  }

  /** Takes note of an error that may pass; throws what won't, or hasn't for too long. */
  private excuse(error: unknown): void {
    const now = this.clock.now();
    const kind = troubleOf(error);
    if (kind === 'badToken' || error instanceof UnusableAnswerError) {
      // From the first page on, known events are skipped by their ids.
      this.token = undefined;
      this.onePageSize ||= kind === 'badToken';
    }
    this.throttled = kind === 'throttled' ? this.throttled + 1 : 0;
    this.trouble = this.trouble?.kind === kind ? this.trouble : { kind, since: now };
    const waited = now - this.trouble.since;
    if (waited < (patience[kind] ?? 0) && now - this.answeredAt < longestSilence) return;
    const wayOn = kind === 'credentials' ? ': sign in again' : '';
    throw new NoVerdictError(`Could not read the history of the execution: ${summary(error)}${wayOn}`, {
      cause: error,
    });
  }
}

function troubleOf(error: unknown): Trouble {
  if (isNamed(error, 'ExecutionDoesNotExist')) return 'unknown';
  return isNamed(error, 'InvalidToken') ? 'badToken' : kindOf(error);
}

/**
 * Throws where events are missing between those that are known and those of a page: the ids count from 1
 * (https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html).
 */
function checkComplete({ events }: HistoryPage, lastEventId: number): void {
  let last = lastEventId;
  for (const { id = 0 } of events) {
    if (!(id >= 1 && id <= last + 1)) {
      throw new UnusableAnswerError(`The history of the execution lacks the event ${last + 1}.`);
    }
    last = Math.max(last, id);
  }
}
