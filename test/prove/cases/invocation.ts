import type { Json, JsonObject } from '../../../lib/wire';
import { context, type Expected, type ProofCase } from '../case';
import type { MachineName } from '../machines';

const base64 = (text: string | Buffer) => Buffer.from(text as string).toString('base64');
const report =
  'REPORT RequestId: 1\tDuration: 12.5 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 70 MB\t\n';
const jsonReport = '{"type":"platform.report","record":{"metrics":{"durationMs":3.25,"billedDurationMs":4}}}\n';
const passes = '{"system_test_successful":true}';
const roomy = { detail_bytes: 1000 };

/** What the state gets, and what the function answers to it by the SDK integration. */
function answers(
  title: string,
  answer: JsonObject,
  output: Expected['output'],
  o: { input?: Json; checked?: JsonObject; machine?: MachineName; state?: string; more?: Expected } = {},
): ProofCase {
  const { input = 'config_0', checked = roomy, machine = 'inline', state = 'Invoke function', more } = o;
  return {
    ...{ title, machine, state, input, variables: { checked } },
    mock: { result: { StatusCode: 200, ExecutedVersion: '$LATEST', ...answer } },
    expected: { status: 'SUCCEEDED', output, ...more },
  };
}
const raised = (
  title: string,
  payload: Json,
  log: string | Buffer,
  output: { [key: string]: Json | RegExp },
  checked = roomy,
) =>
  answers(
    title,
    {
      FunctionError: 'Unhandled',
      Payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
      LogResult: base64(log),
    },
    { status: 'FAILED', ...output },
    { checked },
  );

/** What the state gets where the invocation fails as such. */
function fails(
  title: string,
  error: string,
  cause: string,
  expected: Expected,
  o: {
    machine?: MachineName;
    retries?: number;
    input?: Json;
    variables?: JsonObject;
    state?: string;
  } = {},
): ProofCase {
  const {
    machine = 'inline',
    retries,
    input = 'config_0',
    variables = { checked: roomy },

    state = 'Invoke function',
  } = o;
  return {
    ...{ title, machine, state, input, variables, context, mock: { error, cause } },
    ...(retries !== undefined && { stateConfiguration: { retrierRetryCount: retries } }),
    expected: { error, cause, ...expected },
  };
}
const caught = (catchIndex: number, output: Expected['output'], nextState = 'Record error'): Expected => ({
  status: 'CAUGHT_ERROR',
  nextState,
  catchIndex,
  output,
});

const passed = { configuration_identifier: 'config_0', status: 'PASSED' };
const child = { machine: 'distributed', state: 'Invoke function (child)' } as const;
const inChild = { configuration: 'config_0', prefix: 'system-test/one/' };
const batched = { machine: 'batched', state: 'Invoke function (child)' } as const;
const beside = { machine: 'distributed', state: 'Invoke function' } as const;

/** Where a machine has the state in other words: its Retry and Catch. */
function failing(where: { machine: MachineName; state: string }, input: Json, nextState: string): ProofCase[] {
  const [error, cause] = ['Lambda.ServiceException', 'x'];
  const tooMuch = 'States.DataLimitExceeded';
  const errored = { status: 'ERRORED' };
  return [
    fails('tried again', error, cause, { status: 'RETRIABLE', retryIndex: 0 }, { ...where, input }),
    fails('caught', error, cause, caught(1, errored, nextState), { ...where, input, retries: 5 }),
    fails('too much', tooMuch, cause, caught(0, errored, nextState), { ...where, input }),
  ];
}

/** Every branch of Arguments, Output, Retry and Catch of the state that invokes the function. */
export const invocationCases: ProofCase[] = [
  answers(
    'a name becomes an event with system_test',
    { Payload: passes, LogResult: base64(report) },
    { ...passed, duration_ms: 12.5, billed_ms: 13, response: { system_test_successful: true } },
    {
      more: {
        afterArguments: {
          FunctionName: /function:Tested/,
          LogType: 'Tail',
          Payload: { configuration_identifier: 'config_0', purpose: 'proof', system_test: true },
        },
      },
    },
  ),
  answers(
    'an object goes on with its keys, but can not switch system_test off',
    { Payload: passes, LogResult: base64(jsonReport) },
    { configuration_identifier: 'é漢🎉', duration_ms: 3.25, billed_ms: 4 },
    {
      input: { configuration_identifier: 'é漢🎉', purpose: [[], [1]], system_test: false },
      more: {
        afterArguments: { Payload: { configuration_identifier: 'é漢🎉', purpose: [[], [1]], system_test: true } },
      },
    },
  ),
  answers('no log: no duration', { Payload: passes }, passed),
  answers('a log without a report: an empty match', { Payload: passes, LogResult: base64('Hello\n') }, passed),
  answers('a log that is no Base64', { Payload: passes, LogResult: 'é=' }, passed),
  answers('an empty log', { Payload: passes, LogResult: '' }, passed),
  answers(
    'an answer beyond its share is left out',
    { Payload: `{"system_test_successful":true,"rows":"${'x'.repeat(250_000)}"}`, LogResult: base64(report) },
    { ...passed, truncated: true },
  ),
  answers(
    'an answer of 250 KB within its share is kept',
    { Payload: `{"system_test_successful":true,"rows":"${'x'.repeat(239_000)}"}` },
    { ...passed, response: { rows: /^x{239000}$/ } },
    { checked: { detail_bytes: 239_629 } },
  ),
  answers(
    'an answer with characters of every size',
    { Payload: '{"system_test_successful":true,"say":"é漢🎉\\u2028"}' },
    { ...passed, response: { say: 'é漢🎉\u2028' } },
  ),
  answers(
    'false is no success',
    { Payload: '{"system_test_successful":false}' },
    {
      status: 'FAILED',
      error: { type: /./, message: /\{"system_test_successful":false\}\.$/ },
      response: { system_test_successful: false },
    },
  ),
  answers(
    'a list is no success',
    { Payload: '[[1],[]]' },
    { status: 'FAILED', error: { message: /\[\[1\],\[\]\]\.$/ } },
  ),
  answers('null is no success', { Payload: 'null' }, { status: 'FAILED', error: { message: /null\.$/ } }),
  answers('a text is no success', { Payload: '"{\\"system_test_successful\\":true}"' }, { status: 'FAILED' }),
  answers('no payload at all', {}, { status: 'FAILED', error: { message: /nothing\.$/ } }),
  answers('a long text is shortened', { Payload: `"${'🎉'.repeat(5000)}"` }, { status: 'FAILED', truncated: true }),
  {
    ...answers("text that is no JSON is the function's fault", { Payload: '{"half":' }, {}),
    context,
    expected: {
      status: 'CAUGHT_ERROR',
      error: 'States.QueryEvaluationError',
      nextState: 'Record error',
      catchIndex: 1,
      cause: /D3137: Invalid JSON/,
      output: {
        status: 'FAILED',
        error: { type: 'States.QueryEvaluationError', message: /^Expected the function to return JSON\./ },
      },
    },
  },
  raised(
    'a function that raises',
    { errorType: 'ValueError', errorMessage: 'No "feed"\\', stackTrace: [] },
    `START\nOh no\n${report}`,
    {
      duration_ms: 12.5,
      error: { type: 'ValueError', message: 'No "feed"\\' },
      log_tail: /^START\nOh no\nREPORT/,
    },
  ),
  raised('a function that times out', { errorMessage: 'Task timed out after 3.00 seconds' }, report, {
    error: { type: /^\w+/, message: 'Task timed out after 3.00 seconds' },
  } as never),
  raised('an error that is no object', '"Unhandled"', '', { error: { message: 'Unhandled' } }),
  raised('a message of 32 KB', { errorType: 'E', errorMessage: '\\"\n'.repeat(10_000) }, report, {
    truncated: true,
  }),
  raised(
    'a log in UTF-8 that is cut within a character',
    { errorType: 'E', errorMessage: 'm' },
    Buffer.from('é漢🎉'.repeat(400)).subarray(1),
    { log_tail: /./, truncated: true },
  ),
  raised(
    'a hostile log',
    { errorType: 'E', errorMessage: '\u001b[2J\u0000\u2028<script>' },
    `\u001b]0;x\u0007\u0000"\\\r\n${'\\'.repeat(2000)}`,
    { error: { message: '\u001b[2J\u0000\u2028<script>' } },
  ),
  raised('no room at all', { errorType: 'E', errorMessage: 'm' }, report, { truncated: true }, { detail_bytes: 70 }),
  fails('a throttled invocation is tried again', 'Lambda.TooManyRequestsException', 'Rate exceeded', {
    status: 'RETRIABLE',
    retryIndex: 0,
  }),
  fails(
    'as often as the construct says',
    'Lambda.TooManyRequestsException',
    'Rate exceeded',
    { status: 'RETRIABLE', retryIndex: 0 },
    { retries: 3 },
  ),
  fails(
    'then it is caught',
    'Lambda.TooManyRequestsException',
    'Rate exceeded',
    caught(1, { status: 'ERRORED', error: { type: 'Lambda.TooManyRequestsException', message: 'Rate exceeded' } }),
    { retries: 4 },
  ),
  fails(
    'an answer above 256 KiB',
    'States.DataLimitExceeded',
    'Too much.',
    caught(0, { status: 'ERRORED', error: { type: 'States.DataLimitExceeded' } }),
  ),
  fails(
    'an error that is not tried again',
    'Lambda.ResourceNotFoundException',
    'Function not found',
    caught(1, { status: 'ERRORED' }),
  ),
  fails(
    'no answer in time: it may still run',
    'Lambda.SdkClientException',
    'Read timed out',
    caught(1, { status: 'ERRORED', error: { message: /may still run: Read timed out$/ } }),
  ),
  fails(
    "an error of no known service is the function's, with its time",
    'Odd',
    '{"errorMessage":"a \\"b\\" \\\\ \\u00e9"}',
    caught(1, { status: 'FAILED', duration_ms: 'CLOCK', error: { type: 'Odd', message: 'a "b" \\ é' } }),
  ),
  fails(
    'a hostile cause',
    'Odd',
    `{"errorMessage":"${'\\"\\x\\u12'.repeat(3000)}`,
    caught(1, { status: 'FAILED', truncated: true }),
  ),
  fails('a cause of nothing', 'Odd', '', caught(1, { status: 'FAILED', error: { message: '' } })),
  {
    ...answers(
      "the optimised integration gives JSON, and the task's own time",
      {},
      { ...passed, duration_ms: 'CLOCK', response: { rows: [[1]] } },
      { machine: 'optimised' },
    ),
    mock: { anyResult: { StatusCode: 200, Payload: { system_test_successful: true, rows: [[1]] } } },
    context,
  },
  {
    ...answers('it gives a text', {}, { status: 'FAILED' }, { machine: 'optimised' }),
    mock: { anyResult: { StatusCode: 200, Payload: 'é' } },
    context,
  },
  fails(
    "its errors are the function's own",
    'ValueError',
    '{"errorType":"ValueError","errorMessage":"No feed","trace":[]}',
    caught(1, { status: 'FAILED', error: { type: 'ValueError', message: 'No feed' } }),
    { machine: 'optimised' },
  ),
  fails(
    "a time that is over is the function's",
    'States.Timeout',
    '',
    caught(1, {
      status: 'FAILED',
      error: { message: /^Expected the function to answer within 20 s \(configurationTimeout\)/ },
    }),
    { machine: 'optimised' },
  ),
  fails(
    "its client's error is tried again",
    'Lambda.SdkClientException',
    'x',
    { status: 'RETRIABLE', retryIndex: 0 },
    { machine: 'optimised' },
  ),
  fails('to the end', 'Lambda.SdkClientException', 'x', caught(1, { status: 'ERRORED' }), {
    machine: 'optimised',
    retries: 5,
  }),
  fails('too much from it', 'States.DataLimitExceeded', 'x', caught(0, { status: 'ERRORED' }), {
    machine: 'optimised',
  }),
  answers('in a child, the place of its results goes on', { Payload: passes, LogResult: base64(report) }, passed, {
    ...child,
    input: inChild,
    more: { nextState: 'Write results', variables: { prefix: 'system-test/one/' } },
  }),
  ...failing(child, inChild, 'Record error (child)'),
  answers('in a batch', { Payload: passes }, passed, { ...batched, input: { configuration: 'config_0' } }),
  {
    ...answers(
      'what is no configuration is not tested',
      { Payload: passes },
      {},
      { ...batched, input: { configuration: 'item 3 of s3://lists/feeds.csv', refusal: 'Expected item 3 to be one.' } },
    ),
    context,
    expected: {
      status: 'CAUGHT_ERROR',
      nextState: 'Record error (child)',
      catchIndex: 1,
      cause: /Expected item 3 to be one\./,
      output: { status: 'ERRORED', error: { type: 'SystemTestListingFailed', message: 'Expected item 3 to be one.' } },
    },
  },
  ...failing(batched, { configuration: 'a' }, 'Record error (child)'),
  answers('beside a Distributed Map', { Payload: passes }, passed, beside),
  ...failing(beside, 'config_0', 'Record error'),
];
