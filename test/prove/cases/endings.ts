import type { JsonObject } from '../../../lib/wire';
import { casesThat, context, type Expected, type ProofCase } from '../case';
import type { MachineName } from '../machines';

const resultOf = (identifier: string, status = 'FAILED'): JsonObject => ({
  configuration_identifier: identifier,
  status,
});
const totals = { total: 40, passed: 35, failed: 5, errored: 0, tolerated_failures: 0 };
const results = { bucket: 'results', prefix: 'system-test/one/' };
const checked = { refusal: '', results };

const fails = casesThat('FAILED');
const failed = (title: string, input: JsonObject, error: string, cause: RegExp, machine: MachineName = 'inline') =>
  fails(machine, 'Failed', title, { input: { ...totals, ...input } }, { error, cause });
const notDistributed = (machine: MachineName, title: string, input: JsonObject, error: string, cause: RegExp) =>
  fails(machine, 'Distribution failed', title, { input, variables: { checked } }, { error, cause });
const hands = (machine: MachineName, state: string, nextState?: string): ProofCase => ({
  ...{ machine, state, title: 'the result goes on as it is', input: resultOf('a') },
  expected: { status: 'SUCCEEDED', output: resultOf('a'), nextState },
});

/** What a child writes, and how an execution ends. */
const write = (
  title: string,
  machine: MachineName,
  input: ProofCase['input'],
  rest: Partial<ProofCase>,
  expected: Expected,
): ProofCase => ({
  ...{
    title,
    machine,
    state: 'Write results',
    input,
    variables: { prefix: 'p/' },
    context,
  },
  mock: { anyResult: { ETag: '"0"' } },
  ...rest,
  expected,
});
const written = (Key: string, Body: JsonObject[], output: number): Expected => ({
  ...{ status: 'SUCCEEDED', output },
  afterArguments: { Bucket: 'results', ContentType: 'application/json', Key, Body },
});

export const endingCases: ProofCase[] = [
  hands('inline', 'Record error'),
  hands('distributed', 'Record error (child)', 'Write results'),
  hands('batched', 'Record error (child)'),
  { ...hands('inline', 'Passed'), title: 'the aggregated result is the output' },
  failed(
    'names the first ten that failed',
    { results: Array.from({ length: 12 }, (_, n) => resultOf(`config_${n}`)) },
    'SystemTestFailed',
    /^5 of 40 configurations failed the system test: config_0, .*config_9 and 2 more\.$/,
  ),
  failed(
    'names what could not be tested',
    { failed: 0, errored: 1, results: [resultOf('a', 'ERRORED'), resultOf('b', 'PASSED')] },
    'SystemTestErrored',
    /and 1 could not be tested: a\.$/,
  ),
  failed('a hostile name', { results: [resultOf('"\\\u0000\n🎉\u2028')] }, 'SystemTestFailed', /: {5}🎉\u2028\.$/),
  failed(
    'names of more than a cause holds',
    { results: Array.from({ length: 10 }, (_, n) => resultOf(`${n}`.padEnd(4000, '漢'))) },
    'SystemTestFailed',
    /^.{32767}$/su,
  ),
  failed(
    'where the results are',
    { results_location: results },
    'SystemTestFailed',
    /: see s3:\/\/results\/system-test\/one\/not_passed\/\.$/,
  ),
  failed(
    'nothing was tested',
    { total: 0, failed: 0 },
    'SystemTestListingFailed',
    /^Expected at least one configuration, got none\.$/,
  ),
  failed(
    'an empty list',
    { total: 0, failed: 0 },
    'SystemTestListingFailed',
    /^Expected at least one configuration of s3:\/\/lists\/feeds\.csv, got none\.$/,
    'batched',
  ),
  fails(
    'inline',
    'Input refused',
    'says what to change',
    { variables: { checked: { refusal: 'Expected "this".' } } },
    { error: 'SystemTestInputRefused', cause: 'Expected "this".' },
  ),
  notDistributed(
    'distributed',
    'says why the Map failed',
    { Error: 'States.Odd', Cause: 'a "b"\n' },
    'SystemTestErrored',
    /^The configurations could not all be tested: States\.Odd: a {2}b {2}\. The results so far are in s3:\/\/results\/system-test\/one\/$/,
  ),
  notDistributed(
    'batched',
    'says why the list could not be read',
    { Error: 'States.ItemReaderFailed', Cause: 'No such key' },
    'SystemTestListingFailed',
    /^Expected a list of s3:\/\/lists\/feeds\.csv that the Map can read, got States\.ItemReaderFailed: No such key$/,
  ),
  notDistributed(
    'batched',
    'a failure without cause',
    { Error: 'E' },
    'SystemTestErrored',
    /^The configurations could not all be tested: E\. /,
  ),
  fails(
    'batched',
    'Listing failed',
    'says what is wrong with the list',
    { variables: { listing: { refusal: 'Expected s3://lists/feeds.csv to be there.' } } },
    { error: 'SystemTestListingFailed', cause: 'Expected s3://lists/feeds.csv to be there.' },
  ),
  write(
    'one that passed',
    'distributed',
    resultOf('a', 'PASSED'),
    {},
    written('p/passed/one.json', [resultOf('a', 'PASSED')], 1),
  ),
  write('one that failed', 'distributed', resultOf('a'), {}, written('p/not_passed/one.json', [resultOf('a')], 2)),
  write(
    'a batch',
    'batched',
    [resultOf('a'), resultOf('b', 'ERRORED')],
    {},
    written('p/not_passed/one.json', [resultOf('a'), resultOf('b', 'ERRORED')], 12),
  ),
  ...(['distributed', 'batched'] as const).flatMap((machine) => [
    write(
      'S3 is slow',
      machine,
      [resultOf('a')],
      { mock: { error: 'S3.S3Exception', cause: 'Slow down' } },
      { status: 'RETRIABLE', error: 'S3.S3Exception', cause: 'Slow down', retryIndex: 0 },
    ),
    write(
      'S3 stays slow',
      machine,
      [resultOf('a')],
      { mock: { error: 'S3.SdkClientException', cause: 'x' }, stateConfiguration: { retrierRetryCount: 5 } },
      { status: 'FAILED', error: 'S3.SdkClientException', cause: 'x', retryIndex: 0 },
    ),
  ]),
];
