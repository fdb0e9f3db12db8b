import { randomUUID } from 'node:crypto';
import { isExecutionName } from '../../../lib/wire';
import { ServiceError } from '../http/service';
import { Execution, type ExecutionFacts, type ExecutionSurroundings, type LoadedStateMachine } from './execution';
import { Kept } from './kept';
import { MapRun } from './mapRun/mapRun';
import { parseJson } from './parseJson';
import type { Runtime, StateRun } from './stateRun';

/** What StartExecution takes beside the state machine. */
interface StartRequest {
  name?: string;
  /** JSON text. */
  input?: string;
  traceHeader?: string;
}

/**
 * Bytes of the histories of ended executions that are kept, however many those are. Those of children have a quarter of
 * that for themselves: what is alive decides how much garbage Node.js lets lie.
 */
const defaultKeptBytes = 64 * 1024 * 1024;

/**
 * The executions of this server: those that run, and of those that have ended the last ones, as far as their histories
 * fit. AWS keeps them for 90 days; here an older one is gone as if these were over.
 */
export class Executions {
  private readonly byArn = new Map<string, Execution>();
  private readonly mapRuns = new Map<string, MapRun>();
  private readonly closed: Kept;
  private readonly closedChildren: Kept;
  /** The token of the last redrive. */
  readonly lastRedrive = new WeakMap<Execution, string>();
  private started = 0;
  private readonly surroundings: ExecutionSurroundings;

  constructor(surroundings: Omit<ExecutionSurroundings, 'startMapRun'>, keptBytes = defaultKeptBytes) {
    this.closed = new Kept(keptBytes);
    this.closedChildren = new Kept(keptBytes / 4);
    this.surroundings = { ...surroundings, startMapRun: this.startMapRun.bind(this) };
  }

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
    this.keepAtEnd(execution);
    return execution;
  }

  /** Goes on with an execution that has ended. */
  redrive(execution: Execution, visit: StateRun): void {
    execution.redrive(visit);
    this.keepAtEnd(execution);
  }

  private keepAtEnd(execution: Execution): void {
    const { ended } = execution;
    void ended.then(() => {
      this.closed.add(execution.bytes, () => {
        // It may have been redriven meanwhile.
        if (execution.ended === ended) this.forget(execution);
      });
    });
  }

  private startMapRun(parent: Execution, ...[state, settings]: Parameters<Runtime['startMapRun']>): MapRun {
    const mapRun = new MapRun(parent, state, settings, { ...this.surroundings, kept: this.closedChildren });
    this.mapRuns.set(mapRun.mapRunArn, mapRun);
    return mapRun;
  }

  private forget({ executionArn, mapRuns }: Execution): void {
    this.byArn.delete(executionArn);
    for (const mapRun of mapRuns) {
      this.mapRuns.delete(mapRun.mapRunArn);
      void mapRun.close();
    }
  }

  /**
   * An execution that is kept.
   * @throws ExecutionDoesNotExist
   */
  get(executionArn: string): Execution {
    const facts = this.facts(executionArn);
    if (facts instanceof Execution) return facts;
    throw notThere(executionArn);
  }

  /**
   * What is known of an execution, which for the child of a Map Run is more than those that are kept.
   * @throws ExecutionDoesNotExist
   */
  facts(executionArn: string): ExecutionFacts {
    const execution = this.byArn.get(executionArn);
    if (execution) return execution;
    for (const mapRun of this.mapRuns.values()) {
      const child = mapRun.child(executionArn);
      if (child) return child;
    }
    throw notThere(executionArn);
  }

  /** @throws ResourceNotFound */
  mapRun(mapRunArn: string): MapRun {
    const mapRun = this.mapRuns.get(mapRunArn);
    if (mapRun) return mapRun;
    throw new ServiceError('ResourceNotFound', 400, `Resource not found: '${mapRunArn}'`);
  }

  /** Those of a state machine that started before the one with this ordinal, the newest first. */
  of(stateMachineArn: string, before = Infinity): Execution[] {
    return [...this.byArn.values()]
      .filter(({ machine, ordinal }) => machine.deployed.stateMachineArn === stateMachineArn && ordinal < before)
      .reverse();
  }

  /** Aborts those that still run and waits until all have ended. */
  async close(): Promise<void> {
    const all = [...this.byArn.values()];
    for (const execution of all) execution.abort();
    await Promise.all(all.map(({ ended }) => ended));
    for (const mapRun of this.mapRuns.values()) await mapRun.close();
  }
}

function notThere(executionArn: string): ServiceError {
  return new ServiceError('ExecutionDoesNotExist', 400, `Execution Does Not Exist: '${executionArn}'`);
}

/** @throws InvalidExecutionInput */
export function checkInput(input: string): void {
  try {
    parseJson(input);
  } catch (error) {
    const problem = input.trim() === '' ? 'Invalid execution input.' : (error as Error).message;
    throw new ServiceError('InvalidExecutionInput', 400, `Invalid State Machine Execution Input: '${problem}'`);
  }
}
