import type { HistoryEvent as SdkHistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn';
import { limits } from '../../../lib/wire';
import type { Clock } from '../../io/clock';

/** An event as the API answers it: the SDK's shape, with the timestamp in epoch seconds. */
export type HistoryEvent = Omit<SdkHistoryEvent, 'timestamp' | 'type' | 'id' | 'previousEventId'> & {
  timestamp: number;
  type: HistoryEventType;
  id: number;
  previousEventId: number;
};

/** The details member of an event: `{ taskStartedEventDetails: { … } }`. */
export type EventDetails = Omit<SdkHistoryEvent, 'timestamp' | 'type' | 'id' | 'previousEventId'>;

/** Beside an input or output; nothing is ever truncated here. */
export const notTruncated = { truncated: false } as const;

/** The members of event details that `includeExecutionData: false` leaves out, as measured on AWS. */
const executionData = new Set(['input', 'inputDetails', 'output', 'outputDetails']);

/** Thrown when an event would leave no place for the last one. The execution fails; no Catch gets it. */
export class HistoryLimitReached extends Error {
  constructor() {
    super(`The execution reached the maximum number of history events (${limits.historyEvents}).`);
  }
}

/** The events of one execution. Ids count from 1 without gaps. */
export class History {
  private readonly events: HistoryEvent[] = [];
  private textBytes = 0;
  private count = 0;

  constructor(
    private readonly clock: Clock,
    /** An Express execution's events are counted only: it has no history, and no limit for it. */
    private readonly isKept = true,
  ) {}

  get length(): number {
    return this.events.length;
  }

  /** About how much memory the events take. */
  get bytes(): number {
    return this.textBytes + this.events.length * eventBytes;
  }

  /**
   * Adds an event and returns its id.
   * @throws HistoryLimitReached where only the place of the last event is left
   */
  append(type: HistoryEventType, previousEventId: number, details: EventDetails = {}): number {
    if (this.events.length >= limits.historyEvents - 1) throw new HistoryLimitReached();
    return this.push(type, previousEventId, details);
  }

  /** Adds the event that ends the execution, which always has a place. */
  end(type: HistoryEventType, previousEventId: number, details: EventDetails): void {
    this.push(type, previousEventId, details);
  }

  /** The events with these ids, both included, in that order. */
  between(first: number, last: number): HistoryEvent[] {
    return first <= last ? this.events.slice(first - 1, last) : this.events.slice(last - 1, first).reverse();
  }

  private push(type: HistoryEventType, previousEventId: number, details: EventDetails): number {
    this.count += 1;
    const id = this.count;
    if (!this.isKept) return id;
    this.textBytes += textBytes(details);
    this.events.push({ timestamp: this.clock.now() / 1000, type, id, previousEventId, ...details });
    return id;
  }
}

/** What an event takes beside its texts. */
const eventBytes = 300;

/** The characters of all texts in an event's details; a text that events share counts for each of them. */
function textBytes(details: unknown): number {
  if (typeof details === 'string') return details.length;
  if (typeof details !== 'object' || details === null) return 0;
  return Object.values(details).reduce<number>((sum, member) => sum + textBytes(member), 0);
}

/** The event without inputs and outputs. */
export function withoutExecutionData(event: HistoryEvent): HistoryEvent {
  return Object.fromEntries(
    Object.entries(event).map(([name, details]) => [
      name,
      typeof details === 'object' ? withoutMembers(details as Record<string, unknown>, executionData) : details,
    ]),
  ) as unknown as HistoryEvent;
}

function withoutMembers(details: Record<string, unknown>, members: Set<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(details).filter(([name]) => !members.has(name)));
}
