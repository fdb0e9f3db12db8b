import { loadDefinition } from '../../../../../scripts/local/stepFunctions/definition/loadDefinition';
import { UserError } from '../../../../../scripts/io/userError';
import { FakeClock } from '../../../fakeClock';
import { functionArn, machine, pass, task } from '../fixture';

const load = (definition: object | string) =>
  loadDefinition('Nightly', typeof definition === 'string' ? definition : JSON.stringify(definition), {
    clock: new FakeClock(),
    random: () => 0,
  });

const processor = (more: object = {}) => ({ StartAt: 'Item', States: { Item: pass() }, ...more });
const map = (more: object = {}) => ({ Type: 'Map', ItemProcessor: processor(), End: true, ...more });
const parallel = (more: object = {}) => ({ Type: 'Parallel', Branches: [processor()], End: true, ...more });
/** A Distributed Map, with these fields of its own. */
const distributed = (more: object = {}, config: object = {}) => {
  const ProcessorConfig = { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD', ...config };
  return map({ ItemProcessor: processor({ ProcessorConfig }), ...more });
};
const getObject = 'arn:aws:states:::s3:getObject';
const putObject = 'arn:aws:states:::s3:putObject';
const file = { Bucket: 'things', Key: 'file' };
const reading = (config: object, more: object = {}) => ({
  ItemReader: { Resource: getObject, ReaderConfig: config, Arguments: file, ...more },
});
const choice = (rule: object, more: object = {}) => ({
  Type: 'Choice',
  Choices: [{ Next: 'After', ...rule }],
  ...more,
});
const one = (state: object) => machine({ First: state });
const two = (state: object) => machine({ First: state, After: pass() });

describe('a definition', () => {
  it('with everything that is supported is loaded', () => {
    const definition = machine(
      {
        Fill: pass({
          Comment: 'c',
          Output: { a: '{% $states.input %}' },
          Assign: { x: 1 },
          End: undefined,
          Next: 'Each',
        }),
        Each: map({
          Items: '{% $states.input.a %}',
          ItemSelector: { item: '{% $states.context.Map.Item.Value %}' },
          MaxConcurrency: '{% $x %}',
          ItemProcessor: processor({
            ProcessorConfig: { Mode: 'INLINE' },
            States: { Item: task({ TimeoutSeconds: 5 }) },
          }),
          Output: '{% $states.result %}',
          Retry: [
            {
              ErrorEquals: ['A', 'B'],
              IntervalSeconds: 1,
              MaxAttempts: 2,
              BackoffRate: 1.5,
              MaxDelaySeconds: 9,
              JitterStrategy: 'FULL',
            },
            { ErrorEquals: ['States.ALL'] },
          ],
          Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $states.errorOutput %}', Assign: { y: 1 }, Next: 'Fork' }],
          End: undefined,
          Next: 'Fork',
        }),
        Fork: parallel({
          Arguments: {},
          Branches: [processor({ StartAt: 'B', States: { B: pass() } })],
          End: undefined,
          Next: 'Wait',
        }),
        Wait: { Type: 'Wait', Seconds: 1, Next: 'Which' },
        Which: {
          Type: 'Choice',
          Choices: [{ Condition: '{% true %}', Next: 'Good', Assign: { z: 1 }, Output: 1 }],
          Default: 'Bad',
        },
        Good: { Type: 'Succeed', Output: 1 },
        Bad: { Type: 'Fail', Error: 'E', Cause: '{% "c" %}' },
      },
      { Comment: 'All', Version: '1.0', TimeoutSeconds: 60 },
    );

    expect([...load(definition).states.keys()]).toEqual(['Fill', 'Each', 'Fork', 'Wait', 'Which', 'Good', 'Bad']);
    expect(load(definition).timeoutSeconds).toBe(60);
  });

  it('may say its language in each state', () => {
    const state = pass({ QueryLanguage: 'JSONata' });

    expect(load({ StartAt: 'Only', States: { Only: state } }).startAt).toBe('Only');
  });

  it.each<[string, object | string, string]>([
    // The machine itself.
    ['no JSON', '{', 'State machine "Nightly": the definition is not JSON: '],
    ['no object', '[]', 'State machine "Nightly": the definition is not a JSON object.'],
    [
      'JSONPath',
      { StartAt: 'A', States: { A: pass() } },
      'state "A", field "QueryLanguage": only JSONata is supported',
    ],
    [
      'a state in JSONPath',
      one(pass({ QueryLanguage: 'JSONPath' })),
      'state "First", field "QueryLanguage": only JSONata',
    ],
    [
      'an unknown language',
      one(pass({ QueryLanguage: 'jsonata' })),
      'field "QueryLanguage": expected JSONata, got "jsonata"',
    ],
    [
      'no start',
      { QueryLanguage: 'JSONata', States: {} },
      'machine "Nightly", field "StartAt": is required but missing',
    ],
    ['no states', { QueryLanguage: 'JSONata', StartAt: 'A' }, 'field "States": is required but missing'],
    [
      'a start that is nowhere',
      machine({ A: pass() }, { StartAt: 'B' }),
      'field "StartAt": there is no state "B" in the machine',
    ],
    [
      'a field of its own',
      machine({ A: pass() }, { Timeout: 1 }),
      'machine "Nightly", field "Timeout": is not supported here',
    ],
    [
      'a timeout of 0',
      machine({ A: pass() }, { TimeoutSeconds: 0 }),
      'field "TimeoutSeconds": expected an integer from 1 to 99999999, got 0',
    ],
    // States and transitions.
    [
      'an unknown type',
      one({ Type: 'Activity' }),
      'state "First", field "Type": expected Task, Pass, Choice, Map, Wait, Parallel, Succeed or Fail, got "Activity"',
    ],
    ['no type', one({}), 'field "Type": is required but missing'],
    ['a state that is no object', machine({ A: [] }), 'state "A", field "States": a state is an object'],
    [
      'a dangling Next',
      one(pass({ End: undefined, Next: 'B' })),
      'state "First", field "Next": there is no state "B" in the machine',
    ],
    ['neither Next nor End', one(pass({ End: undefined })), 'field "Next": either Next or End is required'],
    ['both Next and End', two(pass({ Next: 'After' })), 'field "Next": either Next or End is required'],
    ['an End that is false', one(pass({ End: false })), 'field "End": expected true, got false'],
    [
      'a state that nothing leads to',
      machine({ A: pass(), B: pass() }),
      'state "B", field "Next": no transition leads to this state',
    ],
    ['no end', machine({ A: pass({ End: undefined, Next: 'A' }) }), 'field "States": no state of the machine ends it'],
    [
      'a name twice',
      machine({ Item: map() }),
      'state "Item", field "States": another state of this machine has the same name',
    ],
    ['a name of 81 characters', machine({ ['n'.repeat(81)]: pass() }), "a state's name has 1 to 80 characters"],
    ['an unknown field', one(pass({ Resultt: 1 })), 'state "First", field "Resultt": is not supported here'],
    ['a field of JSONPath', one(pass({ Parameters: {} })), 'state "First", field "Parameters": belongs to JSONPath'],
    ['a comment that is no text', one(pass({ Comment: 1 })), 'field "Comment": expected a string, got 1'],
    // Tasks.
    [
      'another integration',
      one(task({ Resource: 'arn:aws:states:::sqs:sendMessage' })),
      'field "Resource": expected arn:aws:states::: and one of lambda:invoke, aws-sdk:lambda:invoke, aws-sdk:s3:getObject, aws-sdk:s3:putObject, aws-sdk:s3:listObjectsV2, aws-sdk:ssm:getParametersByPath, aws-sdk:dynamodb:scan, got "arn:aws:states:::sqs:sendMessage"',
    ],
    [
      'a task token',
      one(task({ Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' })),
      'got "arn:aws:states:::lambda:invoke.waitForTaskToken"',
    ],
    ['a function as a resource', one(task({ Resource: functionArn })), 'field "Resource": expected arn'],
    ['a task without arguments', one(task({ Arguments: undefined })), 'field "Arguments": is required but missing'],
    [
      'arguments that are a list',
      one(task({ Arguments: [] })),
      'field "Arguments": expected an object or a JSONata expression',
    ],
    ['no function name', one(task({ Arguments: {} })), 'field "Arguments/FunctionName": is required but missing'],
    [
      'an unknown argument',
      one(task({ Arguments: { FunctionName: 'f', ClientContext: 'x' } })),
      'field "Arguments/ClientContext": is not supported; expected FunctionName, Payload, Qualifier, InvocationType, LogType',
    ],
    [
      'an unknown log type',
      one(task({ Arguments: { FunctionName: 'f', LogType: 'All' } })),
      'field "Arguments/LogType": expected None, Tail, got "All"',
    ],
    ['a heartbeat', one(task({ HeartbeatSeconds: 5 })), 'field "HeartbeatSeconds": is not supported here'],
    ['credentials', one(task({ Credentials: {} })), 'field "Credentials": is not supported here'],
    [
      'a task timeout of 0',
      one(task({ TimeoutSeconds: 0 })),
      'field "TimeoutSeconds": expected an integer from 1 to 99999999, got 0',
    ],
    // Maps and Parallels.
    ['an item reader', one(map({ ItemReader: {} })), 'field "ItemReader": is not supported here'],
    [
      'the old iterator',
      one({ Type: 'Map', Iterator: processor(), End: true }),
      'field "ItemProcessor": is required but missing',
    ],
    [
      'a language of a processor',
      one(map({ ItemProcessor: processor({ QueryLanguage: 'JSONata' }) })),
      'field "ItemProcessor/QueryLanguage": is not supported here',
    ],
    [
      'items that are no list',
      one(map({ Items: {} })),
      'field "Items": expected type array or a JSONata expression, got {}',
    ],
    [
      'a negative concurrency',
      one(map({ MaxConcurrency: -1 })),
      'field "MaxConcurrency": expected an integer from 0 to',
    ],
    [
      'a dangling Next inside a Map',
      one(map({ ItemProcessor: processor({ States: { Item: pass({ End: undefined, Next: 'First' }) } }) })),
      'state "Item", field "Next": there is no state "First" in state "First"',
    ],
    ['no branches', one(parallel({ Branches: [] })), 'field "Branches": at least one branch is required'],
    ['a branch that is no object', one(parallel({ Branches: [1] })), 'field "Branches[0]": expected an object, got 1'],
    [
      'an assignment to an outer variable',
      machine({
        A: pass({ Assign: { x: 1 }, End: undefined, Next: 'B' }),
        B: map({ ItemProcessor: processor({ States: { Item: pass({ Assign: { x: 2 } }) } }) }),
      }),
      'state "Item", field "Assign/x": an outer scope assigns this variable; an inner one can only read it',
    ],
    [
      'a variable named states',
      one(pass({ Assign: { states: 1 } })),
      'field "Assign/states": is no name for a variable',
    ],
    ['a variable with a space', one(pass({ Assign: { 'a b': 1 } })), 'field "Assign/a b": is no name for a variable'],
    ['an Assign that is a list', one(pass({ Assign: [] })), 'field "Assign": expected an object, got []'],
    // Choices, waits and failures.
    ['no choices', one({ Type: 'Choice', Choices: [] }), 'field "Choices": at least one rule is required'],
    ['no condition', two(choice({})), 'field "Choices[0]/Condition": is required but missing'],
    [
      'a condition of JSONPath',
      two(choice({ Condition: true, Variable: '$.a' })),
      'field "Choices[0]/Variable": is not supported here',
    ],
    [
      'a condition that is no boolean',
      two(choice({ Condition: 'yes' })),
      'field "Choices[0]/Condition": expected type boolean or a JSONata expression, got "yes"',
    ],
    [
      'a dangling default',
      two(choice({ Condition: true }, { Default: 'C' })),
      'field "Default": there is no state "C" in the machine',
    ],
    [
      'a Choice with a Next',
      two(choice({ Condition: true }, { Next: 'After' })),
      'field "Next": is not supported here',
    ],
    [
      'a Wait without a time',
      one({ Type: 'Wait', End: true }),
      'field "Seconds": a Wait state takes either Seconds or Timestamp',
    ],
    [
      'a Wait with two times',
      one({ Type: 'Wait', Seconds: 1, Timestamp: '2026-01-01T00:00:00Z', End: true }),
      'takes either',
    ],
    [
      'a Wait that is too long',
      one({ Type: 'Wait', Seconds: 100_000_000, End: true }),
      'field "Seconds": expected an integer from 0 to 99999999, got 100000000',
    ],
    [
      'a time that is none',
      one({ Type: 'Wait', Timestamp: '2016-12-05T21:29:29', End: true }),
      'field "Timestamp": expected a time in RFC 3339 such as 2030-01-31T12:00:00Z, got "2016-12-05T21:29:29"',
    ],
    [
      'an error that is no text',
      one({ Type: 'Fail', Error: 1 }),
      'field "Error": expected type string or a JSONata expression, got 1',
    ],
    ['a Retry of a Pass', one(pass({ Retry: [] })), 'field "Retry": is not supported here'],
    // Retry and Catch.
    ['a Retry that is no list', one(task({ Retry: {} })), 'field "Retry": expected an array of objects, got {}'],
    ['no errors', one(task({ Retry: [{}] })), 'field "Retry[0]/ErrorEquals": is required but missing'],
    [
      'an empty list of errors',
      one(task({ Retry: [{ ErrorEquals: [] }] })),
      'field "Retry[0]/ErrorEquals": expected a list of strings, got []',
    ],
    [
      'States.ALL with others',
      one(task({ Retry: [{ ErrorEquals: ['A', 'States.ALL'] }] })),
      'field "Retry[0]/ErrorEquals": States.ALL must stand alone, and in the last entry',
    ],
    [
      'States.ALL before others',
      one(task({ Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['A'] }] })),
      'States.ALL must stand alone, and in the last entry',
    ],
    [
      'a backoff below 1',
      one(task({ Retry: [{ ErrorEquals: ['A'], BackoffRate: 0.5 }] })),
      'field "Retry[0]/BackoffRate": expected a number from 1 to',
    ],
    [
      'an interval that is no integer',
      one(task({ Retry: [{ ErrorEquals: ['A'], IntervalSeconds: 1.5 }] })),
      'field "Retry[0]/IntervalSeconds": expected an integer from 0 to',
    ],
    [
      'a delay below the interval',
      one(task({ Retry: [{ ErrorEquals: ['A'], IntervalSeconds: 5, MaxDelaySeconds: 5 }] })),
      'field "Retry[0]/MaxDelaySeconds": must be greater than IntervalSeconds (5), got 5',
    ],
    [
      'an unknown jitter',
      one(task({ Retry: [{ ErrorEquals: ['A'], JitterStrategy: 'HALF' }] })),
      'field "Retry[0]/JitterStrategy": expected FULL or NONE, got "HALF"',
    ],
    [
      'a Catch that leads nowhere',
      one(task({ Catch: [{ ErrorEquals: ['A'], Next: 'B' }] })),
      'field "Catch[0]/Next": there is no state "B" in the machine',
    ],
    [
      'a Catch with a result path',
      two(task({ Catch: [{ ErrorEquals: ['A'], Next: 'After', ResultPath: '$' }] })),
      'field "Catch[0]/ResultPath": belongs to JSONPath',
    ],
    // Distributed Maps.
    ...(
      [
        [
          'another mode',
          {},
          { Mode: 'EAGER' },
          'ItemProcessor/ProcessorConfig/Mode": expected INLINE or DISTRIBUTED, got "E',
        ],
        [
          'no execution type',
          {},
          { ExecutionType: undefined },
          '/ExecutionType": is required with the mode DISTRIBUTED',
        ],
        ['another execution type', {}, { ExecutionType: 'FAST' }, 'expected STANDARD or EXPRESS, got "FAST"'],
        [
          'a label with a space',
          { Label: 'a b' },
          {},
          'Label": expected 1 to 40 characters without spaces and special',
        ],
        ['a label of 41 characters', { Label: 'l'.repeat(41) }, {}, 'Label": expected 1 to 40 characters'],
        ['a percentage of 101', { ToleratedFailurePercentage: 101 }, {}, 'expected a number from 0 to 100, got 101'],
        ['a half failure', { ToleratedFailureCount: 0.5 }, {}, 'ToleratedFailureCount": expected an integer from 0'],
        [
          'a JSONPath field',
          { ToleratedFailureCountPath: '$.a' },
          {},
          'ToleratedFailureCountPath": is not supported here',
        ],
        [
          'items and a reader',
          { Items: [], ...reading({ InputType: 'JSON' }) },
          {},
          'takes either Items or an ItemReader',
        ],
        [
          'a reader without its type',
          reading({}),
          {},
          'an InputType is required with s3:getObject: JSON, JSONL or CSV',
        ],
        ['another type', reading({ InputType: 'PARQUET' }), {}, 'expected JSON or JSONL or CSV, got "PARQUET"'],
        [
          'CSV without a header',
          reading({ InputType: 'CSV' }),
          {},
          'CSVHeaderLocation": is required with the InputType CSV',
        ],
        [
          'another delimiter',
          reading({ InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW', CSVDelimiter: ';' }),
          {},
          'CSVDelimiter": expected COMMA or PIPE or SEMICOLON or SPACE or TAB, got ";"',
        ],
        ['a pointer', reading({ InputType: 'JSON', ItemsPointer: '/a' }), {}, 'ItemsPointer": is not supported here'],
        [
          'no items',
          reading({ InputType: 'JSON', MaxItems: 0 }),
          {},
          'MaxItems": expected an integer from 1 to 100000000',
        ],
        [
          'a version',
          reading({ InputType: 'JSON' }, { Arguments: { ...file, VersionId: '1' } }),
          {},
          'field "ItemReader/Arguments/VersionId": is not supported here',
        ],
        [
          'no key',
          reading({ InputType: 'JSON' }, { Arguments: { Bucket: 'b' } }),
          {},
          'Arguments/Key": is required but missing',
        ],
        [
          'another reader',
          reading({}, { Resource: 'arn:aws:states:::s3:headObject' }),
          {},
          's3:listObjectsV2, got "arn:aws',
        ],
        [
          'a batch without a limit',
          { ItemBatcher: { BatchInput: {} } },
          {},
          'a batch needs a limit: MaxItemsPerBatch, Max',
        ],
        [
          'a batch above a payload',
          { ItemBatcher: { MaxInputBytesPerBatch: 262_145 } },
          {},
          'ItemBatcher/MaxInputBytesPerBatch": expected an integer from 1 to 262144, got 262145',
        ],
        [
          'an empty writer',
          { ResultWriter: {} },
          {},
          'a ResultWriter has a WriterConfig, or Resource and Arguments, or',
        ],
        [
          'a writer of lines to the state',
          { ResultWriter: { WriterConfig: { OutputType: 'JSONL' } } },
          {},
          'JSONL needs a Res',
        ],
        [
          'a writer without a bucket',
          { ResultWriter: { Resource: putObject } },
          {},
          'Arguments": is required but missing',
        ],
        [
          'another writer',
          { ResultWriter: { Resource: getObject } },
          {},
          'expected arn:aws:states:::s3:putObject, got "arn',
        ],
        [
          'another transformation',
          { ResultWriter: { WriterConfig: { Transformation: 'ZIP' } } },
          {},
          'ResultWriter/WriterConfig/Transformation": expected NONE or COMPACT or FLATTEN, got "ZIP"',
        ],
      ] as [string, object, object, string][]
    ).map(
      ([what, more, config, message]) =>
        [`${what} in a Distributed Map`, one(distributed(more, config)), message] as [string, object, string],
    ),
    [
      'a label that two Maps have',
      machine({
        First: distributed({ Label: 'L', End: undefined, Next: 'After' }),
        After: distributed({
          Label: 'L',
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
            StartAt: 'Other',
            States: { Other: pass() },
          },
        }),
      }),
      'state "After", field "Label": another Map of this machine has the same label',
    ],
    [
      'a Distributed Map in a Distributed Map',
      one(
        map({
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
            StartAt: 'Inner',
            States: { Inner: distributed() },
          },
        }),
      ),
      'state "First", field "ItemProcessor": a Distributed Map inside a Distributed Map is not supported here',
    ],
    // Expressions.
    [
      'wrong syntax',
      one(pass({ Output: { a: ['{% a[1,2) %}'] } })),
      'field "Output/a[0]": in line 1, column 4 of the JSONata expression, near \'a[1,2)\': Expected "]", got ",".',
    ],
    [
      'an expression that is not closed',
      one(pass({ Output: '{% 1' })),
      'field "Output": a JSONata expression starts with {% and ends with %}, got "{% 1"',
    ],
    ['an expression that is not opened', one(pass({ Output: '1 %}' })), 'starts with {% and ends with %}, got "1 %}"'],
    [
      'a name without a context',
      one(pass({ Output: '{% phone %}' })),
      "in line 1, column 1 of the JSONata expression, near 'phone': Reference to 'phone' at the top level is not supported.",
    ],
    [
      'a name in a lambda',
      one(pass({ Output: '{% $map([1], function($x) { b }) %}' })),
      "Reference to 'b' at the top level",
    ],
    ['a name in an object', one(pass({ Output: '{% {"a": [1, b]} %}' })), "Reference to 'b' at the top level"],
    ['a wildcard', one(pass({ Output: '{% * %}' })), "Reference to '*' at the top level"],
    ['the root', one(pass({ Output: '{% $$.a %}' })), "Reference to '$$' is not supported."],
    [
      'a result in the arguments',
      one(task({ Arguments: { FunctionName: '{% $states.result.a %}' } })),
      "field \"Arguments/FunctionName\": in line 1, column 1 of the JSONata expression, near '$states.result.a': Reference to '$states.result' is not supported here.",
    ],
    [
      'an error output outside of a Catch',
      one(task({ Output: '{% $states.errorOutput %}' })),
      "Reference to '$states.errorOutput' is not supported here.",
    ],
    [
      'a result in a Catch',
      two(task({ Catch: [{ ErrorEquals: ['A'], Next: 'After', Output: '{% $states.result %}' }] })),
      "field \"Catch[0]/Output\": in line 1, column 1 of the JSONata expression, near '$states.result': Reference to '$states.result'",
    ],
  ])('with %s is refused', (_, definition, message) => {
    expect(() => load(definition)).toThrow(UserError);
    expect(() => load(definition)).toThrow(message);
  });

  it.each([
    [
      'a reader of a list',
      { ItemReader: { Resource: 'arn:aws:states:::s3:listObjectsV2', Arguments: { Bucket: 'b' } } },
    ],
    ['an expression for its arguments', reading({ InputType: 'JSON' }, { Arguments: '{% $states.input %}' })],
    ['a writer that only forms the output', { ResultWriter: { WriterConfig: { Transformation: 'FLATTEN' } } }],
    ['a variable of the outer scope, which its states do not see', { ItemSelector: '{% $x %}' }],
  ])('with a Distributed Map with %s is loaded', (_, more) => {
    const inner = { Assign: { x: 1 } };
    const ProcessorConfig = { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' };
    const ItemProcessor = { ProcessorConfig, StartAt: 'Item', States: { Item: pass(inner) } };

    const definition = machine({
      First: pass({ ...inner, End: undefined, Next: 'Each' }),
      Each: map({ ItemProcessor, ...more }),
    });
    expect(load(definition).states.get('Each')).toMatchObject({ distributed: { executionType: 'EXPRESS' } });
  });

  describe('with a long expression is refused in one sentence', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `  $v${index} := $states.input.list[${index}];`);
    const refusal = (expression: string) => {
      try {
        load(one(pass({ Output: `{% ${expression} %}` })));
        return '';
      } catch (error) {
        return (error as UserError).message;
      }
    };

    it.each([
      [
        'that quotes what is around the mistake',
        ['(', ...lines, '  { "a": $v1, "b": ) };', ...lines, ')'],
        `in line 32, column 20 of the JSONata expression, near '…tates.input.list[29]; { "a": $v1, "b": ) }; $v0 := $states.input.list[0]; $v1 …': ` +
          'The symbol ")" cannot be used as a unary operator.',
      ],
      [
        'that quotes what is around the reference',
        ['(', ...lines, '  phone;', ...lines, ')'],
        "in line 32, column 3 of the JSONata expression, near '…t[28]; $v29 := $states.input.list[29]; phone; $v0 := $states.input.list[0]; $v…': " +
          "Reference to 'phone' at the top level is not supported.",
      ],
      [
        'that quotes the end where something is missing',
        ['(', ...lines],
        "in line 31, column 34 of the JSONata expression, near '…input.list[27]; $v28 := $states.input.list[28]; $v29 := $states.input.list[29];': " +
          'Expected ")" before end of expression.',
      ],
    ])('%s', (_, expression, problem) => {
      const message = refusal(expression.join('\n'));

      expect(message).toBe(`State machine "Nightly", state "First", field "Output": ${problem}`);
    });

    it('that quotes its beginning where nobody knows the place', () => {
      const message = refusal(`($match('a', /a**/); ${lines.join('\n')})`);

      expect(message).toMatch(
        /: the JSONata expression '\(\$match\('a', \/a\*\*\/\); \$v0 := .{51}…' is not valid: Invalid regular expression/,
      );
      expect(message.length).toBeLessThan(300);
    });

    it('that quotes its beginning where it is not closed', () => {
      expect(() => load(one(pass({ Output: `{% ${lines.join('\n')}` })))).toThrow(
        /with %\}, got "\{% \$v0 := .{60,72}…"\.$/,
      );
    });
  });

  it.each([
    '$states.input.items[value > 3].name',
    '$states.input.items^(>price)',
    '$states.input.items{id: $sum(price)}',
    '$states.input.{"a": b}',
    '$states.input.items@$i.$i.name',
    '$map($states.input.items, function($v, $i) { $v.name & $i })',
    '$states.input ~> |account|{"x": balance}|',
    '($f := function($n) { $n.name }; $f($states.input))',
    '$',
  ])('may refer to names that have a context: %s', (text) => {
    expect(() => load(one(pass({ Output: `{% ${text} %}` })))).not.toThrow();
  });
});
