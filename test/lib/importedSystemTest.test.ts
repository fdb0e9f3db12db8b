import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as actions from 'aws-cdk-lib/aws-codepipeline-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as pipelines from 'aws-cdk-lib/pipelines';
import {
  ISystemTest,
  SystemTest,
  SystemTestAction,
  SystemTestActionProps,
  SystemTestActionStep,
  SystemTestAttributes,
  SystemTestHook,
  SystemTestMode,
  SystemTestProps,
  SystemTestStep,
} from '../../lib';
import { plannedRunStatements } from '../../lib/pipeline/pipelineTarget';
import { addOperation, newDeployment } from './templateVariants';
import { statementsOf, type Statement } from './templates';

const env = { account: '111111111111', region: 'eu-west-1' };
const arnIn = (account: string, name = 'Feeds') => `arn:aws:states:eu-west-1:${account}:stateMachine:${name}`;
const stateMachineArn = arnIn(env.account);
const keyArn = 'arn:aws:kms:eu-west-1:111111111111:key/0a1b2c3d';

function newStack(): Stack {
  return new Stack(new App(), 'Stack', { env });
}

/** What a role is permitted, with the partition of the key's ARN for that of the stack. */
function granted(stack: Stack, grant: (role: iam.Role) => void): Statement[] {
  grant(new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() }));
  const text = JSON.stringify(statementsOf(Template.fromStack(stack), 'RoleDefaultPolicy'));
  const resolved = text.replaceAll(
    /\{"Fn::Join":\["",\["arn:",\{"Ref":"AWS::Partition"\},"([^"]*)"\]\]\}/g,
    '"arn:aws$1"',
  );
  return JSON.parse(resolved) as Statement[];
}

const key = (stack: Stack) => kms.Key.fromKeyArn(stack, 'Key', keyArn);
const bucket = (stack: Stack) => s3.Bucket.fromBucketName(stack, 'Results', 'results');

describe('An imported system test', () => {
  it.each<[string, (stack: Stack) => Partial<SystemTestAttributes>, (stack: Stack) => Partial<SystemTestProps>]>([
    ['', () => ({}), () => ({})],
    [' that is encrypted', (stack) => ({ encryptionKey: key(stack) }), (stack) => ({ encryptionKey: key(stack) })],
    [
      ' that distributes',
      (stack) => ({ distributed: { bucket: bucket(stack) } }),
      (stack) => ({ mode: SystemTestMode.AUTO, distributed: { bucket: bucket(stack) } }),
    ],
    [
      ' that distributes to Express children, with a prefix',
      (stack) => ({
        distributed: { bucket: bucket(stack), prefix: 'feeds/', executionType: sfn.StateMachineType.EXPRESS },
      }),
      (stack) => ({
        mode: SystemTestMode.DISTRIBUTED,
        distributed: { bucket: bucket(stack), prefix: 'feeds/', executionType: sfn.StateMachineType.EXPRESS },
      }),
    ],
  ])('permits to run one%s exactly what its own construct does, but for its stack', (_, attributes, props) => {
    const importing = newStack();
    const imported = SystemTest.fromSystemTestAttributes(importing, 'Imported', {
      stateMachineArn,
      ...attributes(importing),
    });
    const making = newStack();
    const made = new SystemTest(making, 'SystemTest', {
      function: lambda.Function.fromFunctionName(making, 'Tested', 'tested'),
      stateMachineName: 'Feeds',
      ...props(making),
    });
    const permitted = granted(importing, (role) => imported.grantRun(role));
    expect(permitted).toEqual(
      granted(newStack(), (role) => {
        plannedRunStatements(made).forEach((statement) => role.addToPolicy(statement));
      }),
    );
    expect(JSON.stringify(permitted)).toContain(':execution:Feeds:*');
  });

  it.each<[string, (stack: Stack) => ISystemTest, string]>([
    ['ARN', (stack) => SystemTest.fromStateMachineArn(stack, 'Test', arnIn('222222222222')), '222222222222'],
    ['name', (stack) => SystemTest.fromStateMachineName(stack, 'Test', 'Feeds'), env.account],
  ])('is the one of this %s, wherever that is', (_, imported, account) => {
    const stack = newStack();
    const systemTest = imported(stack);
    expect(systemTest.stateMachineName).toBe('Feeds');
    expect(stack.resolve(systemTest.metricNotPassed().toMetricConfig())).toMatchObject({
      mathExpression: { usingMetrics: { failed: { dimensions: { StateMachineArn: expect.anything() as unknown } } } },
    });
    const text = JSON.stringify(granted(stack, (role) => systemTest.grantRead(role)));
    expect(text).toContain(`:states:eu-west-1:${account}:stateMachine:Feeds"`);
    expect(text).toContain(`:states:eu-west-1:${account}:execution:Feeds:*"`);
  });

  it.each([
    ['an execution', 'arn:aws:states:eu-west-1:111111111111:execution:Feeds:one'],
    ['an alias', `${stateMachineArn}:live`],
    ['a name', 'Feeds'],
  ])('is refused by the ARN of %s', (_, arn) => {
    expect(() => SystemTest.fromStateMachineArn(newStack(), 'Test', arn)).toThrow(
      `Expected stateMachineArn of Stack/Test to be like arn:aws:states:REGION:ACCOUNT:stateMachine:NAME, got "${arn}".`,
    );
  });

  it('is watched as one that the app makes; without attributes, nothing is shown of its function and its log', () => {
    const stack = newStack();
    addOperation({ stack, systemTest: SystemTest.fromStateMachineArn(stack, 'Test', stateMachineArn) });
    const bare = Template.fromStack(stack);
    bare.resourceCountIs('AWS::Logs::QueryDefinition', 3);
    expect(JSON.stringify(bare.findResources('AWS::CloudWatch::Dashboard'))).not.toContain('AWS/Lambda');
    bare.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { detail: { stateMachineArn: [stateMachineArn] } },
    });

    const known = newStack();
    const systemTest = SystemTest.fromSystemTestAttributes(known, 'Test', {
      stateMachineArn,
      function: lambda.Function.fromFunctionName(known, 'Tested', 'tested'),
      logGroup: logs.LogGroup.fromLogGroupName(known, 'Log', 'feeds-test'),
    });
    addOperation({ stack: known, systemTest });
    const template = Template.fromStack(known);
    template.hasResourceProperties('AWS::Logs::QueryDefinition', { LogGroupNames: ['feeds-test'] });
    expect(JSON.stringify(template.findResources('AWS::CloudWatch::Dashboard'))).toContain('AWS/Lambda');
  });

  it('is run by the steps of a pipeline', () => {
    const stack = newStack();
    const input = pipelines.CodePipelineSource.s3(bucket(stack), 'feeds.zip');
    const pipeline = new pipelines.CodePipeline(stack, 'Pipeline', {
      synth: new pipelines.ShellStep('Synth', { input, commands: ['npx cdk synth'] }),
    });
    const systemTest = SystemTest.fromSystemTestAttributes(stack, 'Test', {
      stateMachineArn,
      encryptionKey: key(stack),
    });
    pipeline.addWave('Tests', {
      post: [
        new SystemTestStep('ByBuild', { systemTest, input }),
        new SystemTestActionStep('ByAction', { systemTest }),
      ],
    });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::CodeBuild::Project', {
      Environment: Match.objectLike({
        EnvironmentVariables: [{ Name: 'STATE_MACHINE_ARN', Type: 'PLAINTEXT', Value: stateMachineArn }],
      }),
    });
    const text = JSON.stringify(template.toJSON());
    expect(text).toContain(`"StateMachineArn":"${stateMachineArn}"`);
    expect(text.split(keyArn).length).toBeGreaterThan(2);
  });

  it('is taken by a hook only with the version that it tests', () => {
    const stack = newStack();
    const { version, alias, deploymentGroup } = newDeployment(stack);
    const hook = (id: string, attributes?: Partial<SystemTestAttributes>) => {
      const systemTest = SystemTest.fromSystemTestAttributes(stack, id, { stateMachineArn, ...attributes });
      return new SystemTestHook(stack, `${id}Hook`, { alias, deploymentGroup, systemTest });
    };
    expect(() => hook('Unknown')).toThrow(/SystemTest.fromSystemTestAttributes takes its function/);
    expect(() => hook('Other', { function: lambda.Function.fromFunctionName(stack, 'Any', 'any') })).toThrow(
      /to test the version that the alias live is given/,
    );
    hook('Known', { function: version });
    expect(JSON.stringify(statementsOf(Template.fromStack(stack), 'KnownHookStateMachine'))).toContain(stateMachineArn);
  });
});

describe('SystemTestAction', () => {
  const action = (props: (stack: Stack) => Partial<SystemTestActionProps>) => {
    const stack = newStack();
    const artifact = new codepipeline.Artifact();
    const source = new actions.S3SourceAction({
      actionName: 'Source',
      bucket: bucket(stack),
      bucketKey: 'a.zip',
      output: artifact,
    });
    new codepipeline.Pipeline(stack, 'Pipeline', {
      pipelineType: codepipeline.PipelineType.V2,
      stages: [
        { stageName: 'Source', actions: [source] },
        { stageName: 'Test', actions: [new SystemTestAction({ actionName: 'Test', ...props(stack) })] },
      ],
    });
    return Template.fromStack(stack);
  };

  it('runs a system test, and may read what its key encrypts', () => {
    const template = action((stack) => ({
      systemTest: SystemTest.fromSystemTestAttributes(stack, 'Test', { stateMachineArn, encryptionKey: key(stack) }),
    }));
    const statements = statementsOf(template, 'PipelineTestCodePipelineActionRole');
    expect(statements.map(({ Action }) => Action)).toContain('kms:Decrypt');
    expect(JSON.stringify(statements)).toContain(stateMachineArn);
  });

  it.each<[string, (stack: Stack) => Partial<SystemTestActionProps>, string]>([
    ['neither a system test nor a state machine', () => ({}), 'got neither'],
    [
      'both',
      (stack) => {
        const systemTest = SystemTest.fromStateMachineArn(stack, 'Test', stateMachineArn);
        return { systemTest, stateMachine: systemTest.stateMachine };
      },
      'got both',
    ],
    [
      'a test that has no configurations, and none in the input',
      (stack) => ({
        systemTest: new SystemTest(stack, 'Empty', {
          function: lambda.Function.fromFunctionName(stack, 'Tested', 'tested'),
        }),
      }),
      'there is nothing to test',
    ],
    [
      'an identifier that its test does not know',
      (stack) => ({
        systemTest: new SystemTest(stack, 'Known', {
          function: lambda.Function.fromFunctionName(stack, 'Tested', 'tested'),
          configurations: ['a'],
        }),
        input: { configurations: ['b'] },
      }),
      'got "b"',
    ],
  ])('refuses %s', (_, props, message) => {
    expect(() => action(props)).toThrow(message);
  });
});
