import { App, Duration, Environment, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as codedeploy from 'aws-cdk-lib/aws-codedeploy';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import {
  ConfigurationSource,
  DistributedOptions,
  ISystemTest,
  SystemTest,
  SystemTestDashboard,
  SystemTestMode,
  SystemTestNotification,
  SystemTestProps,
  SystemTestQueries,
  SystemTestStack,
} from '../../lib';
import { FeedsStack } from '../examples/beforeTraffic';
import { ListedFeedsStack } from '../examples/listedFeeds';
import { FeedsOperationStack } from '../examples/operation';
import { FeedsStack as FeedsOnDeploymentStack } from '../examples/onDeployment';
import { PipelineStack } from '../../lib/pipeline/pipelineStack';
import { FeedsPipelineStack } from '../examples/plainPipeline';

/** A function of the stack, for the tests that need one. */
export function newFunction(stack: Stack, props: Partial<lambda.FunctionProps> = {}): lambda.Function {
  return new lambda.Function(stack, 'Tested', {
    runtime: lambda.Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: lambda.Code.fromInline('exports.handler = async () => ({ system_test_successful: true })'),
    ...props,
  });
}

/** A function, and an alias that a deployment moves from one version of it to the next. */
export function newDeployment(stack: Stack, props: Partial<lambda.FunctionProps> = {}) {
  const version = newFunction(stack, props).currentVersion;
  const alias = new lambda.Alias(stack, 'Live', { aliasName: 'live', version });
  return { version, alias, deploymentGroup: new codedeploy.LambdaDeploymentGroup(stack, 'Deployment', { alias }) };
}

/** A stack with a function and its system test. */
export function newSystemTest(
  props: (stack: Stack) => Partial<SystemTestProps> = () => ({}),
  env?: Environment,
): { stack: Stack; systemTest: SystemTest } {
  const stack = new Stack(new App(), 'Stack', { env });
  const given = props(stack);
  const systemTest = new SystemTest(stack, 'SystemTest', {
    ...(given.source ? {} : { configurations: ['a', 'b'] }),
    ...given,
    function: given.function ?? newFunction(stack),
  });
  return { stack, systemTest };
}

function newBucket(stack: Stack, key?: kms.IKey): s3.Bucket {
  return new s3.Bucket(stack, 'Bucket', { enforceSSL: true, encryptionKey: key });
}

function newTable(stack: Stack, key: kms.IKey): dynamodb.Table {
  const type = dynamodb.AttributeType.STRING;
  const table = new dynamodb.Table(stack, 'Table', {
    partitionKey: { name: 'id', type },
    encryptionKey: key,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
  });
  table.addGlobalSecondaryIndex({ indexName: 'ByTenant', partitionKey: { name: 'tenant_id', type } });
  return table;
}

/** Adds everything of operation that is off by default. */
export function addOperation({ stack, systemTest }: { stack: Stack; systemTest: ISystemTest }): void {
  const topic = new sns.Topic(stack, 'Topic', { enforceSSL: true });
  systemTest.createAlarm('Alarm');
  systemTest.onFailed('Raw', { target: new targets.SnsTopic(topic) });
  systemTest.notify('Team', topic);
  new SystemTestNotification(stack, 'Everything', {
    systemTest,
    target: new targets.SnsTopic(topic),
    passed: true,
  });
  new SystemTestDashboard(stack, 'Dashboard', { systemTest });
  new SystemTestQueries(stack, 'Queries', {
    systemTest,
    functionLogGroup: new logs.LogGroup(stack, 'FunctionLog', { retention: logs.RetentionDays.ONE_WEEK }),
  });
}

export const otherAccountRole = 'arn:aws:iam::222222222222:role/invoke-feeds';
export const boundary = 'arn:aws:iam::111111111111:policy/boundary';

function operated(props: (stack: Stack) => Partial<SystemTestProps>, env?: Environment): Stack {
  const made = newSystemTest(props, env);
  addOperation(made);
  return made.stack;
}

const plain = (props: (stack: Stack) => Partial<SystemTestProps>, env?: Environment) => newSystemTest(props, env).stack;
const encryptionKey = (stack: Stack) => new kms.Key(stack, 'Key', { enableKeyRotation: true });

/** A stack whose system test distributes, and somebody who may run it. */
function distributed(
  options?: DistributedOptions,
  more: Partial<SystemTestProps> = {},
  props: (stack: Stack) => Partial<SystemTestProps> = () => ({}),
): Stack {
  const { stack, systemTest } = newSystemTest((scope) => ({
    mode: SystemTestMode.DISTRIBUTED,
    distributed: options,
    ...more,
    ...props(scope),
  }));
  systemTest.grantRun(new iam.Role(stack, 'Trigger', { assumedBy: new iam.AccountRootPrincipal() }));
  return stack;
}

/** The stacks that this project synthesizes, and those that its users may; each is linted and validated. */
const stacks: Record<string, () => Stack> = {
  sample: () => new SystemTestStack(new App(), 'SystemTest'),
  'no log tail': () => plain(() => ({ logTail: false })),
  'a function in a VPC': () =>
    plain((stack) => ({ function: newFunction(stack, { vpc: new ec2.Vpc(stack, 'Vpc', { maxAzs: 2 }) }) })),
  'an alias': () =>
    plain((stack) => ({
      function: new lambda.Alias(stack, 'Live', { aliasName: 'live', version: newFunction(stack).currentVersion }),
    })),
  'a version': () => plain((stack) => ({ function: newFunction(stack).currentVersion })),
  'a lister': () => new ListedFeedsStack(new App(), 'Feeds'),
  'an object in S3': () =>
    plain((stack) => ({
      source: ConfigurationSource.s3Object(newBucket(stack, encryptionKey(stack)), 'configurations.csv'),
    })),
  'objects in S3': () =>
    plain((stack) => ({
      source: ConfigurationSource.s3Prefix(newBucket(stack), 'tenants/'),
    })),
  parameters: () => plain(() => ({ source: ConfigurationSource.ssmPath('/feeds/') })),
  'the index of a table': () =>
    plain((stack) => ({
      source: ConfigurationSource.dynamoDb(newTable(stack, encryptionKey(stack)), 'tenant_id', { index: 'ByTenant' }),
    })),
  'a Distributed Map': () => distributed(),
  'a Distributed Map of batches, encrypted': () =>
    distributed(
      { batchSize: 10, executionType: sfn.StateMachineType.EXPRESS },
      { mode: SystemTestMode.AUTO, maxConcurrency: 1000 },
      (stack) => ({
        encryptionKey: encryptionKey(stack),
        source: ConfigurationSource.s3Object(s3.Bucket.fromBucketName(stack, 'Lists', 'lists'), 'feeds.csv'),
        configurations: undefined,
      }),
    ),
  'a customer managed key': () => plain((stack) => ({ encryptionKey: encryptionKey(stack) })),
  'a customer managed key and an own log group': () =>
    plain((stack) => ({
      encryptionKey: encryptionKey(stack),
      logGroup: new logs.LogGroup(stack, 'Mine', { retention: logs.RetentionDays.ONE_WEEK }),
    })),
  'a function of another account': () =>
    plain((stack) => ({
      function: lambda.Function.fromFunctionArn(
        stack,
        'Feeds',
        `arn:aws:lambda:${stack.region}:222222222222:function:feeds`,
      ),
      invokeRole: iam.Role.fromRoleArn(stack, 'Invoke', otherAccountRole),
    })),
  'what the user brings, and a test that is there already': () => {
    const { stack } = newSystemTest((scope) => ({
      role: new iam.Role(scope, 'Runner', { assumedBy: new iam.ServicePrincipal('states.amazonaws.com') }),
      encryptionKey: encryptionKey(scope),
      comment: 'The feeds of the night',
      retryInterval: Duration.seconds(5),
      configurationTimeout: Duration.minutes(2),
    }));
    const systemTest = SystemTest.fromSystemTestAttributes(stack, 'There', {
      stateMachineArn: SystemTest.fromStateMachineName(stack, 'Named', 'There').stateMachineArn,
      distributed: { bucket: s3.Bucket.fromBucketName(stack, 'Lists', 'lists') },
    });
    addOperation({ stack, systemTest });
    systemTest.grantRun(new iam.Role(stack, 'Trigger', { assumedBy: new iam.AccountRootPrincipal() }));
    return stack;
  },
  'a permissions boundary': () => {
    const stack = operated(() => ({}));
    iam.PermissionsBoundary.of(stack).apply(iam.ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', boundary));
    return stack;
  },
  operation: () => operated(() => ({})),
  'operation, encrypted': () => operated((stack) => ({ encryptionKey: encryptionKey(stack) })),
  'operation in a known Region': () => operated(() => ({}), { account: '111111111111', region: 'eu-west-1' }),
  'operation in GovCloud': () =>
    operated((stack) => ({ encryptionKey: encryptionKey(stack) }), {
      account: '111111111111',
      region: 'us-gov-west-1',
    }),
  'operation in China': () =>
    operated((stack) => ({ encryptionKey: encryptionKey(stack) }), { account: '111111111111', region: 'cn-north-1' }),
  'an example of operation': () => new FeedsOperationStack(new App(), 'Feeds'),
  'the hook before traffic': () => new FeedsStack(new App(), 'Feeds'),
  'a test on deployment': () => new FeedsOnDeploymentStack(new App(), 'Feeds'),
  'a plain pipeline': () => new FeedsPipelineStack(new App(), 'FeedsPipeline'),
  "this repository's pipeline": () =>
    new PipelineStack(new App(), 'SystemTestPipeline', {
      connectionArn: 'arn:aws:codeconnections:eu-west-1:111111111111:connection/0f1e2d3c',
      repository: 'owner/name',
    }),
};

const synthesized = new Map<string, Template>();

/** The template of a variant, synthesized once. */
export function templateOf(variant: string): Template {
  const known = synthesized.get(variant) ?? Template.fromStack(stacks[variant]!());
  synthesized.set(variant, known);
  return known;
}

export const variants = Object.keys(stacks);
