import type { JsonObject } from '../../../lib/wire';
import { casesThat, type Expected, type ProofCase } from '../case';
import type { MachineName } from '../machines';

const chooses = casesThat('SUCCEEDED');

const accepted = { refusal: '', detail_bytes: 1000, max_concurrency: 10, tolerated_failures: 0 };
const listing = { source: 's3://lists/feeds.csv', pages: 1, configurations: ['a'], next_token: null };
const results = { bucket: 'results', prefix: 'system-test/one/' };

const inputAccepted = (
  machine: MachineName,
  title: string,
  checked: JsonObject,
  input: JsonObject,
  expected: Expected,
  more: JsonObject = {},
) => chooses(machine, 'Input accepted?', title, { input, variables: { checked, ...more } }, expected);
const allPassed = (title: string, input: JsonObject, nextState: string) =>
  chooses(
    'inline',
    'All passed?',
    title,
    { input: { total: 2, failed: 0, errored: 0, tolerated_failures: 0, ...input } },
    { nextState },
  );
const allListed = (title: string, more: JsonObject, nextState: string) =>
  chooses('batched', 'All listed?', title, { variables: { listing: { ...listing, ...more } } }, { nextState });

/** Each rule of each Choice, and its default. */
export const choiceCases: ProofCase[] = [
  inputAccepted(
    'inline',
    "an accepted input is completed with the construct's",
    accepted,
    {},
    {
      nextState: 'Test configurations',
      output: {
        configurations: ['config_0', { configuration_identifier: 'config_1', region: 'eu' }],
        max_concurrency: 20,
        tolerated_failures: 0,
      },
    },
  ),
  inputAccepted(
    'inline',
    'one that is named alone gets its keys, others stay as they are',
    accepted,
    {
      configurations: [
        'config_1',
        { configuration_identifier: 'config_1' },
        { configuration_identifier: 'config_1', own: [[]] },
        '__proto__',
      ],
      max_concurrency: 2,
      tolerated_failures: '5%',
    },
    {
      nextState: 'Test configurations',
      output: {
        configurations: [
          { configuration_identifier: 'config_1', region: 'eu' },
          { configuration_identifier: 'config_1', region: 'eu' },
          { configuration_identifier: 'config_1', own: [[]] },
          '__proto__',
        ],
        max_concurrency: 2,
        tolerated_failures: '5%',
      },
    },
  ),
  inputAccepted(
    'inline',
    'a refused input starts nothing',
    { refusal: 'No.' },
    { configurations: 5 },
    { nextState: 'Input refused', output: { configurations: 5 } },
  ),
  inputAccepted(
    'optimised',
    'its own defaults',
    accepted,
    {},
    { nextState: 'Test configurations', output: { max_concurrency: 10 } },
  ),
  inputAccepted('optimised', 'refused', { refusal: 'No.' }, {}, { nextState: 'Input refused' }),
  inputAccepted(
    'distributed',
    'many go to the Distributed Map',
    { ...accepted, mode: 'DISTRIBUTED', results },
    {},
    { nextState: 'Distribute configurations', output: { max_concurrency: 10 } },
  ),
  inputAccepted(
    'distributed',
    'few go to the inline Map',
    { ...accepted, mode: 'INLINE' },
    {},
    { nextState: 'Test configurations' },
  ),
  inputAccepted('distributed', 'refused', { refusal: 'No.' }, {}, { nextState: 'Input refused' }),
  inputAccepted(
    'batched',
    'what is read from S3 is not in the input',
    { ...accepted, mode: 'DISTRIBUTED', results },
    {},
    { nextState: 'Distribute configurations', output: { max_concurrency: 10, tolerated_failures: 0 } },
    { listing },
  ),
  inputAccepted(
    'batched',
    'what was selected is',
    { ...accepted, mode: 'INLINE' },
    { configurations: ['a'] },
    { nextState: 'Test configurations', output: { configurations: ['a'] } },
    { listing },
  ),
  inputAccepted('batched', 'refused', { refusal: 'No.' }, {}, { nextState: 'Input refused' }, { listing }),
  allPassed('all passed', {}, 'Passed'),
  allPassed('as many failed as are tolerated', { failed: 1, tolerated_failures: 1 }, 'Passed'),
  allPassed('more failed than are tolerated', { failed: 2, tolerated_failures: 1 }, 'Failed'),
  allPassed('one could not be tested', { errored: 1, tolerated_failures: 2 }, 'Failed'),
  allPassed('nothing was tested', { total: 0 }, 'Failed'),
  chooses(
    'batched',
    'Names given?',
    'without names, the Map reads the list',
    { variables: { listing: { ...listing, large: true } } },
    { nextState: 'Check input' },
  ),
  chooses(
    'batched',
    'Names given?',
    'names are selected from the list',
    { variables: { listing: { ...listing, large: false } } },
    { nextState: 'List configurations' },
  ),
  allListed('the whole list', {}, 'Check input'),
  allListed('a refused list', { refusal: 'No.' }, 'Listing failed'),
  allListed('a list that is too large goes on', { refusal: 'No.', large: true }, 'Check input'),
  allListed('there is another page', { next_token: 'more' }, 'List configurations'),
];
