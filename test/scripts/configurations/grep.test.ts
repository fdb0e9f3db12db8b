import { matching, parseGrep } from '../../../scripts/configurations/grep';
import { thrown } from '../thrown';

const configurations = ['feed_1', { configuration_identifier: 'feed_2', region: 'eu' }, 'Ünited', 'other feed'];

test.each([
  ['^feed', ['feed_1', 'feed_2']],
  ['feed', ['feed_1', 'feed_2', 'other feed']],
  ['_2$', ['feed_2']],
  [String.raw`^\p{Lu}`, ['Ünited']],
  ['^(?!feed)', ['Ünited', 'other feed']],
])('%s selects by the identifier, in the order that there is', (pattern, expected) => {
  const found = matching(configurations, parseGrep(pattern));
  expect(found.map((one) => (typeof one === 'string' ? one : one.configuration_identifier))).toEqual(expected);
});

test('a configuration keeps its other keys', () => {
  expect(matching(configurations, parseGrep('_2'))).toEqual([configurations[1]]);
});

test('without a pattern all are selected, none as well', () => {
  expect(matching([], undefined)).toEqual([]);
});

test('a pattern that would take years is given up', () => {
  expect(thrown(() => matching([`${'a'.repeat(1_000)}b`], parseGrep('^(a+)+$'), 20))).toMatchObject({
    name: 'UserError',
    message:
      'Expected --grep to be a regular expression that is searched for within 0.02s, got "^(a+)+$", which takes longer: ' +
      'a repetition within a repetition may take years.',
  });
});
