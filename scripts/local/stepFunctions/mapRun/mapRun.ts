import { createHash, randomUUID } from 'node:crypto';
import type { MapRunItemCounts } from '@aws-sdk/client-sfn';
import type { ExecutionStatus, Json } from '../../../../lib/wire';
import type { DistributedMapState } from '../definition/definition';
import { Document } from '../document';
import {
  type ChildFacts,
  Execution,
  type ExecutionFacts,
  type ExecutionSurroundings,
  type LoadedStateMachine,
} from '../execution';
import { BranchEnded, dataLimitExceeded, StateFailure } from '../failure';
import type { Kept } from '../kept';
import type { ChildInput, ChildInputs } from './childInputs';
import type { ItemLocation } from './itemReader';
import { MapResults } from './mapResults';

/** Children at once, at most (AWS Step Functions quotas). */
const maxChildren = 10_000;

/** Seconds that an Express execution may take (AWS Step Functions quotas). */
const expressSeconds = 300;

/** Children that are started before others have a turn: those that run, and whoever asks how far they are. */
const startsInATurn = 32;

/** About how many bytes of memory the record of a child takes. */
const recordBytes = 300;

/** What of a Distributed Map's fields is known when it starts. */
export interface MapRunSettings {
  /** Children at once; 0 stands for the limit. */
  maxConcurrency: number;
  toleratedFailureCount?: number;
  /** 0 to 100. */
  toleratedFailurePercentage?: number;
  /** Where the results go; default: they are the state's result. */
  resultLocation?: ItemLocation;
}

/** What a Map Run takes from the service. */
export interface MapRunSurroundings extends ExecutionSurroundings {
  /** Children that have ended. */
  kept: Kept;
}

/** Numbers of items or of executions, as DescribeMapRun has them. */
export type Counts = { [Name in keyof MapRunItemCounts]-?: number };

interface Tally {
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

function wholeRecordOf({ input, output, error, cause, ...facts }: ExecutionFacts): ChildRecord {
  const { status, startedAt, stoppedAt, redriveCount } = facts;
  return { status, startedAt, stoppedAt, redriveCount, input, output, error, cause };
}

/** Of one that did not succeed input and failure are remembered, as its items were not processed. */
function shortRecordOf({ status, startedAt, stoppedAt, redriveCount, input, error, cause }: ChildRecord): ChildRecord {
  const record = { status, startedAt, stoppedAt, redriveCount };
  return status === 'SUCCEEDED' ? record : { ...record, input, error, cause };
}

/** One Map Run: starts the children of a Distributed Map, counts them, and gives what they leave. */
export class MapRun {
  readonly mapRunArn: string;
  readonly startedAt: number;
  stoppedAt?: number;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED' = 'RUNNING';
  maxConcurrency: number;
  toleratedFailureCount?: number;
  toleratedFailurePercentage?: number;
  private readonly machine: LoadedStateMachine;
  private readonly label: string;
  private readonly isExpress: boolean;
  private readonly children: MapChild[] = [];
  private readonly byName = new Map<string, MapChild>();
  private readonly running = new Set<Execution>();
  private readonly tallies = new Map<ExecutionStatus | 'STARTED', Tally>();
  private readonly results: MapResults;
  private resultsWritten: Tally = { items: 0, executions: 0 };
  private inputs?: ChildInputs;
  private failure: { error: unknown } | undefined;
  private changed: () => void = () => undefined;

  constructor(
    readonly parent: Execution,
    private readonly state: DistributedMapState,
    private readonly settings: MapRunSettings,
    private readonly surroundings: MapRunSurroundings,
  ) {
    const { deployed } = parent.machine;
    const { executionType, label, processorText, writer } = state.distributed;
    this.label = label ?? labelOf(deployed.name, state.name);
    this.isExpress = executionType === 'EXPRESS';
    this.machine = {
      deployed: {
        ...deployed,
        name: `${deployed.name}/${this.label}`,
        stateMachineArn: `${deployed.stateMachineArn}/${this.label}`,
        definition: processorText,
      },
      definition: { ...state.itemProcessor, timeoutSeconds: this.isExpress ? expressSeconds : undefined },
    };
    this.mapRunArn = `${this.arnOf('mapRun')}:${randomUUID()}`;
    this.startedAt = surroundings.clock.now();
    this.maxConcurrency = settings.maxConcurrency;
    this.toleratedFailureCount = settings.toleratedFailureCount;
    this.toleratedFailurePercentage = settings.toleratedFailurePercentage;
    this.results = new MapResults(writer, settings.resultLocation);
  }

  /** With the label, as the API has it (recorded). */
  get stateMachineArn(): string {
    return this.machine.deployed.stateMachineArn;
  }

  /** About how much memory its records take. */
  get bytes(): number {
    const { executions } = this.tally('STARTED');
    return executions * recordBytes;
  }

  /**
   * Runs children for all inputs and gives the result of the state. Throws a StateFailure where more than is tolerated did
   * not succeed, or where items, inputs or results made trouble; a BranchEnded where it was aborted meanwhile.
   */
  async run(inputs: ChildInputs): Promise<Document> {
    this.inputs = inputs;
    try {
      await this.startChildren(inputs);
      while (this.running.size > 0 && this.status === 'RUNNING') await this.change();
      const result = await this.finish(inputs);
      this.settle('SUCCEEDED');
      return result;
    } catch (error) {
      this.stopChildren();
      this.settle('FAILED');
      throw error;
    } finally {
      inputs.close();
    }
  }

  /** Ends it because its parent ends. Express executions go on, as nothing can stop them (API reference, StopExecution). */
  abort(): void {
    if (this.status !== 'RUNNING') return;
    this.settle('ABORTED');
    this.stopChildren();
    this.inputs?.close();
    this.changed();
  }

  /** Ends all children with the service, also those that nothing can stop, and waits for them. */
  async close(): Promise<void> {
    const all = [...this.running];
    for (const execution of all) execution.abort();
    await Promise.all(all.map(({ ended }) => ended));
  }

  /** Changes what applies from now on. */
  update({ maxConcurrency, toleratedFailureCount, toleratedFailurePercentage }: Partial<MapRunSettings>): void {
    this.maxConcurrency = maxConcurrency ?? this.maxConcurrency;
    this.toleratedFailureCount = toleratedFailureCount ?? this.toleratedFailureCount;
    this.toleratedFailurePercentage = toleratedFailurePercentage ?? this.toleratedFailurePercentage;
    this.checkTolerance();
    this.changed();
  }

  /** The counts of its items or executions at this moment. */
  counts(of: keyof Tally): Counts {
    const started = this.tally('STARTED');
    const pendingItems = (this.inputs?.totalItems ?? 0) - started.items;
    // No more than this is known of batches before they are made.
    const pending = of === 'items' ? pendingItems : Math.ceil(pendingItems / (this.inputs?.itemsPerChild ?? 1));
    const at = (status: ExecutionStatus) => this.tally(status)[of];
    return {
      pending,
      running: at('RUNNING'),
      succeeded: at('SUCCEEDED'),
      failed: at('FAILED'),
      timedOut: at('TIMED_OUT'),
      aborted: at('ABORTED'),
      total: started[of] + pending,
      resultsWritten: this.resultsWritten[of],
      failuresNotRedrivable: 0,
      pendingRedrive: 0,
    };
  }

  /** The child with this ARN, if it has one. */
  child(executionArn: string): ExecutionFacts | undefined {
    const name = executionArn.split(':')[7] ?? '';
    const child = this.byName.get(name);
    return child && this.arnOfChild(name) === executionArn ? this.factsOf(child) : undefined;
  }

  /** Children that started before the one with this ordinal, the newest first. */
  *childrenBefore(ordinal: number): Generator<ExecutionFacts> {
    for (let index = Math.min(ordinal - 1, this.children.length) - 1; index >= 0; index -= 1) {
      yield this.factsOf(this.children[index] as MapChild);
    }
  }

  private async startChildren(inputs: ChildInputs): Promise<void> {
    for (let started = 1; this.starts(); started += 1) {
      while (this.starts() && this.running.size >= this.limit) await this.change();
      const input = this.starts() ? await inputs.next() : undefined;
      if (input === undefined || !this.starts()) break;
      this.start(input);
      if (started % startsInATurn === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    this.checkTolerance();
  }

  private starts(): boolean {
    return this.status === 'RUNNING' && this.failure === undefined;
  }

  private get limit(): number {
    return this.maxConcurrency === 0 ? maxChildren : Math.min(this.maxConcurrency, maxChildren);
  }

  private start({ input, itemCount }: ChildInput): void {
    const ordinal = this.children.length + 1;
    const name = randomUUID();
    const child: MapChild = {
      ordinal,
      name,
      itemCount,
      kept: new Execution(
        this.machine,
        {
          ordinal,
          name,
          executionArn: this.arnOfChild(name),
          input: input.text,
          child: this.childFacts(itemCount),
          onEnd: (execution) => this.childEnded(execution, child),
        },
        this.surroundings,
        input,
      ),
    };
    this.children.push(child);
    this.byName.set(name, child);
    this.running.add(child.kept as Execution);
    this.count('STARTED', itemCount);
    this.count('RUNNING', itemCount);
    this.results.reserve();
  }

  private childEnded(execution: Execution, child: MapChild): void {
    this.running.delete(execution);
    this.count('RUNNING', -child.itemCount);
    this.count(execution.status, child.itemCount);
    this.results.add(execution.ordinal - 1, execution);
    const { input, output = '' } = execution;
    // Without a history there is nothing else to keep.
    if (this.isExpress) child.kept = wholeRecordOf(execution);
    const bytes = this.isExpress ? recordBytes + input.length + output.length : execution.bytes;
    this.surroundings.kept.add(bytes, () => {
      child.kept = shortRecordOf(child.kept);
    });
    this.checkTolerance();
    this.changed();
  }

  /** The percentage counts once all items are known. */
  private checkTolerance(): void {
    if (!this.starts()) return;
    const { toleratedFailureCount: count, toleratedFailurePercentage: percentage, inputs } = this;
    // "The total number of failed or timed out items" (developer guide): what was stopped by hand counts here as well.
    const failed = this.tally('FAILED').items + this.tally('TIMED_OUT').items + this.tally('ABORTED').items;
    const isOverCount = (count !== undefined || percentage === undefined) && failed > (count ?? 0);
    const isOverShare = percentage !== undefined && inputs?.allRead && failed * 100 > percentage * inputs.totalItems;
    if (!isOverCount && !isOverShare) return;
    // The words of TestState for such a Map (recorded).
    const cause = 'The specified tolerated failure threshold was exceeded';
    this.failure = { error: new StateFailure('States.ExceedToleratedFailureThreshold', cause) };
    this.stopChildren();
  }

  private async finish(inputs: ChildInputs): Promise<Document> {
    if (this.status !== 'RUNNING') throw new BranchEnded();
    const { resultLocation } = this.settings;
    const value = resultLocation ? await this.writeResults(inputs, resultLocation) : this.results.result;
    const { total: items } = this.counts('items');
    this.resultsWritten = { items, executions: this.counts('executions').total };
    if (this.failure) throw this.failure.error;
    const result = value === undefined ? undefined : new Document(value);
    if (!result?.fits) throw dataLimitExceeded(this.state.name);
    return result;
  }

  private async writeResults(inputs: ChildInputs, { bucket, prefix = '' }: ItemLocation): Promise<Json> {
    const pending: string[] = [];
    for (let next = await inputs.next(); next; next = await inputs.next()) pending.push(next.input.text);
    const id = this.mapRunArn.slice(this.mapRunArn.lastIndexOf(':') + 1);
    const folder = [prefix.replace(/\/$/, ''), id].filter((part) => part !== '').join('/');
    return this.results.write(
      this.mapRunArn,
      { objects: this.surroundings.objects, bucket, folder: `${folder}/` },
      pending,
    );
  }

  private stopChildren(): void {
    if (this.isExpress) return;
    // The set changes with each that ends.
    for (const execution of [...this.running]) execution.abort(undefined, 'The Map Run was stopped.');
  }

  private settle(status: MapRun['status']): void {
    if (this.status !== 'RUNNING') return;
    this.status = status;
    this.stoppedAt = this.surroundings.clock.now();
  }

  /** Resolves when a child ends or the settings change. */
  private change(): Promise<void> {
    return new Promise((resolve) => {
      this.changed = resolve;
    });
  }

  private tally(status: ExecutionStatus | 'STARTED'): Tally {
    return this.tallies.get(status) ?? { items: 0, executions: 0 };
  }

  private count(status: ExecutionStatus | 'STARTED', itemCount: number): void {
    const { items, executions } = this.tally(status);
    this.tallies.set(status, { items: items + itemCount, executions: executions + Math.sign(itemCount) });
  }

  private factsOf({ ordinal, name, itemCount, kept }: MapChild): ExecutionFacts {
    if (kept instanceof Execution) return kept;
    const { machine } = this;
    return { ordinal, name, executionArn: this.arnOfChild(name), machine, child: this.childFacts(itemCount), ...kept };
  }

  private childFacts(itemCount: number): ChildFacts {
    return { mapRunArn: this.mapRunArn, label: this.label, isExpress: this.isExpress, itemCount };
  }

  /** An Express execution's ARN ends in an id of its own (API reference, StartExecution; recorded for children as well). */
  private arnOfChild(name: string): string {
    return this.isExpress ? `${this.arnOf('express')}:${name}:${name}` : `${this.arnOf('execution')}:${name}`;
  }

  private arnOf(kind: string): string {
    return this.machine.deployed.stateMachineArn.replace(':stateMachine:', `:${kind}:`);
  }
}

/** A Map without a label gets one that looks like a name-based UUID, as on AWS: the same for each Map Run. */
function labelOf(machineName: string, stateName: string): string {
  const digest = createHash('md5').update(`${machineName}/${stateName}`).digest('hex');
  return digest.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-3$3-8$4-$5');
}
