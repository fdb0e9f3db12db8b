import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  type HistoryEvent,
} from '@aws-sdk/client-sfn';
import type { ExecutionStatus } from '../../lib/wire';
import { callObserver, promptClientConfig, type AwsOptions } from './clientConfig';
import { kindOf, UnusableAnswerError } from './errors';

/** Milliseconds for a description. */
const describedWithin = 5_000;

/** The calls of AWS Step Functions that the trigger makes. Errors are the SDK's own. */
export interface StepFunctions {
  /** StartExecution. With the same name and input it returns the execution that already runs. */
  start(o: { stateMachineArn: string; name: string; input: string }): Promise<{ executionArn: string }>;
  /** One page of GetExecutionHistory, oldest first, with the data of the states. */
  history(o: HistoryRequest, signal: AbortSignal): Promise<HistoryPage>;
  /** DescribeExecution, given up after 5 s: without it, only less is known. */
  describe(executionArn: string, signal?: AbortSignal): Promise<ExecutionDescription>;
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
  executionArn: string;
  /** Without version or alias. */
  stateMachineArn: string;
  status: ExecutionStatus;
  startDate: Date;
  stopDate?: Date;
  /** JSON text. */
  input?: string;
  /** JSON text of a succeeded execution. */
  output?: string;
  /** Of an execution that failed. */
  error?: string;
}

export type { HistoryEvent };

/**
 * AWS Step Functions through the SDK. Where credentials turn out to be expired, the next call asks for new ones: the SDK
 * itself does so only for those whose end it knows, and a user may have signed in again.
 */
export function stepFunctions(options: AwsOptions): StepFunctions {
  let client = newClient(options);
  const send = async <T>(call: (sfn: SFNClient) => Promise<T>): Promise<T> => {
    const used = client;
    try {
      return await call(used);
    } catch (error) {
      if (kindOf(error) === 'credentials' && used === client) {
        client = newClient(options);
        used.destroy();
      }
      throw error;
    }
  };
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
    async describe(arn, signal) {
      const timeOver = AbortSignal.timeout(describedWithin);
      const abortSignal = signal ? AbortSignal.any([signal, timeOver]) : timeOver;
      const command = new DescribeExecutionCommand({ executionArn: arn });
      const described = await send((sfn) => sfn.send(command, { abortSignal }));
      const { executionArn, stateMachineArn, status, startDate, stopDate, input, output, error } = described;
      return {
        executionArn: given(executionArn, 'executionArn'),
        stateMachineArn: given(stateMachineArn, 'stateMachineArn'),
        status: given(status, 'status'),
        startDate: given(startDate, 'startDate'),
        ...{ stopDate, input, output, error },
      };
    },
    async stop(o, abortSignal) {
      const { stopDate } = await send((sfn) => sfn.send(new StopExecutionCommand(o), { abortSignal }));
      given(stopDate, 'stopDate');
    },
    close: () => client.destroy(),
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
