/** The buckets of an app: there for its state machines and for any client, as they are on AWS after the deployment. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { JsonObject } from '../../../lib/wire';
import {
  startLocalEndpoint,
  type LocalEndpoint,
  type LocalEndpointOptions,
} from '../../../scripts/local/localEndpoint';
import { outputOf } from './clientFixture';
import { machine, newDirectory, removeDirectories, role, systemTestOutput, writeAssembly } from './cloudAssembly';

afterAll(removeDirectories);

/** Names of its own, for what is made up of it. */
const stack = `Shop${process.pid}`;
/** The temporary folders that are a bucket. */
const placesOf = (bucket: string) =>
  readdirSync(tmpdir()).filter((name) => existsSync(join(tmpdir(), name, 'buckets', bucket)));

const bucketArn = { 'Fn::GetAtt': ['Results', 'Arn'] };
const Policy = {
  Type: 'AWS::S3::BucketPolicy',
  Properties: { Bucket: { Ref: 'Results' }, PolicyDocument: { Statement: [{ Resource: bucketArn }] } },
};
/** Neighbours that such an app has, which nothing here asks for. */
const neighbours = {
  Policy,
  Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: { Statement: [{ Resource: bucketArn }] } } },
  Table: { Type: 'AWS::DynamoDB::Table', Properties: { KeySchema: [], SSESpecification: { SSEEnabled: true } } },
  Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: { Ref: 'Table' } } },
};
const sdk = (call: string) => `arn:aws:states:::aws-sdk:${call}`;

const taskOf = (resource: string, values: object) => ({ Type: 'Task', Resource: sdk(resource), Arguments: values });
const mapOf = (more: object) => {
  const ProcessorConfig = { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' };
  const ItemProcessor = { ProcessorConfig, StartAt: 'Item', States: { Item: { Type: 'Pass', End: true } } };
  return { Type: 'Map', ItemProcessor, ...more };
};

/** An app whose machine has this state. */
function appOf(state: object): string {
  const states = { Call: { ...state, End: true } };
  const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'Call', States: states });
  const properties = { StateMachineName: 'calling', DefinitionString: { 'Fn::Sub': definition } };
  const Resources: JsonObject = {
    Role: role,
    Results: { Type: 'AWS::S3::Bucket', Properties: {} },
    ...neighbours,
    Machine: machine(properties),
  };
  return writeAssembly({ stacks: { [stack]: { template: { Resources, Outputs: { Arn: systemTestOutput } } } } });
}

const start = (app: string, more: Partial<LocalEndpointOptions> = {}) =>
  startLocalEndpoint({ app, cwd: process.cwd(), env: { AWS_REGION: 'eu-west-1' }, stack, ...more });
const put = appOf(taskOf('s3:putObject', { Bucket: '${Results}', Key: 'a/one.json', Body: '{% $states.input %}' }));

const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
const settingsOf = (endpoint: string) => ({ endpoint, region: 'eu-west-1', credentials });

/** The output of the machine for an input. */
async function outputAt({ url }: LocalEndpoint, input = '{"a":1}'): Promise<string | undefined> {
  const states = new SFNClient(settingsOf(url));
  const stateMachineArn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:calling';
  const { executionArn = '' } = await states.send(new StartExecutionCommand({ stateMachineArn, input }));
  states.destroy();
  return outputOf(url, executionArn);
}

async function run(endpoint: LocalEndpoint): Promise<{ bucket: string; text: string }> {
  expect(await outputAt(endpoint)).toContain('ETag');
  const s3 = new S3Client(settingsOf(endpoint.url));
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  const bucket = Buckets.map(({ Name }) => Name).join();
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'a/one.json' }));
  const text = await Body!.transformToString();
  s3.destroy();
  return { bucket, text };
}

test('what a state machine stores in a bucket of the app any client reads, until the endpoint ends', async () => {
  const endpoint = await start(put);
  try {
    const { bucket, text } = await run(endpoint);
    expect(text).toBe('{"a":1}');
    expect(bucket).toMatch(/^shop\d+-results-[a-z0-9]{12}$/);
    expect(placesOf(bucket)).toHaveLength(1);
    await endpoint.close();
    expect(placesOf(bucket)).toEqual([]);
  } finally {
    await endpoint.close();
  }
});

test('with a folder of S3 the bucket is in it, and stays', async () => {
  const s3 = newDirectory();
  const endpoint = await start(put, { s3 });
  const { bucket } = await run(endpoint).finally(() => endpoint.close());

  expect(readFileSync(join(s3, bucket, 'a', 'one.json'), 'utf8')).toBe('{"a":1}');

  renameSync(join(s3, bucket, 'a', 'one.json'), join(s3, 'file'));
  rmSync(join(s3, bucket), { recursive: true });
  renameSync(join(s3, 'file'), join(s3, bucket));
  const lines: string[] = [];
  await (await start(put, { s3, log: (line) => lines.push(line) })).close();
  expect(lines.join()).toMatch(
    new RegExp(`^The app's bucket ${bucket} could not be made: EEXIST: file already exists`),
  );
});

const imported = { Bucket: 'imported', Key: 'configurations.json' };
const integration = (resource: string) => `arn:aws:states:::s3:${resource}`;
const ReaderConfig = { InputType: 'JSON' };

it.each<[string, object]>([
  ['Arguments', taskOf('s3:getObject', imported)],
  [
    'ItemReader/Arguments',
    mapOf({ ItemReader: { Resource: integration('getObject'), ReaderConfig, Arguments: imported } }),
  ],
  [
    'ResultWriter/Arguments',
    mapOf({ ResultWriter: { Resource: integration('putObject'), Arguments: { Bucket: 'imported' } } }),
  ],
])('a bucket that the app only imports needs a folder of S3 at the start: in %s', async (field, state) => {
  const app = appOf(state);

  await expect(start(app)).rejects.toThrow(
    `Stack ${stack} holds what the local endpoint can't serve: state machine "calling": state "Call", field ` +
      `"${field}/Bucket": the app has no bucket "imported"; those of others are served from a folder: --s3 DIR.`,
  );
  const s3 = newDirectory();
  await (await start(app, { s3 })).close();
  expect(existsSync(join(s3, 'imported'))).toBe(false);
});

test('a bucket of the app that a machine reads is said to be empty, unless a folder has it', async () => {
  const app = appOf(taskOf('s3:getObject', { Bucket: '${Results}', Key: 'list.json' }));
  const notesOf = async (more: Partial<LocalEndpointOptions> = {}) => {
    const lines: string[] = [];
    await (await start(app, { ...more, log: (line) => lines.push(line) })).close();
    return lines;
  };
  const said = /^The app's bucket (shop\d+-results-\w+) begins empty here; with --s3 DIR it is the folder DIR\/\1\.$/;

  expect(await notesOf()).toEqual([expect.stringMatching(said)]);
  expect(await notesOf({ s3: newDirectory() })).toEqual([]);
});

test('with an emulator a bucket of others is read there, those of the app are here, and results go nowhere else', async () => {
  const s3 = newDirectory();
  mkdirSync(join(s3, 'imported', 'list'), { recursive: true });
  writeFileSync(join(s3, 'imported', 'list', 'one.json'), '["a"]');
  const emulator = await start(put, { s3 });
  const functionEndpointUrl = emulator.url;
  // There the app's bucket holds something.
  await outputAt(emulator);
  const Bucket = 'imported';
  const outputs: (string | undefined)[] = [];
  for (const state of [
    taskOf('s3:getObject', { Bucket, Key: 'list/one.json' }),
    taskOf('s3:listObjectsV2', { Bucket, Prefix: 'list/' }),
    taskOf('s3:listObjectsV2', { Bucket: '${Results}' }),
  ]) {
    const endpoint = await start(appOf(state), { functionEndpointUrl });
    outputs.push(await outputAt(endpoint).finally(() => endpoint.close()));
  }
  const write = start(appOf(taskOf('s3:putObject', { Bucket, Key: 'k' })), { functionEndpointUrl });
  await expect(write).rejects.toThrow('the app has no bucket "imported"');
  await emulator.close();

  const [read, listed, own] = outputs.map((output) => JSON.parse(output!) as JsonObject);
  expect(read).toMatchObject({ Body: '["a"]', ContentLength: 5 });
  expect(listed).toMatchObject({ Contents: [{ Key: 'list/one.json', Size: 5 }], KeyCount: 1 });
  expect(own).toMatchObject({ KeyCount: 0 });
});

it.each([
  ['ssm:getParametersByPath', { Path: '/feeds/' }, 'Systems Manager'],
  ['dynamodb:scan', { TableName: '${Table}' }, 'DynamoDB'],
])('a machine that calls %s is refused at the start where no emulator is named', async (call, values, service) => {
  const app = appOf(taskOf(call, values));

  await expect(start(app)).rejects.toThrow(
    `Stack ${stack} holds what the local endpoint can't serve: ` +
      'state machine "calling": state "Call", field "Resource": ' +
      `${service} is not served here, but by an emulator of AWS that --function-endpoint-url URL names.`,
  );
  const emulator = await start(appOf(taskOf('s3:listObjectsV2', { Bucket: '${Results}' })));
  await (await start(app, { functionEndpointUrl: emulator.url })).close();
  await emulator.close();
});
