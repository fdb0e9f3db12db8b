import { App, Duration, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import validateAsl from 'asl-validator';
import { Configuration, SystemTest, SystemTestMode, SystemTestProps, ToleratedFailures } from '../../lib';
import { transientErrors, unanswered } from '../../lib/stateMachine/invocationRules';

function newStack() {
  const stack = new Stack(new App(), 'Stack');
  const tested = new lambda.Function(stack, 'Tested', {
    runtime: lambda.Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: lambda.Code.fromInline('exports.handler = async () => ({ system_test_successful: true })'),
  });
  return { stack, tested };
}

function synthesize(props: Partial<SystemTestProps> = {}) {
  const { stack, tested } = newStack();
  new SystemTest(stack, 'SystemTest', { function: tested, configurations: ['a', 'b'], ...props });
  return Template.fromStack(stack);
}

interface State {
  Type: string;
  Comment?: string;
  Resource?: string;
  Arguments?: Record<string, unknown>;
  TimeoutSeconds?: number;
  ItemProcessor?: { States: Record<string, State> };
  Retry?: Record<string, unknown>[];
}

/** The definition with `<LogicalId>` in the place of references. */
function definitionOf(template: Template): {
  QueryLanguage: string;
  Comment: string;
  TimeoutSeconds: number;
  States: Record<string, State>;
} {
  const [machine] = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
  const parts = (machine as { Properties: { DefinitionString: { 'Fn::Join': [string, unknown[]] } } }).Properties
    .DefinitionString['Fn::Join'][1];
  const text = parts.map((part) => (typeof part === 'string' ? part : `<${Object.values(part as object).flat()[0]}>`));
  return JSON.parse(text.join('')) as ReturnType<typeof definitionOf>;
}

function invokeState(template: Template): State {
  return definitionOf(template).States['Test configurations']!.ItemProcessor!.States['Invoke function']!;
}

describe('SystemTest', () => {
  it('fits in a template and a definition of 1 MB with 998 configurations of 128 KiB', () => {
    const configurations = Array.from({ length: 998 }, (_, index) => ({
      configuration_identifier: `config_${index}`.padEnd(50, 'x'),
      region: 'eu',
      sizes: ['s', 'm', 'l'],
    }));
    expect(JSON.stringify(configurations).length).toBeGreaterThan(100_000);
    const template = synthesize({ configurations: Configuration.list(configurations) });
    expect(JSON.stringify(template.toJSON()).length).toBeLessThan(600_000);
    expect(JSON.stringify(definitionOf(template)).length).toBeLessThan(400_000);
  });

  it('keeps what only the deployment knows of configurations whole, wherever it stands', () => {
    const onDeployment = { table: Token.asString({ Ref: 'Table' }), size: Token.asNumber({ Ref: 'Size' }) };
    const configurations = Array.from({ length: 500 }, (_, index) => Configuration.of(`${index}`, onDeployment));
    const definition = JSON.stringify(definitionOf(synthesize({ configurations })));
    expect(definition.match(/<Table>/g)).toHaveLength(1000);
    expect(definition.match(/<Size>/g)).toHaveLength(1000);
  });

  it('makes a Standard state machine in JSONata throughout', () => {
    const template = synthesize();
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', { StateMachineType: Match.absent() });
    expect(definitionOf(template).QueryLanguage).toBe('JSONata');
    expect(JSON.stringify(definitionOf(template))).not.toContain('JSONPath');
  });

  it('passes an independent validator of the Amazon States Language', () => {
    // The validator's pattern for an expression doesn't expect line breaks; Step Functions does.
    const text = JSON.stringify(definitionOf(synthesize()))
      .replaceAll('<AWS::Partition>', 'aws')
      .replaceAll(/(?<!\\)\\n/g, ' ');
    const definition: unknown = JSON.parse(text);
    expect(validateAsl(definition)).toMatchObject({ isValid: true, errors: [] });
  });

  it('comments each state for whoever reads it in the console', () => {
    const { States } = definitionOf(synthesize());
    const all = [...Object.values(States), ...Object.values(States['Test configurations']!.ItemProcessor!.States)];
    expect(all).toHaveLength(9);
    expect(all.filter(({ Comment }) => !Comment)).toEqual([]);
  });

  it('invokes the function by the SDK integration with its log tail', () => {
    expect(invokeState(synthesize())).toMatchObject({
      Resource: 'arn:<AWS::Partition>:states:::aws-sdk:lambda:invoke',
      Arguments: { FunctionName: expect.stringMatching(/^<Tested/), LogType: 'Tail' },
    });
  });

  it('invokes it by the optimised integration where no log tail is wanted', () => {
    const { Resource, Arguments } = invokeState(synthesize({ logTail: false }));
    expect(Resource).toBe('arn:<AWS::Partition>:states:::lambda:invoke');
    expect(Arguments).not.toHaveProperty('LogType');
  });

  it('retries only what passes by itself, with full jitter and a cap', () => {
    const { Retry } = invokeState(synthesize({ retryAttempts: 3 }));
    expect(Retry).toEqual([
      {
        ErrorEquals: transientErrors,
        IntervalSeconds: 2,
        BackoffRate: 3,
        MaxDelaySeconds: 60,
        MaxAttempts: 3,
        JitterStrategy: 'FULL',
      },
    ]);
  });

  it('waits as long before the first retry, and for the answer, as it is told', () => {
    const { Retry, TimeoutSeconds } = invokeState(
      synthesize({ retryInterval: Duration.seconds(59), configurationTimeout: Duration.minutes(2) }),
    );
    expect(Retry).toMatchObject([{ IntervalSeconds: 59, MaxDelaySeconds: 60 }]);
    expect(TimeoutSeconds).toBe(120);
    expect(invokeState(synthesize())).not.toHaveProperty('TimeoutSeconds');
  });

  it('has the comment that it is given', () => {
    expect(definitionOf(synthesize({ comment: 'The feeds of the night' })).Comment).toBe('The feeds of the night');
    expect(definitionOf(synthesize()).Comment).toMatch(/^Invokes a function once/);
  });

  describe('with a role of the user', () => {
    const roleArn = 'arn:aws:iam::111111111111:role/system-test';
    const everything = (role: (stack: Stack) => iam.IRole) => {
      const stack = new Stack(new App(), 'Stack', { env: { account: '111111111111', region: 'eu-west-1' } });
      new SystemTest(stack, 'SystemTest', {
        function: lambda.Function.fromFunctionName(stack, 'Tested', 'tested'),
        encryptionKey: new kms.Key(stack, 'Key'),
        mode: SystemTestMode.DISTRIBUTED,
        role: role(stack),
      });
      return Template.fromStack(stack);
    };
    const actionsOf = (template: Template) =>
      Object.values(template.findResources('AWS::IAM::Policy'))
        .flatMap((policy) => JSON.stringify(policy).match(/"[a-z0-9]+:[A-Z]\w+"/g))
        .toSorted();

    it('runs by it, and leaves one alone that is not to be changed', () => {
      const template = everything((stack) => iam.Role.fromRoleArn(stack, 'Role', roleArn, { mutable: false }));
      template.hasResourceProperties('AWS::StepFunctions::StateMachine', { RoleArn: roleArn });
      template.resourceCountIs('AWS::IAM::Policy', 0);
      template.resourceCountIs('AWS::IAM::Role', 0);
    });

    it.each<[string, (stack: Stack) => iam.IRole]>([
      ['of the app', (stack) => new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('states') })],
      ['that is imported', (stack) => iam.Role.fromRoleArn(stack, 'Role', roleArn)],
    ])('gives one %s what its own would have', (_, role) => {
      const own = actionsOf(everything(() => undefined as unknown as iam.IRole));
      expect(own).toEqual(expect.arrayContaining(['"lambda:InvokeFunction"', '"kms:Decrypt"', '"s3:PutObject"']));
      expect(actionsOf(everything(role))).toEqual(own);
    });
  });

  describe('where Step Functions may get no answer from a function that still runs', () => {
    const retried = (props: (stack: Stack) => Partial<SystemTestProps>) => {
      const { stack, tested } = newStack();
      new SystemTest(stack, 'SystemTest', { function: tested, ...props(stack) });
      const [retry] = invokeState(Template.fromStack(stack)).Retry!;
      return unanswered.errors.map((name) => (retry!.ErrorEquals as string[]).includes(name));
    };
    const running = (stack: Stack, timeout?: Duration) =>
      new lambda.Function(stack, 'Running', {
        runtime: lambda.Runtime.NODEJS_24_X,
        handler: 'index.handler',
        code: lambda.Code.fromInline('exports.handler = async () => undefined'),
        timeout,
      });
    const overridden = (stack: Stack) => {
      const tested = running(stack);
      (tested.node.defaultChild as lambda.CfnFunction).timeout = 31;
      return tested;
    };
    const unknown = Duration.seconds(Token.asNumber({ Ref: 'Timeout' }));

    it.each<[string, (stack: Stack) => lambda.IFunction, boolean]>([
      ['without a timeout, so 3 s', (stack) => running(stack), true],
      ['of 30 s', (stack) => running(stack, Duration.seconds(30)), true],
      ['of 31 s', (stack) => running(stack, Duration.seconds(31)), false],
      ['of 31 s by its resource', overridden, false],
      ['of 15 min', (stack) => running(stack, Duration.minutes(15)), false],
      ['with a timeout that only the deployment knows', (stack) => running(stack, unknown), false],
      ['in its version, of 30 s', (stack) => running(stack, Duration.seconds(30)).currentVersion, true],
      ['in its version, of 31 s', (stack) => running(stack, Duration.seconds(31)).currentVersion, false],
      ['in its alias, of 30 s', (stack) => running(stack, Duration.seconds(30)).addAlias('live'), true],
      ['in its alias, of 31 s', (stack) => running(stack, Duration.seconds(31)).addAlias('live'), false],
      ['that was imported', (stack) => lambda.Function.fromFunctionName(stack, 'Imported', 'feeds'), false],
      [
        'whose version was imported',
        (stack) => lambda.Version.fromVersionArn(stack, 'Imported', 'arn:aws:lambda:eu-west-1:1:function:feeds:1'),
        false,
      ],
    ])('is invoked again only if it ends within 30 s: one %s', (_, tested, again) => {
      expect(retried((stack) => ({ function: tested(stack) }))).toEqual([again, again]);
    });

    it('is always invoked again by the optimised integration, which waits until it has ended', () => {
      const props = (stack: Stack) => ({ function: running(stack, Duration.minutes(15)), logTail: false });
      expect(retried(props)).toEqual([true, true]);
    });
  });

  it('tests ten at once, retries five times and takes at most an hour, where nothing else is asked for', () => {
    const template = synthesize();
    const definition = definitionOf(template);
    expect(definition).toMatchObject({ TimeoutSeconds: 3600, Comment: expect.stringMatching(/system_test: true$/) });
    expect(JSON.stringify(definition)).toContain('$orDefault($input.max_concurrency, 10)');
    expect(JSON.stringify(definition)).toContain('$orDefault($input.tolerated_failures, 0)');
    expect(invokeState(template).Retry![0]).toMatchObject({ MaxAttempts: 5 });
  });

  it('outlives its stack where it is asked to, and its log for as long as it is asked to', () => {
    const kept = synthesize({ removalPolicy: RemovalPolicy.RETAIN, logRetention: logs.RetentionDays.ONE_WEEK });
    kept.hasResource('AWS::StepFunctions::StateMachine', { DeletionPolicy: 'Retain' });
    kept.hasResource('AWS::Logs::LogGroup', { Properties: { RetentionInDays: 7 }, DeletionPolicy: 'Retain' });
    const [machine] = Object.values(synthesize().findResources('AWS::StepFunctions::StateMachine'));
    expect(machine).toMatchObject({ DeletionPolicy: 'Delete' });
  });

  it.each([true, false])('permits the state machine to invoke exactly the function (log tail: %s)', (logTail) => {
    const template = synthesize({ logTail });
    const policies = Object.values(template.findResources('AWS::IAM::Policy')) as {
      Properties: { PolicyDocument: { Statement: { Action: string | string[]; Resource: unknown }[] } };
    }[];
    const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
    const onLambda = statements.filter(({ Action }) => JSON.stringify(Action).includes('lambda:'));
    expect(onLambda).toEqual([
      {
        Action: 'lambda:InvokeFunction',
        Effect: 'Allow',
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Tested/), 'Arn'] },
      },
    ]);
    // Log delivery and X-Ray know no resources.
    const onAll = statements.filter(({ Resource }) => Resource === '*').flatMap(({ Action }) => Action);
    expect(onAll.filter((action) => !/^(logs|xray):/.test(action))).toEqual([]);
  });

  it('tests exactly the version that it is given', () => {
    const { stack, tested } = newStack();
    const version = tested.currentVersion;
    new SystemTest(stack, 'SystemTest', { function: version });
    const template = Template.fromStack(stack);
    const [versionId] = Object.keys(template.findResources('AWS::Lambda::Version'));
    expect(invokeState(template).Arguments!.FunctionName).toBe(`<${versionId}>`);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          { Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: { Ref: versionId } },
        ]),
      },
    });
  });

  it('tests exactly the alias that it is given', () => {
    const { stack, tested } = newStack();
    const alias = new lambda.Alias(stack, 'Live', { aliasName: 'live', version: tested.currentVersion });
    new SystemTest(stack, 'SystemTest', { function: alias });
    expect(invokeState(Template.fromStack(stack)).Arguments!.FunctionName).toMatch(/^<Live/);
  });

  it('logs errors to a group with a retention and traces by X-Ray', () => {
    const template = synthesize();
    template.hasResource('AWS::Logs::LogGroup', { Properties: { RetentionInDays: 30 }, DeletionPolicy: 'Delete' });
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      LoggingConfiguration: Match.objectLike({ Level: 'ERROR', IncludeExecutionData: false }),
      TracingConfiguration: { Enabled: true },
    });
  });

  it('uses the log group, name, timeout and tracing that it is given', () => {
    const { stack, tested } = newStack();
    const logGroup = logs.LogGroup.fromLogGroupName(stack, 'Mine', 'mine');
    new SystemTest(stack, 'SystemTest', {
      function: tested,
      logGroup,
      stateMachineName: 'nightly',
      timeout: Duration.minutes(5),
      tracingEnabled: false,
    });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Logs::LogGroup', 0);
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      StateMachineName: 'nightly',
      TracingConfiguration: { Enabled: false },
    });
    expect(definitionOf(template).TimeoutSeconds).toBe(300);
  });

  it('passes the payload on, references in it too', () => {
    const { stack, tested } = newStack();
    const bucket = new s3.Bucket(stack, 'Bucket');
    new SystemTest(stack, 'SystemTest', {
      function: tested,
      payload: { bucket: bucket.bucketName, note: 'a "quoted" \\ word' },
    });
    const { Arguments } = invokeState(Template.fromStack(stack));
    expect(Arguments!.Payload).toMatch(/\{"bucket":"<Bucket\w+>","note":"a \\"quoted\\" \\\\ word"\}/);
  });

  it('has outputs that name the state machine and the function, for the trigger to find', () => {
    const template = synthesize();
    template.hasOutput('*', {
      Description: 'System test state machine: Stack/SystemTest',
      Value: { Ref: Match.stringLikeRegexp('StateMachine') },
    });
    expect(Object.keys(template.findOutputs('*'))).toHaveLength(2);
    template.hasOutput('*', {
      Description: 'System test function: Stack/SystemTest',
      Value: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Tested'), 'Arn'] },
    });
  });

  it('names an imported function in its output as it is tested: with its version or alias, and its account', () => {
    const { stack } = newStack();
    const live = 'arn:aws:lambda:eu-west-1:123456789012:function:feeds:live';
    new SystemTest(stack, 'SystemTest', { function: lambda.Function.fromFunctionArn(stack, 'Live', live) });
    const template = Template.fromStack(stack);
    expect(Object.values(template.findOutputs('*'))).toContainEqual({
      Description: 'System test function: Stack/SystemTest',
      Value: live,
    });
  });

  it('may stand several times in one stack', () => {
    const { stack, tested } = newStack();
    new SystemTest(stack, 'Nightly', { function: tested });
    new SystemTest(stack, 'Hourly', { function: tested });
    Template.fromStack(stack).resourceCountIs('AWS::StepFunctions::StateMachine', 2);
  });

  it.each<[string, Partial<SystemTestProps>, string]>([
    [
      'maxConcurrency 0',
      { maxConcurrency: 0 },
      'Expected maxConcurrency of Stack/SystemTest to be an integer from 1 to 40, got 0.',
    ],
    ['maxConcurrency 41', { maxConcurrency: 41 }, 'an integer from 1 to 40, got 41.'],
    ['maxConcurrency 2.5', { maxConcurrency: 2.5 }, 'an integer from 1 to 40, got 2.5.'],
    ['maxConcurrency NaN', { maxConcurrency: NaN }, 'got NaN.'],
    [
      'retryAttempts 21',
      { retryAttempts: 21 },
      'Expected retryAttempts of Stack/SystemTest to be an integer from 0 to 20, got 21.',
    ],
    [
      'retryInterval 60 s',
      { retryInterval: Duration.seconds(60) },
      'Expected retryInterval in seconds of Stack/SystemTest to be an integer from 1 to 59, got 60.',
    ],
    [
      'configurationTimeout 0.5 s',
      { configurationTimeout: Duration.millis(500) },
      'Expected configurationTimeout in seconds of Stack/SystemTest to be an integer from 1 to 99999999, got 0.5.',
    ],
    [
      'a configurationTimeout that only the deployment knows',
      { configurationTimeout: Duration.seconds(Token.asNumber({ Ref: 'Timeout' })) },
      'Expected configurationTimeout of Stack/SystemTest to be known when the app is synthesized',
    ],
    [
      'timeout 0',
      { timeout: Duration.seconds(0) },
      'Expected timeout in seconds of Stack/SystemTest to be an integer from 1 to 31536000, got 0.',
    ],
    [
      'retryAttempts that only the deployment knows',
      { retryAttempts: Token.asNumber({ Ref: 'Attempts' }) },
      'Expected retryAttempts of Stack/SystemTest to be known when the app is synthesized, got a token',
    ],
    [
      'an identifier that only the deployment knows',
      { configurations: ['a', `tenant-${Token.asString({ Ref: 'Tenant' })}`] },
      'Expected configurations[1] of Stack/SystemTest to be known when the app is synthesized, got a token',
    ],
    [
      'an identifier with keys that only the deployment knows',
      { configurations: [Configuration.of(Token.asString({ Ref: 'Tenant' }), { region: 'eu' })] },
      'Expected configurations[0] of Stack/SystemTest to be known when the app is synthesized, got a token',
    ],
    [
      'configurations that only the deployment knows',
      { configurations: Token.asList({ Ref: 'Tenants' }) },
      'Expected configurations of Stack/SystemTest to be known when the app is synthesized, got a token',
    ],
    ['no configuration', { configurations: [] }, 'Expected configurations of Stack/SystemTest to be 1 to 998, got 0.'],
    [
      '999 configurations',
      { configurations: Array.from({ length: 999 }, (_, index) => `config_${index}`) },
      'to be 1 to 998, got 999.',
    ],
    ['a configuration twice', { configurations: ['a', 'b', 'a'] }, 'to be distinct, got "a" at [0] and at [2].'],
    [
      'an empty identifier',
      { configurations: ['a', ''] },
      'Expected configurations of Stack/SystemTest[1] not to be empty, got "".',
    ],
    [
      'configurations over 128 KiB',
      { configurations: [Configuration.of('a', { text: 'x'.repeat(140_000) })] },
      'to take at most 131072 bytes of JSON, got 140',
    ],
    [
      'configurations that outgrow a template by what they are escaped to',
      { configurations: [Configuration.of('a', { text: "'".repeat(100_000) })] },
      'Expected configurations of Stack/SystemTest to take at most 900000 bytes of the template',
    ],
    [
      'an identifier of 1,025 characters',
      { configurations: ['x'.repeat(1025)] },
      'Expected configurations of Stack/SystemTest[0] to have at most 1024 characters, got 1025: "xxx',
    ],
    [
      'a payload with configuration_identifier',
      { payload: { configuration_identifier: 'a' } },
      'without configuration_identifier, which the state machine sets, got "a".',
    ],
    [
      'a payload with system_test',
      { payload: { system_test: false } },
      'without system_test, which the state machine sets, got false.',
    ],
  ])('refuses %s with the value and what is expected', (_, props, message) => {
    expect(() => synthesize(props)).toThrow(message);
  });

  it.each([
    ['count', 5, '5'],
    ['percent', 5, '"5%"'],
    ['percent', 33.34, '"33.34%"'],
  ] as const)('tolerates a %s of %d failures', (kind, value, expected) => {
    const definition = JSON.stringify(definitionOf(synthesize({ toleratedFailures: ToleratedFailures[kind](value) })));
    expect(definition).toContain(`$orDefault($input.tolerated_failures, ${expected.replaceAll('"', '\\"')})`);
  });

  it.each([
    ['count', -1, 'count to be an integer from 0 up, got -1.'],
    ['count', 2.5, 'got 2.5.'],
    ['percent', 101, 'percent to be a number from 0 to 100, got 101.'],
    ['percent', NaN, 'got NaN.'],
    ['count', Token.asNumber({ Ref: 'Failures' }), 'got -1.88'],
  ] as const)('refuses to tolerate a %s of %d failures', (kind, value, message) => {
    expect(() => ToleratedFailures[kind](value)).toThrow(message);
  });
});
