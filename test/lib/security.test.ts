import { Stack, Stage } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { boundary, newFunction, newSystemTest, otherAccountRole, templateOf } from './templateVariants';
import { statementsOf, textOf, type Statement } from './templates';
import type { SystemTest } from '../../lib';

describe('A permissions boundary', () => {
  it('bounds every role', () => {
    const roles = Object.values(templateOf('a permissions boundary').findResources('AWS::IAM::Role')) as {
      Properties: { PermissionsBoundary?: string };
    }[];
    expect(roles.length).toBeGreaterThanOrEqual(2);
    expect(roles.map(({ Properties }) => Properties.PermissionsBoundary)).toEqual(roles.map(() => boundary));
  });
});

describe('A function in a VPC', () => {
  it('needs nothing of the state machine that another function does not', () => {
    const inVpc = templateOf('a function in a VPC');
    const elsewhere = Template.fromStack(newSystemTest().stack);
    for (const type of ['AWS::StepFunctions::StateMachine', 'AWS::Logs::LogGroup']) {
      expect(inVpc.findResources(type)).toEqual(elsewhere.findResources(type));
    }
    expect(statementsOf(inVpc, 'SystemTest')).toEqual(statementsOf(elsewhere, 'SystemTest'));
    inVpc.hasResourceProperties('AWS::Lambda::Function', { VpcConfig: Match.anyValue() });
  });
});

describe('A function of another account', () => {
  const env = { account: '111111111111', region: 'eu-west-1' };
  const arn = (region: string, account: string) => `arn:aws:lambda:${region}:${account}:function:feeds`;
  const imported = (functionArn: string) => (scope: Stack) => ({
    function: lambda.Function.fromFunctionArn(scope, 'Feeds', functionArn),
  });
  const role = (scope: Stack) => ({ invokeRole: iam.Role.fromRoleArn(scope, 'Invoke', otherAccountRole) });

  it('is invoked by a role that the state machine assumes, and by nothing else', () => {
    const template = templateOf('a function of another account');
    const statements = statementsOf(template, 'SystemTest');
    expect(statements[0]).toEqual({ Action: 'sts:AssumeRole', Effect: 'Allow', Resource: otherAccountRole });
    expect(JSON.stringify(statements)).not.toContain('lambda:');
    const [machine] = Object.values(template.findResources('AWS::StepFunctions::StateMachine')) as {
      Properties: { DefinitionString: unknown };
    }[];
    const { States } = JSON.parse(textOf(machine!.Properties.DefinitionString)) as {
      States: Record<string, { ItemProcessor: { States: Record<string, unknown> } }>;
    };
    expect(States['Test configurations']!.ItemProcessor.States['Invoke function']).toMatchObject({
      Credentials: { RoleArn: otherAccountRole },
    });
  });

  it('is refused without such a role', () => {
    expect(() => newSystemTest(imported(arn('eu-west-1', '222222222222')), env)).toThrow(
      'Expected Stack/SystemTest to have an invokeRole that may invoke its function in account 222222222222, got none',
    );
    const props = (scope: Stack) => ({ ...imported(arn('eu-west-1', '222222222222'))(scope), ...role(scope) });
    expect(() => newSystemTest(props, env)).not.toThrow();
  });

  it.each([
    ['imported by its ARN', imported(arn('us-east-1', '111111111111'))],
    [
      'imported as a version',
      (scope: Stack) => ({
        function: lambda.Version.fromVersionArn(scope, 'Feeds', `${arn('us-east-1', '111111111111')}:7`),
      }),
    ],
    [
      'of another stack',
      (scope: Stack) => ({
        function: newFunction(new Stack(Stage.of(scope), 'Other', { env: { ...env, region: 'us-east-1' } }), {
          functionName: 'feeds',
        }),
      }),
    ],
    [
      'with a role as well',
      (scope: Stack) => ({ ...imported(arn('us-east-1', '111111111111'))(scope), ...role(scope) }),
    ],
  ])('is refused in another Region: %s', (_, props) => {
    expect(() => newSystemTest(props, env)).toThrow(
      'Expected function of Stack/SystemTest to be in eu-west-1, where its stack is, got one in us-east-1: Step Functions invokes no function in another Region.',
    );
  });

  it('may be where it likes as long as the Region of the stack is not known', () => {
    expect(() => newSystemTest(imported(arn('us-east-1', '222222222222')))).not.toThrow();
  });
});

const document = readFileSync(join(__dirname, '../../docs/security.md'), 'utf8');

describe('The documented policy of whoever runs the test', () => {
  /** A policy's value as CloudFormation would resolve it for this stack. */
  function resolve(value: unknown, references: Record<string, string>): unknown {
    if (Array.isArray(value)) {
      return value.map((element) => resolve(element, references));
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    const [[name, argument]] = Object.entries(value) as [[string, unknown]];
    const resolved = resolve(argument, references);
    switch (name) {
      case 'Ref':
        return Object.entries(references).find(([prefix]) => String(argument).startsWith(prefix))![1];
      case 'Fn::GetAtt':
        return references[(argument as string[]).join('.').replace(/[0-9A-F]{8}/, '')];
      case 'Fn::Join':
        return (resolved as [string, string[]])[1].join('');
      case 'Fn::Split':
        return (resolved as [string, string])[1].split((resolved as [string, string])[0]);
      case 'Fn::Select':
        return (resolved as [number, string[]])[1][(resolved as [number, string[]])[0]];
      default:
        return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, resolve(part, references)]));
    }
  }

  const documented = (
    JSON.parse(/```json\n(\{\n {2}"Version"[^`]*)```/.exec(document)![1]!.replace('stack/Feeds/', 'stack/Stack/')) as {
      Statement: Statement[];
    }
  ).Statement;

  it.each<[string, Statement[], (systemTest: SystemTest, role: iam.IRole) => void]>([
    ['grantRun', documented, (systemTest, role) => systemTest.grantRun(role)],
    [
      'grantRead, without starting and stopping,',
      documented.filter(({ Action }) => !/:St(art|op)Execution$/.test(String(Action))),
      (systemTest, role) => systemTest.grantRead(role),
    ],
  ])('is what %s generates', (_, expected, grant) => {
    const { stack, systemTest } = newSystemTest((scope) => ({ encryptionKey: new kms.Key(scope, 'Key') }), {
      account: '111111111111',
      region: 'eu-west-1',
    });
    grant(systemTest, new iam.Role(stack, 'Trigger', { assumedBy: new iam.AccountRootPrincipal() }));
    expect(
      resolve(statementsOf(Template.fromStack(stack), 'Trigger'), {
        'AWS::Partition': 'aws',
        SystemTestStateMachine: 'arn:aws:states:eu-west-1:111111111111:stateMachine:SystemTest',
        'Key.Arn': 'arn:aws:kms:eu-west-1:111111111111:key/4b5a6978',
      }),
    ).toEqual(expected);
  });
});
