import type { Json } from '../../../lib/wire';
import type { Pattern, ProofCase } from '../case';
import type { MachineName } from '../machines';

const many = Array.from({ length: 1040 }, (_, index) => `config_${index}`);

/** What the input comes to: it stays as it is, and the variable `checked` says what was made of it. */
function checks(
  machine: MachineName,
  title: string,
  input: Json,
  checked: { [key: string]: Pattern },
  variables: ProofCase['variables'] = {},
): ProofCase {
  const nextState = 'Input accepted?';
  return {
    ...{ title, machine, state: 'Check input', input, variables },
    expected: { status: 'SUCCEEDED', nextState, output: input, variables: { checked } },
  };
}

const inline = (title: string, input: Json, checked: { [key: string]: Pattern }) =>
  checks('inline', title, input, checked);
const refused = (title: string, input: Json, refusal: RegExp) => inline(title, input, { refusal });

const listing = { source: 's3://lists/feeds.csv', pages: 1, configurations: ['a', 'b'], next_token: null };

/** Each branch of the expression that checks the input, of each machine that has one of its own. */
export const checkInputCases: ProofCase[] = [
  inline(
    "an empty input is the construct's configurations",
    {},
    { refusal: '', detail_bytes: 119_772, max_concurrency: 20, tolerated_failures: 0 },
  ),
  inline(
    'one configuration gets the whole room',
    { configurations: ['config_0'] },
    { refusal: '', detail_bytes: /^2396\d\d$/ },
  ),
  inline(
    '1,040 configurations, and an order in which they start',
    { configurations: many, allow_unknown: true, start_first: [...many].reverse() },
    { refusal: '', detail_bytes: /^1\d\d$/, order: many.map((_, index) => 1039 - index) },
  ),
  inline(
    'a share of failures is floored',
    { configurations: ['a', 'b', 'c'], allow_unknown: true, tolerated_failures: '66.6%', max_concurrency: 40 },
    { refusal: '', tolerated_failures: 1, max_concurrency: 20 },
  ),
  inline(
    'identifiers of every size of character',
    { configurations: ['é漢🎉', { configuration_identifier: '\u2028"\\', k: [[1], []] }], allow_unknown: true },
    { refusal: '', detail_bytes: 119_772 },
  ),
  inline(
    "one of the construct's by its name alone, another with keys",
    { configurations: ['config_1', { configuration_identifier: 'x', k: 1 }] },
    { refusal: '' },
  ),
  refused('an input that is a list', [], /^Expected the input to be an object, .* got array\.$/),
  refused('an input that is null', null, /got null\.$/),
  refused('configurations that are a text', { configurations: 'config_0' }, /to be a list, got string\.$/),
  refused('no configurations', { configurations: [] }, /^Expected at least one configuration, got none/),
  refused(
    'more than fit in the events',
    { configurations: Array<string>(1135).fill('x') },
    /^Expected at most 1134 configurations, got 1135/,
  ),
  refused(
    'more at once than AWS takes',
    { max_concurrency: 41 },
    /^Expected max_concurrency to be an integer from 1 to 40, got 41\.$/,
  ),
  refused('a share above 100%', { tolerated_failures: '101%' }, /^Expected tolerated_failures to be .* got 101%\.$/),
  refused('a long text for a number', { tolerated_failures: '🎉'.repeat(200) }, /got 🎉{49,99}.?…\.$/u),
  refused(
    'a key that is misspelt',
    { configuration: ['config_0'] },
    /^Expected the input to have no keys but .* got "configuration"/,
  ),
  inline('an event of EventBridge', { 'detail-type': 'Scheduled Event', detail: {} }, { refusal: '' }),
  refused(
    'allow_unknown that is a text',
    { allow_unknown: 'true' },
    /^Expected allow_unknown to be true or false, got true\.$/,
  ),
  refused(
    'start_first that is a text',
    { start_first: 'config_0' },
    /^Expected start_first to be a list of identifiers, got string\.$/,
  ),
  refused('start_first of numbers', { start_first: [1] }, /got one that is no text\.$/),
  refused(
    'start_first of too many',
    { start_first: Array<string>(10_001).fill('x') },
    /at most 10000 identifiers, got 10001\.$/,
  ),
  refused(
    'a configuration that is a number',
    { configurations: ['config_0', 5] },
    /^Expected configurations\[1\] to be a string of 1 to 1024 characters/,
  ),
  refused(
    'one that switches system_test',
    { configurations: [{ configuration_identifier: 'x', system_test: false }] },
    /and no system_test\.$/,
  ),
  refused(
    'one twice',
    { configurations: ['config_0', 'config_0'] },
    /^Expected each configuration once, got config_0 more than once\.$/,
  ),
  refused(
    'a mistyped one, with the one that was meant',
    { configurations: ['Config_1'] },
    /got "Config_1": did you mean "config_1"\? Put "allow_unknown": true/,
  ),
  refused('one that is like none', { configurations: ['Mallory'] }, /got "Mallory"\. Put "allow_unknown": true/),
  refused(
    'identifiers that do not fit in an output',
    { configurations: Array.from({ length: 240 }, (_, n) => `${n}`.padEnd(1000, '_')), allow_unknown: true },
    /^Expected the identifiers to take at most \d+ bytes together, got \d+: /,
  ),
  checks('optimised', 'the defaults of another construct', {}, { refusal: '', max_concurrency: 10 }),
  checks(
    'distributed',
    'few configurations are for the inline Map',
    {},
    { refusal: '', mode: 'INLINE', detail_bytes: 119_772 },
  ),
  checks(
    'distributed',
    '1,040 configurations are for the Distributed Map',
    { configurations: many, allow_unknown: true },
    { refusal: '', mode: 'DISTRIBUTED', results: { bucket: 'results', prefix: /\/$/ } },
  ),
  checks(
    'distributed',
    'more than an input holds are for an object in S3',
    { configurations: Array<string>(10_001).fill('x') },
    { refusal: /^Expected at most 10000 configurations, got 10001: .*S3 object/ },
  ),
  checks(
    'batched',
    'a list that is too large to be checked is for the Distributed Map',
    {},
    { refusal: '', mode: 'DISTRIBUTED' },
    { listing: { ...listing, configurations: [], large: true } },
  ),
  checks(
    'batched',
    'selected from a list, they are for the inline Map',
    { configurations: ['a'], tolerated_failures: '50%' },
    { refusal: '', mode: 'INLINE', tolerated_failures: 0 },
    { listing },
  ),
  checks(
    'batched',
    'what the list does not have',
    { configurations: ['c'] },
    { refusal: /^Expected configurations that s3:\/\/lists\/feeds\.csv lists, got "c"\./ },
    { listing },
  ),
  checks(
    'batched',
    'a name alone from a list that is too large',
    { configurations: ['c'] },
    { refusal: /is too large to select from\. Put "allow_unknown": true/ },
    { listing: { ...listing, configurations: [], large: true } },
  ),
];
