import fc from 'fast-check';
import jsonata from 'jsonata';
import { errorResult, failedCause, functionEvent, invocationResult } from '../../lib/expressions';
import { ConfigurationResult, limits } from '../../lib/wire';

const compiled = new Map<string, jsonata.Expression>();

/** Evaluates as Step Functions does, as far as these expressions need it. */
async function evaluate(expression: string, states: object, checked?: object): Promise<unknown> {
  let compilation = compiled.get(expression);
  if (!compilation) {
    compilation = jsonata(expression.slice('{%'.length, -'%}'.length));
    compilation.registerFunction('parse', (text: string) => JSON.parse(text) as unknown, '<s:x>');
    compiled.set(expression, compilation);
  }
  return JSON.parse(JSON.stringify(await compilation.evaluate(undefined, { states, checked }))) as unknown;
}

const bareBytes = 66;
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 3000 }),
  fc.string({ unit: 'grapheme', maxLength: 3000 }),
  fc.string({ maxLength: 5000 }),
);
const share = fc.integer({ min: 0, max: 6000 });

/** A result of a failed invocation. */
async function failed(detailBytes: number, message: string, log: string): Promise<ConfigurationResult> {
  const result = {
    FunctionError: 'Unhandled',
    Payload: JSON.stringify({ errorType: 'Error', errorMessage: message }),
    LogResult: Buffer.from(log).toString('base64'),
  };
  return (await evaluate(
    invocationResult(true),
    { input: 'config_0', result },
    { detail_bytes: detailBytes },
  )) as ConfigurationResult;
}

describe('the result of a configuration', () => {
  it('never takes more than its share of the output, whatever the function says', async () => {
    await fc.assert(
      fc.asyncProperty(share, text, text, async (detailBytes, message, log) => {
        const bytes = Buffer.byteLength(JSON.stringify(await failed(detailBytes, message, log)));
        expect(bytes).toBeLessThanOrEqual(bareBytes + Buffer.byteLength('"config_0"') + detailBytes);
      }),
      { numRuns: 150 },
    );
  });

  it('says so whenever it was cut, and only then', async () => {
    await fc.assert(
      fc.asyncProperty(share, text, text, async (detailBytes, message, log) => {
        const result = await failed(detailBytes, message, log);
        const whole =
          result.error?.message === message && (result.log_tail ?? '') === Buffer.from(log).toString('latin1');
        expect(result.truncated ?? false).toBe(!whole);
      }),
      { numRuns: 100 },
    );
  });

  it('gives up the start of the log before the message', async () => {
    const log = 'x'.repeat(1000) + 'END';
    const result = await failed(400, 'm'.repeat(100), log);
    expect(result.error!.message).toBe('m'.repeat(100));
    expect(result.log_tail).toMatch(/^x{50,}END$/);
  });

  it('takes the durations from the REPORT line, in text and in JSON', async () => {
    const reports = [
      'fake\tDuration: 1.00 ms\nREPORT RequestId: x\tDuration: 3004.10 ms\tBilled Duration: 3005 ms\tMemory Size: 128 MB',
      '{"type":"platform.report","record":{"metrics":{"durationMs":3004.1,"billedDurationMs":3005}}}',
    ];
    for (const report of reports) {
      expect(await failed(6000, '', report)).toMatchObject({ duration_ms: 3004.1, billed_ms: 3005 });
    }
  });

  it.each<[string, unknown]>([
    ['nothing', null],
    ['text', 'system_test_successful'],
    ['a list of successes', [{ system_test_successful: true }]],
    ['success as text', { system_test_successful: 'true' }],
    ['no success', { system_test_successful: false }],
    ['something else', { statusCode: 200 }],
  ])('is FAILED when the function returns %s', async (_, returned) => {
    const result = { Payload: JSON.stringify(returned), LogResult: '' };
    const outcome = await evaluate(invocationResult(true), { input: 'a', result }, { detail_bytes: 1000 });
    expect(outcome).toMatchObject({ status: 'FAILED', error: { type: 'SystemTestUnsuccessful' }, response: returned });
  });
});

describe('the result of an invocation that Step Functions caught', () => {
  const context = { State: { EnteredTime: '2026-01-01T00:00:00.000Z' } };
  const recorded = (errorOutput: object) =>
    evaluate(errorResult({ mayRunOn: false }), { input: 'a', errorOutput, context }, { detail_bytes: 1000 });

  it.each([
    ['Lambda.TooManyRequestsException', 'ERRORED'],
    ['Lambda.ResourceNotFoundException', 'ERRORED'],
    ['Lambda.SomethingNewException', 'ERRORED'],
    ['States.DataLimitExceeded', 'ERRORED'],
    ['States.Permissions', 'ERRORED'],
    ['States.QueryEvaluationError', 'FAILED'],
    ['Lambda.Unknown', 'FAILED'],
    ['Sandbox.Timedout', 'FAILED'],
    ['Runtime.ExitError', 'FAILED'],
    ['Error', 'FAILED'],
    ['ResourceNotFoundException', 'FAILED'],
  ])('sorts %s as %s', async (error, status) => {
    expect(await recorded({ Error: error, Cause: 'why' })).toMatchObject({ status, error: { type: error } });
  });

  it("finds the function's message in the cause, even in one that was cut", async () => {
    const cause = JSON.stringify({ errorType: 'Error', errorMessage: 'a "quoted"\n\\ word é', trace: ['x'] });
    const error = { message: 'a "quoted"\n\\ word é' };
    expect(await recorded({ Error: 'Error', Cause: cause })).toMatchObject({ error });
    expect(await recorded({ Error: 'Error', Cause: cause.slice(0, -5) })).toMatchObject({ error });
  });

  it('never breaks on a cause, whatever is in it', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (cause) => {
        const quoted = `{"errorMessage":"${cause}`;
        expect(await recorded({ Error: 'Error', Cause: quoted })).toMatchObject({ status: 'FAILED' });
      }),
      { numRuns: 100 },
    );
  });
});

describe('the event of the function', () => {
  it('says system_test: true, whatever the configuration and the payload say', async () => {
    const input = { configuration_identifier: 'a', system_test: false, region: 'eu' };
    expect(await evaluate(functionEvent('{"system_test":false,"region":"us","table":"t"}'), { input })).toEqual({
      configuration_identifier: 'a',
      system_test: true,
      region: 'eu',
      table: 't',
    });
  });

  it('is made of an identifier alone as well', async () => {
    const event = await evaluate(functionEvent('{}'), { input: 'a' });
    expect(event).toEqual({ configuration_identifier: 'a', system_test: true });
  });
});

describe('the cause of a failed execution', () => {
  it('names the first ten, says how many more, and stays within the limit', async () => {
    const results = Array.from({ length: 300 }, (_, index) => ({
      configuration_identifier: `${index}`.padEnd(index < 11 ? 4 : 4000, '_'),
      status: 'FAILED',
    }));
    const cause = (await evaluate(failedCause, { input: { failed: 299, errored: 1, total: 400, results } })) as string;
    expect(cause).toBe(
      '299 of 400 configurations failed the system test and 1 could not be tested: 0___, 1___, 2___, 3___, 4___, 5___, 6___, 7___, 8___, 9___ and 290 more.',
    );
    const long = results.map((result) => ({ ...result, configuration_identifier: 'x'.repeat(5000) }));
    const cut = (await evaluate(failedCause, {
      input: { failed: 300, errored: 0, total: 300, results: long },
    })) as string;
    expect(cut.length).toBeLessThanOrEqual(limits.causeLength);
  });

  it('has no character that would break a message quoting it, whatever the identifiers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 1 }), async (identifiers) => {
        const results = identifiers.map((name) => ({ configuration_identifier: name, status: 'FAILED' }));
        const input = { failed: results.length, errored: 0, total: results.length, results };
        // eslint-disable-next-line no-control-regex -- what JSON escapes
        expect(await evaluate(failedCause, { input })).not.toMatch(/["\\\u0000-\u001f]/);
      }),
      { numRuns: 50 },
    );
  });
});
