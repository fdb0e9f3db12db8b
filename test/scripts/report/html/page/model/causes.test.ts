import { causesOf } from '../../../../../../scripts/report/html/page/model/causes';
import { rowsOf } from '../../../../../../scripts/report/html/page/model/rows';
import { firstView, viewedRows } from '../../../../../../scripts/report/html/page/model/view';
import { aMixedRun, aRun } from '../../runs';

describe('what went wrong', () => {
  test('is nothing where all passed', () => {
    expect(causesOf(rowsOf(aRun(4)))).toEqual([]);
  });

  test('names each reason once, failures first, and each configuration under one', () => {
    const causes = causesOf(rowsOf(aMixedRun()));
    expect(causes.map(({ kind, title, rows }) => [kind, title, rows.map(({ index }) => index)])).toEqual([
      ['FAILED', 'Error', [4, 36]],
      ['FAILED', 'Known failure past its date', [28]],
      ['ERRORED', 'Lambda.TooManyRequestsException', [33]],
      ['FLAKY', 'Flaky', [12]],
      ['KNOWN', 'Known failure that passed', [5]],
      ['KNOWN', 'Known failure', [20]],
    ]);
  });

  test('takes messages that differ in numbers and identifiers for the same, the most frequent first', () => {
    const run = aRun();
    const ids = ['8f507cfc-1f9a-4c3e-9f7c-0d5a3f1f2b11', '00000000-1f9a-4c3e-9f7c-0d5a3f1f2b11'];
    const messages = [
      'Other',
      `Feed ${ids[0]} is 3 s late`,
      `Feed ${ids[1]} is 17 s late`,
      'Other 2',
      'Feed x is late',
    ];
    run.results
      .filter(({ status }) => status === 'FAILED')
      .forEach((result, index) => (result.error = { type: 'E', message: messages[index]! }));
    const causes = causesOf(rowsOf(run));
    expect(causes.map(({ rows }) => rows.length)).toEqual([2, 1, 1, 1]);
    expect(causes[0]!.text).toBe(messages[1]);
  });

  test('leads to all of its rows in the table', () => {
    const rows = rowsOf(aMixedRun());
    for (const cause of causesOf(rows)) {
      expect(viewedRows(rows, { ...firstView, ...cause })).toEqual(expect.arrayContaining(cause.rows));
    }
  });
});
