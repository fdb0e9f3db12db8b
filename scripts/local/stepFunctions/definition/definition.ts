import type { Integration } from '../integrations/integration';
import type { Retrier } from '../retrier';
import type { Template } from '../payloadTemplate';

/** A state machine as it was loaded: checked, its expressions compiled. */
export interface StateMachineDefinition extends StateGraph {
  /** Seconds that an execution may take; undefined: no limit. */
  timeoutSeconds?: number;
}

/** States with a start: a machine, a branch of a Parallel, the processor of a Map. */
export interface StateGraph {
  startAt: string;
  states: ReadonlyMap<string, State>;
}

export type State =
  TaskState | PassState | ChoiceState | MapState | WaitState | ParallelState | SucceedState | FailState;

export interface StateBase {
  name: string;
}

/** Where a state leads, and what it gives there. */
export interface Exit {
  /** The next state; undefined: the graph ends. */
  next?: string;
  /** Default: the state's result, or its input where it has none. */
  output?: Template;
  assign?: Assignment;
}

/** Variables and what they get. */
export interface Assignment {
  /** `Assign`, `Catch[0]/Assign` */
  field: string;
  names: string[];
  /** An object. */
  template: Template;
}

/** A state that can fail and be tried again. */
export interface Recoverable {
  retry: Retrier[];
  catch: Catcher[];
}

export interface Catcher extends Exit {
  errorEquals: string[];
  next: string;
  /** `Catch[0]` */
  field: string;
}

export interface TaskState extends StateBase, Exit, Recoverable {
  type: 'Task';
  integration: Integration;
  arguments: Template;
  /** A number of seconds. */
  timeoutSeconds?: Template;
}

export interface PassState extends StateBase, Exit {
  type: 'Pass';
}

export interface ChoiceRule extends Exit {
  /** A boolean. */
  condition: Template;
  next: string;
}

/** Its own output and assign count where no rule matches. */
export interface ChoiceState extends StateBase {
  type: 'Choice';
  choices: ChoiceRule[];
  default?: Exit & { next: string };
}

export interface MapState extends StateBase, Exit, Recoverable {
  type: 'Map';
  /** An array; default: the input. */
  items?: Template;
  itemSelector?: Template;
  /** A number from 0, which means the limit. */
  maxConcurrency?: Template;
  itemProcessor: StateGraph;
  /** Undefined: the Map is inline. */
  distributed?: DistributedMap;
}

export type DistributedMapState = MapState & { distributed: DistributedMap };

export function isDistributed(state: State): state is DistributedMapState {
  return state.type === 'Map' && state.distributed !== undefined;
}

/** What only a Distributed Map has. */
export interface DistributedMap {
  /** Part of the ARNs of its Map Runs and children; default: one is made of the names of machine and state. */
  label?: string;
  executionType: 'STANDARD' | 'EXPRESS';
  /** The states of a child, as JSON text. */
  processorText: string;
  /** Takes the place of the items. */
  reader?: ItemReader;
  batcher?: ItemBatcher;
  writer?: ResultWriter;
  /** A number from 0. */
  toleratedFailureCount?: Template;
  /** A number from 0 to 100. */
  toleratedFailurePercentage?: Template;
}

export interface ItemReader {
  /** The list of a bucket's objects, or what an object holds. */
  source: { type: 'LIST' } | { type: 'JSON' } | { type: 'JSONL' } | CsvSource;
  /** An object: Bucket, and Key or Prefix. */
  arguments: Template;
  /** A number from 1; default: all items. */
  maxItems?: Template;
}

export interface CsvSource {
  type: 'CSV';
  /** Default: the first row. */
  headers?: string[];
  delimiter: string;
}

/** Has at least one of the two limits. */
export interface ItemBatcher {
  /** A number from 1. */
  maxItems?: Template;
  /** A number from 1 to 262,144, the default. */
  maxBytes?: Template;
  input?: Template;
}

export interface ResultWriter {
  transformation: 'NONE' | 'COMPACT' | 'FLATTEN';
  outputType: 'JSON' | 'JSONL';
  /** An object: Bucket, Prefix. Undefined: the results are the state's result. */
  arguments?: Template;
}

export interface WaitState extends StateBase, Exit {
  type: 'Wait';
  /** A number of seconds; either this or `timestamp`. */
  seconds?: Template;
  /** A string, RFC 3339. */
  timestamp?: Template;
}

export interface ParallelState extends StateBase, Exit, Recoverable {
  type: 'Parallel';
  /** What the branches get; default: the input. */
  arguments?: Template;
  branches: StateGraph[];
}

export interface SucceedState extends StateBase {
  type: 'Succeed';
  output?: Template;
}

export interface FailState extends StateBase {
  type: 'Fail';
  /** Strings. */
  error?: Template;
  cause?: Template;
}
