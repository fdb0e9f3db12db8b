import { randomUUID } from 'node:crypto';
import type { ExecutionStatus, Json } from '../../../../lib/wire';
import { Document } from '../document';
import {
  type ChildFacts,
  Execution,
  type ExecutionFacts,
  type ExecutionRequest,
  type LoadedStateMachine,
} from '../execution';
import type { Kept } from '../kept';
import type { ChildInput } from './childInputs';

/** About how many bytes of memory the record of a child takes. */
export const recordBytes = 300;

/** How many items, and how many executions with them. */
export interface Tally {
  items: number;
  executions: number;
}

/** What differs from child to child, of one that has ended. */
type ChildRecord = Omit<ExecutionFacts, 'ordinal' | 'name' | 'executionArn' | 'machine' | 'child'>;

/** One child: its execution as long as that is kept, and then a record. */
interface MapChild {
  ordinal: number;
  name: string;
  itemCount: number;
  kept: Execution | ChildRecord;
}

function wholeRecordOf({ status, startedAt, stoppedAt, redriveCount, ...data }: ExecutionFacts): ChildRecord {
  const { input, output, error, cause } = data;
  return { status, startedAt, stoppedAt, redriveCount, input, output, error, cause };
}

/** Of one that did not succeed input and failure are remembered, as its items were not processed. */
function shortRecordOf({ status, startedAt, stoppedAt, redriveCount, input, error, cause }: ChildRecord): ChildRecord {
  const record = { status, startedAt, stoppedAt, redriveCount };
  return status === 'SUCCEEDED' ? record : { ...record, input, error, cause };
}

export interface ChildrenOptions {
  machine: LoadedStateMachine;
  /** What all of them have in common. */
  shared: Omit<ChildFacts, 'itemCount'>;
  /** Starts an execution. */
  execute: (request: ExecutionRequest, input: Document) => Execution;
  /** Those that have ended. */
  kept: Kept;
  /** Called when one has ended. */
  onEnd: (execution: Execution) => void;
}

/** The children of a Map Run, and how many of them are in which status. */
export class Children {
  private readonly all: MapChild[] = [];
  private readonly byName = new Map<string, MapChild>();
  private readonly running = new Set<Execution>();
  private readonly tallies = new Map<ExecutionStatus | 'STARTED', Tally>();
  /** Those that wait to be redriven, the first one last. */
  private readonly pendingRedrive: { child: MapChild; before: ChildRecord }[] = [];
  private readonly arnPrefix: string;

  constructor(private readonly options: ChildrenOptions) {
    const kind = options.shared.isExpress ? 'express' : 'execution';
    this.arnPrefix = options.machine.deployed.stateMachineArn.replace(':stateMachine:', `:${kind}:`);
  }

  get count(): number {
    return this.all.length;
  }

  get runningCount(): number {
    return this.running.size;
  }

  /** Those in a status, or all that were started, at this moment. */
  tally(status: ExecutionStatus | 'STARTED'): Tally {
    return this.tallies.get(status) ?? { items: 0, executions: 0 };
  }

  start({ input, itemCount }: ChildInput): void {
    const identity = { ordinal: this.all.length + 1, name: randomUUID(), itemCount };
    const child: MapChild = {
      ...identity,
      kept: this.execute(identity, input, 0, (execution) => this.ended(execution, child)),
    };
    this.all.push(child);
    this.byName.set(child.name, child);
    this.add('STARTED', itemCount, 1);
    this.add('RUNNING', itemCount, 1);
  }

  /** Lets those that did not succeed wait for `startAgain`. */
  prepareRedrive(): void {
    for (const child of this.all) {
      if (child.kept.status === 'SUCCEEDED') continue;
      const before = shortRecordOf(child.kept);
      child.kept = { ...before, status: 'PENDING_REDRIVE' };
      this.pendingRedrive.push({ child, before });
      this.move(child, before.status, 'PENDING_REDRIVE');
    }
    this.pendingRedrive.reverse();
  }

  /** Starts the next one of those, with the ARN and the input that it had; false where there is none. */
  startAgain(): boolean {
    const next = this.pendingRedrive.pop();
    if (next === undefined) return false;
    const { child, before } = next;
    const input = new Document(JSON.parse(before.input ?? 'null') as Json);
    this.move(child, 'PENDING_REDRIVE', 'RUNNING');
    child.kept = this.execute(child, input, before.redriveCount + 1, (execution) => this.ended(execution, child));
    return true;
  }

  /** Those that still wait are what they were. */
  endRedrive(): void {
    for (const { child, before } of this.pendingRedrive.splice(0)) {
      child.kept = before;
      this.move(child, 'PENDING_REDRIVE', before.status);
    }
  }

  /** Aborts those that run. */
  abort(cause?: string): void {
    // The set changes with each that ends.
    for (const execution of [...this.running]) execution.abort(undefined, cause);
  }

  /** Aborts those that run, and waits for them. */
  async close(): Promise<void> {
    const all = [...this.running];
    this.abort();
    await Promise.all(all.map(({ ended }) => ended));
  }

  /** The one with this ARN. */
  find(executionArn: string): ExecutionFacts | undefined {
    const name = executionArn.split(':')[7] ?? '';
    const child = this.byName.get(name);
    return child && this.arnOf(name) === executionArn ? this.factsOf(child) : undefined;
  }

  /** Those that started before the one with this ordinal, the newest first. */
  *before(ordinal: number): Generator<ExecutionFacts> {
    for (let index = Math.min(ordinal - 1, this.all.length) - 1; index >= 0; index -= 1) {
      yield this.factsOf(this.all[index] as MapChild);
    }
  }

  private execute(
    { ordinal, name, itemCount }: Omit<MapChild, 'kept'>,
    input: Document,
    redriveCount: number,
    onEnd: (execution: Execution) => void,
  ): Execution {
    const executionArn = this.arnOf(name);
    const child = { ...this.options.shared, itemCount };
    const request = { ordinal, name, executionArn, input: input.text, child, redriveCount, onEnd };
    const execution = this.options.execute(request, input);
    this.running.add(execution);
    return execution;
  }

  private ended(execution: Execution, child: MapChild): void {
    const { shared, kept: keeper, onEnd } = this.options;
    this.running.delete(execution);
    this.move(child, 'RUNNING', execution.status);
    const { input, output = '' } = execution;
    // Without a history there is nothing else to keep.
    if (shared.isExpress) child.kept = wholeRecordOf(execution);
    const { kept } = child;
    keeper.add(shared.isExpress ? recordBytes + input.length + output.length : execution.bytes, () => {
      // It may have been redriven meanwhile.
      if (child.kept === kept) child.kept = shortRecordOf(kept);
    });
    onEnd(execution);
  }

  private move({ itemCount }: MapChild, from: ExecutionStatus, to: ExecutionStatus): void {
    this.add(from, -itemCount, -1);
    this.add(to, itemCount, 1);
  }

  private add(status: ExecutionStatus | 'STARTED', itemCount: number, executionCount: number): void {
    const { items, executions } = this.tally(status);
    this.tallies.set(status, { items: items + itemCount, executions: executions + executionCount });
  }

  private factsOf({ ordinal, name, itemCount, kept }: MapChild): ExecutionFacts {
    if (kept instanceof Execution) return kept;
    const { machine, shared } = this.options;
    return { ordinal, name, executionArn: this.arnOf(name), machine, child: { ...shared, itemCount }, ...kept };
  }

  /** An Express execution's ARN ends in an id of its own (API reference, StartExecution; recorded for children as well). */
  private arnOf(name: string): string {
    return this.options.shared.isExpress ? `${this.arnPrefix}:${name}:${name}` : `${this.arnPrefix}:${name}`;
  }
}
