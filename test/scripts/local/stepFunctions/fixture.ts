import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Json } from '../../../../lib/wire';
import { type Clock, systemClock } from '../../../../scripts/io/clock';
import type { DeployedStateMachine, Deployment } from '../../../../scripts/local/app/deployment';
import type { InvokeRequest, InvokeResult, Invoker } from '../../../../scripts/local/lambda/invoke';
import { listen } from '../../../../scripts/local/http/listener';
import type { JsonCaller } from '../../../../scripts/local/http/jsonClient';
import { noSuchBucket } from '../../../../scripts/local/s3/errors';
import type { ObjectStore } from '../../../../scripts/local/s3/objectStore';
import { StepFunctionsService } from '../../../../scripts/local/stepFunctions/service';
import { FakeClock } from '../../fakeClock';

export const sdkResource = 'arn:aws:states:::aws-sdk:lambda:invoke';
export const optimizedResource = 'arn:aws:states:::lambda:invoke';
export const functionArn = 'arn:aws:lambda:eu-central-1:123456789012:function:Tested';

/** A task of that function. */
export const task = (more: object = {}) => ({
  Type: 'Task',
  Resource: sdkResource,
  Arguments: { FunctionName: functionArn },
  End: true,
  ...more,
});

export const pass = (more: object = {}) => ({ Type: 'Pass', End: true, ...more });

/** An invoker behind which a function of the test stands. */
export function invokerOf(
  answer: (event: Json, request: InvokeRequest) => Partial<InvokeResult> | Promise<Partial<InvokeResult>>,
): Invoker {
  return {
    invoke: async (request) => ({
      statusCode: 200,
      executedVersion: '$LATEST',
      payload: Buffer.from('{}'),
      requestId: '5c9b7b8e-0000-4000-8000-000000000000',
      ...(await answer(JSON.parse(request.payload.toString()) as Json, request)),
    }),
  };
}

/** A function that returns what this gives for its event. */
export function returning(answer: (event: Json) => Json | Promise<Json>): Invoker {
  return invokerOf(async (event) => ({ payload: Buffer.from(JSON.stringify(await answer(event))) }));
}

export function stateMachine(definition: object | string, name = 'Machine'): DeployedStateMachine {
  return {
    stateMachineArn: `arn:aws:states:eu-central-1:123456789012:stateMachine:${name}`,
    name,
    definition: typeof definition === 'string' ? definition : JSON.stringify(definition),
    roleArn: 'arn:aws:iam::123456789012:role/Machine',
    type: 'STANDARD',
    tracingEnabled: true,
    createdAt: new Date('2026-01-01T00:00:00Z'),
    tags: {},
  };
}

export function deploymentOf(...stateMachines: DeployedStateMachine[]): Deployment {
  return {
    account: '123456789012',
    region: 'eu-central-1',
    stacks: [],
    functions: [],
    stateMachines,
    buckets: [],
    unserved: { stacks: new Map(), functions: new Map(), stateMachines: new Map() },
  };
}

/** A JSONata machine. */
export function machine(states: Record<string, object>, more: object = {}): object {
  return { QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states, ...more };
}

export interface Ended extends DescribeExecutionCommandOutput {
  events: HistoryEvent[];
}

/** A Step Functions service on loopback with a client of the SDK. */
export interface Fixture {
  url: string;
  client: SFNClient;
  clock: Clock;
  service: StepFunctionsService;
  /** Starts the first state machine and waits for its end. */
  run: (input?: Json) => Promise<Ended>;
  start: (input?: Json) => Promise<string>;
  /** Waits for the end of an execution. */
  ended: (executionArn: string) => Promise<Ended>;
  close: () => Promise<void>;
}

/** S3 without buckets. */
export const noObjects: ObjectStore = {
  getObject: (bucket) => Promise.reject(noSuchBucket(bucket)),
  putObject: (bucket) => Promise.reject(noSuchBucket(bucket)),
  listObjects: (bucket) => {
    throw noSuchBucket(bucket);
  },
};

export interface FixtureOptions {
  invoker?: Invoker;
  objects?: ObjectStore;
  emulator?: JsonCaller;
  clock?: Clock;
  random?: () => number;
  sdkReadTimeoutSeconds?: number;
}

/** Serves state machines; a bare definition becomes the machine `Machine`. */
export async function serveMachines(
  machines: object | DeployedStateMachine[],
  { invoker = returning((event) => event), objects = noObjects, clock = new FakeClock(), ...more }: FixtureOptions = {},
): Promise<Fixture> {
  const stateMachines = Array.isArray(machines) ? (machines as DeployedStateMachine[]) : [stateMachine(machines)];
  const deployment = deploymentOf(...stateMachines);
  const service = new StepFunctionsService({ deployment, invoker, objects, clock, ...more });
  const listener = await listen((request) => service.handle(request));
  const client = new SFNClient({
    endpoint: listener.url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
    // AWS's clients put `sync-` before the host of TestState else.
    disableHostPrefix: true,
  });
  const ended = async (executionArn: string): Promise<Ended> => {
    let described = await client.send(new DescribeExecutionCommand({ executionArn }));
    for (let asked = 1; described.status === 'RUNNING'; asked++) {
      // A long one has this process to itself.
      await (asked < 100 ? new Promise((resolve) => setImmediate(resolve)) : systemClock.sleep(10));
      described = await client.send(new DescribeExecutionCommand({ executionArn }));
    }
    return { ...described, events: await historyOf(client, executionArn) };
  };
  const start = async (input: Json = {}) => {
    const { stateMachineArn } = stateMachines[0]!;
    const started = await client.send(new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }));
    return started.executionArn!;
  };
  return {
    url: listener.url,
    client,
    clock,
    service,
    start,
    ended,
    run: async (input) => ended(await start(input)),
    close: async () => {
      client.destroy();
      await service.close();
      await listener.close();
    },
  };
}

/** Serves one machine, runs it once and gives how it ended. */
export async function runMachine(definition: object, input: Json = {}, options: FixtureOptions = {}): Promise<Ended> {
  const fixture = await serveMachines(definition, options);
  try {
    return await fixture.run(input);
  } finally {
    await fixture.close();
  }
}

export async function historyOf(client: SFNClient, executionArn: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000, nextToken }));
    events.push(...page.events!);
    nextToken = page.nextToken;
  } while (nextToken);
  return events;
}

/** `3 TaskScheduled ← 2` for each event. */
export function chain(events: HistoryEvent[]): string[] {
  return events.map(({ id, type, previousEventId }) => `${id} ${type} ← ${previousEventId}`);
}

/** What an execution's output holds. */
export function outputOf({ output }: Ended): unknown {
  return output === undefined ? undefined : (JSON.parse(output) as unknown);
}
