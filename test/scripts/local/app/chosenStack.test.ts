import { UserError } from '../../../../scripts/io/userError';
import type { JsonObject } from '../../../../lib/wire';
import { inlineFunction, load, machine, removeDirectories, role, systemTestOutput } from '../cloudAssembly';

afterAll(removeDirectories);

const nodeFunction = inlineFunction('exports.handler = async () => 1;');
const rubyFunction = inlineFunction('', { FunctionName: 'report', Runtime: 'ruby3.4' });

/** The template of a stack whose system test invokes a function. */
function systemTestOf(Function: JsonObject, more: JsonObject = {}): { template: JsonObject } {
  return {
    template: {
      Resources: { Role: role, Function, Machine: machine({ StateMachineName: 'test' }), ...more },
      Outputs: { Arn: systemTestOutput },
    },
  };
}

/** Stacks that can't be served, each for another reason. */
const unserved: [string, JsonObject, string][] = [
  [
    'whose system test invokes a Ruby function',
    systemTestOf(rubyFunction).template,
    `Stack Other holds what the local endpoint can't serve: state machine "test": it invokes the function report, but ` +
      'its runtime is ruby3.4, which is not served here: test it on AWS.',
  ],
  [
    'whose system test is an Express state machine',
    systemTestOf(nodeFunction, { Machine: machine({ StateMachineName: 'fast', StateMachineType: 'EXPRESS' }) })
      .template,
    `Stack Other holds what the local endpoint can't serve: state machine "fast": it is an Express state machine.`,
  ],
  [
    'whose references lead nowhere',
    systemTestOf(nodeFunction, { Role: { ...role, Condition: 'Unknown' } }).template,
    "The local endpoint can't serve the stack Other: There is no condition Unknown, which stack Other, resource Role asks for.",
  ],
  [
    'whose template has a form that is not known here',
    { Resources: { 'Fn::ForEach::Each': ['Name', ['a'], {}] } },
    "The local endpoint can't serve the stack Other: Expected a JSON object in the template of stack Other",
  ],
  [
    'whose nested stack can not be read',
    {
      Resources: {
        Inner: { Type: 'AWS::CloudFormation::Stack', Metadata: { 'aws:asset:path': 'missing.json' }, Properties: {} },
      },
    },
    "The local endpoint can't serve the stack Other: Could not read ",
  ],
];

describe.each(unserved)('a stack %s', (_, template, message) => {
  const stacks = { Other: { template }, Shop: systemTestOf(nodeFunction, { Machine: machine() }) };

  test('is refused where it is chosen', async () => {
    for (const app of [{ stacks }, { stacks: { Other: { template } } }]) {
      const loaded = load(app, { stack: 'Other' });
      await expect(loaded).rejects.toThrow(UserError);
      await expect(loaded).rejects.toThrow(message);
    }
  });

  test.each(['Shop', undefined])('keeps no other from being served (chosen: %s)', async (stack) => {
    const { functions, stateMachines } = await load({ stacks }, { stack });
    const machines = stateMachines.map(({ name }) => name);
    expect(machines).toEqual([expect.stringMatching(/^Machine-/)]);
    expect(functions.map(({ functionName }) => functionName)).toContainEqual(expect.stringMatching(/^Shop-Function-/));
  });
});

test('a chosen stack is refused for the function of another stack that its system test invokes', async () => {
  const arn = { 'Fn::GetAtt': ['Function', 'Arn'] };
  const stacks = {
    Functions: {
      template: {
        Resources: { Role: role, Function: rubyFunction },
        Outputs: { Arn: { Value: arn, Export: { Name: 'TheFunction' } } },
      },
    },
    Shop: systemTestOf(nodeFunction, {
      Machine: machine({
        DefinitionString: { 'Fn::Sub': ['"${Imported}"', { Imported: { 'Fn::ImportValue': 'TheFunction' } }] },
      }),
    }),
  };
  await expect(load({ stacks }, { stack: 'Shop' })).rejects.toThrow(
    'it invokes the function report, but its runtime is ruby3.4, which is not served here: test it on AWS.',
  );
});

describe('what has a name of which only the account knows', () => {
  const name = { 'Fn::ImportValue': 'InTheAccount' };
  const nameless = {
    Nameless: inlineFunction('', { FunctionName: name }),
    Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Nameless' } } },
    Other: machine({ StateMachineName: name }),
  };

  test('keeps a chosen stack from nothing where it stands beside', async () => {
    const { functions, stateMachines, notes } = await load(
      { stacks: { Shop: systemTestOf(nodeFunction, nameless) } },
      { stack: 'Shop' },
    );
    expect(functions).toHaveLength(1);
    expect(stateMachines.map((one) => one.name)).toEqual(['test']);
    expect(notes).toContain(
      'No stack of the app exports InTheAccount, which stack Shop, resource Other, property StateMachineName, Fn::ImportValue imports.',
    );
  });

  test('is refused where it is a system test, though another one could be served', async () => {
    const shop = systemTestOf(nodeFunction, nameless);
    const Outputs = { Arn: systemTestOutput, Other: { ...systemTestOutput, Value: { Ref: 'Other' } } };
    const stacks = { Shop: { template: { ...shop.template, Outputs } } };
    await expect(load({ stacks }, { stack: 'Shop' })).rejects.toThrow(
      "The local endpoint can't serve the stack Shop: No stack of the app exports InTheAccount, which ",
    );
  });
});

test('a chosen stack gets what it imports, whatever the names of other exports are', async () => {
  const value = (Value: JsonObject | string, more: JsonObject = {}) => ({
    template: { Outputs: { It: { Value, ...more } } },
  });
  const { stacks } = await load(
    {
      stacks: {
        Odd: value('odd', { Export: { Name: { 'Fn::Transform': { Name: 'Own' } } } }),
        Conditional: value('c', { Condition: 'Unknown', Export: { Name: 'Wanted' } }),
        Source: value('v', { Export: { Name: 'Wanted' } }),
        Shop: value({ 'Fn::ImportValue': 'Wanted' }),
      },
    },
    { stack: 'Shop' },
  );
  expect(stacks.find(({ stackName }) => stackName === 'Shop')?.outputs).toEqual([
    expect.objectContaining({ value: 'v' }),
  ]);
});

test('a stack that the app does not have is refused with those that it has', async () => {
  const { template } = systemTestOf(nodeFunction);
  const loaded = load(
    {
      stacks: { Shop: { template }, Odd: { template: { Resources: { A: [] } } } },
      nested: { 'assembly-Prod': { stacks: { ProdShop: { template, stackName: 'Prod-Shop' } } } },
    },
    { stack: 'ProdShop' },
  );
  await expect(loaded).rejects.toThrow(UserError);
  await expect(loaded).rejects.toThrow(
    'Expected a stack named ProdShop, got none in the app: choose one with --stack: Shop, Prod-Shop, Odd.',
  );
});

describe('the stack that is tested where none is named', () => {
  const defaultStack = 'SystemTest';
  const shop = systemTestOf(nodeFunction);
  const plain = { template: { Resources: { Role: role } } };

  test.each([
    ['the default one', { SystemTest: shop, Shop: shop }, 'SystemTest', []],
    [
      'the only one with a system test',
      { Plain: plain, Shop: shop },
      'Shop',
      ['Testing the stack Shop, the only one of the app with a system test.'],
    ],
  ])('is %s', async (_, stacks, chosenStack, notes) => {
    expect(await load({ stacks }, { defaultStack })).toMatchObject({ chosenStack, notes });
  });

  test.each([
    ['several with a system test', { Shop: shop, Other: shop }],
    ['none with a system test', { Plain: plain, More: plain }],
  ])('has to be named where the app has %s', async (_, stacks) => {
    await expect(load({ stacks }, { defaultStack })).rejects.toThrow(
      `Expected a stack named SystemTest, got none in the app: choose one with --stack: ${Object.keys(stacks).join(', ')}.`,
    );
  });

  test('is the default one even where that can not be read', async () => {
    const stacks = { SystemTest: { template: { Resources: { A: [] } } }, Shop: shop };
    await expect(load({ stacks }, { defaultStack })).rejects.toThrow(
      "The local endpoint can't serve the stack SystemTest",
    );
  });
});

describe('the chosen stack of a Stage in another Region', () => {
  const shop = systemTestOf(inlineFunction('', { FunctionName: 'sell', Description: { Ref: 'AWS::Region' } }));
  const stage = (name: string, environment: string) => ({
    [`assembly-${name}`]: { stacks: { [`${name}Shop`]: { ...shop, environment, stackName: `${name}-Shop` } } },
  });
  const nested = {
    ...stage('Beta', 'aws://111122223333/us-east-1'),
    ...stage('Prod', 'aws://444455556666/eu-central-1'),
  };

  test.each(['stackName', 'stackId'] as const)(
    'sets account and Region, and which functions are served (by %s)',
    async (key) => {
      const source = { stacks: {}, nested };
      const all = await load(source);
      const stack = all.stacks.find(({ stackName }) => stackName === 'Prod-Shop')![key];
      const chosen = await load(source, { stack });
      expect(all).toMatchObject({ region: 'us-east-1', functions: [{ description: 'us-east-1' }] });
      expect(chosen).toMatchObject({
        account: '444455556666',
        region: 'eu-central-1',
        functions: [{ description: 'eu-central-1' }],
      });
    },
  );
});
