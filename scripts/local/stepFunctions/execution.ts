import { type ExecutionStatus, type Json, limits } from '../../../lib/wire';
import type { DeployedStateMachine } from '../app/deployment';
import { Branch } from './branch';
import { isDistributed, type StateMachineDefinition } from './definition/definition';
import { Document } from './document';
import { StateFailure } from './failure';
import { History, HistoryLimitReached, notTruncated } from './history';
import { resumeGraph, runGraph } from './interpreter';
import type { MapRun } from './mapRun/mapRun';
import type { Runtime, StateRun } from './stateRun';

/** A state machine that can be started. */
export interface LoadedStateMachine {
  deployed: DeployedStateMachine;
  definition: StateMachineDefinition;
}

/** What an execution takes from its surroundings. */
export interface ExecutionSurroundings extends Omit<Runtime, 'context' | 'startMapRun'> {
  startMapRun: (parent: Execution, ...request: Parameters<Runtime['startMapRun']>) => MapRun;
}

/** What only the child of a Map Run has. */
export interface ChildFacts {
  mapRunArn: string;
  label: string;
  /** It has no history. */
  isExpress: boolean;
  itemCount: number;
}

/** What the API shows of an execution. Input and output are JSON texts, times milliseconds since the epoch. */
export interface ExecutionFacts {
  /** Which one of the server's it is, or of its Map Run's, from 1. */
  ordinal: number;
  name: string;
  executionArn: string;
  machine: LoadedStateMachine;
  child?: ChildFacts;
  status: ExecutionStatus;
  startedAt: number;
  stoppedAt?: number;
  redriveCount: number;
  redrivenAt?: number;
  /** Undefined: it is no longer kept. */
  input?: string;
  output?: string;
  error?: string;
  cause?: string;
  traceHeader?: string;
}

/** How an execution was started. */
export interface ExecutionRequest extends Pick<
  ExecutionFacts,
  'ordinal' | 'name' | 'executionArn' | 'traceHeader' | 'child'
> {
  /** JSON text, as it was sent. */
  input: string;
  /** Default 0. */
  redriveCount?: number;
  /** Called at its end. */
  onEnd?: (execution: Execution) => void;
}

/** Why a timer ends; without a reason each would make an error of its own. */
const isOver = new Error('The execution is over.');

/** What an execution takes beside its history. */
const ownBytes = 2_000;

/** One execution of a state machine: runs from its construction. */
export class Execution implements ExecutionFacts {
  readonly ordinal: number;
  readonly name: string;
  readonly executionArn: string;
  readonly input: string;
  readonly traceHeader?: string;
  readonly child?: ChildFacts;
  readonly history: History;
  readonly mapRuns: MapRun[] = [];
  readonly startedAt: number;
  stoppedAt?: number;
  redriveCount: number;
  redrivenAt?: number;
  status: ExecutionStatus = 'RUNNING';
  output?: string;
  error?: string;
  cause?: string;
  /** Resolves when the execution has ended. Never rejects. */
  ended: Promise<void>;
  private root: Branch;
  private readonly onEnd?: (execution: Execution) => void;
  private timer?: AbortController;

  constructor(
    readonly machine: LoadedStateMachine,
    { ordinal, name, executionArn, input, traceHeader, child, redriveCount = 0, onEnd }: ExecutionRequest,
    private readonly surroundings: ExecutionSurroundings,
    document = new Document(JSON.parse(input) as Json),
  ) {
    const { clock } = surroundings;
    this.ordinal = ordinal;
    this.name = name;
    this.executionArn = executionArn;
    this.input = input;
    this.traceHeader = traceHeader;
    this.child = child;
    this.redriveCount = redriveCount;
    this.onEnd = onEnd;
    this.startedAt = clock.now();
    this.history = new History(clock, !child?.isExpress);
    const { roleArn } = machine.deployed;
    this.history.append('ExecutionStarted', 0, {
      executionStartedEventDetails: { input, inputDetails: notTruncated, roleArn },
    });
    // Recorded: the first state follows event 0, not the start.
    this.root = new Branch(this.history, 0, {});
    this.ended = this.run(() => runGraph(machine.definition, document, this.root, this.runtime(document)));
  }

  /** Ends a running execution as StopExecution does; what it has started is left to itself. */
  abort(error?: string, cause?: string): void {
    this.end('ABORTED', () => {
      // Recorded: it follows event 0.
      this.history.end('ExecutionAborted', 0, { executionAbortedEventDetails: { error, cause } });
      this.error = error;
      this.cause = cause;
    });
  }

  /** About how much memory it takes. */
  get bytes(): number {
    return this.mapRuns.reduce((sum, { bytes }) => sum + bytes, this.history.bytes + ownBytes);
  }

  /**
   * The visit to the Distributed Map that it ended in, with which a redrive goes on; undefined where it ended in another
   * state, or well, or still runs.
   */
  get redrivableVisit(): StateRun | undefined {
    const { status, root, child, history } = this;
    if (status === 'RUNNING' || status === 'SUCCEEDED' || child) return undefined;
    // The API reference asks for fewer than 24,999 events.
    if (history.length >= limits.historyEvents - 1) return undefined;
    return root.current && isDistributed(root.current) ? root.visit : undefined;
  }

  /** Goes on with that visit. */
  redrive(visit: StateRun): void {
    this.redriveCount += 1;
    this.redrivenAt = this.surroundings.clock.now();
    this.status = 'RUNNING';
    this.stoppedAt = this.error = this.cause = undefined;
    const { redriveCount, history } = this;
    // It follows the event that ended the execution.
    history.append('ExecutionRedriven', history.length, { executionRedrivenEventDetails: { redriveCount } });
    this.root = new Branch(history, history.length, this.root.variables);
    const { definition } = this.machine;
    const runtime = this.runtime(new Document(JSON.parse(this.input) as Json));
    this.ended = this.run(() => resumeGraph(definition, visit, this.root, runtime));
  }

  private async run(start: () => Promise<Document>): Promise<void> {
    const { root } = this;
    this.startTimer();
    try {
      // The answer of StartExecution shows the execution as it starts.
      await Promise.resolve();
      const output = await start();
      if (root === this.root) this.succeed(output);
    } catch (error) {
      // One that was redriven meanwhile has gone on to another root.
      if (root === this.root) this.fail(error);
    }
  }

  private runtime(input: Document): Runtime {
    const { stateMachineArn, name, roleArn } = this.machine.deployed;
    return {
      ...this.surroundings,
      startMapRun: (...request) => {
        const mapRun = this.surroundings.startMapRun(this, ...request);
        this.mapRuns.push(mapRun);
        return mapRun;
      },
      context: {
        Execution: {
          Id: this.executionArn,
          Input: input.value,
          StartTime: new Date(this.startedAt).toISOString(),
          Name: this.name,
          RoleArn: roleArn,
          RedriveCount: this.redriveCount,
        },
        StateMachine: { Id: stateMachineArn, Name: name },
      },
    };
  }

  private startTimer(): void {
    const seconds = this.machine.definition.timeoutSeconds;
    if (seconds === undefined) return;
    this.timer = new AbortController();
    void this.surroundings.clock.sleep(seconds * 1000, this.timer.signal).then(
      () => this.timeOut(),
      () => undefined,
    );
  }

  /** Measured: the error stands in the event alone, which follows event 0. */
  private timeOut(): void {
    this.end('TIMED_OUT', () => {
      this.history.end('ExecutionTimedOut', 0, { executionTimedOutEventDetails: { error: 'States.Timeout' } });
    });
  }

  private succeed(output: Document): void {
    this.end('SUCCEEDED', () => {
      this.output = output.text;
      this.history.end('ExecutionSucceeded', this.root.lastEventId, {
        executionSucceededEventDetails: { output: output.text, outputDetails: notTruncated },
      });
    });
  }

  private fail(error: unknown): void {
    this.end('FAILED', () => {
      const { errorName, causeText } = error instanceof StateFailure ? error : runtimeFailure(error);
      this.error = errorName;
      this.cause = causeText;
      // Recorded: after the last event where the history is full.
      const previous = error instanceof HistoryLimitReached ? this.history.length : this.root.lastEventId;
      this.history.end('ExecutionFailed', previous, {
        executionFailedEventDetails: { error: errorName, cause: causeText },
      });
    });
  }

  /** The first end counts: whatever is still under way then ends because of it. */
  private end(status: ExecutionStatus, record: () => void): void {
    if (this.status !== 'RUNNING') return;
    this.status = status;
    this.stoppedAt = this.surroundings.clock.now();
    record();
    // Of one that succeeded nothing is under way.
    if (status !== 'SUCCEEDED') this.root.end();
    this.timer?.abort(isOver);
    this.onEnd?.(this);
  }
}

/** What isn't the state machine's own failure: a full history, or a fault of this program. */
function runtimeFailure(error: unknown): StateFailure {
  return new StateFailure('States.Runtime', error instanceof Error ? error.message : String(error));
}
