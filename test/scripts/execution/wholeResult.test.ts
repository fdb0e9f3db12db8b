import fc from 'fast-check';
import { invocationResult } from '../../../lib/stateMachine/resultExpressions';
import type { ConfigurationResult, JsonObject } from '../../../lib/wire';
import { wholeResult } from '../../../scripts/execution/wholeResult';
import { evaluateHere } from '../../lib/stateMachine/jsonata/evaluateHere';

/** What the state machine makes of an answer, within a share of its output. */
async function resultOf(answer: JsonObject, logTail: boolean, detailBytes: number): Promise<ConfigurationResult> {
  const context = { State: { EnteredTime: '2026-01-01T00:00:00Z' } };
  const bindings = { states: { input: 'config_0', result: answer, context }, checked: { detail_bytes: detailBytes } };
  const evaluated = await evaluateHere({ expression: invocationResult(logTail), bindings });
  if ('error' in evaluated) throw new Error(evaluated.error);
  return evaluated.value as unknown as ConfigurationResult;
}

const log = `START\n${'a line of the log\n'.repeat(200)}REPORT\tDuration: 12.34 ms\tBilled Duration: 13 ms\n`;
const withLog = { LogResult: Buffer.from(log).toString('base64') };

it.each<[string, JsonObject, boolean]>([
  [
    'raised',
    {
      Payload: JSON.stringify({ errorType: 'E'.repeat(90), errorMessage: 'm'.repeat(900) }),
      FunctionError: 'Unhandled',
      ...withLog,
    },
    true,
  ],
  ['returned something else', { Payload: JSON.stringify({ rows: 'r'.repeat(900) }), ...withLog }, true],
  [
    'passed with a long response',
    { Payload: JSON.stringify({ system_test_successful: true, rows: 'r'.repeat(900) }), ...withLog },
    true,
  ],
  ['passed without a log', { Payload: { system_test_successful: true, rows: 'r'.repeat(900) } }, false],
])('a result that was cut is what it was before: %s', async (_, answer, logTail) => {
  const cut = await resultOf(answer, logTail, 120);
  const { duration_ms, billed_ms } = cut;
  expect(cut.truncated).toBe(true);
  expect(wholeResult(cut, JSON.stringify(answer))).toEqual({
    ...(await resultOf(answer, logTail, 100_000)),
    duration_ms,
    billed_ms,
  });
});

it('keeps the status and the error type of the state machine, whatever the answer says', async () => {
  const passed = { Payload: '{"system_test_successful":true}', ...withLog };
  const cut = await resultOf({ Payload: '{"errorMessage":"no"}', FunctionError: 'Unhandled', ...withLog }, true, 120);
  expect(cut).toMatchObject({ status: 'FAILED', truncated: true });
  expect(wholeResult(cut, JSON.stringify(passed))).toBe(cut);
  const green: ConfigurationResult = { configuration_identifier: 'a', status: 'PASSED', truncated: true };
  expect(wholeResult(green, JSON.stringify({ Payload: '{"errorMessage":"no"}', FunctionError: 'Unhandled' }))).toBe(
    green,
  );
  const other = { Payload: '{"errorType":"Other"}', FunctionError: 'Unhandled', ...withLog };
  expect(wholeResult(cut, JSON.stringify(other))).toBe(cut);
});

it.each([undefined, '', '7', '{}', '{"Payload":'])('is as it was where the history has no answer but %s', (answer) => {
  const cut: ConfigurationResult = { configuration_identifier: 'a', status: 'PASSED', truncated: true };
  expect(wholeResult(cut, answer)).toBe(cut);
});

it('leaves a result alone of which nothing was cut', () => {
  fc.assert(
    fc.property(fc.json(), (answer) => {
      const result: ConfigurationResult = { configuration_identifier: 'a', status: 'PASSED' };
      expect(wholeResult(result, answer)).toBe(result);
    }),
    { numRuns: 20 },
  );
});
