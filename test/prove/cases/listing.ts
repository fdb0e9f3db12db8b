import type { JsonObject } from '../../../lib/wire';
import type { Expected, Pattern, ProofCase } from '../case';

const begun = { source: 's3://lists/feeds.csv', pages: 0, configurations: [], next_token: null, large: false };

const lists = (title: string, body: string, listing: { [key: string]: Pattern }): ProofCase => ({
  ...{
    title,
    machine: 'batched',
    state: 'List configurations',
    input: { configurations: ['a'] },
    variables: { listing: begun },
  },
  mock: { anyResult: { Body: body, ContentType: 'text/csv' } },
  expected: {
    status: 'SUCCEEDED',
    nextState: 'All listed?',
    output: { configurations: ['a'] },
    variables: { listing },
    afterArguments: { Bucket: 'lists', Key: 'feeds.csv' },
  },
});
const fails = (title: string, error: string, cause: string, expected: Expected, retries?: number): ProofCase => ({
  ...lists(title, '', {}),
  mock: { error, cause },
  ...(retries !== undefined && { stateConfiguration: { retrierRetryCount: retries } }),
  expected: { error, cause, ...expected },
});
const caught = (catchIndex: number, nextState: string, listing: { [key: string]: Pattern }): Expected => ({
  ...{ status: 'CAUGHT_ERROR', catchIndex, nextState, output: { configurations: ['a'] }, variables: { listing } },
});
const begins = (title: string, input: JsonObject, large: boolean): ProofCase => ({
  ...{ title, machine: 'batched', state: 'Begin list', input },
  expected: {
    status: 'SUCCEEDED',
    nextState: 'Names given?',
    output: input,
    variables: { listing: { ...begun, large } },
  },
});

/** The states that read a list from S3 before the input is checked. */
export const listingCases: ProofCase[] = [
  begins('names are given', { configurations: ['a'] }, false),
  begins('no names are given', {}, true),
  lists(
    'a table with quotation marks, CRLF and a mark',
    '\ufeffconfiguration_identifier,region\r\n"a ""b"", c\nd",eu\r\n\r\né漢🎉,\r\n',
    {
      pages: 1,
      next_token: null,
      configurations: [
        { configuration_identifier: 'a "b", c\nd', region: 'eu' },
        { configuration_identifier: 'é漢🎉', region: '' },
      ],
    },
  ),
  lists('1,000 rows', `configuration_identifier\n${Array.from({ length: 1000 }, (_, n) => `config_${n}\n`).join('')}`, {
    pages: 1,
  }),
  lists('more rows than an inline Map takes', `configuration_identifier\n${'a\n'.repeat(20_000)}`, {
    large: true,
    refusal: /^Expected s3:\/\/lists\/feeds\.csv to list at most \d+ configurations, got 20000 on 1 page\.$/,
  }),
  lists('a table of 200 KB', `configuration_identifier,k\na,${'é'.repeat(100_000)}\n`, {
    large: true,
    refusal: /at most 131072 bytes of JSON/,
  }),
  lists('a row twice', 'configuration_identifier\na\na\n', {
    configurations: [],
    refusal: /once, got a more than once\.$/,
  }),
  lists('a row that is none', 'configuration_identifier\na\n \n', { refusal: /got something else as item 2\.$/ }),
  lists('an open quotation mark', 'configuration_identifier\n"a\n', {
    refusal: /pairs of quotation marks, got 1 of them\.$/,
  }),
  lists('nothing', '', { refusal: /to list at least one configuration, got none\.$/ }),
  { ...lists('no text', '', { refusal: /got no text\.$/ }), mock: { anyResult: {} } },
  fails('S3 is slow', 'S3.S3Exception', 'Slow down', { status: 'RETRIABLE', retryIndex: 0 }),
  fails(
    'it is not permitted',
    'S3.S3Exception',
    'Denied (Service: S3, Status Code: 403, Request ID: 1)',
    caught(1, 'Listing failed', {
      refusal: /got S3\.S3Exception: Denied .*\(S3 says so, too, where there is no such key\)$/,
    }),
    5,
  ),
  fails('it is too large', 'States.DataLimitExceeded', 'x', caught(0, 'Check input', { large: true })),
  fails(
    'there is no such key',
    'S3.NoSuchKeyException',
    '',
    caught(1, 'Listing failed', { refusal: /got S3\.NoSuchKeyException\.$/ }),
  ),
];
