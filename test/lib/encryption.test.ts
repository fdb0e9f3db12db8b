import { App, NestedStack, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { SystemTest } from '../../lib';
import { newSystemTest } from './templateVariants';
import { Statement, statementsOf } from './templates';

interface WithCondition extends Statement {
  Condition?: Record<string, Record<string, unknown>>;
  Principal?: { Service?: unknown };
}

const newKey = (stack: Stack) => ({ encryptionKey: new kms.Key(stack, 'Key') });
const ofThisMachine = {
  StringEquals: {
    'kms:EncryptionContext:aws:states:stateMachineArn': { Ref: expect.stringMatching(/^SystemTestStateMachine/) },
  },
};
const aliasArn = 'arn:aws:kms:eu-west-1:111111111111:alias/mine';
const env = { account: '111111111111', region: 'eu-west-1' };

function keyPolicyOf(template: Template): WithCondition[] {
  const [key] = Object.values(template.findResources('AWS::KMS::Key')) as {
    Properties: { KeyPolicy: { Statement: WithCondition[] } };
  }[];
  return key!.Properties.KeyPolicy.Statement.filter(({ Principal }) => Principal?.Service !== undefined);
}

const onKey = ({ Action }: Statement) => JSON.stringify(Action).includes('kms:');

describe('A customer managed key', () => {
  it.each<[string, (stack: Stack) => kms.IKey]>([
    ['of the app', (stack) => new kms.Key(stack, 'Key').addAlias('mine')],
    ['that is imported by its name', (stack) => kms.Alias.fromAliasName(stack, 'Alias', 'alias/mine')],
    ['that is imported as a key', (stack) => kms.Key.fromKeyArn(stack, 'Key', aliasArn)],
  ])('is refused where it is an alias %s, through which no permission reaches', (_, key) => {
    expect(() => newSystemTest((stack) => ({ encryptionKey: key(stack) }))).toThrow(
      /^Expected encryptionKey of Stack\/SystemTest to be a key, got an alias of one \(Stack\/.+\): .* Key\.fromLookup\.$/,
    );
  });

  it('may be one of the stack around a nested one', () => {
    const app = new App();
    const stack = new Stack(app, 'Outer');
    const nested = new NestedStack(stack, 'Nested');
    new SystemTest(nested, 'SystemTest', {
      function: lambda.Function.fromFunctionName(nested, 'Tested', 'tested'),
      encryptionKey: new kms.Key(stack, 'Key'),
    });
    expect(() => app.synth()).not.toThrow();
    Template.fromStack(nested).hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: Match.stringLikeRegexp('^/aws/vendedlogs/states/Outer-\\w{8}$'),
    });
  });

  it('encrypts the executions and the log group', () => {
    const template = Template.fromStack(newSystemTest(newKey).stack);
    const key = { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] };
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: key },
    });
    template.hasResourceProperties('AWS::Logs::LogGroup', { KmsKeyId: key });
  });

  it('may be used by the state machine for its own executions, and to hand over its log', () => {
    const statements = statementsOf(Template.fromStack(newSystemTest(newKey, env).stack), 'SystemTest').filter(onKey);
    const Resource = { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] };
    expect(statements).toEqual([
      {
        Action: 'kms:GenerateDataKey',
        Effect: 'Allow',
        Resource,
        Condition: { StringEquals: { 'kms:EncryptionContext:SourceArn': anArn(':logs:eu-west-1:111111111111:*') } },
      },
      { Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Effect: 'Allow', Resource, Condition: ofThisMachine },
    ]);
  });

  it('may be used by CloudWatch Logs for this log group and its delivery, and by no other service', () => {
    expect(keyPolicyOf(Template.fromStack(newSystemTest(newKey, env).stack))).toEqual([
      {
        Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        Effect: 'Allow',
        Principal: { Service: { 'Fn::Join': ['', ['logs.eu-west-1.', { Ref: 'AWS::URLSuffix' }]] } },
        Resource: '*',
        Condition: {
          ArnEquals: {
            'kms:EncryptionContext:aws:logs:arn': anArn(
              expect.stringMatching(
                /^:logs:eu-west-1:111111111111:log-group:\/aws\/vendedlogs\/states\/Stack-[0-9a-f]{8}$/,
              ) as string,
            ),
          },
        },
      },
      {
        Action: 'kms:Decrypt',
        Effect: 'Allow',
        Principal: { Service: 'delivery.logs.amazonaws.com' },
        Resource: '*',
        Condition: { StringEquals: { 'kms:EncryptionContext:SourceArn': anArn(':logs:eu-west-1:111111111111:*') } },
      },
    ]);
  });

  it('leaves an own log group to its owner', () => {
    const { stack } = newSystemTest((scope) => ({ ...newKey(scope), logGroup: new logs.LogGroup(scope, 'Mine') }));
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Logs::LogGroup', 1);
    template.hasResourceProperties('AWS::Logs::LogGroup', { KmsKeyId: Match.absent() });
    expect(keyPolicyOf(template).map(({ Principal }) => Principal!.Service)).toEqual(['delivery.logs.amazonaws.com']);
  });

  it('may be used by whoever runs the test, to read its executions', () => {
    const { stack, systemTest } = newSystemTest(newKey);
    systemTest.grantRun(new iam.Role(stack, 'Trigger', { assumedBy: new iam.AccountRootPrincipal() }));
    expect(statementsOf(Template.fromStack(stack), 'Trigger').filter(onKey)).toEqual([
      {
        Action: 'kms:Decrypt',
        Effect: 'Allow',
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] },
        Condition: ofThisMachine,
      },
    ]);
  });

  it('is not needed', () => {
    const { stack, systemTest } = newSystemTest();
    const role = new iam.Role(stack, 'Trigger', { assumedBy: new iam.AccountRootPrincipal() });
    expect(systemTest.grantDecrypt(role).principalStatements).toEqual([]);
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', { EncryptionConfiguration: Match.absent() });
    expect(statementsOf(template, '').filter(onKey)).toEqual([]);
  });
});

function anArn(rest: string): unknown {
  return { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, rest]] };
}
