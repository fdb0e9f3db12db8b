import { App, Duration, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as pipelines from 'aws-cdk-lib/pipelines';
import { SystemTest, SystemTestActionStep, SystemTestProps, SystemTestStep } from '../../../lib';
import { FeedsCdkPipelineStack } from '../../examples/cdkPipeline';
import { statementsOf, textOf } from '../templates';

const tools = { account: '123456789012', region: 'eu-west-1' };
const production = { account: '210987654321', region: 'eu-central-1' };

function synthesize() {
  const app = new App();
  const stack = new FeedsCdkPipelineStack(app, 'Pipeline', { tools, staging: tools, production });
  return { app, template: Template.fromStack(stack) };
}

const { app, template } = synthesize();

const runner = `arn:aws:iam::${production.account}:role/FeedsTestRunner`;
const keyArn = 'arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d';

const input = pipelines.CodePipelineSource.connection('feeds/feeds', 'main', {
  connectionArn: 'arn:aws:codeconnections:eu-west-1:123456789012:connection/0a1b2c3d',
});

function systemTest(
  stateMachineName?: string,
  encryptionKey?: (stack: Stack) => kms.IKey,
  props?: Partial<SystemTestProps>,
): SystemTest {
  return systemTestIn(new Stage(new App(), 'Stage'), stateMachineName, encryptionKey, props);
}

function systemTestIn(
  stage: Stage,
  stateMachineName?: string,
  encryptionKey?: (stack: Stack) => kms.IKey,
  props: Partial<SystemTestProps> = { configurations: ['feed_1'] },
): SystemTest {
  const stack = new Stack(stage, 'Feeds');
  return new SystemTest(stack, 'SystemTest', {
    function: lambda.Function.fromFunctionName(stack, 'Tested', 'tested'),
    stateMachineName,
    encryptionKey: encryptionKey?.(stack),
    ...props,
  });
}

/** The environment variables of the projects that have some. */
function environments(pipeline: Template): unknown[] {
  const projects = Object.values(pipeline.findResources('AWS::CodeBuild::Project')) as {
    Properties: { Environment: { EnvironmentVariables?: { Value: unknown }[] } };
  }[];
  return projects
    .flatMap(({ Properties }) => (Properties.Environment.EnvironmentVariables ? [Properties.Environment] : []))
    .map(({ EnvironmentVariables }) => EnvironmentVariables!.map((one) => ({ ...one, Value: textOf(one.Value) })));
}

function actionsOf(pipeline: Template, stage: string): string[] {
  const [found] = Object.values(pipeline.findResources('AWS::CodePipeline::Pipeline')) as {
    Properties: { Stages: { Name: string; Actions: { Name: string }[] }[] };
  }[];
  return found!.Properties.Stages.find(({ Name }) => Name === stage)!.Actions.map(({ Name }) => Name);
}

describe('SystemTestStep', () => {
  it('runs after the deployment with the ARN of the state machine', () => {
    template.hasResourceProperties('AWS::CodePipeline::Pipeline', {
      Stages: Match.arrayWith([
        Match.objectLike({
          Name: 'Staging',
          Actions: [
            Match.objectLike({ Name: 'Feeds.Prepare', RunOrder: 1 }),
            Match.objectLike({ Name: 'Feeds.Deploy', RunOrder: 2 }),
            Match.objectLike({
              Name: 'Test',
              RunOrder: 3,
            }),
          ],
        }),
      ]),
    });
  });

  it('is given the ARN of a state machine in a nested stack too', () => {
    const app = new App();
    const pipeline = new pipelines.CodePipeline(new Stack(app, 'Pipeline', { env: tools }), 'Pipeline', {
      synth: new pipelines.ShellStep('Synth', { input, commands: ['npx cdk synth'] }),
    });
    const stage = new Stage(app, 'Stage', { env: tools });
    const nested = new NestedStack(new Stack(stage, 'Outer'), 'Nested');
    const nestedTest = new SystemTest(nested, 'SystemTest', {
      function: lambda.Function.fromFunctionName(nested, 'Tested', 'tested'),
      configurations: ['feed_1'],
      stateMachineName: 'Feeds',
    });
    pipeline.addStage(stage, { post: [new SystemTestStep('Test', { systemTest: nestedTest, input })] });
    pipeline.buildPipeline();
    const [variables] = environments(Template.fromStack(Stack.of(pipeline)));
    expect(variables).toEqual([
      {
        Name: 'STATE_MACHINE_ARN',
        Type: 'PLAINTEXT',
        Value: 'arn:<AWS::Partition>:states:eu-west-1:123456789012:stateMachine:Feeds',
      },
    ]);
  });

  it('publishes the JUnit report and stops after two hours', () => {
    template.hasResourceProperties('AWS::CodeBuild::Project', {
      Description: 'Pipeline step Pipeline/Pipeline/Staging/Test',
      TimeoutInMinutes: 120,
      Source: {
        BuildSpec: Match.serializedJson(
          Match.objectLike({
            phases: {
              install: { 'runtime-versions': { nodejs: '22' }, commands: ['npm ci'] },
              build: Match.anyValue(),
            },
            reports: {
              'system-test': { files: ['junit.xml'], 'base-directory': 'reports', 'file-format': 'JUNITXML' },
            },
          }),
        ),
      },
    });
  });

  it('permits the build exactly what the trigger needs of this state machine', () => {
    const statements = statementsOf(template, 'PipelineStagingTestRole');
    const arn = (rest: string) => `arn:<AWS::Partition>:states:eu-west-1:123456789012:${rest}`;
    expect(
      statements
        .filter(({ Action }) => /states:|cloudformation:|iam:|sts:/.test(String(Action)))
        .map(({ Action, Resource }) => ({ Action, Resource: textOf(Resource) })),
    ).toEqual([
      { Action: 'states:StartExecution', Resource: arn('stateMachine:FeedsTest') },
      { Action: 'states:StopExecution', Resource: arn('execution:FeedsTest:*') },
      { Action: ['states:DescribeStateMachine', 'states:ListExecutions'], Resource: arn('stateMachine:FeedsTest') },
      { Action: ['states:DescribeExecution', 'states:GetExecutionHistory'], Resource: arn('execution:FeedsTest:*') },
    ]);
    expect(statements.filter(({ Resource }) => Resource === '*')).toEqual([]);
  });

  it('permits the build to decrypt the executions of this state machine', () => {
    const { rolePolicyStatements } = new SystemTestStep('Test', {
      input,
      systemTest: systemTest('Feeds', (stack) => kms.Key.fromKeyArn(stack, 'Key', keyArn)),
    });
    expect(rolePolicyStatements!.map((statement) => statement.toStatementJson() as unknown)).toContainEqual({
      Action: 'kms:Decrypt',
      Condition: {
        StringEquals: {
          'kms:EncryptionContext:aws:states:stateMachineArn': expect.stringMatching(/:stateMachine:Feeds$/),
        },
      },
      Effect: 'Allow',
      Resource: keyArn,
    });
  });

  it('installs and runs the command as it is told, in the build environment that it is given', () => {
    const buildEnvironment = { computeType: codebuild.ComputeType.LARGE };
    const step = new SystemTestStep('Test', {
      input,
      systemTest: systemTest('Feeds'),
      installCommands: ['yarn'],
      command: 'yarn system-test',
      buildEnvironment,
    });
    expect(step).toMatchObject({ installCommands: ['yarn'], buildEnvironment });
    expect(step.commands[1]).toMatch(/^yarn system-test run --state-machine "\$STATE_MACHINE_ARN" /);
    const plain = new SystemTestStep('Test', { input, systemTest: systemTest('Feeds') });
    expect(plain.installCommands).toEqual(['npm ci']);
    expect(plain.commands[1]).toMatch(/^npx --no -- system-test run /);
  });

  it.each<[string, codebuild.IBuildImage, object]>([
    ["one of CodeBuild's", codebuild.LinuxBuildImage.STANDARD_7_0, { 'runtime-versions': { nodejs: '22' } }],
    ['another', codebuild.LinuxBuildImage.fromDockerRegistry('node:22'), { 'runtime-versions': Match.absent() }],
  ])('selects a Node.js in the image if that is %s', (_, buildImage, install) => {
    const stack = new Stack(new App(), 'Pipeline', { env: tools });
    const pipeline = new pipelines.CodePipeline(stack, 'Pipeline', {
      synth: new pipelines.ShellStep('Synth', { input, commands: ['npx cdk synth'] }),
    });
    const buildEnvironment = { buildImage };
    const step = new SystemTestStep('Test', { input, systemTest: systemTest('Feeds'), buildEnvironment });
    pipeline.addWave('Wave', { post: [step] });
    pipeline.buildPipeline();
    Template.fromStack(stack).hasResourceProperties('AWS::CodeBuild::Project', {
      Environment: Match.objectLike({ Image: buildImage.imageId }),
      Source: {
        BuildSpec: Match.serializedJson(
          Match.objectLike({ phases: Match.objectLike({ install: { ...install, commands: ['npm ci'] } }) }),
        ),
      },
    });
  });

  it('takes further words of the command line', () => {
    const step = new SystemTestStep('Test', {
      input,
      systemTest: systemTest('Feeds'),
      arguments: ['--tolerated-failures 5%', 'feed_1'],
    });
    expect(step.commands[1]).toMatch(/junit=reports\/junit.xml --tolerated-failures 5% feed_1$/);
  });

  it('refuses variables of CodePipeline, which a command line keeps, and takes no arguments for configurations', () => {
    const step = (args: string[], props?: Partial<SystemTestProps>) => () =>
      new SystemTestStep('Test', { systemTest: systemTest('Feeds', undefined, props), input, arguments: args });
    expect(step(['#{variables.customer}'])).toThrow(
      'Expected the arguments of the step Test without variables of CodePipeline, got #{variables.customer}: nothing replaces it there.',
    );
    expect(step([], {})).toThrow('Expected the step Test to be given configurations');
    expect(step(['feed_1'], {})).not.toThrow();
  });

  it.each([
    [Duration.minutes(4), '4 minutes'],
    [Duration.hours(37), '1 day 13 hours'],
  ])('refuses a timeout of %s', (timeout, text) => {
    expect(() => new SystemTestStep('Test', { systemTest: systemTest('Feeds'), input, timeout })).toThrow(
      `Expected timeout of the step Test to be 5 minutes to 36 hours, got ${text}.`,
    );
  });
});

describe('SystemTestActionStep', () => {
  it('refuses an identifier that its system test does not know, unless only the pipeline knows it or the input permits it', () => {
    const named = (identifier: string, o: object = {}) =>
      new SystemTestActionStep('Test', {
        systemTest: systemTest('Feeds'),
        input: { configurations: [identifier], ...o },
      });
    expect(() => named('misspelt')).toThrow(
      'Expected the input of the step Test to name configurations of its system test Stage/Feeds/SystemTest, got "misspelt"',
    );
    expect(() => named('misspelt', { allow_unknown: true })).not.toThrow();
    expect(() => named('#{variables.customer}')).not.toThrow();
  });

  it('passes on its input and the start of a name, and may decrypt the executions', () => {
    const app = new App();
    const pipeline = new pipelines.CodePipeline(new Stack(app, 'Pipeline', { env: tools }), 'Pipeline', {
      synth: new pipelines.ShellStep('Synth', { input, commands: ['npx cdk synth'] }),
    });
    const stage = new Stage(app, 'Stage', { env: tools });
    const tested = systemTestIn(stage, 'Feeds', (stack) => kms.Key.fromKeyArn(stack, 'Key', keyArn));
    const step = new SystemTestActionStep('Test', {
      systemTest: tested,
      input: { max_concurrency: 3 },
      executionNamePrefix: 'nightly',
    });
    pipeline.addStage(stage, { post: [step] });
    pipeline.buildPipeline();
    const made = Template.fromStack(Stack.of(pipeline));
    made.hasResourceProperties('AWS::CodePipeline::Pipeline', {
      Stages: Match.arrayWith([
        Match.objectLike({
          Name: 'Stage',
          Actions: Match.arrayWith([
            Match.objectLike({
              Name: 'Test',
              Configuration: Match.objectLike({ Input: '{"max_concurrency":3}', ExecutionNamePrefix: 'nightly' }),
            }),
          ]),
        }),
      ]),
    });
    const decrypted = statementsOf(made, '').filter(
      ({ Action, Resource }) => Action === 'kms:Decrypt' && Resource === keyArn,
    );
    expect(decrypted).toHaveLength(1);
  });

  it('runs after the deployment without a build container, in another account and Region', () => {
    template.hasResourceProperties('AWS::CodePipeline::Pipeline', {
      Stages: Match.arrayWith([
        Match.objectLike({
          Name: 'Production',
          Actions: Match.arrayWith([
            Match.objectLike({
              Name: 'Test',
              RunOrder: 3,
              Region: 'eu-central-1',
              ActionTypeId: Match.objectLike({ Provider: 'StepFunctions' }),
              RoleArn: runner,
            }),
          ]),
        }),
      ]),
    });
  });

  it('needs no stack in the other account besides what is tested, which the pipeline could not deploy', () => {
    const accounts = app.node.children.filter(Stack.isStack).map(({ account }) => account);
    expect(new Set(accounts)).toEqual(new Set([tools.account]));
    const assumed = statementsOf(template, 'PipelineRole').filter(({ Action }) => Action === 'sts:AssumeRole');
    expect(assumed.map(({ Resource }) => Resource)).toContain(runner);
  });

  it.each<[string, string | undefined, string]>([
    ['no role', undefined, 'got none, which is one of 123456789012'],
    ['a role of another account', runner.replace(production.account, tools.account), 'got arn:aws:iam::123456789012:'],
  ])('is refused in another account with %s', (_, roleArn, got) => {
    const stack = new Stack(new App(), 'Pipeline', { env: tools });
    const pipeline = new pipelines.CodePipeline(stack, 'Pipeline', {
      crossAccountKeys: true,
      synth: new pipelines.ShellStep('Synth', { input, commands: ['npx cdk synth'] }),
    });
    const stage = new Stage(stack, 'Stage', { env: production });
    const role = roleArn === undefined ? undefined : iam.Role.fromRoleArn(stack, 'Role', roleArn);
    pipeline.addStage(stage, {
      post: [new SystemTestActionStep('Test', { systemTest: systemTestIn(stage, 'Feeds'), role })],
    });
    expect(() => pipeline.buildPipeline()).toThrow(
      `Expected the step Test to have a role of account 210987654321, where its system test is, ${got}`,
    );
  });
});

describe.each<[string, (systemTest: SystemTest) => pipelines.Step]>([
  ['SystemTestStep', (tested) => new SystemTestStep('Test', { systemTest: tested, input })],
  ['SystemTestActionStep', (tested) => new SystemTestActionStep('Test', { systemTest: tested })],
])('%s', (_, newStep) => {
  it('may have the same name in every stage of a wave', () => {
    const app = new App();
    const pipeline = new pipelines.CodePipeline(new Stack(app, 'Pipeline', { env: tools }), 'Pipeline', {
      synth: new pipelines.ShellStep('Synth', { input, commands: ['npx cdk synth'] }),
    });
    const wave = pipeline.addWave('Everywhere');
    for (const name of ['First', 'Second']) {
      const stage = new Stage(app, name, { env: tools });
      wave.addStage(stage, { post: [newStep(systemTestIn(stage, 'Feeds'))] });
    }
    pipeline.buildPipeline();
    const names = actionsOf(Template.fromStack(Stack.of(pipeline)), 'Everywhere');
    expect(names).toEqual(expect.arrayContaining(['First.Test', 'Second.Test']));
  });

  it('refuses a test that has nothing to test', () => {
    expect(() => newStep(systemTest('Feeds', undefined, {}))).toThrow(
      'Expected the step Test to be given configurations, or its system test Stage/Feeds/SystemTest to have some, got none: there is nothing to test.',
    );
  });

  it('refuses a state machine whose name is left to CloudFormation', () => {
    expect(() => newStep(systemTest())).toThrow(
      'Expected Stage/Feeds/SystemTest to have a stateMachineName, so that its pipeline is permitted nothing else, got none.',
    );
  });

  it('refuses a key that is only created by the deployment', () => {
    const encrypted = systemTest('Feeds', (stack) => new kms.Key(stack, 'Key'));
    expect(() => newStep(encrypted)).toThrow(
      'Expected encryptionKey of Stage/Feeds/SystemTest to be imported by its ARN (Key.fromKeyArn), so that its pipeline can be permitted to use it, got one that is only created by the deployment.',
    );
  });
});
