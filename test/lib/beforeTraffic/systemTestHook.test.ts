import { App, Duration, Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as codedeploy from 'aws-cdk-lib/aws-codedeploy';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import validateAsl from 'asl-validator';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemTest, SystemTestHook, SystemTestHookProps } from '../../../lib';
import type { SystemTestInput } from '../../../lib/wire';
import { startLocalEndpoint } from '../../../scripts/local/localEndpoint';
import { FeedsStack } from '../../examples/beforeTraffic';
import { FeedsStack as FeedsOnDeploymentStack } from '../../examples/onDeployment';
import { deployLocally } from '../../localSystemTest';
import { startProxy } from '../../proxy';
import { statementsOf, textOf } from '../templates';
import { newDeployment } from '../templateVariants';

/** Two aliases of the present version, the first with a deployment group, and a system test of `tested`. */
function synthesize(
  props: Partial<SystemTestHookProps> = {},
  choose: (deployed: { live: lambda.Alias; other: lambda.Alias; old: lambda.IVersion }) => lambda.IFunction = ({
    live,
  }) => live.version,
  configurations: string[] | null = ['a'],
) {
  const stack = new Stack(new App(), 'Stack');
  const { version, alias: live, deploymentGroup } = newDeployment(stack);
  const other = new lambda.Alias(stack, 'Other', { aliasName: 'other', version });
  const old = lambda.Version.fromVersionArn(stack, 'Old', 'arn:aws:lambda:eu-west-1:123456789012:function:feeds:7');
  const systemTest = new SystemTest(stack, 'SystemTest', {
    function: choose({ live, other, old }),
    configurations: configurations ?? undefined,
  });
  new SystemTestHook(stack, 'Hook', { alias: live, deploymentGroup, systemTest, ...props });
  return { stack, live, other, deploymentGroup };
}

interface State {
  Comment?: string;
}

function definitionOf(template: Template): { StartAt: string; States: Record<string, State> } {
  const [, machine] = Object.entries(template.findResources('AWS::StepFunctions::StateMachine')).find(
    ([logicalId]) => !logicalId.startsWith('SystemTest'),
  )!;
  const { DefinitionString } = (machine as { Properties: { DefinitionString: unknown } }).Properties;
  return JSON.parse(textOf(DefinitionString)) as ReturnType<typeof definitionOf>;
}

describe('SystemTestHook', () => {
  const template = Template.fromStack(new FeedsStack(new App(), 'Stack'));
  const { StartAt, States } = definitionOf(template);

  it('is the BeforeAllowTraffic hook of the deployment', () => {
    template.hasResource('AWS::Lambda::Alias', {
      UpdatePolicy: {
        CodeDeployLambdaAliasUpdate: Match.objectLike({
          BeforeAllowTrafficHook: { Ref: Match.stringLikeRegexp('^BeforeTrafficFunction') },
        }),
      },
    });
  });

  it('tests the version that is to get the traffic', () => {
    const [version] = Object.keys(template.findResources('AWS::Lambda::Version'));
    expect(JSON.stringify(template.findResources('AWS::StepFunctions::StateMachine'))).toContain(
      `{"Ref":"${version}"}`,
    );
  });

  it('waits until the update of the stack has settled', () => {
    expect(StartAt).toBe('Let the update settle');
    expect(States[StartAt]).toMatchObject({ Type: 'Wait', Seconds: 30, Next: 'Run the system test' });
  });

  it('comments each state for whoever reads it in the console', () => {
    expect(Object.values(States).filter(({ Comment }) => !Comment)).toEqual([]);
  });

  it('passes an independent validator of the Amazon States Language', () => {
    const definition: unknown = JSON.parse(
      JSON.stringify(definitionOf(template))
        .replaceAll(/<[^>]*StateMachine[^>]*>/g, 'x')
        .replaceAll('<AWS::Partition>', 'aws')
        // The validator's pattern for an expression doesn't expect line breaks; Step Functions does.
        .replaceAll('\\n', ' '),
    );
    expect(validateAsl(definition)).toMatchObject({ isValid: true, errors: [] });
  });

  it('has everything in place before CloudFormation updates the alias', () => {
    const { stack } = synthesize();
    const parts = Template.fromStack(stack);
    const [alias] = Object.entries(parts.findResources('AWS::Lambda::Alias'))
      .find(([id]) => id.startsWith('Live'))!
      .slice(1);
    const needed = Object.entries(parts.toJSON().Resources as Record<string, { Type: string }>)
      .filter(([id]) => /^(Hook|SystemTest|Deployment)/.test(id))
      .map(([id]) => id);
    expect(needed.length).toBeGreaterThan(10);
    expect((alias as { DependsOn: string[] }).DependsOn.toSorted()).toEqual(needed.toSorted());
  });

  it('permits each part exactly what it does', () => {
    const actionsOf = (prefix: string) =>
      statementsOf(template, prefix)
        .filter(({ Action }) => !/^(logs|xray):/.test([Action].flat()[0]!))
        .map(({ Action, Resource }) => [Action, textOf(Resource)]);
    const deploymentGroup = expect.stringMatching(/:deploymentgroup:<DeploymentApplication\w+>\/<Deployment\w+>$/);
    expect(actionsOf('BeforeTrafficStateMachine')).toEqual([
      ['states:StartExecution', expect.stringMatching(/^<SystemTestStateMachine\w+>$/)],
      [
        ['states:DescribeExecution', 'states:StopExecution'],
        expect.stringMatching(/:execution:<6,<:,<SystemTestStateMachine\w+>>>:\*$/),
      ],
      [
        ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
        expect.stringMatching(/:rule\/StepFunctionsGetEventsForStepFunctionsExecutionRule$/),
      ],
      ['codedeploy:PutLifecycleEventHookExecutionStatus', deploymentGroup],
    ]);
    expect(actionsOf('BeforeTrafficFunction')).toEqual([
      ['states:StartExecution', expect.stringMatching(/^<BeforeTrafficStateMachine\w+>$/)],
      ['codedeploy:PutLifecycleEventHookExecutionStatus', deploymentGroup],
    ]);
  });

  it('has a role for each part, which that part alone may assume', () => {
    const roles = Object.entries(template.findResources('AWS::IAM::Role')) as [
      string,
      { Properties: { AssumeRolePolicyDocument: { Statement: object[] } } },
    ][];
    const trusted = roles
      .filter(([logicalId]) => logicalId.startsWith('BeforeTraffic'))
      .map(([logicalId, { Properties }]) => [logicalId, Properties.AssumeRolePolicyDocument.Statement]);
    const only = (Service: string): unknown => [
      expect.objectContaining({ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service } }),
    ];
    expect(trusted).toEqual([
      [expect.stringMatching(/StateMachineRole/), only('states.amazonaws.com')],
      [expect.stringMatching(/FunctionRole/), only('lambda.amazonaws.com')],
    ]);
  });

  it('has a function that starts its own state machine, within half a minute, and writes its own log only', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Timeout: 30,
      TracingConfig: { Mode: 'Active' },
      Environment: { Variables: { STATE_MACHINE_ARN: { Ref: Match.stringLikeRegexp('^BeforeTrafficStateMachine') } } },
    });
    const logging = statementsOf(template, 'BeforeTrafficFunction').filter(({ Action }) =>
      JSON.stringify(Action).includes('logs:'),
    );
    expect(logging).toMatchObject([
      {
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^BeforeTrafficFunctionLog/), 'Arn'] },
      },
    ]);
  });

  it('logs under a prefix that does not count against the log resource policy, by names that differ', () => {
    const names = Object.values(template.findResources('AWS::Logs::LogGroup')).map(
      (group) => (group as { Properties: { LogGroupName?: string } }).Properties.LogGroupName,
    );
    const delivered = expect.stringMatching(/^\/aws\/vendedlogs\/states\/Stack-[0-9a-f]{8}$/);
    // Lambda writes the function's log itself.
    expect(names).toEqual([delivered, delivered, undefined]);
    expect(new Set(names).size).toBe(3);
  });

  it('gives up when CodeDeploy has, and logs errors without data', () => {
    expect(definitionOf(template)).toMatchObject({ TimeoutSeconds: 3600 });
    const machines = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
    expect(machines).toHaveLength(2);
    for (const machine of machines) {
      expect(machine).toMatchObject({
        Properties: { LoggingConfiguration: { Level: 'ERROR', IncludeExecutionData: false } },
      });
    }
  });

  it('logs and traces as it is told, or not at all', () => {
    const made = (props: Partial<SystemTestHookProps>) => {
      const { Resources } = Template.fromStack(synthesize(props).stack).toJSON() as {
        Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
      };
      return Object.entries(Resources).filter(([logicalId]) => logicalId.startsWith('Hook'));
    };
    const off = made({ logLevel: sfn.LogLevel.OFF, tracingEnabled: false });
    expect(JSON.stringify(off)).not.toMatch(/logs:|xray:|LoggingConfiguration|AWS::Logs/);
    expect(off.find(([, { Type }]) => Type === 'AWS::Lambda::Function')![1].Properties).not.toHaveProperty(
      'TracingConfig',
    );
    const all = made({ logLevel: sfn.LogLevel.ALL }).find(
      ([, { Type }]) => Type === 'AWS::StepFunctions::StateMachine',
    );
    expect(all![1].Properties).toMatchObject({
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
      TracingConfiguration: { Enabled: true },
    });
  });

  it('reads the executions of an encrypted test', () => {
    const { stack, live } = synthesize();
    const systemTest = new SystemTest(stack, 'Encrypted', {
      function: live.version,
      configurations: ['a'],
      encryptionKey: new kms.Key(stack, 'Key'),
    });
    const other = new lambda.Alias(stack, 'Third', { aliasName: 'third', version: live.version });
    const deploymentGroup = new codedeploy.LambdaDeploymentGroup(stack, 'Third group', { alias: other });
    new SystemTestHook(stack, 'EncryptedHook', { alias: other, deploymentGroup, systemTest });
    const decrypts = (prefix: string) =>
      statementsOf(Template.fromStack(stack), prefix).filter(({ Action }) => Action === 'kms:Decrypt').length;
    expect({ plain: decrypts('HookStateMachine'), encrypted: decrypts('EncryptedHookStateMachine') }).toEqual({
      plain: 0,
      encrypted: 1,
    });
  });

  it('passes its input and timeout on', () => {
    const { stack } = synthesize({ input: { configurations: ['a'] }, timeout: Duration.minutes(5) });
    expect(definitionOf(Template.fromStack(stack)).States['Run the system test']).toMatchObject({
      TimeoutSeconds: 300,
      Arguments: {
        Input:
          '{% $merge([{"configurations":["a"]}, {"AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID": $states.context.Execution.Id}]) %}',
      },
    });
  });

  it.each<SystemTestInput>([
    { configurations: ['aa'], allow_unknown: true },
    { configurations: [{ configuration_identifier: 'aa', region: 'eu' }] },
  ])('accepts what the state machine takes: %j', (input) => {
    expect(() => synthesize({ input })).not.toThrow();
  });

  it('accepts the test of another alias of the version', () => {
    expect(() => synthesize({}, ({ other }) => other)).not.toThrow();
  });

  it.each<[string, Partial<SystemTestHookProps>, string]>([
    [
      'a timeout of 59 minutes',
      { timeout: Duration.minutes(59) },
      'Expected timeout in seconds of Stack/Hook to be an integer from 60 to 3480, got 3540.',
    ],
    ['a timeout of 59 seconds', { timeout: Duration.seconds(59) }, 'got 59.'],
    [
      'a key that is none',
      { input: { max_concurency: 3 } },
      'Expected the input of Stack/Hook to hold configurations, ',
    ],
    [
      'one identifier',
      { input: { configurations: 'a' } },
      'Expected configurations of Stack/Hook to be a list, got "a".',
    ],
    ['max_concurrency 0', { input: { max_concurrency: 0 } }, 'to be an integer from 1 to 40, got 0.'],
    ['an empty list', { input: { configurations: [] } }, 'Expected configurations of Stack/Hook to be 1 to'],
    [
      'a variable of CodePipeline',
      { input: { configurations: [{ configuration_identifier: 'a', release: 'v#{variables.release}' }] } },
      'Expected the input of Stack/Hook without variables of CodePipeline, got #{variables.release}: nothing replaces it there.',
    ],
    [
      'an identifier that only the deployment knows',
      { input: { configurations: [Token.asString({ Ref: 'Tenant' })] } },
      'Expected configurations[0] of Stack/Hook to be known when the app is synthesized, got a token',
    ],
    [
      'an identifier that the system test does not know',
      { input: { configurations: ['a', { configuration_identifier: 'aa' }] } },
      'Expected the input of Stack/Hook to name configurations of its system test Stack/SystemTest, got "aa": allow_unknown: true permits others.',
    ],
    [
      'an input over 8,000 characters',
      { input: { configurations: Array.from({ length: 20 }, (_, index) => `${index}${'x'.repeat(500)}`) } },
      'Expected the input of Stack/Hook to take at most 8000 characters of JSON, got',
    ],
  ])('refuses %s with the value and what is expected', (_, props, message) => {
    expect(() => synthesize(props)).toThrow(message);
  });

  it('refuses the test of the alias itself, which stays on the old version until it has passed', () => {
    expect(() => synthesize({}, ({ live }) => live)).toThrow(
      'Expected systemTest of Stack/Hook to test the version that the alias is given (alias.version), got the alias live itself',
    );
  });

  it('refuses a test that has nothing to test', () => {
    expect(() => synthesize({}, ({ live }) => live.version, null)).toThrow(
      'Expected Stack/Hook to be given configurations, or its system test Stack/SystemTest to have some, got none: there is nothing to test.',
    );
    expect(() => synthesize({ input: { configurations: ['a'] } }, ({ live }) => live.version, null)).not.toThrow();
  });

  it('refuses the test of another version', () => {
    expect(() => synthesize({}, ({ old }) => old)).toThrow(
      'Expected systemTest of Stack/Hook to test the version that the alias live is given (Stack/Tested/CurrentVersion), got Stack/Old.',
    );
  });

  it('refuses an alias that the deployment group does not move', () => {
    const { stack, other, deploymentGroup } = synthesize();
    const systemTest = new SystemTest(stack, 'OtherTest', { function: other.version });
    expect(() => new SystemTestHook(stack, 'OtherHook', { alias: other, deploymentGroup, systemTest })).toThrow(
      'Expected alias of Stack/OtherHook to be the one of its deployment group Stack/Deployment, got Stack/Other.',
    );
  });

  it('leaves the system test beside it to a local run, as a test on deployment does', async () => {
    const outdir = mkdtempSync(join(tmpdir(), 'system-test-'));
    const app = new App({ outdir, analyticsReporting: false });
    new FeedsStack(app, 'Feeds');
    new FeedsOnDeploymentStack(app, 'OnDeployment');
    app.synth();
    const endpoint = await startLocalEndpoint({ app: outdir, cwd: process.cwd(), env: process.env });
    try {
      const name = expect.stringMatching(/^SystemTest/);
      expect(endpoint.deployment.stateMachines).toMatchObject([{ name }, { name }]);
    } finally {
      await endpoint.close();
      rmSync(outdir, { recursive: true });
    }
  });
});

describe('the hook function', () => {
  const event = { DeploymentId: 'd-ABCDEF123', LifecycleEventHookExecutionId: 'eyJlbmMi' };
  const [hookFunction] = Object.entries(Template.fromStack(synthesize().stack).findResources('AWS::Lambda::Function'))
    .find(([logicalId]) => logicalId.startsWith('Hook'))!
    .slice(1) as {
    Properties: { Code: { ZipFile: string }; Runtime: string; Handler: string };
  }[];
  const code = hookFunction!.Properties.Code.ZipFile;

  /** Invokes the function in a process with the environment that Lambda gives it; CodeDeploy takes any report. */
  async function invoke(url: string, stateMachineArn: string, times = 1) {
    const aws = await startProxy(url, ({ operation }) =>
      operation === 'PutLifecycleEventHookExecutionStatus'
        ? { status: 200, contentType: 'application/x-amz-json-1.1', body: '{}' }
        : undefined,
    );
    const directory = mkdtempSync(join(tmpdir(), 'hook-'));
    writeFileSync(join(directory, 'index.js'), code);
    const program = `
      const { handler } = require('./index.js');
      (async () => {
        for (let count = 0; count < ${times}; count += 1) await handler(${JSON.stringify(event)});
      })().catch(({ name }) => {
        console.error(name);
        process.exitCode = 1;
      });`;
    const env = {
      // The SDK of the runtime, which says here that it is for newer versions of Node.js.
      NODE_PATH: join(__dirname, '../../../node_modules'),
      NODE_NO_WARNINGS: '1',
      AWS_ENDPOINT_URL: aws.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      STATE_MACHINE_ARN: stateMachineArn,
    };
    try {
      const failed = await new Promise<string>((resolve) => {
        execFile(process.execPath, ['-e', program], { cwd: directory, env }, (_error, _stdout, stderr) =>
          resolve(stderr),
        );
      });
      const reported = aws.calls
        .filter(({ operation }) => operation === 'PutLifecycleEventHookExecutionStatus')
        .map(({ body }) => JSON.parse(body) as unknown);
      const started = aws.calls.filter(({ operation }) => operation === 'StartExecution');
      const inputs = started.map(({ body }) => JSON.parse(body) as unknown);
      return { failed, reported, started: started.length, inputs };
    } finally {
      await aws.close();
      rmSync(directory, { recursive: true });
    }
  }

  it('needs no bundler', () => {
    expect(code.length).toBeLessThan(4096);
    expect(hookFunction!.Properties).toMatchObject({ Runtime: 'nodejs24.x', Handler: 'index.handler' });
  });

  it('starts one execution named after the deployment, even if it is invoked twice', async () => {
    const outdir = mkdtempSync(join(tmpdir(), 'system-test-'));
    const app = new App({ outdir, analyticsReporting: false });
    const stack = new Stack(app, 'Waiting');
    const wait = sfn.Wait.jsonata(stack, 'For as long as the test', { time: sfn.WaitTime.duration(Duration.hours(1)) });
    new sfn.StateMachine(stack, 'StateMachine', { definitionBody: sfn.DefinitionBody.fromChainable(wait) });
    app.synth();
    const endpoint = await startLocalEndpoint({ app: outdir, cwd: process.cwd(), env: process.env });
    try {
      const { stateMachineArn } = endpoint.deployment.stateMachines[0]!;
      const { inputs, ...said } = await invoke(endpoint.url, stateMachineArn, 2);
      expect(said).toEqual({ failed: '', reported: [], started: 2 });
      const asked = { deployment_id: 'd-ABCDEF123', hook_execution_id: 'eyJlbmMi' };
      expect(inputs).toEqual(Array(2).fill({ stateMachineArn, name: 'd-ABCDEF123', input: JSON.stringify(asked) }));
    } finally {
      await endpoint.close();
      rmSync(outdir, { recursive: true });
    }
  });

  it('tells CodeDeploy at once where it cannot start', async () => {
    const local = await deployLocally({ code: 'return {};', props: { configurations: ['a'] } });
    try {
      const missing = `${local.endpoint.deployment.stateMachines[0]!.stateMachineArn}x`;
      expect(await invoke(local.endpoint.url, missing)).toMatchObject({
        failed: 'StateMachineDoesNotExist\n',
        reported: [{ deploymentId: 'd-ABCDEF123', lifecycleEventHookExecutionId: 'eyJlbmMi', status: 'Failed' }],
        started: 1,
      });
    } finally {
      await local.close();
    }
  });
});
