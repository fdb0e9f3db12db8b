import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { startLocalEndpoint } from '../../../scripts/local/localEndpoint';
import { listen } from '../../../scripts/local/listener';
import { outputOf } from './clientFixture';
import { inlineFunction, machine, newDirectory, removeDirectories, role, writeAssembly } from './cloudAssembly';

// A directory for temporary files of its own: other tests use the machine's at the same time.
beforeAll(() => {
  process.env.TMPDIR = newDirectory();
});
afterAll(removeDirectories);

const Resources = {
  Role: role,
  Function: inlineFunction('exports.handler = async ({ a }) => ({ doubled: 2 * a });', { FunctionName: 'double' }),
  Machine: machine({ StateMachineName: 'doubling' }),
};
const shop = { stacks: { Shop: { template: { Resources, Outputs: { Arn: { Value: { Ref: 'Machine' } } } } } } };

/** The directories that runs have left behind. */
function leftOver(): string[] {
  return readdirSync(tmpdir()).filter((name) => /^system-test-\w{6}$/.test(name));
}

test('synthesizes an app, serves it to every SDK client, and leaves nothing behind', async () => {
  const cwd = newDirectory();
  // What cdk synth would do, without its second.
  writeFileSync(
    join(cwd, 'synth.js'),
    `require('fs').cpSync(${JSON.stringify(writeAssembly(shop))}, process.env.CDK_OUTDIR, { recursive: true });`,
  );
  writeFileSync(join(cwd, 'cdk.json'), '{"app": "node synth.js"}');
  const lines: string[] = [];
  const env = { PATH: process.env.PATH, AWS_REGION: 'eu-west-1' };
  const endpoint = await startLocalEndpoint({ cwd, env, log: (line) => lines.push(line) });
  const { url } = endpoint;
  const settings = { endpoint: url, region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  const clients = [new CloudFormationClient(settings), new SFNClient(settings), new LambdaClient(settings)] as const;
  const [cloudFormation, states, lambda] = clients;

  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: 'Shop' }));
  const stateMachineArn = Stacks?.[0]?.Outputs?.[0]?.OutputValue;
  expect(stateMachineArn).toBe('arn:aws:states:eu-west-1:123456789012:stateMachine:doubling');
  const { executionArn = '' } = await states.send(new StartExecutionCommand({ stateMachineArn, input: '{"a": 21}' }));
  expect(await outputOf(url, executionArn)).toBe('{"doubled":42}');
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'double', Payload: '{"a": 4}' }));
  expect(Payload?.transformToString()).toBe('{"doubled":8}');

  clients.forEach((client) => client.destroy());
  await endpoint.close();
  expect(lines).toEqual(['Synthesizing the app: node synth.js']);
  expect(leftOver()).toEqual([]);
  await expect(fetch(url)).rejects.toThrow('fetch failed');
});

test.each<[string, () => Promise<unknown>, RegExp]>([
  [
    'an app that fails',
    () => startLocalEndpoint({ app: 'exit 1' }),
    /The app's command failed \(exit code 1\): exit 1/,
  ],
  [
    'a machine that is not supported',
    () => {
      const DefinitionString = '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}';
      const Machine = machine({ StateMachineName: 'old', DefinitionString });
      const stacks = { Shop: { template: { Resources: { ...Resources, Machine } } } };
      return startLocalEndpoint({ app: writeAssembly({ stacks }) });
    },
    /Stack Shop holds what the local endpoint can't serve: state machine "old": state "A", field "QueryLanguage": only/,
  ],
  [
    'a port in use',
    async () => {
      const other = await listen(() => Promise.reject(new Error('nobody asks')));
      const started = startLocalEndpoint({ app: writeAssembly(shop), port: Number(new URL(other.url).port) });
      return started.finally(() => other.close());
    },
    /is in use by another program/,
  ],
  [
    'an interruption',
    () => startLocalEndpoint({ app: writeAssembly(shop), signal: AbortSignal.abort(new Error('interrupted')) }),
    /interrupted/,
  ],
])('leaves nothing behind after %s', async (_, start, message) => {
  await expect(start()).rejects.toThrow(message);
  expect(leftOver()).toEqual([]);
});
