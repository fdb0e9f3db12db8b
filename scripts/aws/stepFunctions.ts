import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  type HistoryEvent,
  type MapRunStatus,
} from '@aws-sdk/client-sfn';
import type { ExecutionStatus } from '../../lib/wire';
import { callObserver, promptClientConfig, type AwsOptions } from './clientConfig';
import { UnusableAnswerError } from './errors';
import { renewed } from './renewed';

/** Milliseconds for a description. */
const describedWithin = 5_000;

/** The calls of AWS Step Functions that the trigger makes. Errors are the SDK's own. */
export interface StepFunctions {
  /** StartExecution. With the same name and input it returns the execution that already runs. */
  start(o: { stateMachineArn: string; name: string; input: string }): Promise<{ executionArn: string }>;
  /** One page of GetExecutionHistory, oldest first, with the data of the states. */
  history(o: HistoryRequest, signal: AbortSignal): Promise<HistoryPage>;
  /**
   * The last events of an execution, the newest first: GetExecutionHistory in reverse order.
   * @param o.maxResults 1 to 1000
   */
  lastEvents(o: Omit<HistoryRequest, 'nextToken'>, signal: AbortSignal): Promise<HistoryEvent[]>;
  /**
   * One page of ListExecutions: those of a state machine, the newest first; of a version or an alias, those that were
   * started through it. It is eventually consistent (API reference).
   */
  executions(o: ExecutionsRequest, signal: AbortSignal): Promise<ExecutionsPage>;
  /** DescribeExecution, given up after 5 s: without it, only less is known. */
  describe(executionArn: string, signal?: AbortSignal): Promise<ExecutionDescription>;
  /** The definition of a state machine or of a version of it, as JSON text: DescribeStateMachine, given up after 5 s. */
  definition(stateMachineArn: string, signal: AbortSignal): Promise<string>;
  /** DescribeMapRun, given up after 5 s. Small Regions refill one call a second (AWS Step Functions quotas). */
  describeMapRun(mapRunArn: string, signal: AbortSignal): Promise<MapRunDescription>;
  /** One page of ListExecutions: the child executions of a Map Run that have a status. */
  children(o: ChildrenRequest, signal: AbortSignal): Promise<ChildrenPage>;
  /** StopExecution. */
  stop(o: { executionArn: string; error: string; cause: string }, signal: AbortSignal): Promise<void>;
  /** Closes idle connections. */
  close(): void;
}

export interface HistoryRequest {
  executionArn: string;
  /** 1 to 1000. */
  maxResults: number;
  nextToken?: string;
}

export interface HistoryPage {
  events: HistoryEvent[];
  nextToken?: string;
}

export interface ExecutionsRequest {
  stateMachineArn: string;
  /** 1 to 1000. */
  maxResults: number;
  nextToken?: string;
}

export interface ExecutionsPage {
  executions: ListedExecution[];
  nextToken?: string;
}

export interface ListedExecution {
  executionArn: string;
  name: string;
  status: ExecutionStatus;
  startDate: Date;
  stopDate?: Date;
}

export interface ExecutionDescription extends Omit<ListedExecution, 'name'> {
  /** Without version or alias. */
  stateMachineArn: string;
  /** JSON text. */
  input?: string;
  /** JSON text of a succeeded execution. */
  output?: string;
  /** Of an execution that failed. */
  error?: string;
  cause?: string;
}

/** How many items of a Map Run are in a status. An item is a configuration, also in a batch. */
export type ItemCounts = Record<
  'pending' | 'running' | 'succeeded' | 'failed' | 'timedOut' | 'aborted' | 'total',
  number
>;

export interface MapRunDescription {
  mapRunArn: string;
  /** Of the execution that started it. */
  executionArn: string;
  status: MapRunStatus;
  items: ItemCounts;
  /** How many child executions were started, those that wait left out. */
  children: number;
}

export interface ChildrenRequest {
  mapRunArn: string;
  statusFilter: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  /** 1 to 1000. */
  maxResults: number;
  nextToken?: string;
}

export interface ChildrenPage {
  executions: ChildExecution[];
  nextToken?: string;
}

export interface ChildExecution {
  executionArn: string;
  name: string;
  /** How many items it was given. */
  itemCount: number;
}

export type { HistoryEvent };

/** AWS Step Functions through the SDK. */
export function stepFunctions(options: AwsOptions): StepFunctions {
  const { send, close } = renewed(() => newClient(options));
  return {
    async start(o) {
      const { executionArn } = await send((sfn) => sfn.send(new StartExecutionCommand(o)));
      return { executionArn: given(executionArn, 'executionArn') };
    },
    async history(o, abortSignal) {
      const command = new GetExecutionHistoryCommand({ ...o, includeExecutionData: true });
      const { events, nextToken } = await send((sfn) => sfn.send(command, { abortSignal }));
      return { events: given(events, 'events'), nextToken };
    },
    async lastEvents(o, abortSignal) {
      const command = new GetExecutionHistoryCommand({ ...o, reverseOrder: true, includeExecutionData: true });
      const { events } = await send((sfn) => sfn.send(command, { abortSignal }));
      return given(events, 'events');
    },
    async executions(o, abortSignal) {
      const command = new ListExecutionsCommand(o);
      const { executions, nextToken } = await send((sfn) => sfn.send(command, { abortSignal }));
      return {
        executions: given(executions, 'executions').map(({ executionArn, name, status, startDate, stopDate }) => ({
          executionArn: given(executionArn, 'executionArn'),
          name: given(name, 'name'),
          status: given(status, 'status'),
          startDate: given(startDate, 'startDate'),
          stopDate,
        })),
        nextToken,
      };
    },
    async describe(arn, signal) {
      const timeOver = AbortSignal.timeout(describedWithin);
      const abortSignal = signal ? AbortSignal.any([signal, timeOver]) : timeOver;
      const command = new DescribeExecutionCommand({ executionArn: arn });
      const described = await send((sfn) => sfn.send(command, { abortSignal }));
      const { executionArn, stateMachineArn, status, startDate, stopDate, input, output, error, cause } = described;
      return {
        executionArn: given(executionArn, 'executionArn'),
        stateMachineArn: given(stateMachineArn, 'stateMachineArn'),
        status: given(status, 'status'),
        startDate: given(startDate, 'startDate'),
        ...{ stopDate, input, output, error, cause },
      };
    },
    async definition(stateMachineArn, signal) {
      const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(describedWithin)]);
      const command = new DescribeStateMachineCommand({ stateMachineArn });
      const { definition } = await send((sfn) => sfn.send(command, { abortSignal }));
      return given(definition, 'definition');
    },
    async describeMapRun(arn, signal) {
      const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(describedWithin)]);
      const command = new DescribeMapRunCommand({ mapRunArn: arn });
      const { mapRunArn, executionArn, status, itemCounts, executionCounts } = await send((sfn) =>
        sfn.send(command, { abortSignal }),
      );
      const counts = given(itemCounts, 'itemCounts');
      return {
        mapRunArn: given(mapRunArn, 'mapRunArn'),
        executionArn: given(executionArn, 'executionArn'),
        status: given(status, 'status'),
        items: {
          pending: given(counts.pending, 'pending'),
          running: given(counts.running, 'running'),
          succeeded: given(counts.succeeded, 'succeeded'),
          failed: given(counts.failed, 'failed'),
          timedOut: given(counts.timedOut, 'timedOut'),
          aborted: given(counts.aborted, 'aborted'),
          total: given(counts.total, 'total'),
        },
        children: given(executionCounts?.total, 'executionCounts') - given(executionCounts?.pending, 'executionCounts'),
      };
    },
    async children(o, abortSignal) {
      const command = new ListExecutionsCommand(o);
      const { executions, nextToken } = await send((sfn) => sfn.send(command, { abortSignal }));
      return {
        executions: given(executions, 'executions').map(({ executionArn, name, itemCount }) => ({
          executionArn: given(executionArn, 'executionArn'),
          name: given(name, 'name'),
          itemCount: itemCount ?? 1,
        })),
        nextToken,
      };
    },
    async stop(o, abortSignal) {
      const { stopDate } = await send((sfn) => sfn.send(new StopExecutionCommand(o), { abortSignal }));
      given(stopDate, 'stopDate');
    },
    close,
  };
}

function newClient(options: AwsOptions): SFNClient {
  const client = new SFNClient(promptClientConfig(options));
  client.middlewareStack.add(callObserver(options.onCall), { step: 'deserialize' });
  return client;
}

function given<T>(value: T | undefined, member: string): T {
  if (value === undefined) throw new UnusableAnswerError(`The answer of Step Functions has no ${member}.`);
  return value;
}
