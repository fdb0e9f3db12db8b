import { isUnnamed, itemOfChild, restOfList } from '../../../scripts/result/unnamed';

test.each([
  [restOfList, true],
  [itemOfChild(11, 'lost'), true],
  ['item 12 of s3://lists/all.csv', true],
  ['item x of s3://lists/all.csv', false],
  ['my item 12 of s3://lists/all.csv', false],
  ['item 12 of my list', false],
])('%s is no name that can be run again: %s', (identifier, expected) => {
  expect(isUnnamed(identifier)).toBe(expected);
});

test('the items of a child are counted from 1', () => {
  expect(itemOfChild(0, 'lost')).toBe('item 1 of the child execution lost');
});
