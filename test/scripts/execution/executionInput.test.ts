import type { SystemTestInput } from '../../../lib/wire';
import { executionInput, sameRequest, withoutOrder } from '../../../scripts/execution/executionInput';

const inputOf = (...of: Parameters<typeof executionInput>) => JSON.parse(executionInput(...of)) as SystemTestInput;
const names = (count: number, length: number) =>
  Array.from({ length: count }, (_, index) => `é${index}`.padEnd(length, '_'));

describe('what an execution starts first', () => {
  it.each([undefined, []])('is no key where it is %j', (startFirst) => {
    expect(executionInput({ startFirst })).toBe('{}');
  });

  it('is named in the input', () => {
    expect(inputOf({ configurations: ['a', 'b'], startFirst: ['b', 'a'] })).toEqual({
      configurations: ['a', 'b'],
      start_first: ['b', 'a'],
    });
  });

  it('is left out from 16 KiB on, the last names first', () => {
    const all = names(1000, 40);
    const { start_first: first = [] } = inputOf({ startFirst: all });

    expect(first).toEqual(all.slice(0, first.length));
    const bytes = Buffer.byteLength(executionInput({ startFirst: all }));
    expect(bytes).toBeGreaterThan(16_384 - 50);
    expect(bytes).toBeLessThanOrEqual(16_384);
  });

  it.each([0, 1, 10, 19, 20, 21, 100, 1000])('never makes an input too large that has %d bytes left', (left) => {
    const empty = { configuration_identifier: 'a', k: '' };
    const k = 'x'.repeat(
      262_144 -
        left -
        Buffer.byteLength(executionInput({ configurations: [empty], maxConcurrency: 1, toleratedFailures: 0 })),
    );
    const options = { configurations: [{ ...empty, k }], maxConcurrency: 1, toleratedFailures: 0 };

    const input = executionInput({ ...options, startFirst: ['a'] });

    expect(Buffer.byteLength(input)).toBeLessThanOrEqual(262_144);
    expect(inputOf({ ...options, startFirst: ['a'] }).start_first).toEqual(left > 20 ? ['a'] : undefined);
  });
});

describe('two inputs', () => {
  it.each([
    ['{"start_first":["a"]}', '{}', true],
    ['{"b":1,"start_first":["a"],"a":2}', '{"a":2,"b":1,"start_first":["c"]}', true],
    ['{"configurations":["a","b"]}', '{"configurations":["b","a"]}', false],
    ['{"configurations":[{"start_first":1}]}', '{"configurations":[{}]}', false],
    ['[]', '{}', false],
    ['null', '{}', false],
    ['', '{}', false],
  ])('%s and %s ask for the same: %s', (one, other, same) => {
    expect([sameRequest(one, other), sameRequest(other, one)]).toEqual([same, same]);
  });

  it('have one name in a build whatever they start first', () => {
    expect(withoutOrder(executionInput({ maxConcurrency: 2, startFirst: ['b'] }))).toBe(
      executionInput({ maxConcurrency: 2 }),
    );
  });
});
