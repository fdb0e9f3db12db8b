import type { ExecutionStatus, Json } from '../../../lib/wire';
import type { DeployedStateMachine } from '../app/deployment';
import { Branch } from './branch';
import type { StateMachineDefinition } from './definition/definition';
import { Document } from './document';
import { StateFailure } from './failure';
import { History, HistoryLimitReached, notTruncated } from './history';
import { runGraph } from './interpreter';
import type { Runtime } from './stateRun';

/** A state machine that can be started. */
export interface LoadedStateMachine {
  deployed: DeployedStateMachine;
  definition: StateMachineDefinition;
}

/** What an execution takes from its surroundings. */
export type ExecutionSurroundings = Omit<Runtime, 'context'>;

/** How an execution was started. */
export type ExecutionRequest = Pick<Execution, 'ordinal' | 'name' | 'executionArn' | 'input' | 'traceHeader'>;

/** One execution of a state machine: runs from its construction. */
export class Execution {
  /** Which one of the server's it is, from 1. */
  readonly ordinal: number;
  readonly name: string;
  readonly executionArn: string;
  /** JSON text, as it was sent. */
  readonly input: string;
  readonly traceHeader?: string;
  readonly history: History;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  stoppedAt?: number;
  status: ExecutionStatus = 'RUNNING';
  /** JSON text. */
  output?: string;
  error?: string;
  cause?: string;
  /** Resolves when the execution has ended. Never rejects. */
  readonly ended: Promise<void>;
  private readonly root: Branch;
  private readonly timer = new AbortController();

  constructor(
    readonly machine: LoadedStateMachine,
    { ordinal, name, executionArn, input, traceHeader }: ExecutionRequest,
    private readonly surroundings: ExecutionSurroundings,
  ) {
    const { clock } = surroundings;
    this.ordinal = ordinal;
    this.name = name;
    this.executionArn = executionArn;
    this.input = input;
    this.traceHeader = traceHeader;
    this.startedAt = clock.now();
    this.history = new History(clock);
    const { roleArn } = machine.deployed;
    this.history.append('ExecutionStarted', 0, {
      executionStartedEventDetails: { input, inputDetails: notTruncated, roleArn },
    });
    // Recorded: the first state follows event 0, not the start.
    this.root = new Branch(this.history, 0, {});
    this.ended = this.run();
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

  private async run(): Promise<void> {
    this.startTimer();
    const input = new Document(JSON.parse(this.input) as Json);
    try {
      // The answer of StartExecution shows the execution as it starts.
      await Promise.resolve();
      const output = await runGraph(this.machine.definition, input, this.root, this.runtime(input));
      this.succeed(output);
    } catch (error) {
      this.fail(error);
    }
  }

  private runtime(input: Document): Runtime {
    const { stateMachineArn, name, roleArn } = this.machine.deployed;
    return {
      ...this.surroundings,
      context: {
        Execution: {
          Id: this.executionArn,
          Input: input.value,
          StartTime: new Date(this.startedAt).toISOString(),
          Name: this.name,
          RoleArn: roleArn,
          RedriveCount: 0,
        },
        StateMachine: { Id: stateMachineArn, Name: name },
      },
    };
  }

  private startTimer(): void {
    const seconds = this.machine.definition.timeoutSeconds;
    if (seconds === undefined) return;
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
    this.root.end();
    this.timer.abort();
  }
}

/** What isn't the state machine's own failure: a full history, or a fault of this program. */
function runtimeFailure(error: unknown): StateFailure {
  return new StateFailure('States.Runtime', error instanceof Error ? error.message : String(error));
}
