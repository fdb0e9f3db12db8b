import { element, section } from '../../report/html/page/dom';
import { duration } from '../../report/html/page/model/format';
import { statusLabel } from '../../report/html/page/status';
import type { HistoryRun } from '../history';
import { minuteOf } from '../../report/comparisonWords';
import { countsText, startedByText } from '../historyWords';

const columns = ['Started (UTC)', 'Verdict', 'Passed', 'Took', 'Started by'];

/** The runs, the newest first. The roles are spelled out, as some browsers forget them where the rows are cards. */
export function runsSection(runs: readonly HistoryRun[]): HTMLElement {
  const headers = columns.map((title) => element('th', { role: 'columnheader', scope: 'col' }, title));
  return section(
    'runs',
    'Runs',
    element(
      'table',
      { role: 'table', 'aria-labelledby': 'runs-title' },
      element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...headers)),
      element('tbody', { role: 'rowgroup' }, ...runs.map(line)),
    ),
  );
}

function line(run: HistoryRun): HTMLElement {
  const { started_at: startedAt, verdict, duration_seconds: seconds, origin } = run;
  const by = startedByText(run);
  const address = origin?.build_url ?? '';
  // Only a link to the web: the address comes from a result, and could be a script.
  const linked = /^https?:\/\//i.test(address) ? element('a', { href: address, rel: 'noreferrer' }, by) : by;
  const cell = (content: Node | string, title?: string) => element('td', { role: 'cell', title }, content);
  return element(
    'tr',
    { role: 'row' },
    cell(element('time', { datetime: startedAt }, minuteOf(startedAt))),
    cell(verdict ? statusLabel(verdict) : '–'),
    cell(countsText(run)),
    cell(seconds === undefined ? '–' : duration(seconds * 1000)),
    cell(element('bdi', {}, linked), run.name),
  );
}
