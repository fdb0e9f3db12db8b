import type { Json, JsonObject } from '../../../lib/wire';
import { casesThat, type Expected, type ProofCase } from '../case';
import type { MachineName } from '../machines';

const many = Array.from({ length: 1040 }, (_, index) => `config_${index}`);
const backwards = many.map((_, index) => 1039 - index);
const resultOf = (identifier: string, status = 'PASSED'): JsonObject => ({
  configuration_identifier: identifier,
  status,
});
const checked = { refusal: '', detail_bytes: 1000, max_concurrency: 3, tolerated_failures: 1 };
const results = { bucket: 'results', prefix: 'system-test/one/' };

const maps = casesThat();
const inline = (title: string, items: Json[], mocked: Json[], output: Expected['output'], more: JsonObject = {}) =>
  maps(
    'inline',
    'Test configurations',
    title,
    { input: { configurations: items }, variables: { checked: { ...checked, ...more } }, mock: { result: mocked } },
    { status: 'SUCCEEDED', nextState: 'All passed?', maxConcurrency: 3, output },
  );
const distribute = (
  title: string,
  mocked: Json[],
  output: Expected['output'],
  more: Partial<ProofCase> = {},
  expected: Expected = {},
) =>
  maps(
    'distributed',
    'Distribute configurations',
    title,
    {
      input: { configurations: ['a', 'b', 'c'] },
      variables: { checked: { ...checked, results } },
      mock: { result: mocked },
      ...more,
    },
    { status: 'SUCCEEDED', nextState: 'All passed?', output, ...expected },
  );
const read = (title: string, data: string, mocked: Json[], output: Expected['output'], expected: Expected = {}) =>
  maps(
    'batched',
    'Distribute configurations',
    title,
    {
      variables: { checked: { ...checked, results, tolerated_failures: '50%' } },
      mock: { result: mocked },
      stateConfiguration: { mapItemReaderData: data },
    },
    { status: 'SUCCEEDED', nextState: 'All passed?', output, ...expected },
  );
const failing = (machine: MachineName, title: string, error: string, catchIndex: number): ProofCase =>
  maps(
    machine,
    'Distribute configurations',
    title,
    {
      input: { configurations: ['a'] },
      variables: { checked: { ...checked, results } },
      mock: { error, cause: 'Why.' },
      ...(machine === 'batched' && { stateConfiguration: { mapItemReaderData: 'configuration_identifier\na\n' } }),
    },
    {
      status: 'CAUGHT_ERROR',
      nextState: 'Distribution failed',
      error,
      catchIndex,
      output: { Error: error, Cause: 'Why.' },
    },
  );

/** A child that failed, as a Map with the Transformation NONE has it. */
const lost = (input: Json): JsonObject => ({ ExecutionArn: 'arn', Input: JSON.stringify(input), Status: 'FAILED' });

/** Items, ItemSelector, batches, and what is made of the results. */
export const mapCases: ProofCase[] = [
  inline('results are counted', ['a', 'b', 'c'], [resultOf('a'), resultOf('b', 'FAILED'), resultOf('c', 'ERRORED')], {
    schema_version: 1,
    total: 3,
    passed: 1,
    failed: 1,
    errored: 1,
    max_concurrency: 3,
    tolerated_failures: 1,
    results: [{ status: 'PASSED' }, { status: 'FAILED' }, { status: 'ERRORED' }],
  }),
  inline('one result is a list of one', ['a'], [{ ...resultOf('a'), response: [[1], []] }], {
    total: 1,
    passed: 1,
    results: [{ response: [[1], []] }],
  }),
  inline('no result is a list of none', [], [], { total: 0, passed: 0, results: [] }),
  inline(
    '1,040 results within the budget of an output',
    many,
    many.map((name) => ({ ...resultOf(name), response: 'x'.repeat(140) })),
    { total: 1040, passed: 1040 },
  ),
  inline(
    '1,040 results that were started in another order are put back',
    many,
    [...many].reverse().map((name) => resultOf(name)),
    { total: 1040, results: many.map((name) => ({ configuration_identifier: name })) },
    { order: backwards },
  ),
  maps(
    'optimised',
    'Test configurations',
    'the same with the optimised integration',
    { input: { configurations: ['a'] }, variables: { checked }, mock: { result: [resultOf('a')] } },
    { status: 'SUCCEEDED', output: { total: 1 } },
  ),
  maps(
    'distributed',
    'Test configurations',
    'the same beside a Distributed Map',
    { input: { configurations: ['a'] }, variables: { checked }, mock: { result: [resultOf('a')] } },
    { status: 'SUCCEEDED', output: { total: 1 } },
  ),
  maps(
    'batched',
    'Test configurations',
    'the same of a list',
    { input: { configurations: ['a'] }, variables: { checked }, mock: { result: [resultOf('a')] } },
    { status: 'SUCCEEDED', output: { total: 1 } },
  ),
  distribute(
    'each child gets its configuration and where the results go',
    [1, 2, 4],
    { mode: 'DISTRIBUTED', total: 3, passed: 1, failed: 1, errored: 1, results_location: results },
    {},
    {
      ...{ maxConcurrency: 3, toleratedFailurePercentage: 100 },
      afterItemSelector: [
        { configuration: 'a', prefix: 'system-test/one/' },
        { configuration: 'b' },
        { configuration: 'c' },
      ],
    },
  ),
  distribute(
    '1,040 children',
    many.map(() => 1),
    { total: 1040, passed: 1040 },
    { input: { configurations: many } },
  ),
  distribute('children that failed, said too much or nothing', [lost('a'), 3], {
    total: 3,
    passed: 0,
    failed: 0,
    errored: 3,
  }),
  distribute(
    'all children failed, which is tolerated',
    [lost('a'), lost('b'), lost('c')],
    { total: 3, errored: 3 },
    { stateConfiguration: { mapIterationFailureCount: 3 } },
  ),
  failing('distributed', 'the Map fails as a whole', 'States.ExceedToleratedFailureThreshold', 1),
  failing('distributed', 'its output is too large', 'States.DataLimitExceeded', 0),
  read(
    'rows become batches, what is none a refusal',
    'configuration_identifier,region\na,eu\n ,us\nc,\n',
    [2, 1],
    { total: 3, passed: 3, tolerated_failures: 1 },
    {
      afterItemSelector: [
        { configuration: { configuration_identifier: 'a', region: 'eu' } },
        {
          configuration: 'item 2 of s3://lists/feeds.csv',
          refusal: /^Expected item 2 of s3:\/\/lists\/feeds\.csv to be .*\[configuration_identifier, region\]\.$/,
        },
        { configuration: { configuration_identifier: 'c', region: '' } },
      ],
      afterItemBatcher: [
        { BatchInput: { prefix: 'system-test/one/' }, Items: [{ configuration: { region: 'eu' } }, {}] },
        { Items: [{}] },
      ],
    },
  ),
  read(
    'lost batches count with all that is in them',
    'configuration_identifier\na\nb\nc\n',
    [lost({ Items: ['a', 'b'] }), 9],
    { total: 3, errored: 3 },
  ),
  failing('batched', 'the list can not be read', 'States.ItemReaderFailed', 1),
  failing('batched', 'a batch is too large', 'States.DataLimitExceeded', 0),
  maps(
    'batched',
    'Test batch',
    'a batch is tested one after the other',
    { input: { BatchInput: { prefix: 'p/' }, Items: [{ configuration: 'a' }] }, mock: { result: [resultOf('a')] } },
    {
      status: 'SUCCEEDED',
      nextState: 'Write results',
      maxConcurrency: 1,
      output: [resultOf('a')],
      variables: { prefix: 'p/' },
    },
  ),
];
