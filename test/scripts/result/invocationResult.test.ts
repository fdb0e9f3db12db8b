import type { InvocationAnswer } from '../../../scripts/aws/lambda';
import { invocationResult } from '../../../scripts/result/invocationResult';

const textReport =
  'START RequestId: 1\nDuration: 7 ms\nREPORT RequestId: 1\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\n';
const jsonReport = '{"type":"platform.report","record":{"metrics":{"durationMs":12.34,"billedDurationMs":13}}}\n';

function answered(payload: string, answer: Partial<InvocationAnswer> = {}) {
  return invocationResult('config_0', { payload, raised: false, ...answer }, 50);
}

it.each([
  ['text', textReport],
  ['JSON', jsonReport],
])("takes the durations from Lambda's own line in a log of %s", (_, log) => {
  const result = answered('{"system_test_successful":true}', { log });

  expect(result).toEqual({
    configuration_identifier: 'config_0',
    status: 'PASSED',
    duration_ms: 12.34,
    billed_ms: 13,
    response: { system_test_successful: true },
  });
});

it('takes the time of the call where there is no log', () => {
  const result = answered('{"system_test_successful":true}');

  expect(result.duration_ms).toBe(50);
  expect(result).not.toHaveProperty('billed_ms');
});

it('keeps the log of what failed', () => {
  expect(answered('null', { log: textReport }).log_tail).toBe(textReport);
});

it.each([
  ['nothing', 'null', 'null'],
  ['a text', '"yes"', 'yes'],
  ['a list', '[{"system_test_successful":true}]', '[{"system_test_successful":true}]'],
  ['another value', '{"system_test_successful":"true"}', '{"system_test_successful":"true"}'],
  ['400 characters', JSON.stringify('🎉'.repeat(400)), '🎉'.repeat(200)],
])('fails what returns %s', (_, payload, shown) => {
  expect(answered(payload)).toMatchObject({
    status: 'FAILED',
    error: {
      type: 'SystemTestUnsuccessful',
      message: `Expected the function to return an object with "system_test_successful": true, got ${shown}.`,
    },
  });
});

it.each([
  ['an error', '{"errorType":"Error","errorMessage":"no"}', 'Error', 'no'],
  ['an error without a message', '{"errorType":"Error"}', 'Error', '{"errorType":"Error"}'],
  ['an error without a type', '{"errorMessage":"no"}', 'Lambda.Unknown', 'no'],
  ['an error whose type is empty', '{"errorType":"","errorMessage":"no"}', 'Lambda.Unknown', 'no'],
  ['a text', '"no"', 'Lambda.Unknown', 'no'],
  ['what is no JSON', 'no', 'Lambda.Unknown', 'no'],
  ['what would have passed', '{"system_test_successful":true}', 'Lambda.Unknown', '{"system_test_successful":true}'],
])('fails what raises %s', (_, payload, type, message) => {
  const result = answered(payload, { raised: true });

  expect(result).toMatchObject({ status: 'FAILED', error: { type, message } });
  expect(result).not.toHaveProperty('response');
});

const nested = (depth: number) => `{"system_test_successful":true,"x":${'['.repeat(depth)}${']'.repeat(depth)}}`;

it.each([
  ['what is no JSON', '<html>', '<html>'],
  ['no payload at all', '', ''],
  ['what nests deeper than a state machine could read', nested(1001), nested(1001).slice(0, 200)],
])('fails what returns %s, and says so', (_, payload, shown) => {
  const { status, error, response } = answered(payload);

  expect({ status, response }).toEqual({ status: 'FAILED', response: undefined });
  expect(error).toEqual({
    type: 'SystemTestUnsuccessful',
    message: `Expected the function to return JSON, nested at most 1000 deep, got ${shown}.`,
  });
});

it('keeps what nests as deep as a state machine could read, and what raises something deeper fails', () => {
  expect(answered(nested(999)).status).toBe('PASSED');
  expect(answered(nested(100_000), { raised: true })).toMatchObject({ status: 'FAILED', truncated: true });
});

it('keeps no more than 64 Ki characters of a response or a message, and says that it was cut', () => {
  const response = answered(JSON.stringify({ system_test_successful: true, padding: 'x'.repeat(70_000) }));
  const raised = answered(JSON.stringify({ errorType: 'Error', errorMessage: 'x'.repeat(70_000) }), { raised: true });

  expect(response).toEqual({
    configuration_identifier: 'config_0',
    status: 'PASSED',
    duration_ms: 50,
    truncated: true,
  });
  expect(raised.error!.message).toHaveLength(65_536);
  expect(raised.truncated).toBe(true);
});

it('keeps no more than 200 characters of the type of an error, none cut in half', () => {
  const { error, truncated } = answered(JSON.stringify({ errorType: `x${'🎉'.repeat(200)}` }), { raised: true });

  expect({ type: error!.type, truncated }).toEqual({ type: `x${'🎉'.repeat(99)}`, truncated: true });
});
