import fc from 'fast-check';
import { checkInput } from '../../../lib/stateMachine/inputExpressions';
import { errorResult, failedCause, invocationResult } from '../../../lib/stateMachine/resultExpressions';
import { ConfigurationResult, type Json, type JsonObject, limits } from '../../../lib/wire';
import { evaluateHere } from './jsonata/evaluateHere';

const context = { State: { EnteredTime: '2026-01-01T00:00:00.000Z' } };

/** The value of an expression of the state machine; an evaluation that fails is a failed execution. */
async function evaluate(expression: string, states: JsonObject, checked: JsonObject = {}): Promise<Json> {
  const answer = await evaluateHere({ expression, bindings: { states: { input: 'a', context, ...states }, checked } });
  if ('error' in answer) throw new Error(answer.error);
  return answer.value;
}

const bareBytes = 66;
/** Whatever a function may say, and what is special in JSON. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 1500 }),
  fc.string({ unit: 'grapheme', maxLength: 1500 }),
  fc.string({ maxLength: 5000 }),
  fc.string({
    unit: fc.constantFrom('\\', '"', '\\u00', '\\ud83c', '\ud83c', '🎉', 'é', '\0', '"errorMessage":"', '\n', '{', 'a'),
    maxLength: 500,
  }),
);
const share = fc.integer({ min: 0, max: 6000 });
/** Always the same ones. */
const runs = (numRuns: number) => ({ numRuns, seed: 1974 });

/** A result of a failed invocation. */
async function failed(detailBytes: number, message: string, log: string): Promise<ConfigurationResult> {
  const result = {
    FunctionError: 'Unhandled',
    Payload: JSON.stringify({ errorType: 'Error', errorMessage: message }),
    LogResult: Buffer.from(log).toString('base64'),
  };
  const value = await evaluate(invocationResult(true), { input: 'config_0', result }, { detail_bytes: detailBytes });
  return value as unknown as ConfigurationResult;
}

describe('the result of a configuration', () => {
  it('never takes more than its share of the output, whatever the function says, and tells whether it was cut', async () => {
    await fc.assert(
      fc.asyncProperty(share, text, text, async (detailBytes, message, log) => {
        const result = await failed(detailBytes, message, log);
        const bytes = Buffer.byteLength(JSON.stringify(result));
        expect(bytes).toBeLessThanOrEqual(bareBytes + Buffer.byteLength('"config_0"') + detailBytes);
        const whole =
          result.error?.message === message && (result.log_tail ?? '') === Buffer.from(log).toString('latin1');
        expect(result.truncated ?? false).toBe(!whole);
      }),
      runs(50),
    );
  });

  it('gives up the start of the log before the message', async () => {
    const log = 'x'.repeat(1000) + 'END';
    const result = await failed(400, 'm'.repeat(100), log);
    expect(result.error!.message).toBe('m'.repeat(100));
    expect(result.log_tail).toMatch(/^x{50,}END$/);
  });

  it.each([true, false])('is there whatever Lambda answers (log tail: %s)', async (logTail) => {
    const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
    const answer = fc.record(
      {
        Payload: logTail
          ? fc.oneof(
              json.map((value) => JSON.stringify(value)),
              json.filter((v) => typeof v !== 'string'),
            )
          : json,
        LogResult: fc.oneof(json, text, fc.base64String()),
        FunctionError: fc.constantFrom('Handled', 'Unhandled', ''),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(answer, share, async (result, detailBytes) => {
        const value = await evaluate(invocationResult(logTail), { result: result }, { detail_bytes: detailBytes });
        expect(value).toMatchObject({ status: 'FAILED' });
      }),
      runs(50),
    );
  });

  it.each(['Error', 'States.QueryEvaluationError', 'Lambda.ServiceException'])(
    'is there for the error %s, whatever its cause is and wherever it was cut',
    async (name) => {
      await fc.assert(
        fc.asyncProperty(text, fc.nat(6000), share, async (message, cut, detailBytes) => {
          const causes = [
            message,
            `{"errorMessage":"${message}`,
            JSON.stringify({ errorMessage: message }).slice(0, cut),
          ];
          for (const cause of causes) {
            const errorOutput = { Error: name, Cause: cause };
            const value = await evaluate(
              errorResult({ mayRunOn: false }),
              { errorOutput },
              { detail_bytes: detailBytes },
            );
            expect(value).toMatchObject({ status: name === 'Error' ? 'FAILED' : 'ERRORED' });
          }
        }),
        runs(25),
      );
    },
  );
});

test('the input of an execution is accepted or refused by a sentence, whatever it is', async () => {
  const json = fc.jsonValue({ maxDepth: 3 });
  const input = fc.oneof(
    json,
    fc.record(
      {
        configurations: fc.oneof(fc.array(fc.oneof(text, json, fc.record({ configuration_identifier: json }))), json),
        max_concurrency: json,
        tolerated_failures: fc.oneof(text, json),
        allow_unknown: json,
      },
      { requiredKeys: [] },
    ),
  );
  const defaults = { configurations: ['a', 'b'], maxConcurrency: 10, toleratedFailures: 0, maxConfigurations: 1000 };
  const expression = checkInput(defaults);
  await fc.assert(
    fc.asyncProperty(input, async (value) => {
      expect(await evaluate(expression, { input: value as Json })).toMatchObject({
        refusal: expect.stringMatching(/^(Expected .*)?$/s),
      });
    }),
    runs(50),
  );
});

describe('the cause of a failed execution', () => {
  it('stays within the limit', async () => {
    const results = Array.from({ length: 300 }, () => ({
      configuration_identifier: 'x🎉'.repeat(2500),
      status: 'FAILED',
    }));
    const cause = await evaluate(failedCause(), { input: { failed: 300, errored: 0, total: 300, results } });
    expect(Array.from(cause as string).length).toBeLessThanOrEqual(limits.causeLength);
  });

  it('has no character that would break a message quoting it, whatever the identifiers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 1 }), async (identifiers) => {
        const results = identifiers.map((name) => ({ configuration_identifier: name, status: 'FAILED' }));
        const input = { failed: results.length, errored: 0, total: results.length, results };
        // eslint-disable-next-line no-control-regex -- what JSON escapes
        expect(await evaluate(failedCause(), { input })).not.toMatch(/["\\\u0000-\u001f]/);
      }),
      runs(30),
    );
  });
});
