import { limits } from '../../../lib/wire';
import {
  parseAggregatedResult,
  parseConfiguration,
  parseConfigurationResult,
  WireFormatError,
} from '../../../lib/wire/parsers';

describe('a configuration', () => {
  test.each(['a', '👩‍🚀'.repeat(3), { configuration_identifier: 'a', region: null, nested: { list: [1] } }])(
    'is a string or an object with an identifier: %j',
    (value) => {
      expect(parseConfiguration(value)).toEqual(value);
    },
  );

  test('may be as long as the limit says, counted in characters', () => {
    expect(parseConfiguration('👩'.repeat(limits.identifierLength))).toHaveLength(2 * limits.identifierLength);
    expect(() => parseConfiguration('👩'.repeat(limits.identifierLength + 1))).toThrow(WireFormatError);
  });

  test.each([undefined, null, 1, true, [], {}, '', '\n', { configuration_identifier: null }, { identifier: 'a' }])(
    'is nothing else: %j',
    (value) => {
      expect(() => parseConfiguration(value)).toThrow(WireFormatError);
    },
  );

  test('cannot set system_test', () => {
    expect(() => parseConfiguration({ configuration_identifier: 'a', system_test: true })).toThrow(/system_test/);
  });
});

const result = {
  configuration_identifier: 'a',
  status: 'FAILED',
  duration_ms: 1.5,
  billed_ms: 2,
  response: null,
  error: { type: 'Error', message: 'no' },
  log_tail: 'START',
  truncated: true,
};
const aggregated = {
  schema_version: 1,
  total: 1,
  passed: 0,
  failed: 1,
  errored: 0,
  max_concurrency: 10,
  tolerated_failures: 0,
  results: [result],
};

describe('a result', () => {
  test('is read with all that it holds, and without what it does not', () => {
    expect(parseAggregatedResult({ ...aggregated, other: 1 })).toEqual(aggregated);
    expect(parseConfigurationResult({ configuration_identifier: 'a', status: 'PASSED' })).toStrictEqual({
      configuration_identifier: 'a',
      status: 'PASSED',
    });
  });

  test.each([
    [undefined, 'Expected the result to be an object, got nothing'],
    [[], 'Expected the result to be an object, got []'],
    [{ ...aggregated, schema_version: 2 }, 'Expected schema_version to be 1, got 2'],
    [{ ...aggregated, results: {} }, 'Expected results to be a list, got {}'],
    [{ ...aggregated, failed: '1' }, 'Expected failed to be an integer from 0 up, got "1"'],
    [{ ...aggregated, total: -1 }, 'Expected total to be an integer from 0 up, got -1'],
    [{ ...aggregated, results: ['a'] }, 'Expected results[0] to be an object, got "a"'],
    [
      { ...aggregated, results: [{ ...result, status: 'OK' }] },
      'Expected status of results[0] to be PASSED, FAILED or ERRORED, got "OK"',
    ],
    [
      { ...aggregated, results: [{ ...result, configuration_identifier: 1 }] },
      'Expected configuration_identifier of results[0] to be a string, got 1',
    ],
    [
      { ...aggregated, results: [{ ...result, duration_ms: '1' }] },
      'Expected duration_ms of results[0] to be a number, got "1"',
    ],
    [{ ...aggregated, results: [{ ...result, log_tail: 1 }] }, 'Expected log_tail of results[0] to be a string, got 1'],
    [
      { ...aggregated, results: [{ ...result, error: { type: 'Error' } }] },
      'Expected error of results[0] to hold type and message, got {"type":"Error"}',
    ],
  ])('says which key is wrong: %j', (value, message) => {
    expect(() => parseAggregatedResult(value)).toThrow(new WireFormatError(message));
  });
});
