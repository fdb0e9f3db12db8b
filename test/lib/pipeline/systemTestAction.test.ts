import { App, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as actions from 'aws-cdk-lib/aws-codepipeline-actions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { SystemTestAction, SystemTestActionProps } from '../../../lib';
import { FeedsPipelineStack } from '../../examples/plainPipeline';
import { statementsOf, textOf } from '../templates';

interface Action {
  Name: string;
  RunOrder: number;
  Configuration: Record<string, unknown>;
  InputArtifacts?: object[];
  OutputArtifacts?: object[];
  Namespace?: string;
}

function stagesOf(template: Template): { Name: string; OnFailure?: object; Actions: Action[] }[] {
  const [pipeline] = Object.values(template.findResources('AWS::CodePipeline::Pipeline'));
  return (pipeline as { Properties: { Stages: ReturnType<typeof stagesOf> } }).Properties.Stages;
}

const keyArn = 'arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d';

/** A pipeline with a source and the action, in the stage Deploy. */
function synthesize(props: (source: codepipeline.Artifact) => Partial<SystemTestActionProps>) {
  const stack = new Stack(new App(), 'Stack', { env: { account: '123456789012', region: 'eu-west-1' } });
  const source = new codepipeline.Artifact('Source');
  new codepipeline.Pipeline(stack, 'Pipeline', {
    pipelineType: codepipeline.PipelineType.V2,
    crossAccountKeys: false,
    stages: [
      {
        stageName: 'Source',
        actions: [
          new actions.S3SourceAction({
            actionName: 'Source',
            bucket: s3.Bucket.fromBucketName(stack, 'Bucket', 'bucket'),
            bucketKey: 'source.zip',
            output: source,
          }),
        ],
      },
      {
        stageName: 'Deploy',
        actions: [
          new SystemTestAction({
            actionName: 'Test',
            stateMachine: sfn.StateMachine.fromStateMachineName(stack, 'Machine', 'Feeds'),
            ...props(source),
          }),
        ],
      },
    ],
  });
  return Template.fromStack(stack);
}

function actionOf(template: Template): Action {
  return stagesOf(template)[1]!.Actions[0]!;
}

describe('SystemTestAction', () => {
  it('runs after the deployment in its stage, which is rolled back if the test fails', () => {
    const stack = new FeedsPipelineStack(new App(), 'Pipeline');
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::CodePipeline::Pipeline', { PipelineType: 'V2' });
    const [, deploy] = stagesOf(template);
    expect(deploy!.OnFailure).toEqual({ Result: 'ROLLBACK' });
    expect(deploy!.Actions).toMatchObject([
      { Name: 'Deploy', RunOrder: 1 },
      {
        Name: 'SystemTest',
        RunOrder: 2,
        ActionTypeId: { Category: 'Invoke', Owner: 'AWS', Provider: 'StepFunctions', Version: '1' },
      },
    ]);
  });

  it('passes the input on with variables of the pipeline', () => {
    const { Configuration } = stagesOf(Template.fromStack(new FeedsPipelineStack(new App(), 'Pipeline')))[1]!
      .Actions[1]!;
    expect(Configuration.InputType).toBe('Literal');
    expect(JSON.parse(Configuration.Input as string)).toEqual({
      configurations: [
        { configuration_identifier: 'feed_1', release: '#{Source_Source_NS.VersionId}' },
        { configuration_identifier: 'feed_2', release: '#{Source_Source_NS.VersionId}' },
      ],
      max_concurrency: 2,
    });
  });

  it("tests the construct's configurations where it has no input", () => {
    const { Configuration } = actionOf(synthesize(() => ({})));
    expect(Object.keys(Configuration)).toEqual(['StateMachineArn']);
  });

  it('takes the input from an artifact and gives the result as one', () => {
    const template = synthesize((source) => ({
      inputFile: source.atPath('system-test.json'),
      output: new codepipeline.Artifact('Result'),
      executionNamePrefix: 'release',
      variablesNamespace: 'SystemTest',
    }));
    expect(actionOf(template)).toMatchObject({
      Configuration: { InputType: 'FilePath', Input: 'Source::system-test.json', ExecutionNamePrefix: 'release' },
      InputArtifacts: [{ Name: 'Source' }],
      OutputArtifacts: [{ Name: 'Result' }],
      Namespace: 'SystemTest',
    });
  });

  it('permits its role exactly this state machine', () => {
    const statements = statementsOf(
      synthesize(() => ({})),
      'PipelineDeployTestCodePipelineActionRole',
    );
    expect(statements.map(({ Action, Resource }) => ({ Action, Resource: textOf(Resource) }))).toEqual([
      {
        Action: ['states:StartExecution', 'states:DescribeStateMachine'],
        Resource: 'arn:<AWS::Partition>:states:eu-west-1:123456789012:stateMachine:Feeds',
      },
      {
        Action: 'states:DescribeExecution',
        Resource: 'arn:<AWS::Partition>:states:eu-west-1:123456789012:execution:Feeds:*',
      },
    ]);
  });

  it('permits its role to decrypt the executions of this state machine', () => {
    const stack = new Stack(new App(), 'Keys');
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', keyArn);
    const template = synthesize(() => ({ encryptionKey }));
    expect(statementsOf(template, 'PipelineDeployTestCodePipelineActionRole')).toContainEqual({
      Action: 'kms:Decrypt',
      Condition: { StringEquals: { 'kms:EncryptionContext:aws:states:stateMachineArn': expect.anything() } },
      Effect: 'Allow',
      Resource: keyArn,
    });
  });

  it('refuses an alias of a key, through which no permission reaches', () => {
    const encryptionKey = kms.Alias.fromAliasName(new Stack(new App(), 'Keys'), 'Alias', 'alias/mine');
    expect(() => synthesize(() => ({ encryptionKey }))).toThrow(
      'Expected encryptionKey of Stack/Pipeline/Deploy/Test to be a key, got an alias of one (Keys/Alias)',
    );
  });

  it('accepts settings that are known when the pipeline runs', () => {
    const customer = Lazy.string({ produce: () => '#{variables.customer}' });
    const template = synthesize(() => ({
      input: { configurations: [customer], tolerated_failures: '#{variables.tolerated}' },
    }));
    expect(actionOf(template).Configuration.Input).toBe(
      '{"configurations":["#{variables.customer}"],"tolerated_failures":"#{variables.tolerated}"}',
    );
  });

  it.each<[string, Partial<SystemTestActionProps>, string]>([
    [
      'a prefix of 44 characters',
      { executionNamePrefix: 'x'.repeat(44) },
      `Expected executionNamePrefix of Stack/Pipeline/Deploy/Test to be 1 to 43 of A-Z, a-z, 0-9, - and _, got "${'x'.repeat(44)}".`,
    ],
    ['a prefix with a space', { executionNamePrefix: 'my test' }, 'got "my test".'],
    ['an empty prefix', { executionNamePrefix: '' }, 'got "".'],
    [
      'max_concurrency 10,001',
      { input: { max_concurrency: 10_001 } },
      'Expected max_concurrency of Stack/Pipeline/Deploy/Test to be an integer from 1 to 10000, got 10001.',
    ],
    ['tolerated_failures "many"', { input: { tolerated_failures: 'many' } }, 'got "many".'],
    ['no configurations', { input: { configurations: [] } }, 'Expected configurations of Stack/Pipeline/Deploy/Test'],
    [
      'an input over 1,000 characters',
      { input: { configurations: ['x'.repeat(1000)] } },
      'Expected the input of Stack/Pipeline/Deploy/Test to take at most 1000 characters of JSON, got 1023.',
    ],
  ])('refuses %s with the value and what is expected', (_, props, message) => {
    expect(() => synthesize(() => props)).toThrow(message);
  });

  it('refuses an input beside a file', () => {
    expect(() => synthesize((source) => ({ input: {}, inputFile: source.atPath('input.json') }))).toThrow(
      'Expected either input or inputFile of Stack/Pipeline/Deploy/Test, got both.',
    );
  });
});
