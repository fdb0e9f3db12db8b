import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ListStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import type { Deployment } from '../../../../scripts/local/app/deployment';
import { CloudFormationService } from '../../../../scripts/local/cloudFormation/service';
import { listen, type Listener } from '../../../../scripts/local/http/listener';
import { isForS3, route } from '../../../../scripts/local/http/router';
import type { Service } from '../../../../scripts/local/http/service';
import { StsService } from '../../../../scripts/local/sts/service';

const stackId = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/Shop/0';
const deployment: Deployment = {
  account: '123456789012',
  region: 'eu-west-1',
  stacks: [
    {
      stackName: 'Shop',
      stackId,
      description: 'Sells <things> & "more"',
      createdAt: new Date('2026-01-01T00:00:00Z'),
      parameters: [{ key: 'Size', value: '3' }],
      outputs: [{ key: 'Name', value: 'a', description: 'The name', exportName: 'Shop-Name' }],
      resources: [
        { logicalId: 'Bucket', physicalId: 'things', type: 'AWS::S3::Bucket' },
        { logicalId: 'Topic', physicalId: 'arn:topic', type: 'AWS::SNS::Topic' },
      ],
      tags: { team: 'shop' },
    },
    {
      stackName: 'Bare',
      stackId: 'arn:bare',
      createdAt: new Date('2026-01-01T00:00:00Z'),
      parameters: [],
      outputs: [],
      resources: [],
      tags: {},
    },
  ],
  functions: [],
  stateMachines: [],
  buckets: [],
  unserved: { stacks: new Map(), functions: new Map(), stateMachines: new Map() },
};

/** Says which service it is. */
const named = (name: string): Service => ({
  handle: ({ path }) => Promise.resolve({ status: 200, headers: {}, body: `${name} ${path}` }),
});

let listener: Listener;
let cloudFormation: CloudFormationClient;
let sts: STSClient;

beforeAll(async () => {
  const services = {
    stepFunctions: named('Step Functions'),
    lambda: named('Lambda'),
    cloudFormation: new CloudFormationService({ deployment }),
    sts: new StsService({ deployment }),
  };
  listener = await listen(route(services));
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const settings = { endpoint: listener.url, region: 'eu-west-1', credentials };
  cloudFormation = new CloudFormationClient(settings);
  sts = new STSClient(settings);
});
afterAll(async () => {
  cloudFormation.destroy();
  sts.destroy();
  await listener.close();
});

describe('a request goes', () => {
  async function ask(path: string, headers: Record<string, string> = {}, body?: string): Promise<string> {
    const answer = await fetch(listener.url + path, { method: body === undefined ? 'GET' : 'POST', headers, body });
    return `${answer.status} ${await answer.text()}`;
  }
  const signedFor = (service: string) => ({
    authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
  });
  const form = { 'content-type': 'application/x-www-form-urlencoded' };

  test('to Step Functions by its target', async () => {
    expect(await ask('/', { 'x-amz-target': 'AWSStepFunctions.StartExecution' }, '{}')).toBe('200 Step Functions /');
  });

  test('to Lambda by its path, left as it is', async () => {
    const path = '/2015-03-31/functions/arn%3Aaws%3Alambda/invocations';
    expect(await ask(path, {}, '{}')).toBe(`200 Lambda ${path}`);
  });

  test('to STS and CloudFormation by the scope of the signature, and without one by the action', async () => {
    expect(await ask('/', { ...form, ...signedFor('sts') }, 'Action=GetCallerIdentity')).toContain('user/local');
    expect(await ask('/', form, 'Action=GetCallerIdentity')).toContain('user/local');
    expect(await ask('/', form, 'Action=ListStacks')).toContain('<StackName>Shop</StackName>');
    expect(await ask('/?Action=ListStacks')).toContain('<StackName>Shop</StackName>');
  });

  test('nowhere in the protocol that it was asked in', async () => {
    expect(await ask('/', { 'x-amz-target': 'DynamoDB_20120810.ListTables' }, '{}')).toMatch(
      /^400 \{"__type":"UnknownOperationException","message":"DynamoDB_20120810.ListTables: The local endpoint serves/,
    );
    expect(await ask('/', { ...form, ...signedFor('iam') }, 'Action=ListUsers')).toMatch(
      /^400 <ErrorResponse><Error><Type>Sender<\/Type><Code>InvalidAction</,
    );
    expect(await ask('/bucket/key', signedFor('s3'))).toMatch(/^501 <Error><Code>NotImplemented<.*--s3 DIR/);
    expect(await ask('/v1/apis', signedFor('apigateway'))).toMatch(/^404 \{"__type":"UnknownOperationException"/);
  });

  test('of a browser to a text that says what this is', async () => {
    expect(await ask('/')).toMatch(/^200 A system test's app, served on this machine/);
  });

  test('of an SDK that signs nothing to S3, where it asks for the buckets', () => {
    const head = { method: 'GET', path: '/', query: new URLSearchParams(), signal: new AbortController().signal };
    expect(isForS3({ ...head, headers: {} })).toBe(false);
    expect(isForS3({ ...head, headers: { 'amz-sdk-invocation-id': '0' } })).toBe(true);
  });
});

describe('CloudFormation', () => {
  test('describes one stack, by name and by id', async () => {
    const expected = {
      StackId: stackId,
      StackName: 'Shop',
      Description: 'Sells <things> & "more"',
      CreationTime: new Date('2026-01-01T00:00:00Z'),
      StackStatus: 'CREATE_COMPLETE',
      Parameters: [{ ParameterKey: 'Size', ParameterValue: '3' }],
      Outputs: [{ OutputKey: 'Name', OutputValue: 'a', Description: 'The name', ExportName: 'Shop-Name' }],
      Tags: [{ Key: 'team', Value: 'shop' }],
      DisableRollback: false,
      EnableTerminationProtection: false,
    };
    for (const StackName of ['Shop', stackId]) {
      const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
      expect(Stacks).toEqual([expect.objectContaining(expected)]);
    }
  });

  test('describes all stacks, without members that a stack does not have', async () => {
    const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({}));
    expect(Stacks.map(({ StackName }) => StackName)).toEqual(['Shop', 'Bare']);
    expect(Stacks[1]).toMatchObject({ Tags: [], NotificationARNs: [] });
    for (const member of ['Description', 'Outputs', 'Parameters']) expect(Stacks[1]).not.toHaveProperty(member);
  });

  test('refuses an unknown stack in the words of AWS', async () => {
    const asked = cloudFormation.send(new DescribeStacksCommand({ StackName: 'Shed' }));
    await expect(asked).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'Stack with id Shed does not exist',
      $metadata: { httpStatusCode: 400, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
  });

  test('lists stacks, filtered by status', async () => {
    const { StackSummaries = [] } = await cloudFormation.send(new ListStacksCommand({}));
    expect(StackSummaries.map(({ StackName, StackStatus }) => `${StackName} ${StackStatus}`)).toEqual([
      'Shop CREATE_COMPLETE',
      'Bare CREATE_COMPLETE',
    ]);
    const StackStatusFilter = ['DELETE_COMPLETE' as const, 'UPDATE_COMPLETE' as const];
    const other = await cloudFormation.send(new ListStacksCommand({ StackStatusFilter }));
    expect(other.StackSummaries).toEqual([]);
  });

  test.each([
    [{ StackName: 'Shop' }, ['Bucket', 'Topic']],
    [{ StackName: 'Shop', LogicalResourceId: 'Topic' }, ['Topic']],
    [{ PhysicalResourceId: 'things' }, ['Bucket', 'Topic']],
  ])('describes the resources of a stack, asked with %j', async (input, expected) => {
    const { StackResources = [] } = await cloudFormation.send(new DescribeStackResourcesCommand(input));
    expect(StackResources.map(({ LogicalResourceId }) => LogicalResourceId)).toEqual(expected);
    expect(StackResources[0]).toMatchObject({ StackId: stackId, ResourceStatus: 'CREATE_COMPLETE' });
  });

  test.each([
    [{ StackName: 'Shed' }, 'Stack with id Shed does not exist'],
    [{ PhysicalResourceId: 'nothing' }, 'Stack for nothing does not exist'],
    [{}, 'Either StackName or PhysicalResourceId must be specified, not both'],
  ])('refuses to describe resources, asked with %j', async (input, message) => {
    const asked = cloudFormation.send(new DescribeStackResourcesCommand(input));
    await expect(asked).rejects.toMatchObject({ name: 'ValidationError', message });
  });

  test('refuses what it does not have', async () => {
    const asked = cloudFormation.send(new DeleteStackCommand({ StackName: 'Shop' }));
    await expect(asked).rejects.toMatchObject({
      name: 'InvalidAction',
      message: 'Could not find operation DeleteStack for version 2010-05-15',
    });
  });
});

describe('STS', () => {
  test('says who is asking', async () => {
    const identity = await sts.send(new GetCallerIdentityCommand({}));
    expect(identity).toMatchObject({ Account: '123456789012', Arn: 'arn:aws:iam::123456789012:user/local' });
  });

  test('refuses what it does not have', async () => {
    await expect(sts.send(new GetSessionTokenCommand({}))).rejects.toMatchObject({
      name: 'InvalidAction',
      message: 'Could not find operation GetSessionToken for version 2011-06-15',
    });
  });
});
