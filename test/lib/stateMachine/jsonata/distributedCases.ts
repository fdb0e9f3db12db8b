/** What the expressions of a Distributed Map have to come to, in every implementation of JSONata. */
import * as distributed from '../../../../lib/stateMachine/distributedExpressions';
import {
  checkInput,
  completeInput,
  type InputDefaults,
  readInput,
} from '../../../../lib/stateMachine/inputExpressions';
import { emptyListing, isLarge } from '../../../../lib/stateMachine/listingExpressions';
import * as results from '../../../../lib/stateMachine/resultExpressions';
import { itemConfiguration } from '../../../../lib/sources/s3Object';
import type { Configuration, Json, JsonObject } from '../../../../lib/wire';
import type { Case } from './cases';
import type { Evaluation } from './evaluateHere';

const batchSize = 10;
const place = { bucket: 'results', prefix: 'system-test/' };
const readName = 's3://lists/all "of" them.csv';
const location = { bucket: 'results', prefix: 'system-test/run 1/' };
const context = { State: { EnteredTime: '2026-01-01T00:00:00.000Z' }, Execution: { Name: 'run 1' } };
const checked = { mode: 'DISTRIBUTED', max_concurrency: 500, tolerated_failures: 0, results: location };

const evaluation = (expression: string, states: JsonObject, variables: JsonObject = {}): Evaluation => ({
  expression,
  bindings: { states: { input: {}, context, ...states }, ...variables },
});

/** What the outputs of the children come to, with the Map's items where it does not read them by itself. */
const summed = (outputs: Json[], items?: number, of: JsonObject = {}, batch = 1): Evaluation =>
  evaluation(
    distributed.distributedResult(batch, items === undefined),
    { result: outputs, input: items === undefined ? {} : { configurations: Array<string>(items).fill('a') } },
    { checked: { ...checked, ...of } },
  );
const counts = (passed: number, failed: number, errored: number): JsonObject => ({
  ...{ schema_version: 1, mode: 'DISTRIBUTED', total: passed + failed + errored, passed, failed, errored },
});
const lost = (input: Json): JsonObject => ({
  ...{
    ExecutionArn: `arn:${JSON.stringify(input)}`,
    Input: JSON.stringify(input),
    Status: 'FAILED',
    Error: 'S3.S3Exception',
  },
  Cause: ',1,,1, and 1,1',
});
const many = Array.from({ length: 20_000 }, (_, index) => (index % 1000 > 0 ? 1 : index % 2000 > 0 ? 2 : 4));

/** Outputs of children, one configuration each, and how many passed, failed and errored of all. */
const outputs: [string, Json[], [number, number, number]][] = [
  ['that passed', [1, 1], [2, 0, 0]],
  ['of each kind', [2, 1, 4, 1], [2, 1, 1]],
  ['of which one was lost', [1, lost({ configuration: 'a' })], [1, 0, 1]],
  ['that were all lost', [lost('a'), lost('b')], [0, 0, 2]],
  ['that were lost alike', [lost('a'), lost('a'), 1], [1, 0, 2]],
  ...([0, -1, 3, 5, 6, 7, 8, 1.5, 0.5, 1e300, null, true, '1', ',1,', 'a,1,b', {}, { Input: 5 }] as Json[]).map(
    (output): [string, Json[], [number, number, number]] => [
      `of which one says ${JSON.stringify(output)}`,
      [1, output, 1],
      [2, 0, 1],
    ],
  ),
  ['of which two say lists', [[1, 1], 1, [[]]], [1, 0, 2]],
  ['that are 20,000', many, [19_980, 10, 10]],
];
/** The same of children with ten configurations each. */
const batches: [string, Json[], [number, number, number]][] = [
  ['of each kind', [10, 9 + 11, 8 + 11 + 121, 1], [28, 2, 1]],
  ['that all failed, or all errored', [110, 1210], [0, 10, 10]],
  ['of which one tells of more than a batch', [10, 10 + 11], [10, 0, 1]],
  ['of which one tells of more than ten batches', [10, 1331], [10, 0, 1]],
  ['of which some say what no batch does', [10, 0, 1.5, -1, null, '1', 10], [20, 0, 5]],
  ['of which one was lost with three', [10, lost({ BatchInput: {}, Items: ['a', 'b', 'c'] })], [10, 0, 3]],
  ['of which one was lost with one', [10, lost({ Items: ['a'] })], [10, 0, 1]],
  ['of which one was lost with nothing', [10, lost({ BatchInput: {} })], [10, 0, 1]],
];

const configuration = itemConfiguration('id');
const asItIs = null;
const read = (value: Json, withPrefix = true, by: string | null = configuration): Evaluation =>
  evaluation(
    distributed.readItem(readName, by ?? undefined, withPrefix),
    { context: { ...context, Map: { Item: { Index: 6, Value: value } } } },
    { checked },
  );
const item7 = 'item 7 of s3://lists/all "of" them.csv';
const expectedItem = `Expected ${item7} to be a string of 1 to 1024 characters that is not blank, or an object with such a configuration_identifier and no system_test, got `;
const refusal = `${expectedItem}number.`;

const child = (expression: string, input: Json, variables: JsonObject = { prefix: location.prefix }) =>
  evaluation(expression, { input, context: { ...context, Execution: { Name: 'child' } } }, variables);
const result = (status: string, of: JsonObject = {}) => ({ configuration_identifier: 'a', status, ...of });
const inChild = distributed.placeInChild(batchSize);
const input = { configuration: 'a' };
const raised = (errorMessage: string) => JSON.stringify({ errorType: 'Error', errorMessage });
const log = 'REPORT\tDuration: 5.5 ms\tBilled Duration: 6 ms\t';
const LogResult = Buffer.from(log).toString('base64');
const long = JSON.stringify({ system_test_successful: true, text: 'x'.repeat(30_000) });
const tested = (states: JsonObject, o = { mayRunOn: false }, of = inChild) =>
  evaluation('errorOutput' in states ? results.errorResult(o, of) : results.invocationResult(true, of), states);

const distributes: InputDefaults = {
  ...{ configurations: ['a', 'b'], maxConcurrency: 500, toleratedFailures: '50%', maxConfigurations: 4 },
  ...{ results: place, mayBeInline: false },
};
const decides: InputDefaults = { ...distributes, mayBeInline: true };
const reads: InputDefaults = {
  ...{ ...decides, configurations: undefined, listed: true, reads: true },
};
const check = (input: Json, of: InputDefaults, listing?: JsonObject): Evaluation =>
  evaluation(checkInput(of), { input }, listing && { listing });
const list = (configurations: Configuration[], large = false): JsonObject => ({
  ...{ source: readName, configurations, large },
});
const tooLarge = list([], true);
const names = (count: number) => Array.from({ length: count }, (_, index) => `c${index}`);

/* eslint-disable jest/no-standalone-expect -- matchers, as those of texts are */
export const unordered = expect.not.objectContaining({ order: expect.anything() as Json }) as object;
const withoutResponse = expect.not.objectContaining({ response: expect.anything() as Json }) as object;
const cut = expect.stringMatching(/^漢+$/) as Json;
/* eslint-enable jest/no-standalone-expect */

const inputCases: Case[] = [
  ['distributes what the construct has', check({}, distributes), { ...checked, refusal: '', tolerated_failures: 1 }],
  ['distributes one', check({ configurations: ['a'] }, distributes), { mode: 'DISTRIBUTED', tolerated_failures: 0 }],
  [
    'holds the concurrency to that of the construct',
    check({ max_concurrency: 10_000 }, distributes),
    { max_concurrency: 500 },
  ],
  [
    'refuses more at once than there can be',
    check({ max_concurrency: 10_001 }, distributes),
    'from 1 to 10000, got 10001',
  ],
  ['refuses to read nothing', check({ configurations: [] }, reads), 'Expected at least one configuration'],
  ['refuses to distribute nothing', check({ configurations: [] }, distributes), 'Expected at least one configuration'],
  [
    'tests inline what fits',
    check({ configurations: names(4), allow_unknown: true }, decides),
    { refusal: '', mode: 'INLINE', max_concurrency: 40, tolerated_failures: 2 },
  ],
  [
    'distributes what are too many',
    check({ configurations: names(5), allow_unknown: true }, decides),
    { ...checked, refusal: '', tolerated_failures: 2 },
  ],
  [
    'tests inline some first',
    check({ configurations: names(4), allow_unknown: true, start_first: ['c3', 'c9'] }, decides),
    { mode: 'INLINE', order: [3, 0, 1, 2] },
  ],
  [
    'distributes all in their own order',
    check({ configurations: names(5), allow_unknown: true, start_first: ['c3'] }, decides),
    unordered,
  ],
  [
    'distributes what is too long',
    check(
      { configurations: names(230).map((name) => name.padEnd(1000, '漢')), allow_unknown: true },
      { ...decides, maxConfigurations: 998 },
    ),
    'to take at most 262144 bytes',
  ],
  [
    'refuses what is not known',
    check({ configurations: ['c'] }, decides),
    'Expected configurations that the construct has',
  ],
  [
    'lets the Map read what is too large to be listed, and keeps a share as it is',
    check({}, reads, tooLarge),
    { ...checked, refusal: '', tolerated_failures: '50%' },
  ],
  [
    'tests inline what was named and is listed',
    check({ configurations: ['a'] }, reads, list(['a', 'b'])),
    { refusal: '', mode: 'INLINE', tolerated_failures: 0 },
  ],
  ['tests inline what was listed', check({}, reads, list(['a', 'b'])), { mode: 'INLINE', tolerated_failures: 1 }],
  [
    'selects nothing from what is too large to be listed',
    check({ configurations: ['a'] }, reads, tooLarge),
    'Expected configurations with all their keys, got "a": s3://lists/all "of" them.csv is too large to select from.',
  ],
  [
    'tests inline what is named beside a list that is too large',
    check({ configurations: ['a'], allow_unknown: true }, reads, tooLarge),
    { refusal: '', mode: 'INLINE' },
  ],
  [
    'hands on what the Map tests',
    evaluation(completeInput(distributes), { input: {} }),
    { configurations: ['a', 'b'], max_concurrency: 500, tolerated_failures: '50%' },
  ],
  ['hands on no list', evaluation(readInput, {}, { checked }), { max_concurrency: 500, tolerated_failures: 0 }],
  ['knows a large list', evaluation(isLarge, {}, { listing: tooLarge }), true],
  ['knows another list', evaluation(isLarge, {}, { listing: { source: 's' } }), false],
  ...([{}, { configurations: ['a'] }] as JsonObject[]).map((input): Case => [
    `begins with a list of which ${JSON.stringify(input)} ${'configurations' in input ? 'selects' : 'takes all'}`,
    evaluation((emptyListing(readName, true) as { large: string }).large, { input }),
    !('configurations' in input),
  ]),
];

const childCases: Case[] = [
  [
    'gives a child its configuration and where the results go',
    evaluation(
      distributed.checkedItem(true),
      { context: { ...context, Map: { Item: { Index: 0, Value: 'a' } } } },
      { checked },
    ),
    { configuration: 'a', prefix: location.prefix },
  ],
  [
    'gives a batch its configurations',
    evaluation(
      distributed.checkedItem(false),
      { context: { ...context, Map: { Item: { Index: 0, Value: { configuration_identifier: 'a', k: [[1]] } } } } },
      { checked },
    ),
    { configuration: { configuration_identifier: 'a', k: [[1]] } },
  ],
  [
    'gives a child the row that the Map read',
    read({ id: 'a', k: '' }),
    { configuration: { configuration_identifier: 'a', k: '' }, prefix: location.prefix },
  ],
  [
    'gives a batch the row that the Map read',
    read({ id: 'a' }, false),
    { configuration: { configuration_identifier: 'a' } },
  ],
  ['takes a text that the Map read', read('🎉', false), { configuration: '🎉' }],
  ...[{ configuration_identifier: 'a', k: [] }, 'a'].map((value): Case => [
    `takes ${JSON.stringify(value)} that the Map read as it is`,
    read(value, true, asItIs),
    { configuration: value, prefix: location.prefix },
  ]),
  ...(
    [
      [null, 'null'],
      ['', 'string'],
      [['a'], 'array'],
      [[{ configuration_identifier: 'a' }], 'array'],
      [{ configuration_identifier: ['a'] }, 'an object with the keys [configuration_identifier]'],
      [
        { configuration_identifier: 'a', system_test: [] },
        'an object with the keys [configuration_identifier, system_test]',
      ],
    ] as [Json, string][]
  ).map(([value, got]): Case => [
    `tests no ${JSON.stringify(value)} that the Map read as it is`,
    read(value, false, asItIs),
    { configuration: item7, refusal: `${expectedItem}${got}.` },
  ]),
  ...(
    [
      [null, 'null'],
      [5, 'number'],
      [true, 'boolean'],
      ['', 'string'],
      [' \t', 'string'],
      [[], 'array'],
      [['a'], 'array'],
      [{}, 'an object with the keys []'],
      [{ id: null }, 'an object with the keys [id]'],
      [{ id: '' }, 'an object with the keys [id]'],
      [{ id: ['a'] }, 'an object with the keys [id]'],
      [{ id: {} }, 'an object with the keys [id]'],
      [{ name: 'a', k: '' }, 'an object with the keys [name, k]'],
      [{ ['🎉'.repeat(300)]: 'a' }, `an object with the keys [${'🎉'.repeat(200)}]`],
      [{ id: 'a', system_test: false }, 'an object with the keys [id, system_test]'],
      ['x'.repeat(1025), 'string'],
      [{ configuration_identifier: 'a' }, 'an object with the keys [configuration_identifier]'],
    ] as [Json, string][]
  ).map(([value, got]): Case => [
    `tests no ${JSON.stringify(value).slice(0, 40)} that the Map read`,
    read(value),
    { configuration: item7, refusal: `${expectedItem}${got}.`, prefix: location.prefix },
  ]),
  [
    'invokes nothing where there is no configuration',
    child(results.functionEvent('{}', inChild), { configuration: item7, refusal }),
    refusal,
  ],
  [
    'invokes with the configuration of a child',
    child(results.functionEvent('{"k":1}', inChild), { configuration: { configuration_identifier: 'a', k: 2 } }),
    { configuration_identifier: 'a', k: 2, system_test: true },
  ],
  [
    'records what is no configuration as not tested',
    tested({
      input: { configuration: item7, refusal },
      errorOutput: { Error: 'States.QueryEvaluationError', Cause: 'Odd: D3137: Invalid JSON' },
    }),
    {
      configuration_identifier: item7,
      status: 'ERRORED',
      error: { type: 'SystemTestListingFailed', message: refusal },
    },
  ],
  [
    'records what a child could not test',
    tested({
      input: { configuration: { configuration_identifier: 'a' } },
      errorOutput: { Error: 'Lambda.ServiceException', Cause: 'Odd.' },
    }),
    result('ERRORED', { error: { type: 'Lambda.ServiceException', message: 'Odd.' } }),
  ],
  [
    'records what failed in a child',
    tested({ input: { configuration: 'a' }, errorOutput: { Error: 'Error' } }, { mayRunOn: true }),
    result('FAILED'),
  ],
  [
    'records what passed in a child',
    tested({ input: { configuration: 'a' }, result: { Payload: '{"system_test_successful":true}' } }),
    result('PASSED'),
  ],
  ...['x', '漢'].map((letter): Case => [
    `keeps a result within its share of a child of a hundred, beside an identifier of ${letter}`,
    tested(
      {
        input: { configuration: letter.repeat(1024) },
        result: { Payload: JSON.stringify({ errorMessage: letter.repeat(5000) }), FunctionError: 'Unhandled' },
      },
      undefined,
      distributed.placeInChild(100),
    ),
    { status: 'FAILED', truncated: true },
  ]),
  ...[inChild, distributed.placeInChild(100)].flatMap((of, index): Case[] => [
    [
      `keeps error and log of a child, ${index}`,
      tested({ input, result: { Payload: raised('m'), FunctionError: 'Unhandled', LogResult } }, undefined, of),
      result('FAILED', { duration_ms: 5.5, billed_ms: 6, error: { type: 'Error', message: 'm' }, log_tail: log }),
    ],
    [
      `keeps the response of a child that does not say that it passed, ${index}`,
      tested({ input, result: { Payload: '{"system_test_successful":1}' } }, undefined, of),
      result('FAILED', { response: { system_test_successful: 1 }, error: { type: 'SystemTestUnsuccessful' } }),
    ],
    [
      `leaves out the response of a child that is too long, ${index}`,
      tested({ input, result: { Payload: long } }, undefined, of),
      withoutResponse,
    ],
    [
      `says that it left it out, ${index}`,
      tested({ input, result: { Payload: long } }, undefined, of),
      result('PASSED', { truncated: true }),
    ],
    [
      `keeps what a child raised where it has no answer, ${index}`,
      tested({ input, errorOutput: { Error: 'Error', Cause: raised('m') } }, undefined, of),
      result('FAILED', { duration_ms: 7500, error: { type: 'Error', message: 'm' } }),
    ],
    [
      `cuts the long cause of a child, ${index}`,
      tested({ input, errorOutput: { Error: 'Error', Cause: raised('漢'.repeat(12_000)) } }, undefined, of),
      result('FAILED', { truncated: true, error: { type: 'Error', message: cut } }),
    ],
  ]),
  ['lists a result', child(distributed.childResults, result('PASSED')), [result('PASSED')]],
  ['lists the results of a batch', child(distributed.childResults, [result('PASSED')]), [result('PASSED')]],
  ...['PASSED', 'FAILED', 'ERRORED'].flatMap((status, index): Case[] => [
    [
      `writes what ${status} to its place`,
      child(distributed.resultsKey, result(status)),
      `${location.prefix}${index === 0 ? 'passed' : 'not_passed'}/child.json`,
    ],
    [
      `counts what ${status}`,
      child(`{% {"n": ${distributed.childOutput(1).slice(2, -2)}} %}`, result(status)),
      { n: 2 ** index },
    ],
    [
      `counts what ${status} in a batch`,
      child(`{% {"n": ${distributed.childOutput(batchSize).slice(2, -2)}} %}`, [
        ...[result('PASSED'), result(status), result(status)],
      ]),
      { n: 1 + 2 * 11 ** index },
    ],
    [
      `writes a batch in which one ${status} to its place`,
      child(distributed.resultsKey, [result('PASSED'), result(status)]),
      `${location.prefix}${index === 0 ? 'passed' : 'not_passed'}/child.json`,
    ],
  ]),
];

/** What ends an execution whose Map failed as a whole. */
const broken = (expression: string, Error: string, Cause?: string): Evaluation =>
  evaluation(expression, { input: { Error, ...(Cause === undefined ? {} : { Cause }) } }, { checked });

export const distributedCases: Case[] = [
  ...inputCases,
  ...childCases,
  ...outputs.flatMap(([what, said, [passed, failed, errored]]): Case[] => [
    [`sums children ${what}`, summed(said), counts(passed, failed, errored)],
    [`sums known children ${what}`, summed(said, said.length), counts(passed, failed, errored)],
  ]),
  ...batches.map(([what, said, [passed, failed, errored]]): Case => [
    `sums batches ${what}`,
    summed(said, undefined, {}, batchSize),
    counts(passed, failed, errored),
  ]),
  ['sums no children', summed([]), { ...counts(0, 0, 0), results_location: location }],
  ['calls what is missing not tested', summed([1, 1, 2], 5), counts(2, 1, 2)],
  ['calls all not tested where no child says anything', summed([], 2), counts(0, 0, 2)],
  ['calls what is too much not tested', summed([1, 1, 1], 2), counts(3, 0, 1)],
  ['calls what is missing in batches not tested', summed([10, 3], 20, {}, batchSize), counts(13, 0, 7)],
  [
    'tolerates a share of what the Map read',
    summed([1, 2, 1, 4, 1, 1, 1], undefined, { tolerated_failures: '29%' }),
    { ...counts(5, 1, 1), tolerated_failures: 2, max_concurrency: 500 },
  ],
  ['tolerates a count of it', summed([1, 2], undefined, { tolerated_failures: 3 }), { tolerated_failures: 3 }],
  [
    'fails by the error of the list',
    broken(distributed.distributionError, 'States.ItemReaderFailed'),
    'SystemTestListingFailed',
  ],
  ['fails by another error', broken(distributed.distributionError, 'States.DataLimitExceeded'), 'SystemTestErrored'],
  [
    'says which list was not read',
    broken(distributed.distributionCause(readName), 'States.ItemReaderFailed', 'No "key" \\ \n'),
    'Expected a list of s3://lists/all  of  them.csv that the Map can read, got States.ItemReaderFailed: No  key ',
  ],
  [
    'says where the results are of a Map that failed',
    broken(distributed.distributionCause(undefined), 'States.DataLimitExceeded'),
    'The configurations could not all be tested: States.DataLimitExceeded. The results so far are in s3://results/system-test/run 1/',
  ],
  [
    'names the source that lists none',
    evaluation(results.failedCause(readName), { input: { ...counts(0, 0, 0), tolerated_failures: 0 } }),
    'Expected at least one configuration of s3://lists/all  of  them.csv, got none.',
  ],
  ...[
    [counts(0, 0, 0), false, 'SystemTestListingFailed', 'Expected at least one configuration, got none.'],
    [counts(2, 0, 0), true, 'SystemTestErrored', ''],
    [
      counts(2, 1, 0),
      false,
      'SystemTestFailed',
      '1 of 3 configurations failed the system test: see s3://results/system-test/run 1/not_passed/.',
    ],
    [
      counts(2, 0, 1),
      false,
      'SystemTestErrored',
      '0 of 3 configurations failed the system test and 1 could not be tested: see s3://results/system-test/run 1/not_passed/.',
    ],
  ].flatMap(([of, passes, error, cause]): Case[] => {
    const input = { ...(of as JsonObject), tolerated_failures: 0, results_location: location };
    const what = `${JSON.stringify(of)} distributed`;
    return [
      [`gives the verdict on ${what}`, evaluation(results.allPassed, { input }), passes as boolean],
      [`gives the error of ${what}`, evaluation(results.failedError, { input }), error as string],
      [`gives the cause of ${what}`, evaluation(results.failedCause(), { input }), cause as string],
    ];
  }),
];
