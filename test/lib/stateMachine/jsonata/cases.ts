/** What the expressions of the state machines have to come to, in every implementation of JSONata. */
import { checkInput, completeInput, type InputDefaults } from '../../../../lib/stateMachine/inputExpressions';
import { listerEvent, listerPage } from '../../../../lib/sources/lister';
import { itemsPage } from '../../../../lib/sources/dynamoDb';
import { itemConfiguration, objectPage } from '../../../../lib/sources/s3Object';
import { keyConfiguration, prefixPage } from '../../../../lib/sources/s3Prefix';
import { parametersPage } from '../../../../lib/sources/ssmPath';
import {
  addPage,
  listingError,
  listingRefused,
  nextPage,
  type PageExpressions,
} from '../../../../lib/stateMachine/listingExpressions';
import { notPassedCause } from '../../../../lib/beforeTraffic/hookDefinition';
import * as results from '../../../../lib/stateMachine/resultExpressions';
import { type Configuration, identifierOf, type Json, type JsonObject } from '../../../../lib/wire';
import { distributedCases, unordered } from './distributedCases';
import type { Evaluation } from './evaluateHere';

/** What it is about, the evaluation, and what its value has at least; of a text, a refusal or an error a part. */
export type Case = [what: string, evaluation: Evaluation, expected: object | string | boolean];

const context = { State: { EnteredTime: '2026-01-01T00:00:00.000Z' } };
const checked = { detail_bytes: 1000 };
export const repeated = (count: number, name = 'config') => Array.from({ length: count }, (_, n) => `${name} ${n}`);

/** The construct's configurations: 121 names, one of them with a key of its own. */
const configurations: Configuration[] = [
  ...Array.from({ length: 120 }, (_, n) => `customer_${n}`),
  { configuration_identifier: 'it\'s \\ "Ünï" 🎉', region: 'eu' },
];
export const defaults: InputDefaults = {
  configurations,
  maxConcurrency: 20,
  toleratedFailures: '5%',
  maxConfigurations: 998,
};
const separated: InputDefaults = {
  ...defaults,
  configurations: [{ configuration_identifier: 'a\u2028b', region: 'eu' }],
};
const bare: InputDefaults = { ...defaults, configurations: undefined, toleratedFailures: 0 };

/** Of a lister in the place of the construct's list. */
const listing: JsonObject = { source: 'the lister arn:list', pages: 1, configurations: ['one'], next_token: 'first' };
const mostListed = 954;
const listed: InputDefaults = { ...defaults, configurations: undefined, listed: true, maxConfigurations: mostListed };
const page = (payload: Json | undefined, of: JsonObject = listing): Evaluation => ({
  expression: addPage(listerPage, { maxPages: 50, maxConfigurations: mostListed }),
  bindings: {
    states: { input: {}, result: payload === undefined ? {} : { Payload: payload }, context: {} },
    listing: of,
  },
});
const listerRaised = (cause?: string): Evaluation => ({
  expression: listingError(listerPage),
  bindings: {
    states: {
      input: {},
      errorOutput: { Error: 'Odd', ...(cause === undefined ? {} : { Cause: cause }) },
      context: {},
    },
    listing,
  },
});
const listingOf = (expression: string, of: JsonObject): Evaluation => ({
  expression,
  bindings: { states: { input: {}, context: {} }, listing: of },
});
const begun = { ...listing, pages: 0, configurations: [], next_token: null };
const lists = (configurations: Json, next_token?: Json): Json => ({
  configurations,
  ...(next_token === undefined ? {} : { next_token }),
});
const notListed: [string, Json | undefined, string][] = [
  ['nothing', undefined, 'to return an object with configurations and next_token, got nothing.'],
  ['null', null, 'got null.'],
  ['a text', '{"configurations": ["a"]}', 'got string.'],
  ['an empty object', {}, 'to return configurations as a list, got none.'],
  ['null for a list', lists(null), 'to return configurations as a list, got null.'],
  ['other keys', { ...(lists(['a']) as JsonObject), 'next "token"': 'b', z: 1 }, 'and no more, got "next "token"".'],
  ['one other key', { NextToken: 'b' }, 'and no more, got "NextToken".'],
  ['a number as a token', lists(['a'], 5), 'or null on the last page, got 5.'],
  ['a list as a token', lists(['a'], ['b']), 'or null on the last page, got array.'],
  ['a long token', lists(['a'], '🎉'.repeat(2049)), 'to return a next_token of at most 2048 characters'],
  ['the token of the last page', lists(['a'], 'first'), 'to go on after page 1, got the same next_token again.'],
  ['a blank one', lists(['a', ' ']), 'got something else as configurations[1] of page 2.'],
  ['lists', lists([['a'], []]), 'got something else as configurations[0] of page 2.'],
  ['deep ones', lists([nested(200)]), 'configurations[0] of page 2.'],
  [
    'one again',
    lists([{ configuration_identifier: 'one' }]),
    'to list each configuration once, got one more than once.',
  ],
  ['too many', lists(Array<string>(80_000).fill('')), 'to list at most 954 configurations, got 80001 on 2 pages.'],
  ['too much', lists(['漢'.repeat(43_700)]), 'to list at most 131072 bytes of JSON, got 131110.'],
];

const check = (input: Json, of = bare): Evaluation => ({
  expression: checkInput(of),
  bindings: { states: { input, context: {} } },
});
const complete = (input: Json, of = defaults): Evaluation => ({
  expression: completeInput(of),
  bindings: { states: { input, context: {} } },
});
const accepted: [string, Json, InputDefaults, object][] = [
  ['nothing, which is the defaults', {}, defaults, { max_concurrency: 20, tolerated_failures: 6 }],
  ['one', { configurations: ['a'] }, bare, { detail_bytes: 239_629 }],
  ['many', { configurations: repeated(121) }, bare, { detail_bytes: 1902 }],
  [
    'an object',
    { configurations: [{ configuration_identifier: 'a', list: [[1], []] }] },
    bare,
    { tolerated_failures: 0 },
  ],
  ['names of objects', { configurations: ['constructor', '__proto__', 'toString'] }, bare, {}],
  ['as many characters as an identifier may have', { configurations: ['🎉'.repeat(1024), 'é\n漢'] }, bare, {}],
  ['lower concurrency', { configurations: ['a'], max_concurrency: 3 }, bare, { max_concurrency: 3 }],
  ['higher concurrency', { configurations: ['a'], max_concurrency: 40 }, bare, { max_concurrency: 20 }],
  ['a share', { configurations: repeated(7), tolerated_failures: '33.34%' }, bare, { tolerated_failures: 2 }],
  ['a share in any form', { configurations: ['a'], tolerated_failures: '0005.500%' }, bare, { tolerated_failures: 0 }],
  [
    'the largest share',
    { configurations: ['a', 'b'], tolerated_failures: `100.${'0'.repeat(400)}%` },
    bare,
    { tolerated_failures: 2 },
  ],
  ['a count', { configurations: ['a'], tolerated_failures: 9007199254740991 }, bare, {}],
  ['known ones', { configurations: ['customer_7', { configuration_identifier: 'customer_8' }] }, defaults, {}],
  ['one with keys', { configurations: [{ configuration_identifier: 'new', a: 1 }] }, defaults, {}],
  ['what the console fills in', { configurations: ['a'], Comment: 'Insert your JSON here' }, bare, {}],
  [
    'the execution that starts it',
    { configurations: ['a'], AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: 'id' },
    bare,
    {},
  ],
  [
    'an event',
    { version: '0', id: '1', 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {} },
    defaults,
    {},
  ],
  ['unknown ones that are permitted', { configurations: ['new'], allow_unknown: true }, defaults, {}],
  ['unknown ones where the construct has none', { configurations: ['new'], allow_unknown: false }, bare, {}],
];

/** `start_first` of the configurations a, b, c and d, and their indexes as they are started. */
const orders: [string, Json, number[] | undefined][] = [
  ['no list', undefined as never, undefined],
  ['an empty list', [], undefined],
  ['all', ['d', 'c', 'b', 'a'], [3, 2, 1, 0]],
  ['one', ['c'], [2, 0, 1, 3]],
  ['some', ['d', 'b'], [3, 1, 0, 2]],
  ['all but one', ['d', 'c', 'b'], [3, 2, 1, 0]],
  ['some twice', ['d', 'b', 'd', 'd', 'b', 'a'], [3, 1, 0, 2]],
  ['unknown ones', ['x', 'c', '__proto__', '', 'a '], [2, 0, 1, 3]],
  ['unknown ones only', ['x', 'y'], undefined],
];
export const ordered = (of: string[], first: Json, max = 998) =>
  check({ configurations: of, start_first: first }, { ...bare, maxConfigurations: max });
export const started = (items: Json[], order?: number[]): Evaluation => ({
  expression: results.startedItems,
  bindings: {
    states: { input: { configurations: items }, context: {} },
    checked: { detail_bytes: 1, ...(order && { order }) },
  },
});
export const putBack = (names: Json[], order: number[] | undefined): Evaluation => ({
  expression: results.aggregatedResult(),
  bindings: {
    states: {
      input: {},
      result: names.map((configuration_identifier) => ({
        configuration_identifier,
        status: 'PASSED',
        response: [[1]],
      })),
      context: {},
    },
    checked: { max_concurrency: 3, tolerated_failures: 1, ...(order && { order }) },
  },
});
const large = repeated(1040);
const backwards = large.map((_, index) => 1039 - index);
const orderCases: Case[] = [
  ...orders.map(([what, first, order]): Case => [
    `starts ${what} first`,
    ordered(['a', 'b', 'c', 'd'], first),
    order ? { refusal: '', order } : unordered,
  ]),
  ['starts the only one first', ordered(['a'], ['a', 'a']), { order: [0] }],
  [
    'starts objects first',
    check({ ...{ configurations: ['a', { configuration_identifier: 'b', k: 1 }] }, start_first: ['b'] }),
    { order: [1, 0] },
  ],
  [
    'starts 1,040 in the order of 10,000',
    ordered(large, [...large].reverse().concat(repeated(8960, 'x')), 1040),
    { order: backwards },
  ],
  ...([null, 'a', { a: 1 }, 5] as Json[]).map((first): Case => [
    `refuses to start ${JSON.stringify(first)} first`,
    ordered(['a'], first),
    'Expected start_first to be a list of identifiers, got ',
  ]),
  ...([[5], ['a', null], [['a']], [{ configuration_identifier: 'a' }], [[]]] as Json[]).map((first): Case => [
    `refuses to start ${JSON.stringify(first)} first`,
    ordered(['a'], first),
    'Expected start_first to be a list of identifiers, got one that is no text.',
  ]),
  [
    'refuses more to start first than there can be',
    ordered(['a'], Array<string>(10_001).fill('a')),
    'Expected start_first to be at most 10000 identifiers, got 10001.',
  ],
  [
    'gives the Map its items as they are',
    started(['a', { configuration_identifier: 'b' }]),
    ['a', { configuration_identifier: 'b' }],
  ],
  ['gives the Map its only item', started(['a']), ['a']],
  [
    'gives the Map its items in order',
    started(['a', { configuration_identifier: 'b', list: [[1], []] }, 'c'], [2, 1, 0]),
    ['c', { configuration_identifier: 'b', list: [[1], []] }, 'a'],
  ],
  [
    'gives the Map one ordered item',
    started([{ configuration_identifier: 'b' }], [0]),
    [{ configuration_identifier: 'b' }],
  ],
  ['gives the Map 1,040 items in order', started(large, backwards), [...large].reverse()],
  [
    'puts one result back',
    putBack(['a'], [0]),
    { total: 1, results: [{ configuration_identifier: 'a', response: [[1]] }] },
  ],
  [
    'puts results back',
    putBack(['c', 'a', 'd', 'b'], [2, 0, 3, 1]),
    { total: 4, passed: 4, results: ['a', 'b', 'c', 'd'].map((name) => ({ configuration_identifier: name })) },
  ],
  [
    'puts 1,040 results back',
    putBack([...large].reverse(), backwards),
    { total: 1040, results: large.map((name) => ({ configuration_identifier: name })) },
  ],
];
const refused: [string, Json, InputDefaults, string][] = [
  [
    'a number',
    5,
    defaults,
    'Expected the input to be an object, such as {"configurations": ["config_0"]}, got number.',
  ],
  ['null', null, defaults, 'got null.'],
  ['a text', '{}', defaults, 'got string.'],
  ['a list', [{ configurations: ['a'] }], defaults, 'got array.'],
  ['configurations that are null', { configurations: null }, defaults, 'to be a list, got null.'],
  ['configurations that are a text', { configurations: 'a' }, defaults, 'to be a list, got string.'],
  ['configurations that are an object', { configurations: { a: 1 } }, defaults, 'to be a list, got object.'],
  ['no configurations', { configurations: [] }, defaults, 'Expected at least one configuration, got none'],
  ['none at all', {}, bare, 'Expected at least one configuration, got none'],
  [
    'too many',
    { configurations: Array<string>(80_000).fill('') },
    bare,
    'Expected at most 998 configurations, got 80000: ',
  ],
  [
    'too many of any kind',
    { configurations: Array<number>(999).fill(1) },
    defaults,
    'at most 998 configurations, got 999',
  ],
  ...(
    [null, 5, true, '', ' \t\r\n', ['a'], [[]], {}, { configuration_identifier: ['a'] }, { name: 'a' }] as Json[]
  ).map((item: Json): [string, Json, InputDefaults, string] => [
    `${JSON.stringify(item)} among them`,
    { configurations: ['a', item] },
    bare,
    'Expected configurations[1] to be a string of 1 to 1024 characters',
  ]),
  ['a long identifier', { configurations: ['🎉'.repeat(1025)] }, bare, 'Expected configurations[0] to be a string'],
  ['a deep one', { configurations: [nested(200)] }, bare, 'Expected configurations[0] to be a string'],
  [
    'one that sets system_test',
    { configurations: [{ configuration_identifier: 'a', system_test: null }] },
    bare,
    'and no system_test.',
  ],
  ['one twice', { configurations: ['b', { configuration_identifier: 'a' }, 'a'] }, bare, 'once, got a more than once.'],
  ...[0, 41, 1.5, 1e300, -1, '3', null, [3], [], {}].map((value: Json): [string, Json, InputDefaults, string] => [
    `max_concurrency ${JSON.stringify(value)}`,
    { configurations: ['a'], max_concurrency: value },
    bare,
    'Expected max_concurrency to be an integer from 1 to 40, got ',
  ]),
  ...[
    '101%',
    '5',
    '%',
    '5%%',
    '5%\n',
    '-1%',
    '1e1%',
    '9'.repeat(400) + '%',
    -1,
    0.5,
    1e300,
    null,
    [],
    {},
    '🎉'.repeat(200),
  ].map((value: Json): [string, Json, InputDefaults, string] => [
    `tolerated_failures ${JSON.stringify(value).slice(0, 20)}`,
    { configurations: ['a'], tolerated_failures: value },
    bare,
    'Expected tolerated_failures to be an integer from 0 up or a share such as "5%", got ',
  ]),
  ...['configuration', 'Configurations', 'max-concurrency', '', 'comment', '__proto__'].map(
    (key): [string, Json, InputDefaults, string] => [
      `the key ${key}`,
      { configurations: ['a'], [key]: ['b'] },
      bare,
      `Expected the input to have no keys but configurations, max_concurrency, tolerated_failures, allow_unknown, start_first, got "${key}": check how it is spelt.`,
    ],
  ),
  ...['true', 1, null, []].map((value: Json): [string, Json, InputDefaults, string] => [
    `allow_unknown ${JSON.stringify(value)}`,
    { configurations: ['a'], allow_unknown: value },
    bare,
    'Expected allow_unknown to be true or false, got ',
  ]),
  [
    'identifiers that are too long together',
    { configurations: repeated(230, 'é漢🎉').map((name) => name.padEnd(1000, '_')) },
    { ...bare, maxConfigurations: 230 },
    'Expected the identifiers to take at most 224520 bytes together, got 231841: ',
  ],
  [
    'more than fits with the keys of the construct',
    { configurations: [...repeated(20), { configuration_identifier: 'own', k: 'x'.repeat(140_000) }] },
    {
      ...defaults,
      configurations: repeated(20).map((name) => ({ configuration_identifier: name, k: '漢'.repeat(2100) })),
    },
    'Expected the input and what the construct adds to it to take at most 262144 bytes, got 267',
  ],
];
const mistyped: [string, string][] = [
  ['custmer_1', 'customer_1'],
  ['customer_1*', 'customer_1'],
  ['Customer_77', 'customer_77'],
  ['costumer_31', 'customer_31'],
  ['customer-42', 'customer_42'],
  ['customer_1000', 'customer_100'],
  [' it\'s \\ "Ünï" 🎉', 'it\'s \\ "Ünï" 🎉'],
];

function nested(depth: number): Json {
  let value: Json = [];
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}

/** Texts that broke something somewhere. */
export const hostile: [string, string][] = [
  ['nothing', ''],
  ['256 kB', 'x'.repeat(256_000)],
  ['10,000 backslashes', '\\'.repeat(10_000)],
  ['one backslash more', '\\'.repeat(10_001)],
  ['10,000 quotation marks', '"'.repeat(10_000)],
  ['escapes', '\\n\\"\\u00e9\\u12\\x\\'.repeat(500)],
  ['two units a character', '🎉'.repeat(3000)],
  ['characters of every size', 'aé漢🎉'.repeat(500)],
  ['lines', '\r\n\t\u0000\u0001\u001f'.repeat(500)],
  ['"errorMessage" twice', '{"errorMessage":"one","errorMessage":"two"}'],
  ['"errorMessage" without an end', '{"errorMessage" : "one\\'],
  ['"errorMessage" that is no text', '{"errorMessage":{"errorMessage":5}}'],
  ['many of them', '"errorMessage":"'.repeat(2000)],
  ['a list', '[1,[2]]'],
  ['null', 'null'],
];

const payload = (value: Json) => JSON.stringify(value);
const base64 = (text: string) => Buffer.from(text).toString('base64');
const invoked = (result: JsonObject, of: JsonObject = checked, input: Json = 'config_0'): Evaluation => ({
  expression: results.invocationResult(true),
  bindings: { states: { input, result, context }, checked: of },
});
const invokedOptimised = (result: JsonObject): Evaluation => ({
  expression: results.invocationResult(false),
  bindings: { states: { input: { configuration_identifier: 'a', k: 1 }, result, context }, checked },
});
const caught = (
  error: string,
  cause: string | undefined,
  of: JsonObject = checked,
  mayRunOn = false,
  timeout?: { seconds: number; functionSeconds: number },
): Evaluation => ({
  expression: results.errorResult({ mayRunOn, timeout }),
  bindings: {
    states: { input: 'a', errorOutput: { Error: error, ...(cause === undefined ? {} : { Cause: cause }) }, context },
    checked: of,
  },
});
const said = (message: string) => JSON.stringify({ errorType: 'Error', errorMessage: message, trace: ['a "b" \\'] });
const passes = payload({ system_test_successful: true });
const failed = { status: 'FAILED' };

/** Those of an aggregated result. */
const aggregated = (counts: JsonObject, names: string[] = []) => ({
  ...{ total: 400, passed: 0, failed: 0, errored: 0, tolerated_failures: 0, max_concurrency: 10, schema_version: 1 },
  ...counts,
  results: [
    { configuration_identifier: 'passed', status: 'PASSED' },
    ...names.map((name) => ({ configuration_identifier: name, status: 'FAILED' })),
  ],
});
const ending = (expression: string, input: Json): Evaluation => ({
  expression,
  bindings: { states: { input, context: {} } },
});

const notPassed = (failure: JsonObject): Evaluation => ({
  expression: notPassedCause,
  bindings: { states: { input: {}, context: {} }, failure },
});

const listCases: Case[] = [
  ['asks for the first page', listingOf(listerEvent, begun), { system_test: true, next_token: null }],
  ['asks for the next page', listingOf(listerEvent, listing), { list_configurations: true, next_token: 'first' }],
  ['goes on with another page', listingOf(nextPage, listing), true],
  ['goes on without another page', listingOf(nextPage, begun), false],
  ['takes a list', listingOf(listingRefused(), listing), false],
  ['refuses a list', listingOf(listingRefused(), { ...listing, refusal: 'No.' }), true],
  [
    'adds the first page',
    page(lists(['a'], 'next'), begun),
    { source: 'the lister arn:list', pages: 1, configurations: ['a'], next_token: 'next' },
  ],
  [
    'adds the last page',
    page(lists([{ configuration_identifier: '__proto__', list: [[1], []] }], ''), listing),
    { pages: 2, configurations: ['one', { configuration_identifier: '__proto__', list: [[1], []] }], next_token: null },
  ],
  ['adds an empty page', page(lists([], null), listing), { pages: 2, configurations: ['one'], next_token: null }],
  ['adds as many as an execution tests', page(lists(repeated(mostListed - 1))), { pages: 2, next_token: null }],
  [
    'refuses a list of none',
    page(lists([]), begun),
    { refusal: 'Expected the lister arn:list to list at least one configuration, got none.' },
  ],
  [
    'ends after 50 pages',
    page(lists(['a'], 'next'), { ...listing, pages: 49 }),
    {
      configurations: [],
      refusal: 'Expected the lister arn:list to end within 50 pages, got a next_token on page 50.',
    },
  ],
  ...notListed.map(([what, payload, expected]): Case => [`refuses a page of ${what}`, page(payload), expected]),
  ['tells what the lister raised', listerRaised(said('a "b" \\')), 'got Odd: a "b" \\'],
  ['tells why the lister was not invoked', listerRaised('no\nrole'), 'got Odd: no\nrole'],
  ['tells an error without a cause', listerRaised(), 'arn:list to list configurations, got Odd.'],
  ...hostile.map(([what, text]): Case => [`tells a cause of ${what}`, listerRaised(text), 'got Odd']),
  [
    'selects from the list',
    listedInput(checkInput, { configurations: ['customer_7'] }),
    { refusal: '', max_concurrency: 20 },
  ],
  ['takes the whole list', listedInput(checkInput, {}), { refusal: '', tolerated_failures: 6 }],
  [
    'takes a list of one',
    listedInput(completeInput, {}, configurations.slice(120)),
    { configurations: configurations.slice(120) },
  ],
  [
    'refuses what is not listed',
    listedInput(checkInput, { configurations: ['customer-42'] }),
    'Expected configurations that the lister arn:list lists, got "customer-42": did you mean "customer_42"? Put "allow_unknown": true in the input (--allow-unknown) to test what it does not list.',
  ],
  [
    'completes with what is listed',
    listedInput(completeInput, { configurations: ['customer_7', identifierOf(configurations[120]!)] }),
    { configurations: ['customer_7', configurations[120]!] },
  ],
];

function listedInput(
  expression: (of: InputDefaults) => string,
  input: Json,
  names: Configuration[] = configurations,
): Evaluation {
  return {
    expression: expression(listed),
    bindings: { states: { input, context: {} }, listing: { ...listing, configurations: names } },
  };
}

/** Of the sources that the state machine reads itself: its answer on one page of at most five configurations. */
const answered = (of: PageExpressions, result: JsonObject, before: JsonObject = {}): Evaluation => ({
  expression: addPage(of, { maxPages: 3, maxConfigurations: 5 }),
  bindings: {
    states: { input: {}, result, context: {} },
    listing: { source: 'SOURCE', pages: 0, configurations: [], next_token: null, ...before },
  },
});
const body = (...of: Parameters<typeof objectPage>) =>
  (
    (page: PageExpressions) => (text: string) =>
      answered(page, { Body: text })
  )(objectPage(...of));
const json = body('JSON');
const jsonOf = body('JSON', 'tenant "id"');
const lines = body('JSONL');
const csv = body('CSV');
const csvOf = body('CSV', 'tenant');
const named = (...configurations: Json[]) => ({ pages: 1, configurations, next_token: null });
const table = 'configuration_identifier,region\n';
const row = (identifier: string, region: string) => ({ configuration_identifier: identifier, region });
const refusedList = (text: string) => ({
  configurations: [],
  next_token: null,
  refusal: `Expected SOURCE to ${text}.`,
});
const none = refusedList('list at least one configuration, got none');

const objectCases: Case[] = [
  [
    'reads an array',
    json('["a", {"configuration_identifier": "b", "list": [[1], []]}]'),
    named('a', { configuration_identifier: 'b', list: [[1], []] }),
  ],
  ['reads an array of one, after a mark', json('\ufeff [ "🎉" ]\r\n'), named('🎉')],
  [
    'reads the identifiers from another key',
    jsonOf('[{"tenant \\"id\\"": "a", "configuration_identifier": 5, "k": null}, "b", {"tenant \\"id\\"": "c"}]'),
    named({ configuration_identifier: 'a', k: null }, 'b', { configuration_identifier: 'c' }),
  ],
  ['finds nothing in an empty array', json('[]'), none],
  ['finds nothing in no JSON at all', json(' \n'), none],
  ['refuses an object', json('{"a": 1}'), refusedList('hold a JSON array of configurations, got object')],
  ['refuses null', json('null'), refusedList('hold a JSON array of configurations, got null')],
  ['refuses an array in an array', json('["a", ["b"]]'), 'got something else as item 2.'],
  ['refuses numbers', json('[1]'), 'got something else as item 1.'],
  [
    'refuses an object without that key',
    jsonOf('[{"configuration_identifier": "a"}]'),
    'got something else as item 1.',
  ],
  [
    'refuses an object with system_test',
    json('[{"configuration_identifier": "a", "system_test": true}]'),
    'got something else as item 1.',
  ],
  [
    'refuses one twice',
    json('["a", {"configuration_identifier": "a"}]'),
    refusedList('list each configuration once, got a more than once'),
  ],
  ['takes as many as fit', json('["a","b","c","d","e"]'), named('a', 'b', 'c', 'd', 'e')],
  [
    'calls one more large',
    json('["a","b","c","d","e","f"]'),
    { large: true, ...refusedList('list at most 5 configurations, got 6 on 1 page') },
  ],
  [
    'calls 128 KiB large',
    json(JSON.stringify([{ configuration_identifier: 'a', k: 'é'.repeat(65_536) }])),
    { large: true, configurations: [], refusal: 'Expected SOURCE to list at most 131072 bytes of JSON, got 131113.' },
  ],
  ['fails on half an array, which is caught', json('["a"'), 'Invalid JSON'],
  [
    'refuses a body that is none',
    answered(objectPage('JSON'), { Body: { a: 1 } }),
    refusedList('hold a JSON array of configurations, got no text'),
  ],
  [
    'refuses an answer without a body',
    answered(objectPage('CSV'), {}),
    refusedList('hold configurations as CSV, got no text'),
  ],
  [
    'reads lines',
    lines('"a"\r\n\r\n {"configuration_identifier": "b"}\n \n'),
    named('a', { configuration_identifier: 'b' }),
  ],
  ['reads one line', lines('{"configuration_identifier": "b"}'), named({ configuration_identifier: 'b' })],
  ['refuses a line that is a list', lines('"a"\n["b"]'), 'got something else as item 2.'],
  ['finds no line', lines('\n\n'), none],
  ['fails on half a line, which is caught', lines('"a"\n{'), 'Invalid JSON'],
  ['fails on two in a line, which is caught', lines('"a", "b"'), 'Invalid JSON'],
  ['counts lines before it reads them', lines('{\n'.repeat(1000)), { large: true }],
  ['reads a table', csv(`${table}a,eu\nb,\n,us`.replace('\n,us', '')), named(row('a', 'eu'), row('b', ''))],
  [
    'reads a table with a mark, CRLF and blank lines',
    csv(`\ufeff\r\n${table}\r\n\r\na,eu\r\nb,us\r\n\r\n`),
    named(row('a', 'eu'), row('b', 'us')),
  ],
  [
    'reads quotation marks',
    csv(`"configuration_identifier","region"\n"a ""b"", c\nd",""\n"""",eu\n"x",""""""`),
    named(row('a "b", c\nd', ''), row('"', 'eu'), row('x', '""')),
  ],
  [
    'reads one column',
    csv('configuration_identifier\na\n"b"\n'),
    named({ configuration_identifier: 'a' }, { configuration_identifier: 'b' }),
  ],
  [
    'reads another column',
    csvOf('n,tenant,configuration_identifier\n1,a,x\n2,b\\,\n'),
    named({ configuration_identifier: 'a', n: '1' }, { configuration_identifier: 'b\\', n: '2' }),
  ],
  [
    'refuses a table without the column',
    csvOf(`${table}a,eu`),
    refusedList('have a column tenant, got configuration_identifier, region'),
  ],
  [
    'refuses a column twice',
    csvOf('tenant,tenant\na,b'),
    refusedList('have each column once, got tenant more than once'),
  ],
  [
    'refuses a short row',
    csv(`${table}a,eu\nb\n`),
    refusedList('have 2 fields in each row, as in the header, got 1 in item 2'),
  ],
  [
    'refuses a long row',
    csv(`configuration_identifier\na,`),
    refusedList('have 1 field in each row, as in the header, got 2 in item 1'),
  ],
  ['refuses a blank identifier', csv(`${table}a,eu\n ,us`), 'got something else as item 2.'],
  ['refuses an empty identifier', csv('configuration_identifier\na\n""\n'), 'got something else as item 2.'],
  [
    'refuses a quotation mark without its end',
    csv(`${table}"a,eu`),
    refusedList('hold CSV with pairs of quotation marks, got 1 of them'),
  ],
  [
    'refuses a quotation mark within a field',
    csv(`${table}a "b" c,eu`),
    refusedList(`hold CSV whose quotation marks enclose whole fields, got one beside "${table}a "`),
  ],
  [
    'refuses text after a quotation mark',
    csv(`${table}"a"b,eu`),
    refusedList('hold CSV whose quotation marks enclose whole fields, got one beside "b,eu"'),
  ],
  ['refuses what it separates by', csv(`${table}"a\u001fb",eu`), 'without the control characters'],
  ['finds no row', csv(table), none],
  ['finds no header', csv(''), none],
  [
    'refuses a table with system_test',
    csv('configuration_identifier,system_test\na,false'),
    'got something else as item 1.',
  ],
  [
    'reads a table of 200 kB',
    csv(`${table}${Array.from({ length: 5 }, (_, n) => `"${n}${'""'.repeat(6_000)}",eu\n`).join('')}`),
    { pages: 1 },
  ],
  ['calls 20,000 rows large', csv(`${table}${'a,eu\n'.repeat(20_000)}`), { large: true }],
  ...hostile.flatMap(([what, text]): Case[] => [
    [`reads a table of ${what}`, csv(text), { next_token: null, configurations: [] }],
    [
      `reads a table with a field of ${what}`,
      csv(`configuration_identifier,k\na,"${text.replaceAll('"', '""').replaceAll('\u001f', '')}"`),
      { next_token: null },
    ],
  ]),
];

const objects = (keys: Json[], more: JsonObject = {}, prefix = 'te"n/') =>
  answered(prefixPage(prefix), { Contents: keys.map((Key) => ({ Key, Size: 1 })), IsTruncated: false, ...more });
const parameters = (result: JsonObject) => answered(parametersPage('/feeds/v1'), result);
const items = (of: Json[], more: JsonObject = {}, before: JsonObject = {}) =>
  answered(itemsPage('te"n'), { Items: of, Count: 1, ...more }, before);
const item = (type: string, value: Json) => ({ 'te"n': { [type]: value } });
const second = { pages: 1, configurations: ['a', '=b'], next_token: { id: { S: 'a' } } };
const failedWith = (
  of: PageExpressions,
  Error: string,
  Cause = 'Why. (Service: S3, Status Code: 403, Request ID: 1)',
): Evaluation => ({
  expression: listingError(of),
  bindings: {
    states: { input: {}, errorOutput: { Error, Cause }, context: {} },
    listing: { source: 'SOURCE', pages: 0, configurations: [], next_token: null },
  },
});
const converted = (configuration: string, value: Json): Evaluation => ({
  expression: `{% (\n  $item := $states.input;\n  ${configuration}\n) %}`,
  bindings: { states: { input: value, context: {} } },
});

const otherCases: Case[] = [
  [
    'names objects after the prefix, but no folders',
    objects(['te"n/', 'te"n/a', 'te"n/a/', 'te"n/te"n/b/c', 'te"n//d']),
    named('a', 'te"n/b/c', '/d'),
  ],
  ['names objects without a prefix', objects(['a', 'b/', '🎉/c'], {}, ''), named('a', '🎉/c')],
  [
    'lists a part of the objects',
    objects(['te"n/a'], { IsTruncated: true, NextContinuationToken: 'more' }),
    { pages: 1, configurations: ['a'], next_token: 'more' },
  ],
  ['lists no objects', answered(prefixPage('a'), { IsTruncated: false, KeyCount: 0 }), none],
  ['lists no more than folders', objects(['te"n/', 'te"n/a/']), none],
  [
    'refuses an object that the prefix names',
    objects(['tenant'], {}, 'tenant'),
    'got something else as the key tenant.',
  ],
  ['refuses a key of blanks', objects(['te"n/a', 'te"n/ ']), 'got something else as the key te"n/ .'],
  [
    'refuses a part without a token',
    objects(['te"n/a'], { IsTruncated: true }),
    refusedList('list all objects, got a part without a token for the rest'),
  ],
  [
    'refuses objects that are none',
    answered(prefixPage('a'), { Contents: 'a' }),
    refusedList('list objects, got string'),
  ],
  ['refuses keys that are none', objects([5]), 'got something else as the key 5.'],
  [
    'calls more objects large',
    objects(['1', '2', '3', '4', '5', '6'], {}, ''),
    { large: true, ...refusedList('list at most 5 configurations, got 6 on 1 page') },
  ],
  [
    'calls more pages of objects large',
    answered(
      prefixPage(''),
      { Contents: [{ Key: 'c' }], IsTruncated: true, NextContinuationToken: 'x' },
      { ...second, pages: 2 },
    ),
    { large: true, pages: 3, ...refusedList('end within 3 pages, got a next_token on page 3') },
  ],
  [
    'names parameters after the path',
    parameters({
      Parameters: [{ Name: '/feeds/v1/a', Value: '"' }, { Name: '/feeds/v1/b/feeds/v1/c' }],
      NextToken: 'more',
    }),
    { pages: 1, configurations: ['a', 'b/feeds/v1/c'], next_token: 'more' },
  ],
  [
    'goes on after a page without parameters',
    parameters({ Parameters: [], NextToken: 'more' }),
    { pages: 1, configurations: [], next_token: 'more' },
  ],
  ['finds no parameters', parameters({ Parameters: [] }), none],
  ['finds no parameters in no list', parameters({}), none],
  ['refuses parameters that are none', parameters({ Parameters: {} }), refusedList('be parameters, got object')],
  ['refuses parameters without names', parameters({ Parameters: [{}] }), 'got something else as the parameter .'],
  [
    'refuses a token that is none',
    parameters({ Parameters: [], NextToken: {} }),
    refusedList('be parameters in pages, got object for a NextToken'),
  ],
  [
    'lists distinct values',
    items([item('S', 'b'), item('N', '42'), item('S', 'b'), {}, item('S', '__proto__')], { LastEvaluatedKey: {} }),
    named('b', '42', '__proto__'),
  ],
  [
    'lists values that were not there before',
    items([item('S', 'a'), item('S', 'c'), item('S', '=b')], { LastEvaluatedKey: { id: { S: 'c' } } }, second),
    { pages: 2, configurations: ['a', '=b', 'c'], next_token: { id: { S: 'c' } } },
  ],
  [
    'goes on after a page without items',
    items([], { LastEvaluatedKey: { id: { S: 'c' } } }),
    { configurations: [], next_token: { id: { S: 'c' } } },
  ],
  [
    'refuses the same key again',
    items([], { LastEvaluatedKey: { id: { S: 'a' } } }, second),
    refusedList('go on after page 1, got the same next_token again'),
  ],
  ['finds no items', items([]), none],
  ['finds no items in no list', answered(itemsPage('a'), {}), none],
  ['finds no values', items([{}, { other: { S: 'a' } }]), none],
  [
    'refuses values of other types',
    items([item('S', 'a'), item('BOOL', true)]),
    refusedList('have texts or numbers in te"n, got another type'),
  ],
  [
    'refuses values without a type',
    items([item('S', null)]),
    refusedList('have texts or numbers in te"n, got another type'),
  ],
  ['refuses items that are none', answered(itemsPage('a'), { Items: 'a' }), refusedList('have items, got string')],
  ['refuses a blank value', items([item('S', ' ')]), 'got something else as the value  .'],
  [
    'counts values once',
    items(Array.from({ length: 200 }, (_, n) => item('S', `v${n % 5}`))),
    named('v0', 'v1', 'v2', 'v3', 'v4'),
  ],
  [
    'tells why an object was not read',
    failedWith(objectPage('JSON'), 'S3.S3Exception'),
    {
      refusal:
        'Expected SOURCE to list configurations, got S3.S3Exception: Why. (Service: S3, Status Code: 403, Request ID: 1) (S3 says so, too, where there is no such key)',
    },
  ],
  [
    'tells why a table was not read',
    failedWith(itemsPage('a'), 'DynamoDb.ResourceNotFoundException', 'No table.'),
    { refusal: 'Expected SOURCE to list configurations, got DynamoDb.ResourceNotFoundException: No table.' },
  ],
  [
    'tells that an object can not be parsed',
    failedWith(objectPage('JSONL'), 'States.QueryEvaluationError'),
    { refusal: "Expected SOURCE to hold one configuration as JSON in each line, got text that can't be read as such." },
  ],
  [
    'tells that an object is too large',
    failedWith(objectPage('CSV'), 'States.DataLimitExceeded', 'Too large.'),
    { large: true, refusal: 'Expected SOURCE to list configurations, got States.DataLimitExceeded: Too large.' },
  ],
  [
    'goes on with a large list where it may be large',
    listingOf(listingRefused(true), { ...listing, large: true, refusal: 'No.' }),
    false,
  ],
  ['refuses another list where it may be large', listingOf(listingRefused(true), { ...listing, refusal: 'No.' }), true],
  ['takes a list where it may be large', listingOf(listingRefused(true), listing), false],
  ['makes no configuration of a number', converted(itemConfiguration(), 5), false],
  ['makes no configuration of an object of a folder', converted(keyConfiguration('a/'), { Key: 'a/b/' }), false],
  ['makes a configuration of an object', converted(keyConfiguration('a/'), { Key: 'a/b' }), 'b'],
  [
    'makes a configuration of a row',
    converted(itemConfiguration('id'), { id: 'a', k: '' }),
    { configuration_identifier: 'a', k: '' },
  ],
];

export const cases: Case[] = [
  ...listCases,
  ...otherCases,
  ...objectCases,
  ...distributedCases,
  ...orderCases,
  [
    "gives the test the hook's input",
    {
      expression:
        '{% $merge([{"max_concurrency":3}, {"AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID": $states.context.Execution.Id}]) %}',
      bindings: { states: { input: {}, context: { Execution: { Id: 'id' } } } },
    },
    { max_concurrency: 3, AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: 'id' },
  ],
  [
    "cuts the hook's cause",
    notPassed({ Error: 'SystemTestFailed', Cause: '🎉'.repeat(40_000) }),
    'SystemTestFailed: 🎉',
  ],
  ["gives the hook's cause where there is none", notPassed({ Error: 'States.Timeout' }), 'States.Timeout'],
  ...accepted.map(([what, input, of, expected]): Case => [
    `accepts ${what}`,
    check(input, of),
    { refusal: '', ...expected },
  ]),
  ...refused.map(([what, input, of, expected]): Case => [`refuses ${what}`, check(input, of), expected]),
  ...mistyped.map(([name, meant]): Case => [
    `names ${meant} for ${name}`,
    check({ configurations: ['customer_3', name, 'other'] }, defaults),
    `Expected configurations that the construct has, got "${name}" and 1 more: did you mean "${meant}"? Put "allow_unknown": true in the input (--allow-unknown)`,
  ]),
  [
    'names none where none is alike',
    check({ configurations: ['Mallory'], allow_unknown: false }, defaults),
    'Expected configurations that the construct has, got "Mallory". Put "allow_unknown": true',
  ],
  [
    'completes with nothing where the construct has none',
    complete({ configurations: ['a'] }, bare),
    {
      configurations: ['a'],
      max_concurrency: 20,
      tolerated_failures: 0,
    },
  ],
  ['completes an empty input', complete({}), { configurations, max_concurrency: 20, tolerated_failures: '5%' }],
  [
    'completes those that are named alone, and leaves the others as they are',
    complete({
      configurations: [
        identifierOf(configurations[120]!),
        'new',
        { configuration_identifier: 'customer_1', own: [[]] },
        '__proto__',
      ] as Json,
      max_concurrency: 2,
    }),
    {
      configurations: [configurations[120]!, 'new', { configuration_identifier: 'customer_1', own: [[]] }, '__proto__'],
      max_concurrency: 2,
    },
  ],
  [
    'completes an object that has only the name',
    complete({
      configurations: [{ configuration_identifier: identifierOf(configurations[120]!) }] as Json,
    }),
    { configurations: [configurations[120]!] },
  ],
  [
    'completes one with a line break of its own, which JSON does not escape',
    complete({ configurations: ['a\u2028b'] }, separated),
    { configurations: separated.configurations! },
  ],
  [
    'makes the event',
    ending(results.functionEvent('{"system_test":false,"region":"us","t":[[1]]}'), {
      configuration_identifier: 'a',
      system_test: false,
      region: 'eu',
    }),
    { configuration_identifier: 'a', system_test: true, region: 'eu', t: [[1]] },
  ],
  ['makes the event of a name', ending(results.functionEvent('{}'), 'a'), { configuration_identifier: 'a' }],

  [
    'passes',
    invoked({ Payload: passes, LogResult: '' }),
    { status: 'PASSED', response: { system_test_successful: true } },
  ],
  ['passes without a log', invoked({ Payload: passes }), { status: 'PASSED' }],
  ['passes with an odd log', invoked({ Payload: passes, LogResult: '!a=b' }), { status: 'PASSED' }],
  ['passes with a log that is cut', invoked({ Payload: passes, LogResult: 'YWJ' }), { status: 'PASSED' }],
  [
    'reads the REPORT line',
    invoked({
      Payload: passes,
      LogResult: base64('x\tDuration: 1.00 ms\nREPORT \tDuration: 3004.10 ms\tBilled Duration: 3005 ms\tMemory'),
    }),
    { duration_ms: 3004.1, billed_ms: 3005 },
  ],
  [
    'reads no REPORT line that the function wrote',
    invoked({
      Payload: passes,
      LogResult: base64(
        ['1.00 ms\tBilled Duration: 1 ms', '3004.10 ms\tBilled Duration: 3005 ms']
          .map((d) => `\tDuration: ${d}\n`)
          .join(''),
      ),
    }),
    { duration_ms: 3004.1, billed_ms: 3005 },
  ],
  [
    'keeps no response that takes more than its room once its numbers are written out',
    invoked({ Payload: '{"system_test_successful":true,"n":[1e9,1E9,1e9,1e9,1e9]}' }, { detail_bytes: 101 }),
    { status: 'PASSED', truncated: true },
  ],
  [
    'reads the JSON log',
    invoked({ Payload: passes, LogResult: base64('{"durationMs":3004.1,"billedDurationMs":3005}') }),
    { duration_ms: 3004.1, billed_ms: 3005 },
  ],
  [
    'reads no number that is none',
    invoked({ Payload: passes, LogResult: base64(`\tDuration: ${'9'.repeat(400)} ms`) }),
    { status: 'PASSED' },
  ],
  ...(
    [
      ['nothing', undefined, 'got nothing.'],
      ['null', 'null', 'got null.'],
      ['a text', '"system_test_successful"', 'got system_test_successful.'],
      ['a list', '[{"system_test_successful":true}]', 'got [{"system_test_successful":true}].'],
      ['an empty list', '[]', 'got [].'],
      ['success as text', '{"system_test_successful":"true"}', 'got {"system_test_successful":"true"}.'],
      ['success in a list', '{"system_test_successful":[true]}', 'got {"system_test_successful":[true]}.'],
      ['no success', '{"system_test_successful":false}', 'got {"system_test_successful":false}.'],
      ['a long text', payload('🎉'.repeat(201)), `got ${'🎉'.repeat(200)}.`],
      ['characters of two units', payload('🎉'.repeat(150)), `got ${'🎉'.repeat(150)}.`],
    ] as const
  ).map(([what, returned, message]): Case => [
    `fails where the function returns ${what}`,
    invoked({ ...(returned === undefined ? {} : { Payload: returned }), LogResult: '' }),
    { ...failed, error: { type: 'SystemTestUnsuccessful', message: expect.stringContaining(message) as string } },
  ]),
  ...(
    [
      ['its own error', payload({ errorType: 'Error', errorMessage: 'm' }), 'Error', 'm'],
      ['no type', payload({ errorMessage: 'm' }), 'Lambda.Unknown', 'm'],
      ['an empty type', payload({ errorType: '', errorMessage: 'm' }), 'Lambda.Unknown', 'm'],
      ['null and a list', payload({ errorType: null, errorMessage: [1, [2]] }), 'null', '[1,[2]]'],
      ['an object', payload({ errorType: { a: 1 }, errorMessage: { b: 'é' } }), '{"a":1}', '{"b":"é"}'],
      ['a text', payload('m'), 'Lambda.Unknown', 'm'],
      [
        'success as well',
        payload({ system_test_successful: true }),
        'Lambda.Unknown',
        '{"system_test_successful":true}',
      ],
      ['nothing', undefined, 'Lambda.Unknown', 'nothing'],
    ] as const
  ).map(([what, raised, type, message]): Case => [
    `fails where the function raises ${what}`,
    invoked({ FunctionError: 'Unhandled', ...(raised === undefined ? {} : { Payload: raised }), LogResult: '' }),
    { ...failed, error: { type, message } },
  ]),
  [
    'fails with no room at all',
    invoked({ FunctionError: 'x', Payload: said('m') }, { detail_bytes: 0 }),
    {
      ...failed,
      truncated: true,
    },
  ],
  [
    'does not parse what is no JSON',
    invoked({ Payload: '{"a":' }),
    'threw an error during evaluation. D3137: Invalid JSON',
  ],
  [
    'passes in the optimised integration',
    invokedOptimised({ Payload: { system_test_successful: true } }),
    {
      configuration_identifier: 'a',
      status: 'PASSED',
      duration_ms: 7500,
    },
  ],
  [
    'fails there with an object that does not say so',
    invokedOptimised({ Payload: { system_test_successful: 1 } }),
    failed,
  ],
  [
    'fails there with a response, which is kept',
    invokedOptimised({ Payload: { rows: 0 } }),
    { ...failed, duration_ms: 7500, response: { rows: 0 }, error: { type: 'SystemTestUnsuccessful' } },
  ],
  ['fails there with nothing', invokedOptimised({ StatusCode: 200 }), failed],
  ['fails there with null', invokedOptimised({ Payload: null }), failed],
  ...hostile.flatMap(([what, text]): Case[] => [
    [
      `fails with a log and a message of ${what}`,
      invoked({
        FunctionError: 'x',
        Payload: said(text),
        LogResult: base64(text.slice(0, 4096).replace(/[^\0-\x7f]/g, '?')),
      }),
      failed,
    ],
    [
      `fails with little room for ${what}`,
      invoked({ FunctionError: 'x', Payload: said(text) }, { detail_bytes: 150 }),
      failed,
    ],
    [`fails where it returns ${what}`, invokedOptimised({ Payload: text }), failed],
    [`records an error whose cause is ${what}`, caught('Error', text), failed],
    [`records the message ${what}`, caught('Error', said(text)), failed],
    [
      `records the message ${what}, cut`,
      caught('Error', said(text).slice(0, text.length), { detail_bytes: 5000 }),
      failed,
    ],
  ]),

  ...(
    [
      ['Lambda.TooManyRequestsException', 'ERRORED'],
      ['Lambda.SomethingNewException', 'ERRORED'],
      ['States.DataLimitExceeded', 'ERRORED'],
      ['States.QueryEvaluationError', 'ERRORED'],
      ['Lambda.Unknown', 'FAILED'],
      ['Lambda.Exception\n', 'FAILED'],
      ['Sandbox.Timedout', 'FAILED'],
      ['Runtime.ExitError', 'FAILED'],
      ['ResourceNotFoundException', 'FAILED'],
      ['🎉🎉🎉🎉', 'FAILED'],
    ] as const
  ).map(([error, status]): Case => [
    `sorts ${JSON.stringify(error)} as ${status}`,
    caught(error, 'why'),
    { status, error: { type: error, message: 'why' } },
  ]),
  [
    'names an error that has no name',
    caught('', undefined),
    { ...failed, error: { type: 'Lambda.Unknown', message: '' } },
  ],
  [
    'fails where the response is no JSON',
    caught(
      'States.QueryEvaluationError',
      "The JSONata expression '…' specified for the field 'Output' threw an error during evaluation. D3137: Invalid JSON",
    ),
    {
      ...failed,
      error: {
        message: expect.stringMatching(
          /^Expected the function to return JSON\. The expression for the field 'Output' threw/,
        ) as string,
      },
    },
  ],
  ...['Expression evaluation memory limit exceeded', 'Stack overflow error', 'Expression evaluation timeout'].map(
    (limit): Case => [
      `is errored where AWS says: ${limit}`,
      caught('States.QueryEvaluationError', `The JSONata expression '…' threw an error during evaluation: ${limit}`),
      { status: 'ERRORED' },
    ],
  ),
  [
    'finds the message',
    caught('Error', said('a "quoted"\n\\ word é 🎉')),
    { error: { message: 'a "quoted"\n\\ word é 🎉' } },
  ],
  [
    'says that a function of minutes may still run',
    caught('Lambda.SdkClientException', 'Read timed out', checked, true),
    {
      status: 'ERRORED',
      error: {
        type: 'Lambda.SdkClientException',
        message: expect.stringMatching(/logTail: false.*Read timed out$/) as string,
      },
    },
  ],
  [
    'says of a function of minutes what it raised',
    caught('Error', said('Lambda.SdkClientException'), checked, true),
    { status: 'FAILED', error: { type: 'Error', message: 'Lambda.SdkClientException' } },
  ],
  ...(
    [
      ['FAILED', 'the function may run longer', 60, '. It may still run.'],
      ['FAILED', 'the function may run as long', 30, '. It may still run.'],
      ['ERRORED', 'the function may not run so long', 29, ', although Lambda ends it after 29 s.'],
    ] as const
  ).map(([status, where, functionSeconds, rest]): Case => [
    `is ${status} where Step Functions waited for 30 s and ${where}`,
    caught('States.Timeout', undefined, checked, true, { seconds: 30, functionSeconds }),
    {
      status,
      error: {
        type: 'States.Timeout',
        message: `Expected the function to answer within 30 s (configurationTimeout), got no answer${rest}`,
      },
    },
  ]),
  [
    'is ERRORED by any other error of Step Functions, whatever the timeout',
    caught('States.Runtime', 'why', checked, true, { seconds: 30, functionSeconds: 60 }),
    { status: 'ERRORED', error: { type: 'States.Runtime', message: 'why' } },
  ],
  ["finds Python's", caught('E', '{"errorMessage": "a \\u00e9", "errorType": "E"}'), { error: { message: 'a é' } }],
  ['finds the first of two', caught('E', '{"errorMessage":"one","errorMessage":"two"}'), { error: { message: 'one' } }],
  ['finds one whose escape is cut', caught('E', '{"errorMessage":"one \\u00'), { error: { message: 'one u00' } }],

  [
    'counts the results',
    {
      expression: results.aggregatedResult(),
      bindings: {
        states: {
          input: {},
          result: ['PASSED', 'FAILED', 'PASSED', 'ERRORED'].map((status) => ({ status })),
          context: {},
        },
        checked: { max_concurrency: 3, tolerated_failures: 1 },
      },
    },
    { total: 4, passed: 2, failed: 1, errored: 1, max_concurrency: 3, tolerated_failures: 1 },
  ],
  [
    'counts one result',
    {
      expression: results.aggregatedResult(),
      bindings: {
        states: { input: {}, result: [{ status: 'ERRORED' }], context: {} },
        checked: { max_concurrency: 3, tolerated_failures: 1 },
      },
    },
    { total: 1, passed: 0, failed: 0, errored: 1, results: [{ status: 'ERRORED' }] },
  ],
  ...(
    [
      [{ failed: 0 }, true, 'SystemTestErrored'],
      [{ failed: 1, tolerated_failures: 1 }, true, 'SystemTestErrored'],
      [{ failed: 1, tolerated_failures: 1, errored: 1 }, false, 'SystemTestErrored'],
      [{ failed: 2, tolerated_failures: 1 }, false, 'SystemTestFailed'],
      [{ failed: 2, tolerated_failures: 1, errored: 1 }, false, 'SystemTestFailed'],
      [{ errored: 1, tolerated_failures: 5 }, false, 'SystemTestErrored'],
    ] as const
  ).flatMap(([counts, passed, error]): Case[] => [
    [
      `${passed ? 'passes' : 'does not pass'} with ${JSON.stringify(counts)}`,
      ending(results.allPassed, aggregated(counts)),
      passed,
    ],
    [`ends with ${error} with ${JSON.stringify(counts)}`, ending(results.failedError, aggregated(counts)), error],
  ]),
  [
    'names the first ten that failed',
    ending(results.failedCause(), aggregated({ failed: 12, errored: 1 }, ['a"\\\n\u007f', ...repeated(12, 'é🎉')])),
    '12 of 400 configurations failed the system test and 1 could not be tested: a    , é🎉 0, é🎉 1, é🎉 2, é🎉 3, é🎉 4, é🎉 5, é🎉 6, é🎉 7, é🎉 8 and 3 more.',
  ],
  [
    'names the one that failed',
    ending(results.failedCause(), aggregated({ failed: 1 }, ['🎉'])),
    '1 of 400 configurations failed the system test: 🎉.',
  ],
];
