import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { JsonObject } from '../../../lib/wire';
import { isDistributed, type State } from './definition/definition';
import type { Variables } from './expression';
import { BranchEnded } from './failure';
import type { EventDetails, History } from './history';
import type { StateRun } from './stateRun';

/** One item of a Map, as the context object shows it. */
export interface MapItem {
  mapName: string;
  index: number;
  /** `{ Item: { Index, Value } }` */
  context: JsonObject;
}

/** The states that can be found running when a sibling fails, and have an event for it. */
const abortable = new Set<State['type']>(['Task', 'Map', 'Parallel', 'Wait']);

/**
 * One chain of states and events: the whole execution, a branch of a Parallel or an iteration of a Map. Each event
 * follows the one before it in its own chain. Once ended from outside, a branch records nothing any more.
 */
export class Branch {
  /** The visit to the state that runs now. */
  visit?: StateRun;
  private readonly children = new Set<Branch>();
  /** Made when it is asked for, as most branches end without being waited for. */
  private controller?: AbortController;
  private hasEnded = false;

  constructor(
    private readonly history: History,
    /** The event that the next one follows; 0 before the first state. */
    private previousEventId: number,
    private scope: Variables,
    /** What the iteration that this is, or is part of, works on. */
    readonly item?: MapItem,
  ) {}

  /** Aborts with a BranchEnded when the branch is ended from outside. */
  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.hasEnded) this.controller.abort(new BranchEnded());
    }
    return this.controller.signal;
  }

  /** The state that runs now. */
  get current(): State | undefined {
    return this.visit?.state;
  }

  /** Whether it was ended from outside. */
  get ended(): boolean {
    return this.hasEnded;
  }

  get lastEventId(): number {
    return this.previousEventId;
  }

  get variables(): Variables {
    return this.scope;
  }

  /** Adds an event to the chain and returns its id. */
  record(type: HistoryEventType, details?: EventDetails): number {
    this.previousEventId = this.recordAfter(this.previousEventId, type, details);
    return this.previousEventId;
  }

  /**
   * Adds an event that follows another one; the chain goes on as if it weren't there.
   * @throws BranchEnded where the branch was stopped
   */
  recordAfter(previousEventId: number, type: HistoryEventType, details?: EventDetails): number {
    if (this.hasEnded) throw new BranchEnded();
    return this.history.append(type, previousEventId, details);
  }

  /** Lets the chain go on from an event of another one. */
  continueFrom(eventId: number): void {
    this.previousEventId = eventId;
  }

  /** The new values hide the old ones; branches that were forked before keep what they saw. */
  assign(values: JsonObject): void {
    this.scope = Object.assign(Object.create(this.scope) as Variables, values);
  }

  /** A branch inside this one's current state. Its variables start from these and end with it. */
  fork(previousEventId: number, item: MapItem | undefined = this.item): Branch {
    const child = new Branch(this.history, previousEventId, this.scope, item);
    this.children.add(child);
    return child;
  }

  /** Lets go of a branch that is through. */
  join(child: Branch): void {
    this.children.delete(child);
  }

  /** Ends this branch and what runs inside it. */
  end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.controller?.abort(new BranchEnded());
    this.endChildren();
  }

  /** Ends what runs inside the current state, without a trace in the history. */
  endChildren(): void {
    for (const child of this.children) child.end();
    this.children.clear();
  }

  /**
   * Records that everything which runs inside the current state is aborted because of a failure, and ends it. All these
   * events follow the one that failed (recorded: a Map whose tasks time out).
   */
  abortChildren(failedEventId: number): void {
    for (const child of this.children) {
      if (child.item !== undefined && child.item !== this.item) {
        const { mapName: name, index } = child.item;
        this.recordAfter(failedEventId, 'MapIterationAborted', { mapIterationAbortedEventDetails: { name, index } });
      }
      child.recordAborted(failedEventId);
      child.end();
    }
    this.children.clear();
  }

  /** Records that the current state, and what runs inside it, is aborted. */
  recordAborted(failedEventId: number): void {
    this.abortChildren(failedEventId);
    const type = this.current?.type;
    if (type !== undefined && abortable.has(type)) {
      this.recordAfter(failedEventId, `${type}StateAborted` as HistoryEventType);
    }
    // No recording says where it stands.
    if (this.current && isDistributed(this.current)) this.recordAfter(failedEventId, 'MapRunAborted');
  }
}
