import { App, Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemTest, type SystemTestProps } from '../lib';
import type { AggregatedResult, SystemTestInput } from '../lib/wire';
import { type Clock, systemClock } from '../scripts/io/clock';
import { type LocalEndpoint, startLocalEndpoint } from '../scripts/local/localEndpoint';
import { historyOf } from './scripts/local/stepFunctions/fixture';

/** A clock that skips waits of up to two minutes, such as those between retries. */
export const impatientClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => systemClock.sleep(ms <= 120_000 ? 0 : ms, signal),
};

/** How an execution ended. */
export interface Ended {
  status: string;
  error?: string;
  cause?: string;
  /** The aggregated result: the output, or the input of the state `Failed`. */
  result: AggregatedResult;
  /** The whole history. */
  events: () => Promise<HistoryEvent[]>;
}

/** A system test of a function, deployed on the local endpoint. */
export interface LocalSystemTest {
  endpoint: LocalEndpoint;
  client: SFNClient;
  /** Starts the state machine and waits for its end. */
  run(input: SystemTestInput): Promise<Ended>;
  close(): Promise<void>;
}

export interface LocalSystemTestOptions {
  /** The body of `async (event, context) => {…}`. */
  code: string;
  /** Name of the stack; default: SystemTest. */
  stack?: string;
  props?: Omit<SystemTestProps, 'function'>;
  function?: Partial<lambda.FunctionProps>;
  clock?: Clock;
  /** See ServeOptions. */
  sdkReadTimeoutSeconds?: number;
}

/** Synthesizes a stack with a function and its system test, and serves it. */
export async function deployLocally(options: LocalSystemTestOptions): Promise<LocalSystemTest> {
  const outdir = mkdtempSync(join(tmpdir(), 'system-test-'));
  const app = new App({ outdir, analyticsReporting: false });
  const stack = new Stack(app, options.stack ?? 'SystemTest');
  const tested = new lambda.Function(stack, 'Tested', {
    runtime: lambda.Runtime.NODEJS_24_X,
    handler: 'index.handler',
    timeout: Duration.seconds(3),
    code: lambda.Code.fromInline(`exports.handler = async (event, context) => {${options.code}};`),
    ...options.function,
  });
  new SystemTest(stack, 'SystemTest', { function: tested, ...options.props });
  app.synth();

  const endpoint = await startLocalEndpoint({ ...options, app: outdir, cwd: process.cwd(), env: process.env });
  const client = new SFNClient({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const stateMachineArn = endpoint.deployment.stateMachines[0]!.stateMachineArn;
  return {
    endpoint,
    client,
    run: async (input) => {
      const { executionArn } = await client.send(
        new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
      );
      return await ended(client, executionArn!);
    },
    close: async () => {
      client.destroy();
      await endpoint.close();
      rmSync(outdir, { recursive: true });
    },
  };
}

/** Waits for the end of an execution of a system test. */
export async function ended(client: SFNClient, executionArn: string): Promise<Ended> {
  const { status, error, cause, output } = await describedEnd(client, executionArn);
  // MiniStack has an output of failed executions as well.
  const told = status === 'SUCCEEDED' ? output! : await inputOfFail(client, executionArn);
  const result = JSON.parse(told) as AggregatedResult;
  return { status: status!, error, cause, result, events: () => historyOf(client, executionArn) };
}

/** Waits for the end of any execution. */
export async function describedEnd(client: SFNClient, executionArn: string): Promise<DescribeExecutionCommandOutput> {
  for (;;) {
    const described = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (described.status !== 'RUNNING') {
      return described;
    }
    await systemClock.sleep(10);
  }
}

async function inputOfFail(client: SFNClient, executionArn: string): Promise<string> {
  const last = new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 2 });
  const { events } = await client.send(last);
  return events!.find(({ type }) => type === 'FailStateEntered')?.stateEnteredEventDetails?.input ?? 'null';
}
