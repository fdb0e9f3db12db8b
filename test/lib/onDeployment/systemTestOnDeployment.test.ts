import { App, Duration, Stack, Tags, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { SystemTest, SystemTestOnDeployment, SystemTestOnDeploymentProps } from '../../../lib';
import { FeedsStack } from '../../examples/onDeployment';
import { statementsOf, textOf } from '../templates';
import { newDeployment, newFunction, newSystemTest } from '../templateVariants';

const type = 'Custom::SystemTestOnDeployment';

/** A stack that is tested in its deployment. */
function deployed({ more = () => undefined, tested, ...props }: Changed = {}): Template {
  const made = newSystemTest((stack) => ({ function: newFunction(stack, tested) }));
  const onDeployment = new SystemTestOnDeployment(made.stack, 'OnDeployment', {
    systemTest: made.systemTest,
    ...props,
  });
  more({ ...made, onDeployment });
  return Template.fromStack(made.stack);
}

interface Changed extends Partial<SystemTestOnDeploymentProps> {
  tested?: Partial<lambda.FunctionProps>;
  more?: (made: ReturnType<typeof newSystemTest> & { onDeployment: SystemTestOnDeployment }) => unknown;
}

const idsOf = (template: Template) => Object.keys(template.findResources(type));

describe('SystemTestOnDeployment', () => {
  const template = Template.fromStack(new FeedsStack(new App(), 'Stack'));
  const [resource] = Object.values(template.findResources(type)) as { DependsOn: string[]; Properties: object }[];

  it('is a resource that CloudFormation waits for, two minutes longer than the test may take', () => {
    expect(resource!.Properties).toEqual({
      ServiceToken: { 'Fn::GetAtt': [expect.stringMatching(/^OnDeploymentFunction/), 'Arn'] },
      ServiceTimeout: '3420',
      StateMachineArn: { Ref: expect.stringMatching(/^OnDeploymentStateMachine/) },
      SystemTestArn: { Ref: expect.stringMatching(/^SystemTestStateMachine/) },
    });
  });

  it('comes after all that the test takes, so that nothing is tested before it is deployed', () => {
    const logs = /^OnDeployment(FunctionRole|FunctionLog|Log)/;
    const needed = Object.keys(template.toJSON().Resources as object).filter(
      (logicalId) => logicalId !== idsOf(template)[0] && !logs.test(logicalId),
    );
    expect(needed.length).toBeGreaterThan(8);
    expect(resource!.DependsOn.toSorted()).toEqual(needed.toSorted());
  });

  it('comes after version and alias, where these are tested', () => {
    const stack = new Stack(new App(), 'Stack');
    const { alias } = newDeployment(stack);
    const systemTest = new SystemTest(stack, 'SystemTest', { function: alias, configurations: ['a'] });
    new SystemTestOnDeployment(stack, 'OnDeployment', { systemTest });
    const [one] = Object.values(Template.fromStack(stack).findResources(type)) as { DependsOn: string[] }[];
    expect(one!.DependsOn).toContainEqual(expect.stringMatching(/^Live/));
  });

  it('is another resource in each deployment that changes the stack, so that it tests then and a rollback deletes it', () => {
    const changes: Changed[] = [
      {},
      { revision: '4f1d2c' },
      { input: { max_concurrency: 3 } },
      { timeout: Duration.minutes(5) },
      { tested: { environment: { TABLE: 'feeds' } } },
      {
        more: ({ stack }) => {
          Tags.of(stack).add('release', '2');
        },
      },
    ];
    const ids = changes.flatMap((change) => idsOf(deployed(change)));
    expect(new Set(ids).size).toBe(changes.length);
    expect(idsOf(deployed())).toEqual(ids.slice(0, 1));
    for (const id of ids) expect(id).toMatch(/^OnDeployment[0-9A-F]{8}[0-9a-f]{10}$/);
  });

  it('sees the function change that another stack of the app has', () => {
    const idWith = (environment: Record<string, string>) => {
      const app = new App();
      const tested = newFunction(new Stack(app, 'Function'), { environment });
      const stack = new Stack(app, 'Stack');
      const systemTest = new SystemTest(stack, 'SystemTest', { function: tested, configurations: ['a'] });
      new SystemTestOnDeployment(stack, 'OnDeployment', { systemTest });
      return idsOf(Template.fromStack(stack))[0];
    };
    expect(idWith({ TABLE: 'feeds' })).not.toBe(idWith({ TABLE: 'tenants' }));
  });

  it('lets others wait for it, and another one stand beside it', () => {
    const both = deployed({
      more: ({ stack, systemTest, onDeployment }) => {
        const second = new SystemTestOnDeployment(stack, 'Second', { systemTest });
        second.node.addDependency(onDeployment);
      },
    });
    const [first, second] = idsOf(both);
    expect((both.findResources(type)[second!] as { DependsOn: string[] }).DependsOn).toContain(first);
  });

  const { StartAt, States } = JSON.parse(
    textOf(
      (
        Object.entries(template.findResources('AWS::StepFunctions::StateMachine')).find(([logicalId]) =>
          logicalId.startsWith('OnDeployment'),
        )![1].Properties as { DefinitionString: unknown }
      ).DefinitionString,
    ),
  ) as { StartAt: string; States: Record<string, { Comment?: string }> };

  it('waits until the update has settled, and names the execution after the request', () => {
    expect(States[StartAt]).toMatchObject({ Type: 'Wait', Seconds: 30, Next: 'Run the system test' });
    expect(States['Run the system test']).toMatchObject({
      TimeoutSeconds: 3300,
      Arguments: { Name: '{% $states.context.Execution.Name %}' },
    });
    expect(Object.values(States).filter(({ Comment }) => !Comment)).toEqual([]);
  });

  it('permits each part exactly what it does', () => {
    const actionsOf = (prefix: string) =>
      statementsOf(template, prefix)
        .filter(({ Action }) => !/^(logs|xray):/.test([Action].flat()[0]!))
        .map(({ Action, Resource }) => [Action, textOf(Resource)]);
    const executions = expect.stringMatching(/:execution:<6,<:,<SystemTestStateMachine\w+>>>:\*$/);
    expect(actionsOf('OnDeploymentFunctionRole')).toEqual([['states:DescribeExecution', executions]]);
    expect(actionsOf('OnDeploymentStartPolicy')).toEqual([
      ['states:StartExecution', expect.stringMatching(/^<OnDeploymentStateMachine\w+>$/)],
    ]);
    expect(actionsOf('OnDeploymentStateMachine')).toEqual([
      ['states:StartExecution', expect.stringMatching(/^<SystemTestStateMachine\w+>$/)],
      [['states:DescribeExecution', 'states:StopExecution'], executions],
      [
        ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
        expect.stringMatching(/:rule\/StepFunctionsGetEventsForStepFunctionsExecutionRule$/),
      ],
      ['lambda:InvokeFunction', expect.stringMatching(/^<OnDeploymentFunction\w+,Arn>$/)],
    ]);
  });

  it('has a function that needs no bundler, for half a minute, whose log goes with the stack after a month', () => {
    const { Code, ...functionProperties } = Object.entries(template.findResources('AWS::Lambda::Function')).find(
      ([logicalId]) => logicalId.startsWith('OnDeployment'),
    )![1].Properties as { Code: { ZipFile: string } };
    expect(Code.ZipFile.length).toBeLessThan(4096);
    expect(functionProperties).toMatchObject({ Timeout: 30, Runtime: 'nodejs24.x', TracingConfig: { Mode: 'Active' } });
    template.hasResource('AWS::Logs::LogGroup', { Properties: { RetentionInDays: 30 }, DeletionPolicy: 'Delete' });
  });

  it('logs and traces as it is told, or not at all', () => {
    const off = deployed({ logLevel: sfn.LogLevel.OFF, tracingEnabled: false }).toJSON() as {
      Resources: Record<string, object>;
    };
    const made = Object.entries(off.Resources).filter(([logicalId]) => logicalId.startsWith('OnDeployment'));
    expect(JSON.stringify(made)).not.toMatch(/logs:|xray:|LoggingConfiguration|AWS::Logs|TracingConfig"/);
  });

  it('reads the executions of an encrypted test, in function and state machine', () => {
    const { stack, systemTest } = newSystemTest((scope) => ({ encryptionKey: new kms.Key(scope, 'Key') }));
    new SystemTestOnDeployment(stack, 'OnDeployment', { systemTest });
    const decrypts = statementsOf(Template.fromStack(stack), 'OnDeployment').filter(
      ({ Action }) => Action === 'kms:Decrypt',
    );
    expect(decrypts).toHaveLength(2);
  });

  it('takes a test that is there already with a revision, and not without', () => {
    const { stack } = newSystemTest();
    const systemTest = SystemTest.fromStateMachineName(stack, 'There', 'FeedsTest');
    expect(() => new SystemTestOnDeployment(stack, 'Without', { systemTest })).toThrow(
      'Expected Stack/Without to be given a revision, as the function that its system test tests is not one of this app: nothing here would tell when it changed.',
    );
    new SystemTestOnDeployment(stack, 'With', { systemTest, revision: '4f1d2c' });
    Template.fromStack(stack).hasResourceProperties(type, {
      SystemTestArn: Match.objectLike({ 'Fn::Join': Match.anyValue() }),
    });
  });

  it('takes a function of another app for one, whatever this app permits to invoke it', () => {
    const { stack, systemTest } = newSystemTest((scope) => {
      const functionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:feeds';
      const there = lambda.Function.fromFunctionAttributes(scope, 'There', { functionArn, sameEnvironment: true });
      there.addFunctionUrl();
      return { function: there };
    });
    expect(() => new SystemTestOnDeployment(stack, 'OnDeployment', { systemTest })).toThrow('to be given a revision');
  });

  it.each<[string, Partial<SystemTestOnDeploymentProps>, string]>([
    [
      'a revision that is empty, as of a variable that is not set',
      { revision: '' },
      'Expected revision of Stack/OnDeployment to be what tells this deployment from the last one, got "".',
    ],
    [
      'a timeout of 59 minutes, as CloudFormation waits for an hour',
      { timeout: Duration.minutes(59) },
      'Expected timeout in seconds of Stack/OnDeployment to be an integer from 60 to 3480, got 3540.',
    ],
    ['an input that the test refuses', { input: { configurations: ['aa'] } }, 'got "aa": allow_unknown: true permits'],
    [
      'a revision that only the deployment knows',
      { revision: Token.asString({ Ref: 'Release' }) },
      'Expected revision of Stack/OnDeployment to be known when the app is synthesized, got a token',
    ],
  ])('refuses %s', (_, props, message) => {
    expect(() => deployed(props)).toThrow(message);
  });
});
