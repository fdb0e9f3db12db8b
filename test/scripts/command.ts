import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { types } from 'node:util';
import { App, Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as stepfunctions from 'aws-cdk-lib/aws-stepfunctions';
import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { SystemTest } from '../../lib';
import { main } from '../../scripts/cli';
import type { Clock } from '../../scripts/io/clock';
import { startLocalEndpoint, type LocalEndpoint } from '../../scripts/local/localEndpoint';
import { historyOf } from './local/stepFunctions/fixture';
import { quickClock } from './quickClock';

/** The built command. */
export const trigger = join(__dirname, '..', '..', 'dist', 'trigger.js');

/** An environment without anything of AWS that this machine may hold. */
export const cleanEnv: Record<string, string | undefined> = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** The same with credentials and a Region. */
export const awsEnv = { ...cleanEnv, AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_REGION: 'us-east-1' };

/** What became of a command. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A running command. */
export interface RunningCommand {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Resolves once standard error holds the text. */
  says: (text: string | RegExp) => Promise<RegExpMatchArray>;
}

/** Starts the built command. */
export function start(
  args: string[],
  { env = awsEnv, input = '' }: { env?: Record<string, string | undefined>; input?: string | Buffer } = {},
): RunningCommand {
  const child = spawn(process.execPath, [trigger, ...args], { env });
  const text = { stdout: '', stderr: '' };
  const said = new EventEmitter();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      text[name] += chunk.toString();
      said.emit(name);
    });
  }
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, ...text })));
  return { child, ended, says: hearing(said, () => text.stderr, ended) };
}

/** Runs the built command to its end. */
export function systemTest(args: string[], options?: Parameters<typeof start>[1]): Promise<Ended> {
  return start(args, options).ended;
}

/** An app with some stacks, synthesized and served. */
export interface ServedApp {
  endpoint: LocalEndpoint;
  /** The cloud assembly. */
  directory: string;
  /** The ARN of the system test's state machine in the stack SystemTest. */
  machineArn: string;
  /** The ARN of a state machine that is no system test. */
  otherMachineArn: string;
  /** Flags that lead to the endpoint, and permit what its construct does not know. */
  flags: string[];
  /** How many executions there were. */
  executions(machineArn?: string): Promise<number>;
  statusOf(executionArn: string): Promise<string | undefined>;
  /** The types of the events of an execution. */
  typesOf(executionArn: string): Promise<string[]>;
  close(): Promise<void>;
}

/** The tested function: does what the identifier says. */
const code = `exports.handler = async ({ configuration_identifier: identifier }) => {
  console.log('Grüße from', identifier);
  if (identifier.startsWith('bad')) throw new Error('Something went wrong!');
  if (identifier.startsWith('slow')) await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (identifier.startsWith('brief')) await new Promise((resolve) => setTimeout(resolve, 1500));
  return { system_test_successful: true };
};`;

/**
 * The stacks: SystemTest (its default configurations are `good_0` and `good_1`, at most 4 at once), Twins with two system
 * tests, Other without one.
 */
export async function serveApp(): Promise<ServedApp> {
  const directory = mkdtempSync(join(tmpdir(), 'system-test-'));
  const app = new App({ outdir: directory, analyticsReporting: false });
  const functionOf = (stack: Stack, props: Partial<lambda.FunctionProps> = {}) =>
    new lambda.Function(stack, 'Tested', {
      runtime: lambda.Runtime.NODEJS_24_X,
      handler: 'index.handler',
      timeout: Duration.seconds(90),
      code: lambda.Code.fromInline(code),
      ...props,
    });
  const stack = new Stack(app, 'SystemTest');
  new SystemTest(stack, 'SystemTest', {
    function: functionOf(stack),
    configurations: ['good_0', 'good_1'],
    maxConcurrency: 4,
  });
  const twins = new Stack(app, 'Twins');
  const tested = functionOf(twins);
  new SystemTest(twins, 'First', { function: tested });
  new SystemTest(twins, 'Second', { function: tested });
  const other = new Stack(app, 'Other');
  new stepfunctions.StateMachine(other, 'Machine', {
    stateMachineName: 'Other',
    definitionBody: stepfunctions.DefinitionBody.fromChainable(stepfunctions.Succeed.jsonata(other, 'Done')),
  });
  app.synth();
  const endpoint = await startLocalEndpoint({ app: directory, cwd: process.cwd(), env: process.env });
  const client = new SFNClient({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  const { stateMachines, stacks } = endpoint.deployment;
  const outputs = stacks.find(({ stackName }) => stackName === 'SystemTest')!.outputs;
  const machineArn = outputs.find(({ value }) => value.includes(':stateMachine:'))!.value;
  return {
    endpoint,
    directory,
    machineArn,
    otherMachineArn: stateMachines.find(({ name }) => name === 'Other')!.stateMachineArn,
    flags: ['--allow-unknown', '--endpoint-url', endpoint.url],
    executions: async (stateMachineArn = machineArn) =>
      (await client.send(new ListExecutionsCommand({ stateMachineArn }))).executions!.length,
    statusOf: async (executionArn) => (await client.send(new DescribeExecutionCommand({ executionArn }))).status,
    typesOf: async (executionArn) => (await historyOf(client, executionArn)).map(({ type }) => type!),
    close: async () => {
      client.destroy();
      await endpoint.close();
      rmSync(directory, { recursive: true });
    },
  };
}

/** A command that runs in this process. */
export interface CommandInProcess {
  ended: Promise<Ended>;
  /** Resolves once standard error holds the text. */
  says: (text: string | RegExp) => Promise<RegExpMatchArray>;
  /** As the first SIGINT. */
  interrupt: () => void;
}

/**
 * Starts the command in this process, which is quicker, from the source. The SDK finds what `env` holds in the
 * variables of this process, too, so only commands with the same one may run at once.
 */
export function startInProcess(
  args: string[],
  {
    env = awsEnv,
    input = '',
    clock = quickClock(20),
  }: { env?: Record<string, string | undefined>; input?: string | Buffer; clock?: Clock } = {},
): CommandInProcess {
  useEnvironment(env);
  const text = { stdout: '', stderr: '' };
  const said = new EventEmitter();
  const stream = (name: 'stdout' | 'stderr') =>
    new PassThrough().on('data', (chunk: Buffer) => {
      text[name] += chunk.toString();
      said.emit(name);
    });
  const stop = new AbortController();
  const ended = main(args, {
    env,
    cwd: () => process.cwd(),
    stdin: Readable.from([Buffer.from(input)]),
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    clock,
    stop: stop.signal,
    leave: new AbortController().signal,
  }).then((code) => ({ code, ...text }));
  return { ended, says: hearing(said, () => text.stderr, ended), interrupt: () => stop.abort() };
}

/** Runs the command in this process to its end. */
export function inProcess(args: string[], options?: Parameters<typeof startInProcess>[1]): Promise<Ended> {
  return startInProcess(args, options).ended;
}

/** Resolves once the text is there, and rejects where the command ends without it. */
function hearing(said: EventEmitter, stderr: () => string, ended: Promise<Ended>): CommandInProcess['says'] {
  return (text) =>
    new Promise((resolve, reject) => {
      const listen = () => {
        const match = stderr().match(text);
        if (match) {
          said.off('stderr', listen);
          resolve(match);
        }
      };
      said.on('stderr', listen);
      listen();
      void ended.then(() => reject(new Error(`The command ended without saying ${String(text)}: ${stderr()}`)));
    });
}

/** Replaces all that the SDK finds out about AWS by itself. */
export function useEnvironment(env: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(process.env).filter((one) => one.startsWith('AWS_'))) {
    Reflect.deleteProperty(process.env, name);
  }
  const set = Object.entries(env).filter(([, value]) => value !== undefined);
  Object.assign(process.env, Object.fromEntries(set), {
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  });
}

/**
 * Jest runs tests in a realm of its own, so that Node's own errors, such as those of a lost connection, are no instances
 * of its `Error`. In a real process they are.
 */
const ordinaryHasInstance = Error[Symbol.hasInstance].bind(Error);
Object.defineProperty(Error, Symbol.hasInstance, {
  // Mutation testing loads this again.
  configurable: true,
  value(this: unknown, value: unknown) {
    return this === Error
      ? types.isNativeError(value) || ordinaryHasInstance(value)
      : Function.prototype[Symbol.hasInstance].call(this as () => void, value);
  },
});
