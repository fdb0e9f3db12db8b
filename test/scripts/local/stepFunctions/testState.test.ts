import { type TestStateCommandInput, SFNClient, TestStateCommand } from '@aws-sdk/client-sfn';
import type { Json } from '../../../../lib/wire';
import { type Fixture, functionArn, invokerOf, machine, optimizedResource, pass, serveMachines, task } from './fixture';

/** A state that Step Functions' own clients may send alone. */
const alone = (state: object) => ({ definition: JSON.stringify({ QueryLanguage: 'JSONata', ...state }) });
const roleArn = 'arn:aws:iam::123456789012:role/Any';
const result = (value: Json) => ({ result: JSON.stringify(value) });
const raises = (error: string, cause = 'Because.') => ({ errorOutput: { error, cause } });

const handled = task({
  Output: '{% $states.result.Payload %}',
  Retry: [
    { ErrorEquals: ['Never'], MaxAttempts: 9 },
    { ErrorEquals: ['Busy'], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 5, MaxDelaySeconds: 10 },
  ],
  Catch: [
    { ErrorEquals: ['Odd'], Next: 'Later' },
    { ErrorEquals: ['States.ALL'], Next: 'Caught', Output: '{% $states.errorOutput %}', Assign: { seen: true } },
  ],
});
const map = (more: object = {}) => ({
  Type: 'Map',
  Items: '{% $states.input.items %}',
  ItemSelector: { at: '{% $states.context.Map.Item.Index %}', of: '{% $states.context.Map.Item.Value & $unit %}' },
  MaxConcurrency: 50,
  ItemProcessor: { StartAt: 'Inner', States: { Inner: pass({ QueryLanguage: 'JSONata', Output: '{% $unit %}' }) } },
  Output: '{% $count($states.result) %}',
  End: true,
  ...more,
});
const distributed = (more: object = {}) =>
  map({
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'Inner',
      States: { Inner: pass({ QueryLanguage: 'JSONata' }) },
    },
    ...more,
  });
const choice = {
  Type: 'Choice',
  Choices: [{ Condition: '{% $states.input > 5 %}', Next: 'Large', Output: 'large', Assign: { size: 1 } }],
  Default: 'Small',
};
const whole = JSON.stringify(
  machine({
    First: { ...map(), End: undefined, Next: 'Last' },
    Last: { Type: 'Fail', Error: '{% $states.input.error %}', Cause: 'Said so.' },
  }),
);

describe('TestState', () => {
  let fixture: Fixture;
  let client: SFNClient;
  let answer: Json = {};

  beforeAll(async () => {
    fixture = await serveMachines(machine({ Only: pass() }), {
      invoker: invokerOf(async (event) => {
        if (event === 'forever') await new Promise(() => undefined);
        return { payload: Buffer.from(JSON.stringify(answer)) };
      }),
    });
    const { url: endpoint } = fixture;
    // AWS's clients put `sync-` before the host else.
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    client = new SFNClient({ endpoint, region: 'eu-central-1', credentials, maxAttempts: 1, disableHostPrefix: true });
  });
  afterAll(async () => {
    client.destroy();
    await fixture.close();
  });

  /** The answer, its JSON texts parsed. */
  async function tested(request: Omit<TestStateCommandInput, 'input'> & { input?: Json }): Promise<object> {
    const input = request.input === undefined ? undefined : JSON.stringify(request.input);
    const answered = await client.send(new TestStateCommand({ ...request, input }));
    const members = Object.entries({ ...answered, ...answered.inspectionData }).filter(
      ([name]) => name !== 'inspectionData' && name !== '$metadata',
    );
    return Object.fromEntries(
      members.map(([name, value]) => [
        name,
        /^(output|input|after.*|result|variables)$/.test(name) ? parsed(value) : value,
      ]),
    );
  }

  it.each<[string, Omit<TestStateCommandInput, 'input'> & { input?: Json }, object]>([
    [
      'a Pass, with what it assigns',
      { ...alone(pass({ End: undefined, Next: 'Then', Assign: { b: '{% $a + 1 %}' } })), variables: '{"a":1}' },
      { input: {}, output: {}, status: 'SUCCEEDED', nextState: 'Then', variables: { a: 1, b: 2 } },
    ],
    [
      'the rule of a Choice that is true',
      { ...alone(choice), input: 7 },
      { input: 7, output: 'large', status: 'SUCCEEDED', nextState: 'Large', variables: { size: 1 } },
    ],
    ['its Default', { ...alone(choice), input: 3 }, { input: 3, output: 3, status: 'SUCCEEDED', nextState: 'Small' }],
    ['a Succeed', { ...alone({ Type: 'Succeed' }), input: [1] }, { input: [1], output: [1], status: 'SUCCEEDED' }],
    [
      'one state of a machine by its name',
      { definition: whole, stateName: 'Last', input: { error: 'Odd' } },
      { input: { error: 'Odd' }, status: 'FAILED', error: 'Odd', cause: 'Said so.' },
    ],
    [
      'one inside a Map, with the variables around it',
      { definition: whole, stateName: 'Inner', variables: '{"unit":"kg"}' },
      { input: {}, output: 'kg', status: 'SUCCEEDED', variables: { unit: 'kg' } },
    ],
    [
      'a Task by its mocked result',
      { ...alone(handled), mock: result({ Payload: 'said', StatusCode: 200 }) },
      {
        ...{ input: {}, output: 'said', status: 'SUCCEEDED', afterArguments: { FunctionName: functionArn } },
        result: { Payload: 'said', StatusCode: 200 },
      },
    ],
    [
      'an error that is tried again',
      { ...alone(handled), mock: raises('Busy'), stateConfiguration: { retrierRetryCount: 4 } },
      {
        ...{ input: {}, status: 'RETRIABLE', error: 'Busy', cause: 'Because.' },
        ...{ afterArguments: expect.anything(), errorDetails: { retryIndex: 1, retryBackoffIntervalSeconds: 10 } },
      },
    ],
    [
      'an error that was tried again to the end',
      { ...alone(handled), mock: raises('Busy'), stateConfiguration: { retrierRetryCount: 5 } },
      {
        ...{ input: {}, output: { Error: 'Busy', Cause: 'Because.' }, status: 'CAUGHT_ERROR', nextState: 'Caught' },
        ...{ error: 'Busy', cause: 'Because.', variables: { seen: true }, afterArguments: expect.anything() },
        errorDetails: { retryIndex: 1, catchIndex: 1 },
      },
    ],
    [
      'an error that nothing handles',
      { ...alone({ ...handled, Retry: [], Catch: [] }), mock: raises('Odd') },
      { input: {}, status: 'FAILED', error: 'Odd', cause: 'Because.', afterArguments: expect.anything() },
    ],
    [
      'an expression that fails',
      { ...alone({ ...handled, Catch: undefined, Output: '{% $x.y %}' }), mock: result({}) },
      {
        ...{ input: {}, status: 'FAILED', error: 'States.QueryEvaluationError', result: {} },
        ...{ afterArguments: expect.anything(), cause: expect.stringContaining('returned nothing (undefined).') },
      },
    ],
    [
      'the context that is given, and no other',
      {
        ...alone(task({ Output: '{% $states.context %}' })),
        ...{ mock: result({}), context: '{"Execution":{"Name":"mine"},"State":{}}' },
      },
      expect.objectContaining({ output: { Execution: { Name: 'mine' }, State: {} } }),
    ],
    [
      'its own context else',
      { ...alone(task({ Output: '{% $states.context %}' })), mock: result({}), input: 5, roleArn },
      expect.objectContaining({
        output: {
          Execution: {
            ...{ Id: expect.stringMatching(/:express:/), Input: 5, RoleArn: roleArn },
            ...{ Name: expect.any(String), StartTime: expect.any(String) },
          },
          StateMachine: { Id: expect.any(String), Name: expect.any(String) },
          State: { Name: 'StateName', EnteredTime: expect.any(String), RetryCount: 0 },
        },
      }),
    ],
    [
      'a Map by its mocked results, with the input of each iteration',
      { ...alone(map()), input: { items: [3, 4] }, variables: '{"unit":"kg"}', mock: result([0, 0, 0]) },
      {
        ...{ input: { items: [3, 4] }, output: 3, status: 'SUCCEEDED', maxConcurrency: 50, variables: { unit: 'kg' } },
        afterItemSelector: [
          { at: 0, of: '3kg' },
          { at: 1, of: '4kg' },
        ],
      },
    ],
    [
      'the batches of a Distributed Map',
      {
        ...alone(distributed({ ItemSelector: undefined, ItemBatcher: { MaxItemsPerBatch: 2 } })),
        ...{ input: { items: [1, 2, 3] }, mock: result([1]) },
      },
      expect.objectContaining({ output: 1, afterItemBatcher: [{ Items: [1, 2] }, { Items: [3] }] }),
    ],
    [
      'what the ItemReader of a Distributed Map reads',
      {
        ...alone(
          distributed({
            Items: undefined,
            ItemSelector: '{% $states.context.Map.Item.Value.id %}',
            ItemReader: {
              Resource: 'arn:aws:states:::s3:getObject',
              ReaderConfig: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' },
              Arguments: { Bucket: 'b', Key: 'k' },
            },
          }),
        ),
        ...{ mock: result([]), stateConfiguration: { mapItemReaderData: 'id,x\na,1\nb,2\n' } },
      },
      { input: {}, output: 0, status: 'SUCCEEDED', maxConcurrency: 50, afterItemSelector: ['a', 'b'] },
    ],
    [
      'more failed iterations than are tolerated',
      {
        ...alone(distributed({ ItemSelector: undefined, ToleratedFailureCount: 1 })),
        ...{ input: { items: [1, 2] }, mock: result([0, 1]), stateConfiguration: { mapIterationFailureCount: 2 } },
      },
      {
        ...{ input: { items: [1, 2] }, status: 'FAILED', maxConcurrency: 50, toleratedFailureCount: 1 },
        error: 'States.ExceedToleratedFailureThreshold',
        cause: 'The specified tolerated failure threshold was exceeded',
      },
    ],
    [
      'as many as are tolerated',
      {
        ...alone(distributed({ ItemSelector: undefined, ToleratedFailurePercentage: 50 })),
        ...{ input: { items: [1, 2] }, mock: result([0, 1]), stateConfiguration: { mapIterationFailureCount: 1 } },
      },
      expect.objectContaining({ output: 2, status: 'SUCCEEDED', toleratedFailurePercentage: 50 }),
    ],
    [
      'a Parallel by its mocked results',
      {
        ...alone({ Type: 'Parallel', End: true, Branches: [branch('A'), branch('B')] }),
        ...{ mock: result([1, 2]), input: {} },
      },
      { input: {}, output: [1, 2], status: 'SUCCEEDED' },
    ],
    ['a Wait', { ...alone({ Type: 'Wait', Seconds: 60, End: true }) }, { input: {}, output: {}, status: 'SUCCEEDED' }],
    [
      'what takes longer than five minutes',
      { ...alone({ Type: 'Wait', Seconds: 301, End: true }) },
      { input: {}, status: 'FAILED', error: 'States.Timeout' },
    ],
    [
      'a Task that calls the function, which does not answer',
      { ...alone(task({ Arguments: { FunctionName: functionArn, Payload: 'forever' } })), roleArn },
      expect.objectContaining({ status: 'FAILED', error: 'States.Timeout' }),
    ],
  ])('tests %s', async (_, request, expected) => {
    expect(await tested({ ...request, inspectionLevel: 'DEBUG' })).toEqual(expected);
  });

  it('calls the function where no mock is given', async () => {
    answer = { is: 'real' };
    const state = task({ Resource: optimizedResource, Output: '{% $states.result.Payload %}' });
    expect(await tested({ ...alone(state), roleArn })).toEqual({ status: 'SUCCEEDED', output: { is: 'real' } });
  });

  it.each<[string, TestStateCommandInput, string, string]>([
    ['no JSON', { definition: '{' }, 'InvalidDefinition', 'the definition is not JSON'],
    [
      'a field that is not known',
      alone(pass({ Odd: 1 })),
      'InvalidDefinition',
      `Invalid State Machine Definition: 'State "StateName", field "Odd": is not supported here.'`,
    ],
    ['no such state', { definition: whole, stateName: 'Nope' }, 'ValidationException', 'State not found in definition'],
    [
      'an input that is no JSON',
      { ...alone(pass()), input: '{' },
      'InvalidExecutionInput',
      'Invalid State Machine Execution Input: ',
    ],
    ['a role that is none', { ...alone(pass()), roleArn: 'me' }, 'InvalidArn', "Invalid Arn: 'Invalid ARN prefix: me'"],
    ['variables that are a list', { ...alone(pass()), variables: '[1]' }, 'ValidationException', 'got [1].'],
    [
      'a level that is none',
      { ...alone(pass()), inspectionLevel: 'ALL' as never },
      'ValidationException',
      "'inspectionLevel' failed to satisfy constraint: Member must satisfy enum value set",
    ],
    [
      'a Task without mock and role',
      alone(task()),
      'ValidationException',
      'RoleArn must be specified when testing a Task state',
    ],
    ['a Map without mock', alone(map()), 'InvalidDefinition', 'TestState API does not support Map or Parallel states'],
    [
      'a mocked Pass',
      { ...alone(pass()), mock: result(1) },
      'ValidationException',
      "State type 'Pass' is not supported when a mock is specified",
    ],
    ['two mocks', { ...alone(task()), mock: { ...result({}), ...raises('E') } }, 'ValidationException', 'only one of'],
    [
      'secrets of a mock',
      { ...alone(task()), mock: result({}), revealSecrets: true },
      'ValidationException',
      'does not support RevealSecrets',
    ],
    [
      'a mock of no JSON',
      { ...alone(task()), mock: { result: 'x' } },
      'ValidationException',
      'Mocked result must be valid JSON',
    ],
    [
      "a mock that Lambda's model forbids",
      { ...alone(task()), mock: result({ StatusCode: '200' }) },
      'ValidationException',
      "Mock result schema validation error: Field 'StatusCode' must be a number",
    ],
    [
      'a mock by a model that is not known',
      {
        ...alone(task({ Resource: 'arn:aws:states:::aws-sdk:s3:getObject', Arguments: { Bucket: 'b', Key: 'k' } })),
        mock: result({}),
      },
      'ValidationException',
      'knows the model of a result of Lambda only, not of aws-sdk:s3:getObject',
    ],
    [
      'a Map of one result',
      { ...alone(map()), mock: result(1) },
      'ValidationException',
      'Mocked result must be an array.',
    ],
    [
      'a Parallel of other branches',
      { ...alone({ Type: 'Parallel', End: true, Branches: [branch('A')] }), mock: result([]) },
      'ValidationException',
      'the same number of items',
    ],
    ['a context without mock', { ...alone(pass()), context: '{}' }, 'ValidationException', 'with a mock only'],
    ...(
      [
        [{ Map: {} }, "'Map' field is not supported when mocking a Context object"],
        [{ Pokedex: {} }, "Field 'Pokedex' is not allowed"],
        [{ Execution: { pokemon: 1 } }, "Field 'pokemon' is not allowed"],
        [{ Execution: { Id: 1 } }, 'Execution.Id must be a string'],
        [{ Task: {} }, "Context object contains 'Task' when state is not a Task"],
      ] as [Json, string][]
    ).map(([context, problem]): [string, TestStateCommandInput, string, string] => [
      `the context ${JSON.stringify(context)}`,
      { ...alone(task()), mock: result({}), context: JSON.stringify(context) },
      'ValidationException',
      `Invalid Context object provided: ${problem}`,
    ]),
    [
      'an ItemReader without its data',
      {
        ...alone(
          distributed({
            Items: undefined,
            ItemReader: {
              Resource: 'arn:aws:states:::s3:getObject',
              ReaderConfig: { InputType: 'JSON' },
              Arguments: { Bucket: 'b', Key: 'k' },
            },
          }),
        ),
        mock: result([]),
      },
      'ValidationException',
      'by the mapItemReaderData',
    ],
    [
      'a count below 0',
      { ...alone(task()), mock: result({}), stateConfiguration: { retrierRetryCount: -1 } },
      'ValidationException',
      "'stateConfiguration.retrierRetryCount' failed to satisfy constraint",
    ],
  ])('refuses %s', async (_, request, name, message) => {
    const sent = client.send(new TestStateCommand(request));
    await expect(sent).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
  });
});

function branch(name: string): object {
  return { StartAt: name, States: { [name]: pass({ QueryLanguage: 'JSONata' }) } };
}

function parsed(value: unknown): unknown {
  return typeof value === 'string' ? (JSON.parse(value) as unknown) : value;
}
