import fc from 'fast-check';
import { costOf } from '../../../scripts/cost/cost';
import { jsonReport } from '../../../scripts/report/json';
import { parseRunResult } from '../../../scripts/result/runResultFile';
import { UserError } from '../../../scripts/io/userError';
import { errored, failed, hostileResult, hostileText, passed, runResultOf } from '../runResults';
import { thrown } from '../thrown';

const result = runResultOf([
  passed('a', {
    response: { slept_for: 3, system_test_successful: true },
    started_at: '2026-01-01T00:00:00.000Z',
    stopped_at: '2026-01-01T00:00:03.100Z',
    earlier: [failed('a', { started_at: '2026-01-01T00:00:00Z' })],
    flaky: true,
  }),
  failed('b', {
    configuration: { country: 'FR', limits: { rows: 10 } },
    truncated: true,
    known: { reason: 'moved', expires: '2026-12-31', expired: false },
  }),
]);
const factors = { results: result.results, memoryMb: 128, architecture: 'arm64', region: 'eu-west-1' } as const;
const complete = {
  ...result,
  test: 'Feeds/SystemTest',
  console_url: 'https://x.example',
  cost: costOf({ ...factors, stateTransitions: 5, local: true }),
  known_failure_notes: ['Known failure "c" passed: it can leave the list.'],
  origin: { tool_version: '0.1.0', commit: 'da15608', build_url: 'https://ci.example/1', function_version: '7' },
};

describe('a saved result', () => {
  test('is read again as it was', () => {
    expect(parseRunResult(`\ufeff${[...jsonReport(complete)].join('')}`, 'result.json')).toEqual(complete);
    const unbelieved = { ...complete, verdict: 'ERRORED', disagreement: 'the result says PASSED of "a"' };
    expect(parseRunResult(JSON.stringify(unbelieved), 'result.json')).toEqual(unbelieved);
    const early = runResultOf([failed('a'), errored('b')], { status: 'ABORTED', max_failures: 1 });
    expect(early.verdict).toBe('FAILED');
    expect(parseRunResult(JSON.stringify(early), 'result.json')).toEqual(early);
    const direct = { ...complete, execution_arn: undefined, cost: undefined, cost_unknown: 'No log tells the memory.' };
    expect(parseRunResult(JSON.stringify(direct), 'result.json')).toEqual({ ...direct, execution_arn: '' });
  });

  const again = { earlier: [failed('a')], flaky: true };
  const excused = { known: { reason: 'moved', expires: '2026-12-31', expired: false } };
  test.each([
    ['PASSED of what failed at first', runResultOf([passed('a', again), passed('b')], { status: 'FAILED' })],
    ['PASSED of what failed as is known', runResultOf([failed('a', excused)], { status: 'FAILED' })],
    [
      'FAILED of a strict run whose second execution succeeded',
      { ...runResultOf([passed('a', again)]), verdict: 'FAILED' },
    ],
    [
      'FAILED of what could not be tested at first',
      runResultOf([failed('a', { earlier: [errored('a')] })], { status: 'SUCCEEDED' }),
    ],
    ['no verdict, as its time was over', runResultOf([passed('a')], { status: 'TIMED_OUT', verdict: 'ERRORED' })],
    ['no verdict, as one could not be tested', runResultOf([errored('a')], { status: 'SUCCEEDED' })],
    ['no verdict, as its sources disagree', runResultOf([passed('a')], { status: 'SUCCEEDED', disagreement: 'x' })],
    ['no verdict, as its second execution had none', { ...runResultOf([passed('a', again)]), verdict: 'ERRORED' }],
  ])('is read again with %s', (_, saved) => {
    expect(parseRunResult(JSON.stringify(saved), 'result.json')).toEqual(saved);
  });

  test('is read again whatever its texts are', () => {
    fc.assert(
      fc.property(hostileResult, (any) => {
        expect(parseRunResult([...jsonReport(any)].join(''), 'result.json')).toEqual(any);
      }),
    );
  });

  const early = { status: 'ABORTED', max_failures: 1 } as const;
  const file = 'Expected result.json to be the JSON report of a run. ';
  test.each([
    [
      'the state machine output alone',
      { status: undefined },
      'Expected status to be one of RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED, PENDING_REDRIVE, got nothing.',
    ],
    [
      'keys of a configuration that are not its own',
      { results: [{ ...result.results[0], configuration: { system_test: false } }, result.results[1]] },
      'Expected no system_test in configuration of results[0].',
    ],
    [
      'a configuration that is none',
      { results: [{ ...result.results[0], configuration: 'FR' }, result.results[1]] },
      'Expected configuration of results[0] to be an object, got "FR".',
    ],
    [
      'an origin without a version',
      { origin: { commit: 'a' } },
      'Expected tool_version of origin to be a string, got nothing.',
    ],
    [
      'a script as the address of the build',
      { origin: { tool_version: '1', build_url: 'javascript:1' } },
      'Expected build_url of origin to be an address on the web, got "javascript:1".',
    ],
    ['another version', { schema_version: 2 }, 'Expected schema_version to be 1, got 2.'],
    ['an unknown verdict', { verdict: 'FINE' }, 'Expected verdict to be one of PASSED, FAILED, ERRORED, got "FINE".'],
    [
      'a wrong time',
      { started_at: 'yesterday' },
      'Expected started_at of the result to be a time in ISO 8601, got "yesterday".',
    ],
    [
      'a negative duration',
      { duration_seconds: -1 },
      'Expected duration_seconds of the result to be a number from 0 up, got -1.',
    ],
    [
      'notes that are no list',
      { known_failure_notes: 'x' },
      'Expected known_failure_notes of the result to be a list, got "x".',
    ],
    [
      'notes that are no texts',
      { known_failure_notes: [1] },
      'Expected known_failure_notes of the result to hold strings, got 1.',
    ],
    ['results that do not add up', { total: 3 }, 'Expected total to be the number of results, 2, got 3.'],
    [
      'no results',
      { total: 0, passed: 0, results: [] },
      'Expected the result of at least one configuration, got none.',
    ],
    ['a wrong count', { failed: 1 }, 'Expected failed to be 0 as in its results, got 1.'],
    ['a failure that is not counted', { known: undefined }, 'Expected known to be 1 as in its results, got 0.'],
    [
      'a verdict that its counts contradict',
      { ...runResultOf([passed('a')]), verdict: 'FAILED', status: 'FAILED', flaky: undefined, known: undefined },
      'Expected a verdict that fits the status FAILED and 0 failed and 0 errored of 1, got FAILED.',
    ],
    [
      'PASSED although one failed',
      { failed: 1, known: undefined, results: [passed('a'), failed('b')], flaky: undefined, status: 'FAILED' },
      'Expected a verdict that fits the status FAILED and 1 failed and 0 errored of 2, got PASSED.',
    ],
    [
      'PASSED although its execution failed, of which nothing was run again or excused',
      { ...runResultOf([passed('a'), passed('b')]), status: 'FAILED', flaky: undefined, known: undefined },
      'Expected a verdict that fits the status FAILED and 0 failed and 0 errored of 2, got PASSED.',
    ],
    [
      'PASSED although it was stopped',
      { status: 'ABORTED' },
      'Expected a verdict that fits the status ABORTED and 0 failed and 0 errored of 2, got PASSED.',
    ],
    [
      'FAILED although its execution succeeded',
      { ...runResultOf([failed('a')]), status: 'SUCCEEDED' },
      'Expected a verdict that fits the status SUCCEEDED and 1 failed and 0 errored of 1, got FAILED.',
    ],
    [
      'FAILED although it was stopped, and not because enough failed',
      runResultOf([failed('a'), errored('b')], { status: 'ABORTED' }),
      'Expected a verdict that fits the status ABORTED and 1 failed and 1 errored of 2, got FAILED.',
    ],
    [
      'FAILED although no more failed than are tolerated when it was stopped early',
      { ...runResultOf([failed('a'), errored('b')], { tolerated_failures: 1, ...early }), verdict: 'FAILED' },
      'Expected a verdict that fits the status ABORTED and 1 failed and 1 errored of 2, got FAILED.',
    ],
    [
      'PASSED although it was stopped early',
      { ...runResultOf([failed('a')], { tolerated_failures: 1, ...early }), verdict: 'PASSED' },
      'Expected a verdict that fits the status ABORTED and 1 failed and 0 errored of 1, got PASSED.',
    ],
    ...[2, 0].map((max): [string, object, string] => [
      `${max} failures as what stopped it after one`,
      runResultOf([failed('a'), errored('b')], { ...early, max_failures: max }),
      `Expected max_failures to be from 1 to as many as failed of a run that was stopped, got ${max} with the status ABORTED and 1 failed.`,
    ]),
    [
      'what stopped a run that was not stopped',
      { ...runResultOf([failed('a')]), max_failures: 1 },
      'Expected max_failures to be from 1 to as many as failed of a run that was stopped, got 1 with the status FAILED and 1 failed.',
    ],
    [
      'no verdict although all passed and nothing disagrees',
      { ...runResultOf([passed('a')]), verdict: 'ERRORED', flaky: undefined, known: undefined },
      'Expected a verdict that fits the status SUCCEEDED and 0 failed and 0 errored of 1, got ERRORED.',
    ],
    [
      'a configuration twice',
      { results: [passed('a'), passed('a')] },
      'Expected each configuration once, got "a" twice.',
    ],
    [
      'a wrong earlier outcome',
      { results: [{ ...passed('a'), earlier: 1 }, passed('b')] },
      'Expected earlier of results[0] to be a list, got 1.',
    ],
    [
      'a wrong mark',
      { results: [{ ...passed('a'), known: { reason: 'x', expires: 'y' } }, passed('b')] },
      'Expected expired of known of results[0] to be true or false, got nothing.',
    ],
    [
      'something else than a comparison',
      { comparison: { with: { started_at: 'x' } } },
      'Expected started_at of with of comparison to be a time in ISO 8601, got "x".',
    ],
    [
      'a comparison without a list',
      { comparison: { with: { started_at: '2026-11-26T03:12:00Z', verdict: 'PASSED' }, newly_failing: ['a'] } },
      'Expected still_failing of comparison to be a list, got nothing.',
    ],
    ['wrong costs', { cost: { currency: 'EUR' } }, 'Expected currency of cost to be USD, got "EUR".'],
  ])('is refused with %s', (_, change, message) => {
    expect(thrown(() => parseRunResult(JSON.stringify({ ...complete, ...change }), 'result.json'))).toMatchObject({
      name: 'UserError',
      message: file + message,
    });
  });

  test('is refused where a response nests more than a thousand deep', () => {
    const nested = (depth: number) =>
      JSON.stringify({
        ...runResultOf([{ ...passed('a'), earlier: [{ ...passed('a'), response: 0 }] }, passed('b')]),
      }).replace('"response":0', `"response":${'['.repeat(depth)}${']'.repeat(depth)}`);

    expect(parseRunResult(nested(1000), 'result.json').results).toHaveLength(2);
    expect(() => parseRunResult(nested(1100), 'result.json')).toThrow(
      `${file}Expected responses that nest at most 1000 deep, got more.`,
    );
  });

  test('is refused where it is no JSON', () => {
    // In one line, though the problem quotes the text.
    expect(() => parseRunResult('no\npe\n', 'result.json')).toThrow(
      /^Expected result.json to be the JSON report of a run, got no JSON: .*"no pe ".*$/,
    );
  });

  test('either parses or says what is wrong with it', () => {
    fc.assert(
      fc.property(
        fc.oneof(hostileText, fc.json()),
        fc.jsonValue(),
        fc.constantFrom(...Object.keys(complete)),
        (text, value, key) => {
          for (const input of [text, JSON.stringify({ ...complete, [key]: value })]) {
            try {
              expect(parseRunResult(input, 'result.json').schema_version).toBe(1);
            } catch (error) {
              // eslint-disable-next-line jest/no-conditional-expect -- either way is fine, any other error is not
              expect(error).toBeInstanceOf(UserError);
            }
          }
        },
      ),
    );
  });
});
