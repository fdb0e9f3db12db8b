import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { App, Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as stepfunctions from 'aws-cdk-lib/aws-stepfunctions';
import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { SystemTest } from '../../lib';
import { main } from '../../scripts/cli';
import { systemClock } from '../../scripts/clock';
import { startLocalEndpoint, type LocalEndpoint } from '../../scripts/local/localEndpoint';

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
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    listeners.forEach((listener) => listener());
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
  const says = (text: string | RegExp) =>
    new Promise<RegExpMatchArray>((resolve, reject) => {
      const listen = () => {
        const match = stderr.match(text);
        if (match) {
          listeners.delete(listen);
          resolve(match);
        }
      };
      listeners.add(listen);
      listen();
      void ended.then(() => reject(new Error(`The command ended without saying ${String(text)}: ${stderr}`)));
    });
  return { child, ended, says };
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
  const endpoint = await startLocalEndpoint({ app: directory });
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
    close: async () => {
      client.destroy();
      await endpoint.close();
      rmSync(directory, { recursive: true });
    },
  };
}

/** Runs the command in this process, which is quicker, from the source. Nothing of it may call AWS. */
export async function inProcess(
  args: string[],
  { env = cleanEnv, input = '' }: { env?: Record<string, string | undefined>; input?: string } = {},
): Promise<Ended> {
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') =>
    new PassThrough().on('data', (chunk: Buffer) => (ended[name] += chunk.toString()));
  ended.code = await main(args, {
    env,
    stdin: Readable.from([Buffer.from(input)]),
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    clock: systemClock,
    stop: new AbortController().signal,
    leave: new AbortController().signal,
  });
  return ended;
}
