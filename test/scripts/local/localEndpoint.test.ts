import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  ListStacksCommand,
  type StackStatus,
} from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { JsonObject } from '../../../lib/wire';
import { listen } from '../../../scripts/local/http/listener';
import { startLocalEndpoint } from '../../../scripts/local/localEndpoint';
import { outputOf } from './clientFixture';
import {
  inlineFunction,
  machine,
  newDirectory,
  removeDirectories,
  role,
  systemTestOutput,
  writeAssembly,
} from './cloudAssembly';

afterAll(removeDirectories);

const env = { PATH: process.env.PATH, AWS_REGION: 'eu-west-1' };
const resources = {
  Role: role,
  Function: inlineFunction('exports.handler = async ({ a }) => ({ doubled: 2 * a });', { FunctionName: 'double' }),
  Machine: machine({ StateMachineName: 'doubling' }),
};

/**
 * The directory of an app whose command does what cdk synth would do, without its second, and ends with that exit code.
 */
function appOf(Resources: JsonObject, exitCode = 0): string {
  const template = { Resources, Outputs: { Arn: systemTestOutput } };
  const assembly = writeAssembly({ stacks: { Shop: { template } } });
  const cwd = newDirectory();
  writeFileSync(
    join(cwd, 'synth.js'),
    `const { cpSync, writeFileSync } = require('fs');
    cpSync(${JSON.stringify(assembly)}, process.env.CDK_OUTDIR, { recursive: true });
    writeFileSync('where', process.env.CDK_OUTDIR);
    process.exitCode = ${exitCode};`,
  );
  writeFileSync(join(cwd, 'cdk.json'), '{"app": "node synth.js"}');
  return cwd;
}

/** Whether the directory that the app was synthesized into is still there. */
function isLeftBehind(cwd: string): boolean {
  return existsSync(readFileSync(join(cwd, 'where'), 'utf8'));
}

test('synthesizes an app, serves it to every SDK client, and leaves nothing behind', async () => {
  const cwd = appOf(resources);
  const lines: string[] = [];
  const endpoint = await startLocalEndpoint({ cwd, env, log: (line) => lines.push(line) });
  const { url } = endpoint;
  const settings = { endpoint: url, region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  const clients = [new CloudFormationClient(settings), new SFNClient(settings), new LambdaClient(settings)] as const;
  const [cloudFormation, states, lambda] = clients;
  expect(isLeftBehind(cwd)).toBe(true);

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
  expect(isLeftBehind(cwd)).toBe(false);
  await expect(fetch(url)).rejects.toThrow('fetch failed');
});

test('refuses by name, when it is called, what the app holds and it can not serve', async () => {
  const app = writeAssembly({
    stacks: {
      Shop: {
        template: {
          Resources: {
            ...resources,
            Report: inlineFunction('', { FunctionName: 'report', Runtime: 'ruby3.4' }),
            Fast: machine({ StateMachineName: 'fast', StateMachineType: 'EXPRESS' }),
          },
        },
      },
      Odd: { template: { Resources: { Role: { ...role, Condition: 'Unknown' } } } },
    },
  });
  const endpoint = await startLocalEndpoint({ app, cwd: process.cwd(), env });
  const settings = {
    endpoint: endpoint.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  };
  const clients = [new CloudFormationClient(settings), new SFNClient(settings), new LambdaClient(settings)] as const;
  const [cloudFormation, states, lambda] = clients;
  const stateMachineArn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:fast';

  await expect(lambda.send(new InvokeCommand({ FunctionName: 'report' }))).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message:
      "The local endpoint can't serve the function report: its runtime is ruby3.4, which is not served here: test it on AWS",
  });
  await expect(states.send(new StartExecutionCommand({ stateMachineArn }))).rejects.toMatchObject({
    name: 'ValidationException',
    message: `The local endpoint can't serve the state machine ${stateMachineArn}: it is an Express state machine`,
  });
  await expect(lambda.send(new InvokeCommand({ FunctionName: 'double', TenantId: 'one' }))).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message: "The local endpoint doesn't serve the parameter TenantId of Invoke; it takes Qualifier.",
  });
  await expect(cloudFormation.send(new DescribeStacksCommand({ NextToken: 'a' }))).rejects.toMatchObject({
    name: 'ValidationError',
    message: "The local endpoint doesn't serve the parameter NextToken of DescribeStacks; it takes StackName.",
  });
  await expect(
    cloudFormation.send(new ListStacksCommand({ StackStatusFilter: ['DONE' as StackStatus] })),
  ).rejects.toMatchObject({
    name: 'ValidationError',
    message: expect.stringMatching(/^1 validation error detected: Value '\[DONE\]' at 'stackStatusFilter' failed /),
  });
  await expect(cloudFormation.send(new DescribeStacksCommand({ StackName: 'Odd' }))).rejects.toMatchObject({
    name: 'ValidationError',
    message: expect.stringMatching(/^The local endpoint can't serve the stack Odd: There is no condition Unknown, /),
  });

  clients.forEach((client) => client.destroy());
  await endpoint.close();
});

test('leaves nothing behind after an app that fails', async () => {
  const cwd = appOf(resources, 1);
  await expect(startLocalEndpoint({ cwd, env })).rejects.toThrow(
    `The app's command failed (exit code 1): node synth.js`,
  );
  expect(isLeftBehind(cwd)).toBe(false);
});

test('leaves nothing behind after a machine that is not supported', async () => {
  const DefinitionString = '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}';
  const cwd = appOf({ ...resources, Machine: machine({ StateMachineName: 'old', DefinitionString }) });
  await expect(startLocalEndpoint({ cwd, env, stack: 'Shop' })).rejects.toThrow(
    `Stack Shop holds what the local endpoint can't serve: state machine "old": state "A", field "QueryLanguage": only`,
  );
  expect(isLeftBehind(cwd)).toBe(false);
});

test('leaves nothing behind after a port in use', async () => {
  const other = await listen(() => Promise.reject(new Error('nobody asks')));
  const cwd = appOf(resources);
  const started = startLocalEndpoint({ cwd, env, port: Number(new URL(other.url).port) });
  await expect(started).rejects.toThrow('is in use by another program');
  expect(isLeftBehind(cwd)).toBe(false);
  await other.close();
});
