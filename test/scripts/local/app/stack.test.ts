import type { Json, JsonObject } from '../../../../lib/wire';
import { describeStack } from '../../../../scripts/local/app/describeStack';
import { Stack, type Surroundings } from '../../../../scripts/local/app/stack';
import { parseTemplate } from '../../../../scripts/local/app/template';

const environment = { account: '111122223333', region: 'eu-central-1' };
const alone: Surroundings = {
  exported: (name) => (name === 'SharedName' ? 'shared-value' : undefined),
  output: (stackName, key, { region }) => (stackName === 'Other' && key === 'Out' ? `out-of-${region}` : undefined),
  nested: () => undefined,
};

function stackOf(
  template: JsonObject,
  options: { stackName?: string; region?: string; parameters?: JsonObject } = {},
): Stack {
  const { stackName = 'Shop', region = environment.region, parameters } = options;
  return new Stack({
    stackName,
    environment: { ...environment, region },
    template: parseTemplate(template, 'the template of stack Shop'),
    tags: {},
    parameters,
    surroundings: alone,
  });
}

/** Resolves a value as the output `Value` of a stack that has these things to refer to. */
function resolved(value: Json, more: JsonObject = {}): Json | undefined {
  const stack = stackOf({
    Parameters: {
      Size: { Type: 'Number', Default: 3 },
      Zones: { Type: 'CommaDelimitedList', Default: 'a, b' },
      BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/version' },
      Bare: { Type: 'String' },
    },
    Mappings: { Regions: { 'eu-central-1': { Short: 'euc1' } } },
    Conditions: {
      IsFrankfurt: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-central-1'] },
      IsNot: { 'Fn::Not': [{ Condition: 'IsFrankfurt' }] },
      IsBoth: { 'Fn::And': [{ Condition: 'IsFrankfurt' }, { 'Fn::Equals': ['3', { Ref: 'Size' }] }] },
      IsEither: { 'Fn::Or': [{ Condition: 'IsNot' }, { 'Fn::Equals': ['a', 'b'] }] },
    },
    Resources: { Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'things' } } },
    Outputs: { Value: { Value: value } },
    ...more,
  });
  return stack.output('Value');
}

describe('intrinsic functions', () => {
  test.each<[string, Json, Json]>([
    ['Ref of a resource', { Ref: 'Bucket' }, 'things'],
    ['Ref of a parameter', { Ref: 'Size' }, 3],
    ['Ref of a list parameter', { Ref: 'Zones' }, ['a', 'b']],
    ['Ref of a Systems Manager parameter', { Ref: 'BootstrapVersion' }, 'value-of-/cdk-bootstrap/version'],
    ['AWS::AccountId', { Ref: 'AWS::AccountId' }, '111122223333'],
    ['AWS::Partition', { Ref: 'AWS::Partition' }, 'aws'],
    ['AWS::URLSuffix', { Ref: 'AWS::URLSuffix' }, 'amazonaws.com'],
    ['AWS::StackName', { Ref: 'AWS::StackName' }, 'Shop'],
    ['AWS::NotificationARNs', { Ref: 'AWS::NotificationARNs' }, []],
    ['AWS::NoValue in an object', { a: 1, b: { Ref: 'AWS::NoValue' } }, { a: 1 }],
    ['AWS::NoValue in a list', [1, { Ref: 'AWS::NoValue' }], [1]],
    ['Fn::GetAtt', { 'Fn::GetAtt': ['Bucket', 'Arn'] }, 'arn:aws:s3:::things'],
    ['Fn::GetAtt in one string', { 'Fn::GetAtt': 'Bucket.Arn' }, 'arn:aws:s3:::things'],
    ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'Size' }, true]] }, 'a-3-true'],
    ['Fn::Join of a list parameter', { 'Fn::Join': ['|', { Ref: 'Zones' }] }, 'a|b'],
    [
      'Fn::Sub',
      { 'Fn::Sub': '${Bucket}/${Bucket.Arn}/${AWS::Region}/${!Literal}' },
      'things/arn:aws:s3:::things/eu-central-1/${Literal}',
    ],
    [
      'Fn::Sub with variables',
      { 'Fn::Sub': ['${Where} ${Bucket}', { Where: { Ref: 'AWS::Region' } }] },
      'eu-central-1 things',
    ],
    ['Fn::Select', { 'Fn::Select': ['1', { Ref: 'Zones' }] }, 'b'],
    ['Fn::Split', { 'Fn::Split': ['/', 'a/b'] }, ['a', 'b']],
    ['Fn::Base64', { 'Fn::Base64': 'ö' }, 'w7Y='],
    ['Fn::FindInMap', { 'Fn::FindInMap': ['Regions', { Ref: 'AWS::Region' }, 'Short'] }, 'euc1'],
    ['Fn::FindInMap with a default', { 'Fn::FindInMap': ['Regions', 'x', 'y', { DefaultValue: 'z' }] }, 'z'],
    ['Fn::ImportValue', { 'Fn::ImportValue': { 'Fn::Sub': 'Shared${Name}' } }, 'shared-value'],
    ['Fn::GetStackOutput', { 'Fn::GetStackOutput': { StackName: 'Other', OutputName: 'Out' } }, 'out-of-eu-central-1'],
    ['Fn::GetAZs', { 'Fn::GetAZs': '' }, ['eu-central-1a', 'eu-central-1b', 'eu-central-1c']],
    ['Fn::If, true', { 'Fn::If': ['IsFrankfurt', 'yes', { Ref: 'Nowhere' }] }, 'yes'],
    ['Fn::If, false', { 'Fn::If': ['IsNot', 'yes', 'no'] }, 'no'],
    ['Fn::And', { 'Fn::If': ['IsBoth', 'yes', 'no'] }, 'yes'],
    ['Fn::Or', { 'Fn::If': ['IsEither', 'yes', 'no'] }, 'no'],
  ])('resolves %s', (name, value, expected) => {
    const more: JsonObject =
      name === 'Fn::ImportValue' ? { Parameters: { Name: { Type: 'String', Default: 'Name' } } } : {};
    expect(resolved(value, more)).toEqual(expected);
  });

  test('resolves Fn::Length and Fn::ToJsonString with the transform that declares them', () => {
    const value = { 'Fn::ToJsonString': { count: { 'Fn::Length': { Ref: 'Zones' } } } };
    expect(resolved(value, { Transform: 'AWS::LanguageExtensions' })).toBe('{"count":2}');
    expect(() => resolved(value)).toThrow(/needs the transform AWS::LanguageExtensions/);
  });

  test.each<[string, Json, RegExp]>([
    ['an unknown reference', { Ref: 'Nowhere' }, /no resource or parameter Nowhere, which stack Shop, output Value/],
    ['an unknown pseudo parameter', { Ref: 'AWS::Nothing' }, /no pseudo parameter AWS::Nothing/],
    ['a parameter without a value', { Ref: 'Bare' }, /Parameter Bare of stack Shop has no default/],
    ['an unknown reference in Fn::Sub', { 'Fn::Sub': '${Nowhere.Arn}' }, /no resource or parameter Nowhere/],
    ['an index past the end', { 'Fn::Select': [2, ['a']] }, /an index from 0 to 0 .* got 2/],
    ['an import that nobody exports', { 'Fn::ImportValue': 'Missing' }, /No stack of the app exports Missing/],
    ['an unknown mapping', { 'Fn::FindInMap': ['No', 'a', 'b'] }, /no mapping "?No/],
    ['an unknown key of a mapping', { 'Fn::FindInMap': ['Regions', 'a', 'b'] }, /Expected "a" with "b" in mapping/],
    ['an unknown condition', { 'Fn::If': ['No', 1, 2] }, /no condition No/],
    ['a list where a string belongs', { 'Fn::Join': ['', [['a']]] }, /Expected a string .* got \["a"\]/],
    ['a function that is not supported', { 'Fn::Cidr': ['10.0.0.0/16', 2, 8] }, /Fn::Cidr .*isn't supported/],
  ])('refuses %s with the place', (_, value, message) => {
    expect(() => resolved(value)).toThrow(message);
    expect(() => resolved(value)).toThrow(/output Value|stack Shop/);
  });

  test('refuses a condition that depends on itself', () => {
    const more = { Conditions: { A: { 'Fn::Not': [{ Condition: 'A' }] } } };
    expect(() => resolved({ 'Fn::If': ['A', 1, 2] }, more)).toThrow('Condition A of stack Shop depends on itself.');
  });
});

test('a condition that can not be evaluated is refused for the same reason each time', () => {
  const stack = stackOf({ Conditions: { A: { 'Fn::Equals': [{ Ref: 'Nowhere' }, 1] } } });
  for (const place of ['here', 'there']) {
    expect(() => stack.condition('A', place)).toThrow(/no resource or parameter Nowhere/);
  }
});

describe('resources', () => {
  const bucket = (properties: JsonObject = {}): JsonObject => ({ Type: 'AWS::S3::Bucket', Properties: properties });

  test('come in the order in which they need each other', () => {
    const stack = stackOf({
      Resources: {
        Third: bucket({ A: { 'Fn::Sub': 'x-${Second.Arn}' } }),
        First: bucket(),
        Second: { ...bucket({ A: { Ref: 'AWS::Region' } }), DependsOn: 'First' },
      },
    });
    expect(stack.resources().map(({ logicalId }) => logicalId)).toEqual(['First', 'Second', 'Third']);
  });

  test('that need each other in a circle are refused by name', () => {
    const stack = stackOf({
      Resources: {
        A: bucket({ X: { Ref: 'B' } }),
        B: bucket({ Y: [{ 'Fn::GetAtt': ['C', 'Arn'] }] }),
        C: { ...bucket(), DependsOn: ['A'] },
      },
    });
    expect(() => stack.resources()).toThrow('Circular dependency between resources of stack Shop: A → B → C → A.');
  });

  test('that refer to nothing are refused with the property', () => {
    const stack = stackOf({ Resources: { A: bucket({ X: { deep: [{ Ref: 'Gone' }] } }) } });
    expect(() => stack.resources()).toThrow(/no resource or parameter Gone, which stack Shop, resource A, property X/);
  });

  test('whose condition is false are not there, and what depends on them goes without', () => {
    const stack = stackOf({
      Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
      Resources: {
        A: { ...bucket(), Condition: 'Never' },
        B: { ...bucket({ X: { 'Fn::If': ['Never', { Ref: 'A' }, 'none'] } }), DependsOn: 'A' },
      },
    });
    expect(stack.resources().map(({ logicalId }) => logicalId)).toEqual(['B']);
    expect(stack.property('B', 'X')).toBe('none');
  });

  const at = 'eu-central-1:111122223333';
  test.each<[string, JsonObject, string, Record<string, string>]>([
    ['AWS::Lambda::Function', { FunctionName: 'f' }, 'f', { Arn: `arn:aws:lambda:${at}:function:f` }],
    ['AWS::IAM::Role', { RoleName: 'r', Path: '/x/' }, 'r', { Arn: 'arn:aws:iam::111122223333:role/x/r' }],
    ['AWS::IAM::ManagedPolicy', { ManagedPolicyName: 'p' }, 'arn:aws:iam::111122223333:policy/p', {}],
    ['AWS::Logs::LogGroup', { LogGroupName: '/g' }, '/g', { Arn: `arn:aws:logs:${at}:log-group:/g:*` }],
    [
      'AWS::StepFunctions::StateMachine',
      { StateMachineName: 'm' },
      `arn:aws:states:${at}:stateMachine:m`,
      { Arn: `arn:aws:states:${at}:stateMachine:m`, Name: 'm' },
    ],
    ['AWS::SNS::Topic', { TopicName: 't' }, `arn:aws:sns:${at}:t`, { TopicName: 't', TopicArn: `arn:aws:sns:${at}:t` }],
    [
      'AWS::SQS::Queue',
      { QueueName: 'q' },
      'https://sqs.eu-central-1.amazonaws.com/111122223333/q',
      { Arn: `arn:aws:sqs:${at}:q` },
    ],
    ['AWS::S3::Bucket', { BucketName: 'b' }, 'b', { Arn: 'arn:aws:s3:::b', DomainName: 'b.s3.amazonaws.com' }],
    ['AWS::DynamoDB::Table', { TableName: 't' }, 't', { Arn: `arn:aws:dynamodb:${at}:table/t` }],
    ['AWS::DynamoDB::GlobalTable', { TableName: 't' }, 't', { Arn: `arn:aws:dynamodb:${at}:table/t` }],
    ['AWS::KMS::Alias', { AliasName: 'alias/k' }, 'alias/k', {}],
    ['AWS::SSM::Parameter', { Name: '/p', Value: 'v' }, '/p', { Value: 'v', Type: 'String' }],
    ['AWS::Events::Rule', { Name: 'r' }, 'r', { Arn: `arn:aws:events:${at}:rule/r` }],
  ])('of type %s answer Ref and Fn::GetAtt as on AWS', (type, properties, ref, attributes) => {
    const stack = stackOf({ Resources: { It: { Type: type, Properties: properties } } });
    expect(stack.ref('It', 'here')).toBe(ref);
    for (const [name, value] of Object.entries(attributes)) expect(stack.getAtt('It', name, 'here')).toBe(value);
  });

  test('that are versions and aliases answer with the qualified ARN', () => {
    const stack = stackOf({
      Resources: {
        F: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'f' } },
        One: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'F' } } },
        Two: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'F' } } },
        Live: {
          Type: 'AWS::Lambda::Alias',
          Properties: {
            FunctionName: { Ref: 'F' },
            FunctionVersion: { 'Fn::GetAtt': ['Two', 'Version'] },
            Name: 'live',
          },
        },
        M: { Type: 'AWS::StepFunctions::StateMachine', Properties: { StateMachineName: 'm' } },
        MV: { Type: 'AWS::StepFunctions::StateMachineVersion', Properties: { StateMachineArn: { Ref: 'M' } } },
        MA: {
          Type: 'AWS::StepFunctions::StateMachineAlias',
          Properties: { Name: 'live', RoutingConfiguration: [{ StateMachineVersionArn: { Ref: 'MV' }, Weight: 100 }] },
        },
      },
    });
    expect(['One', 'Two', 'Live', 'MV', 'MA'].map((id) => stack.ref(id, 'here'))).toEqual([
      `arn:aws:lambda:${at}:function:f:1`,
      `arn:aws:lambda:${at}:function:f:2`,
      `arn:aws:lambda:${at}:function:f:live`,
      `arn:aws:states:${at}:stateMachine:m:1`,
      `arn:aws:states:${at}:stateMachine:m:live`,
    ]);
    expect(stack.property('Live', 'FunctionVersion')).toBe('2');
  });

  test('of unknown types answer something that stays the same', () => {
    const template = { Resources: { It: { Type: 'Custom::Thing' }, Net: { Type: 'AWS::EC2::VPC' } } };
    const [one, other] = [stackOf(template), stackOf(template)];
    expect(one.getAtt('It', 'Endpoint', 'here')).toMatch(/^Shop-It-\w{12}\.Endpoint$/);
    expect(one.getAtt('Net', 'VpcArn', 'here')).toMatch(/^arn:aws:ec2:eu-central-1:111122223333:vpc\/Shop-Net-\w{12}$/);
    expect(one.getAtt('It', 'Endpoint', 'here')).toBe(other.getAtt('It', 'Endpoint', 'here'));
  });

  test('without a name get one as CloudFormation makes it up, within the limit of the service, always the same', () => {
    const long = 'AVeryLongLogicalIdAsTheCdkMakesThemFromPathsOfConstructs1234ABCD';
    const template = {
      Resources: {
        [long]: { Type: 'AWS::Lambda::Function' },
        Machine: { Type: 'AWS::StepFunctions::StateMachine' },
        Bucket: { Type: 'AWS::S3::Bucket' },
        Key: { Type: 'AWS::KMS::Key' },
      },
    };
    const names = (stack: Stack): Json[] => Object.keys(template.Resources).map((id) => stack.ref(id, 'here') ?? null);
    const [lambda, machine, bucket, key] = names(stackOf(template));
    expect(lambda).toMatch(/^Shop-AVeryLong\w+-[A-Za-z0-9]{12}$/);
    expect(lambda).toHaveLength(64);
    const deep = stackOf(template, { stackName: 'Production-EuCentral1-TheShopApplicationStack' });
    expect(deep.ref(long, 'here')).toMatch(/^Production-EuCentral1-The-AVeryLongLogicalIdAsTheCd-[A-Za-z0-9]{12}$/);
    expect(machine).toMatch(/:stateMachine:Machine-[A-Za-z0-9]{12}$/);
    expect(bucket).toMatch(/^shop-bucket-[a-z0-9]{12}$/);
    expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(names(stackOf(template))).toEqual([lambda, machine, bucket, key]);
  });
});

test.each([
  ['cn-north-1', 'arn:aws-cn:', 'amazonaws.com.cn'],
  ['us-gov-west-1', 'arn:aws-us-gov:', 'amazonaws.com'],
])('a stack in %s has the ARNs and domains of its partition', (region, arn, suffix) => {
  const stack = stackOf({ Resources: { F: { Type: 'AWS::Lambda::Function' } } }, { region });
  expect(stack.getAtt('F', 'Arn', 'here')).toContain(arn);
  expect(stack.stackId).toContain(`${arn}cloudformation:${region}`);
  expect(stack.ref('AWS::URLSuffix', 'here')).toBe(suffix);
});

test('a parameter that is given replaces its default', () => {
  const stack = stackOf({ Parameters: { P: { Type: 'String', Default: 'a' } } }, { parameters: { P: 'b' } });
  expect(stack.ref('P', 'here')).toBe('b');
});

test('outputs that cannot be resolved are left out with a note', () => {
  const stack = stackOf({
    Parameters: { Bare: { Type: 'String' } },
    Outputs: {
      Bad: { Value: { Ref: 'Bare' } },
      Good: { Value: 1, Description: 'one', Export: { Name: { 'Fn::Sub': '${AWS::StackName}-one' } } },
    },
  });
  const notes: string[] = [];
  const described = describeStack(stack, new Date(0), (line) => notes.push(line));
  expect(described.outputs).toEqual([{ key: 'Good', value: '1', description: 'one', exportName: 'Shop-one' }]);
  expect(notes).toEqual([expect.stringContaining('Parameter Bare of stack Shop has no default')]);
});

test.each<[JsonObject, string]>([
  [{ Resources: [] }, 'Expected a JSON object in the template of stack Shop, section Resources, got [].'],
  [
    { Resources: { A: {} } },
    'Expected a string as Type in the template of stack Shop, section Resources, A, got nothing.',
  ],
  [
    { Resources: { A: { Type: 'T', DependsOn: 1 } } },
    'Expected a string in the template of stack Shop, section Resources, A, DependsOn, got 1.',
  ],
])('refuses the template %j', (template, message) => {
  expect(() => stackOf(template)).toThrow(message);
});
