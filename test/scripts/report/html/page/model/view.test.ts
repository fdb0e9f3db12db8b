import fc from 'fast-check';
import { rowsOf } from '../../../../../../scripts/report/html/page/model/rows';
import {
  columns,
  filters,
  firstView,
  formatView,
  pageWithin,
  parseView,
  viewedRows,
} from '../../../../../../scripts/report/html/page/model/view';
import type { View } from '../../../../../../scripts/report/html/page/model/view';
import { aMixedRun } from '../../runs';

const rows = rowsOf(aMixedRun());
const shown = (view: Partial<View>) => viewedRows(rows, { ...firstView, ...view }).map(({ index }) => index);

describe('a view in the address', () => {
  test('comes back as it was', () => {
    const views = fc.record<View>({
      filter: fc.constantFrom(...filters),
      search: fc.string({ unit: 'binary' }),
      sort: fc.constantFrom(...columns),
      descending: fc.boolean(),
      page: fc.integer({ min: 1, max: 1e6 }),
      open: fc.array(fc.nat(99_999), { maxLength: 20 }),
    });
    fc.assert(fc.property(views, (view) => expect(parseView(formatView(view))).toEqual(view)));
  });

  test('takes what it does not know for the first view', () => {
    fc.assert(fc.property(fc.string(), (hash) => expect(viewedRows([], parseView(hash))).toEqual([])));
    expect(parseView('#configurations')).toEqual(firstView);
    expect(parseView('#status=%00&sort=constructor&page=-1&open=1,x,2e9&order=up')).toEqual({
      ...firstView,
      open: [1],
    });
    expect(formatView(firstView)).toBe('');
  });
});

describe('the rows of a view', () => {
  test('stand with what needs a look first, and in input order where they are alike', () => {
    expect(shown({}).slice(0, 8)).toEqual([4, 28, 36, 33, 20, 12, 0, 1]);
  });

  test.each([
    ['failed', [4, 28, 36]],
    ['errored', [33]],
    ['known', [20]],
    ['flaky', [12]],
  ] as const)('are, of the filter %s, %j', (filter, expected) => {
    expect(shown({ filter })).toEqual(expected);
  });

  test('count what is flaky among the passed', () => {
    expect(shown({ filter: 'passed' })).toHaveLength(35);
    expect(shown({ filter: 'passed' })).toContain(12);
  });

  test.each([
    ['CONFIG_33', [33]],
    ['rate exceeded', [33]],
    ['supplier', [20]],
    ['ticket 4711', [28]],
    [' something went ', [4, 28, 36, 20, 12]],
    ['no such thing', []],
  ])('are found by %j', (search, expected) => {
    expect(shown({ search })).toEqual(expected);
  });

  test('sort numbers within identifiers as numbers', () => {
    expect(shown({ sort: 'configuration' }).slice(8, 12)).toEqual([8, 9, 10, 11]);
    expect(shown({ sort: 'configuration', descending: true })[0]).toBe(39);
  });

  test('stand last where they have no value, in both directions', () => {
    const some = rowsOf({ ...aMixedRun(), results: aMixedRun().results.slice(0, 3) });
    delete some[1]!.result.duration_ms;
    delete some[1]!.result.started_at;
    for (const sort of ['duration', 'start'] as const) {
      expect(viewedRows(some, { ...firstView, sort }).at(-1)!.index).toBe(1);
      expect(viewedRows(some, { ...firstView, sort, descending: true }).at(-1)!.index).toBe(1);
    }
  });

  test('lie on a page that exists', () => {
    expect(pageWithin(99, 401)).toBe(3);
    expect(pageWithin(2, 0)).toBe(1);
  });
});
