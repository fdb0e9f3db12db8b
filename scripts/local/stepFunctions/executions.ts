import { randomUUID } from 'node:crypto';
import { isExecutionName } from '../../../lib/wire';
import { ServiceError } from '../http/service';
import { Execution, type ExecutionSurroundings, type LoadedStateMachine } from './execution';
import { parseJson } from './parseJson';

/** What StartExecution takes beside the state machine. */
interface StartRequest {
  name?: string;
  /** JSON text. */
  input?: string;
  traceHeader?: string;
}

/** Bytes of the histories of ended executions that are kept, however many those are. */
const defaultKeptBytes = 64 * 1024 * 1024;

/**
 * The executions of this server: those that run, and of those that have ended the last ones, as far as their histories
 * fit. AWS keeps them for 90 days; here an older one is gone as if these were over.
 */
export class Executions {
  private readonly byArn = new Map<string, Execution>();
  /** In the order in which they ended. */
  private readonly closed: Execution[] = [];
  private closedBytes = 0;
  private started = 0;

  constructor(
    private readonly surroundings: ExecutionSurroundings,
    private readonly keptBytes = defaultKeptBytes,
  ) {}

  /**
   * Starts an execution; without a name it gets a UUID. The same name and input as one that runs gives that one
   * (API reference, StartExecution: "StartExecution is idempotent for STANDARD workflows").
   * @throws InvalidName, InvalidExecutionInput and ExecutionAlreadyExists
   */
  start(machine: LoadedStateMachine, { name = randomUUID(), input = '{}', traceHeader }: StartRequest): Execution {
    if (!isExecutionName(name)) throw new ServiceError('InvalidName', 400, `Invalid Name: '${name}'`);
    checkInput(input);
    const executionArn = `${machine.deployed.stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    const existing = this.byArn.get(executionArn);
    if (existing?.status === 'RUNNING' && existing.input === input) return existing;
    if (existing) throw new ServiceError('ExecutionAlreadyExists', 400, `Execution Already Exists: '${executionArn}'`);
    const ordinal = (this.started += 1);
    const execution = new Execution(machine, { ordinal, name, executionArn, input, traceHeader }, this.surroundings);
    this.byArn.set(executionArn, execution);
    void execution.ended.then(() => this.keep(execution));
    return execution;
  }

  /** Lets go of the oldest where it gets too much; the last one stays. */
  private keep(execution: Execution): void {
    this.closed.push(execution);
    this.closedBytes += execution.history.bytes;
    while (this.closedBytes > this.keptBytes && this.closed.length > 1) {
      const oldest = this.closed.shift() as Execution;
      this.closedBytes -= oldest.history.bytes;
      this.byArn.delete(oldest.executionArn);
    }
  }

  /** @throws ExecutionDoesNotExist */
  get(executionArn: string): Execution {
    const execution = this.byArn.get(executionArn);
    if (execution) return execution;
    throw new ServiceError('ExecutionDoesNotExist', 400, `Execution Does Not Exist: '${executionArn}'`);
  }

  /** Those of a state machine, the oldest first. */
  of(stateMachineArn: string): Execution[] {
    return [...this.byArn.values()].filter(({ machine }) => machine.deployed.stateMachineArn === stateMachineArn);
  }

  /** Aborts those that still run and waits until all have ended. */
  async close(): Promise<void> {
    const all = [...this.byArn.values()];
    for (const execution of all) execution.abort();
    await Promise.all(all.map(({ ended }) => ended));
  }
}

function checkInput(input: string): void {
  try {
    parseJson(input);
  } catch (error) {
    const problem = input.trim() === '' ? 'Invalid execution input.' : (error as Error).message;
    throw new ServiceError('InvalidExecutionInput', 400, `Invalid State Machine Execution Input: '${problem}'`);
  }
}
