import { bytesOfChild, executionCounts, expressGbSeconds } from '../../../scripts/cost/executionCounts';

const standard = (batchSize: number) => ({ batchSize, executionType: 'STANDARD' }) as const;

describe('the counts of an execution', () => {
  test.each([
    ['inline', 1000, undefined, 1005, 0],
    ['distributed', 1000, standard(1), 2005, 1000],
    ['in batches of ten', 1000, standard(10), 1205, 100],
    ['in batches, the last one not full', 1001, standard(10), 1208, 101],
    ['in EXPRESS children', 1000, { batchSize: 10, executionType: 'EXPRESS' } as const, 5, 100],
  ])('%s: %d configurations', (_, configurations, distribution, stateTransitions, children) => {
    expect(executionCounts(configurations, distribution)).toMatchObject({ stateTransitions, children });
  });

  test.each([
    [1, 1],
    [1000, 1],
    [1001, 2],
    [10_000, 10],
  ])('write, list and read an object for each of %d children', (children, lists) => {
    expect(executionCounts(children, standard(1)).s3).toEqual({ puts: children, lists, gets: children });
  });

  test.each([1, 2, 10, 99, 100])('hold the counts of any batch of %d in a number of so many digits', (batchSize) => {
    const base = batchSize + 1;
    const outputs = Array.from({ length: base }, (_, errored) => batchSize - errored + errored * base ** 2);

    expect(Math.max(...outputs.map((output) => `${output},`.length))).toBe(bytesOfChild(batchSize));
  });

  test('bill an EXPRESS child by 64 MB and 100 ms', () => {
    expect(expressGbSeconds(901)).toBe(1 / 16);
    expect(expressGbSeconds(1000)).toBe(1 / 16);
    expect(expressGbSeconds(1001)).toBe(1.1 / 16);
  });
});
