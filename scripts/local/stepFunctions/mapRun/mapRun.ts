import { createHash, randomUUID } from 'node:crypto';
import type { MapRunItemCounts } from '@aws-sdk/client-sfn';
import { type ExecutionStatus, type Json, limits } from '../../../../lib/wire';
import { defaultConcurrency } from '../../lambda/concurrency';
import type { DistributedMapState } from '../definition/definition';
import { Document } from '../document';
import { Execution, type ExecutionFacts, type ExecutionSurroundings, type LoadedStateMachine } from '../execution';
import { BranchEnded, dataLimitExceeded, StateFailure } from '../failure';
import type { Kept } from '../kept';
import { Children, recordBytes, type Tally } from './children';
import type { ChildInput, ChildInputs } from './childInputs';
import type { ItemLocation } from './itemReader';
import { MapResults } from './mapResults';

/** Seconds that an Express execution may take (AWS Step Functions quotas). */
const expressSeconds = 300;

/** Children that are started before others have a turn: those that run, and whoever asks how far they are. */
const startsInATurn = 32;

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

/** One Map Run: starts the children of a Distributed Map, counts them, and gives what they leave. */
export class MapRun {
  readonly mapRunArn: string;
  readonly startedAt: number;
  stoppedAt?: number;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED' = 'RUNNING';
  redriveCount = 0;
  redrivenAt?: number;
  maxConcurrency: number;
  toleratedFailureCount?: number;
  toleratedFailurePercentage?: number;
  /** With the label, as the API has it (recorded). */
  readonly stateMachineArn: string;
  private readonly isExpress: boolean;
  private readonly children: Children;
  private readonly results: MapResults;
  private resultsWritten: Tally = { items: 0, executions: 0 };
  private inputs?: ChildInputs;
  /** Why no more children are started. */
  private failure: { error: unknown } | undefined;
  /** What the last attempt ended with. */
  private lastFailure: unknown;
  /** Settles when an attempt starts no more children. */
  private starting: Promise<void> = Promise.resolve();
  private changed: () => void = () => undefined;

  constructor(
    readonly parent: Execution,
    private readonly state: DistributedMapState,
    private readonly settings: MapRunSettings,
    private readonly surroundings: MapRunSurroundings,
  ) {
    const { deployed } = parent.machine;
    const { executionType, label = labelOf(deployed.name, state.name), processorText, writer } = state.distributed;
    this.isExpress = executionType === 'EXPRESS';
    this.stateMachineArn = `${deployed.stateMachineArn}/${label}`;
    this.mapRunArn = `${this.stateMachineArn.replace(':stateMachine:', ':mapRun:')}:${randomUUID()}`;
    const machine: LoadedStateMachine = {
      deployed: {
        ...deployed,
        name: `${deployed.name}/${label}`,
        stateMachineArn: this.stateMachineArn,
        definition: processorText,
      },
      definition: { ...state.itemProcessor, timeoutSeconds: this.isExpress ? expressSeconds : undefined },
    };
    this.children = new Children({
      machine,
      shared: { mapRunArn: this.mapRunArn, label, isExpress: this.isExpress },
      execute: (request, input) => new Execution(machine, request, surroundings, input),
      kept: surroundings.kept,
      onEnd: (execution) => this.childEnded(execution),
    });
    this.startedAt = surroundings.clock.now();
    this.maxConcurrency = limited(settings.maxConcurrency);
    this.toleratedFailureCount = settings.toleratedFailureCount;
    this.toleratedFailurePercentage = settings.toleratedFailurePercentage;
    this.results = new MapResults(writer, settings.resultLocation);
  }

  /** About how much memory its records take. */
  get bytes(): number {
    return (this.children.count + (this.inputs?.waiting ?? 0)) * recordBytes;
  }

  /**
   * Runs children for all inputs and gives the result of the state. Throws a StateFailure where more than is tolerated did
   * not succeed, or where items, inputs or results made trouble; a BranchEnded where it was aborted meanwhile.
   */
  async run(inputs: ChildInputs): Promise<Document> {
    this.inputs = inputs;
    const attempt = this.redriveCount;
    this.starting = this.startChildren(inputs, attempt);
    try {
      await this.starting;
      while (this.children.runningCount > 0 && this.isRunning(attempt)) await this.change();
      if (!this.isRunning(attempt)) throw new BranchEnded();
      const result = await this.finish(inputs);
      // It may have been aborted while it wrote, and been redriven.
      if (!this.isRunning(attempt)) throw new BranchEnded();
      this.settle('SUCCEEDED');
      inputs.close();
      return result;
    } catch (error) {
      if (this.isRunning(attempt)) {
        this.lastFailure = error;
        this.settle('FAILED');
        this.stopChildren();
      }
      throw error;
    }
  }

  /** Whether a redrive runs its children again; else it starts a Map Run of its own (developer guide, "Redriving Map Runs"). */
  get isRedrivable(): boolean {
    const { lastFailure: last } = this;
    return this.children.count > 0 && !(last instanceof StateFailure && last.errorName === 'States.DataLimitExceeded');
  }

  /**
   * Runs the children again that did not succeed, and those that were not started, once the Map Run has failed or was aborted.
   * On AWS a Standard child goes on with the state that it ended in; here each starts anew, as an Express one does.
   */
  async redrive(): Promise<Document> {
    this.status = 'RUNNING';
    this.stoppedAt = undefined;
    this.failure = undefined;
    this.redriveCount += 1;
    this.redrivenAt = this.surroundings.clock.now();
    const attempt = this.redriveCount;
    await this.starting.catch(() => undefined);
    // "The running Map Run completes its operations before attempting to redrive": Express children.
    while (this.children.runningCount > 0 && this.isRunning(attempt)) await this.change();
    if (!this.isRunning(attempt)) throw new BranchEnded();
    this.children.prepareRedrive();
    return this.run(this.inputs as ChildInputs);
  }

  /** Ends it because its parent ends. Express executions go on, as nothing can stop them (API reference, StopExecution). */
  abort(): void {
    if (this.status !== 'RUNNING') return;
    this.settle('ABORTED');
    this.stopChildren();
    this.changed();
  }

  /** Ends all children with the service, also those that nothing can stop, and waits for them. */
  async close(): Promise<void> {
    this.inputs?.close();
    await this.children.close();
  }

  /** Changes what applies from now on. */
  update({ maxConcurrency, toleratedFailureCount, toleratedFailurePercentage }: Partial<MapRunSettings>): void {
    this.maxConcurrency = limited(maxConcurrency ?? this.maxConcurrency);
    this.toleratedFailureCount = toleratedFailureCount ?? this.toleratedFailureCount;
    this.toleratedFailurePercentage = toleratedFailurePercentage ?? this.toleratedFailurePercentage;
    this.checkTolerance();
    this.changed();
  }

  /** The counts of its items or executions at this moment. */
  counts(of: keyof Tally): Counts {
    const started = this.children.tally('STARTED');
    const pendingItems = (this.inputs?.totalItems ?? 0) - started.items;
    // No more than this is known of batches before they are made.
    const pending = of === 'items' ? pendingItems : Math.ceil(pendingItems / (this.inputs?.itemsPerChild ?? 1));
    const at = (status: ExecutionStatus) => this.children.tally(status)[of];
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
      pendingRedrive: at('PENDING_REDRIVE'),
    };
  }

  /** The child with this ARN, if it has one. */
  child(executionArn: string): ExecutionFacts | undefined {
    return this.children.find(executionArn);
  }

  /** Children that started before the one with this ordinal, the newest first. */
  childrenBefore(ordinal: number): Iterable<ExecutionFacts> {
    return this.children.before(ordinal);
  }

  private async startChildren(inputs: ChildInputs, attempt: number): Promise<void> {
    const goesOn = () => this.isRunning(attempt) && this.failure === undefined;
    for (let started = 1; goesOn(); started += 1) {
      const most = () => Math.min(this.maxConcurrency, defaultConcurrency);
      while (goesOn() && this.children.runningCount >= most()) await this.change();
      if (!goesOn()) break;
      if (!this.children.startAgain()) {
        const input = await inputs.next();
        if (input === undefined) break;
        if (goesOn()) this.start(input);
        else inputs.giveBack([input]);
      }
      if (started % startsInATurn === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    this.checkTolerance();
  }

  private isRunning(attempt: number): boolean {
    return this.status === 'RUNNING' && this.redriveCount === attempt;
  }

  private start(input: ChildInput): void {
    this.results.reserve();
    this.children.start(input);
  }

  private childEnded(execution: Execution): void {
    this.results.add(execution.ordinal - 1, execution);
    this.checkTolerance();
    this.changed();
  }

  /** The percentage counts once all items are known. */
  private checkTolerance(): void {
    if (this.status !== 'RUNNING' || this.failure) return;
    const { toleratedFailureCount: count, toleratedFailurePercentage: percentage, inputs } = this;
    // "The total number of failed or timed out items" (developer guide): what was stopped by hand counts here as well.
    const failed =
      this.children.tally('FAILED').items +
      this.children.tally('TIMED_OUT').items +
      this.children.tally('ABORTED').items;
    const isOverCount = (count !== undefined || percentage === undefined) && failed > (count ?? 0);
    const isOverShare = percentage !== undefined && inputs?.allRead && failed * 100 > percentage * inputs.totalItems;
    if (!isOverCount && !isOverShare) return;
    // The words of TestState for such a Map (recorded).
    const cause = 'The specified tolerated failure threshold was exceeded';
    this.failure = { error: new StateFailure('States.ExceedToleratedFailureThreshold', cause) };
    this.stopChildren();
  }

  private async finish(inputs: ChildInputs): Promise<Document> {
    const { resultLocation } = this.settings;
    const value = resultLocation ? await this.writeResults(inputs, resultLocation) : this.results.result;
    const { total: items } = this.counts('items');
    this.resultsWritten = { items, executions: this.counts('executions').total };
    if (this.failure) throw this.failure.error;
    const result = new Document(value);
    if (!result.fits) throw dataLimitExceeded(this.state.name);
    return result;
  }

  private async writeResults(inputs: ChildInputs, { bucket, prefix = '' }: ItemLocation): Promise<Json> {
    const pending: ChildInput[] = [];
    for (let next = await inputs.next(); next; next = await inputs.next()) pending.push(next);
    inputs.giveBack(pending);
    const id = this.mapRunArn.slice(this.mapRunArn.lastIndexOf(':') + 1);
    const folder = [prefix.replace(/\/$/, ''), id].filter((part) => part !== '').join('/');
    return this.results.write(
      this.mapRunArn,
      { objects: this.surroundings.objects, bucket, folder: `${folder}/` },
      pending.map(({ input }) => input.text),
    );
  }

  private stopChildren(): void {
    if (!this.isExpress) this.children.abort('The Map Run was stopped.');
  }

  private settle(status: MapRun['status']): void {
    if (this.status !== 'RUNNING') return;
    this.status = status;
    // "When a Map Run has completed its execution or is aborted", none is pending any more (developer guide).
    this.children.endRedrive();
    this.stoppedAt = this.surroundings.clock.now();
  }

  /** Resolves when a child ends or the settings change. */
  private change(): Promise<void> {
    return new Promise((resolve) => {
      this.changed = resolve;
    });
  }
}

/** 0 stands for the limit, which DescribeMapRun then shows. */
function limited(maxConcurrency: number): number {
  const most = limits.distributedConcurrency;
  return maxConcurrency === 0 ? most : Math.min(maxConcurrency, most);
}

/** A Map without a label gets one that looks like a name-based UUID, as on AWS: the same for each Map Run. */
function labelOf(machineName: string, stateName: string): string {
  const digest = createHash('md5').update(`${machineName}/${stateName}`).digest('hex');
  return digest.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-3$3-8$4-$5');
}
