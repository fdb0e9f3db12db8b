import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  type HistoryEvent,
} from '@aws-sdk/client-sfn';
import type { ExecutionStatus } from '../../lib/wire';
import { callObserver, clientConfig, type AwsOptions } from './clientConfig';

/** The calls of AWS Step Functions that the trigger makes. Errors are the SDK's own. */
export interface StepFunctions {
  /** StartExecution. With the same name and input it returns the execution that already runs. */
  start(o: { stateMachineArn: string; name: string; input: string }): Promise<{ executionArn: string }>;
  /** One page of GetExecutionHistory, oldest first, with the data of the states. */
  history(o: HistoryRequest, signal: AbortSignal): Promise<HistoryPage>;
  /** DescribeExecution. */
  describe(executionArn: string, signal: AbortSignal): Promise<ExecutionDescription>;
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

export interface ExecutionDescription {
  status: ExecutionStatus;
  startDate: Date;
  stopDate?: Date;
  /** JSON text of a succeeded execution. */
  output?: string;
}

export type { HistoryEvent };

/** AWS Step Functions through the SDK. */
export function stepFunctions(options: AwsOptions): StepFunctions {
  const client = new SFNClient(clientConfig(options));
  client.middlewareStack.add(callObserver(options.onCall), { step: 'deserialize' });
  return {
    async start(o) {
      const { executionArn } = await client.send(new StartExecutionCommand(o));
      return { executionArn: given(executionArn, 'executionArn') };
    },
    async history(o, abortSignal) {
      const command = new GetExecutionHistoryCommand({ ...o, includeExecutionData: true });
      const { events, nextToken } = await client.send(command, { abortSignal });
      return { events: events ?? [], nextToken };
    },
    async describe(executionArn, abortSignal) {
      const { status, startDate, stopDate, output } = await client.send(
        new DescribeExecutionCommand({ executionArn }),
        { abortSignal },
      );
      return { status: given(status, 'status'), startDate: given(startDate, 'startDate'), stopDate, output };
    },
    async stop(o, abortSignal) {
      await client.send(new StopExecutionCommand(o), { abortSignal });
    },
    close: () => client.destroy(),
  };
}

function given<T>(value: T | undefined, member: string): T {
  if (value === undefined) {
    throw new Error(`The answer of Step Functions has no ${member}.`);
  }
  return value;
}
