import type { Configuration } from '../../../lib/wire';
import { checkIdentifiers, withKeys } from '../../../scripts/result/earlierRun';
import { failed, runResultOf } from '../runResults';
import { thrown } from '../thrown';

describe('what of an earlier run is tested again', () => {
  const earlier = runResultOf([
    failed('a', { configuration: { country: 'FR' } }),
    failed('b', { configuration: { country: 'DE', token: '[redacted]' } }),
    failed('c'),
    failed('d', { configuration: { country: 'IT' } }),
  ]);
  const all = ['a', 'b', 'c'];

  test('has the keys that the report tells, and says of how many it tells none or hides some', () => {
    expect(withKeys(all, [], earlier)).toEqual({
      configurations: [{ country: 'FR', configuration_identifier: 'a' }, 'b', 'c'],
      hidden: 1,
      bare: 1,
    });
  });

  test('has the keys of today where they are known, in the order of the identifiers', () => {
    const known: Configuration[] = [
      { configuration_identifier: 'b', country: 'AT' },
      'c',
      { configuration_identifier: 'a' },
    ];

    expect(withKeys(all, known, earlier)).toEqual({
      configurations: [{ configuration_identifier: 'a' }, { configuration_identifier: 'b', country: 'AT' }, 'c'],
      hidden: 0,
      bare: 0,
    });
  });

  test('is no more than its identifiers where nothing tells of it', () => {
    expect(withKeys(all)).toEqual({ configurations: all, hidden: 0, bare: 3 });
  });

  test.each([
    ['tenant-[redacted] #1', 'the redacted "tenant-[redacted] #1"'],
    ['the rest of the list', '"the rest of the list"'],
  ])('is never %s, which names none', (identifier, shown) => {
    expect(thrown(() => checkIdentifiers(['a', identifier], 'result.json'))).toMatchObject({
      name: 'UserError',
      message: `Expected the identifiers of configurations in result.json, got ${shown}: name them, or give --configurations.`,
    });
  });

  test('is what is named', () => {
    expect(() => checkIdentifiers(all, 'result.json')).not.toThrow();
  });
});
