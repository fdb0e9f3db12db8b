import { aside, button, element, section } from '../../report/html/page/dom';
import { count, counted, duration } from '../../report/html/page/model/format';
import type { Kind } from '../../report/html/page/model/rows';
import { legend, statusLabel } from '../../report/html/page/status';
import type { ConfigurationHistory, History, HistoryRun } from '../history';
import { minuteOf } from '../../report/comparisonWords';
import { remarksOn, startedByText } from '../historyWords';
import { kindName, kindOf, strip } from './outcomes';

/** Configurations that are shown at once; a search leads to the others. */
const mostShown = 1_000;

const steadily = 'passed whenever tested, in about the same time';

const legendItems: [Kind, string][] = [
  ['FAILED', 'failed'],
  ['ERRORED', 'could not be tested'],
  ['KNOWN', 'failed as known'],
  ['FLAKY', 'passed on a retry'],
  ['PASSED', 'passed'],
];

/** Runs × configurations: those that matter, each of which opens to its outcomes one by one. */
export function heatMapSection({ runs, configurations, steady }: History): HTMLElement {
  if (configurations.length === 0) {
    const all = steady === 0 ? 'Nothing is known of any.' : `${counted(steady, 'configuration')}: ${steadily}.`;
    return section('configurations', 'Configurations', aside(all));
  }
  const others = steady === 0 ? '' : `${counted(steady, 'other')}: ${steadily}. `;
  const table = new HeatMap(runs);
  const search = element('input', { type: 'search', id: 'search', autocomplete: 'off', spellcheck: 'false' });
  const found = element('p', { class: 'found', role: 'status' });
  const show = () => {
    const sought = search.value.trim().toLowerCase();
    const some = configurations.filter((one) => one.configuration_identifier.toLowerCase().includes(sought));
    table.show(some.slice(0, mostShown));
    const first = some.length > mostShown ? `The first ${count(mostShown)} of ` : '';
    found.textContent = `${first}${counted(some.length, 'configuration')}`;
  };
  search.addEventListener('input', show);
  show();
  return section(
    'configurations',
    'Configurations that matter',
    aside(`${others}A cell is a run, the newest on the left. Open a name for its runs one by one.`),
    legend(legendItems),
    element(
      'div',
      { class: 'controls' },
      element('div', { class: 'field search' }, element('label', { for: 'search' }, 'Search identifiers'), search),
      found,
    ),
    table.element,
  );
}

/** The roles are spelled out, as some browsers forget them where the styles lay the rows out as cards. */
class HeatMap {
  readonly element: HTMLTableElement;
  private readonly body = element('tbody', { role: 'rowgroup' });

  constructor(private readonly runs: readonly HistoryRun[]) {
    const header = (name: string, title: string) =>
      element('th', { role: 'columnheader', scope: 'col', class: `col-${name}` }, title);
    const titles = [header('configuration', 'Configuration'), header('strip', 'Runs'), header('note', 'What happened')];
    const head = element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...titles));
    const attributes = { role: 'table', class: 'heat-map', 'aria-labelledby': 'configurations-title' };
    this.element = element('table', attributes, head, this.body);
    this.element.style.setProperty('--runs', String(runs.length));
  }

  show(configurations: ConfigurationHistory[]): void {
    this.body.replaceChildren(...configurations.map((one) => this.line(one)));
  }

  private line(one: ConfigurationHistory): HTMLElement {
    const cell = (name: string, content: Node | string) =>
      element('td', { role: 'cell', class: `col-${name}` }, content);
    const toggle = button(
      { class: 'toggle', 'aria-expanded': false },
      () => {
        const open = toggle.getAttribute('aria-expanded') === 'true';
        toggle.setAttribute('aria-expanded', String(!open));
        if (open) {
          line.nextElementSibling?.remove();
        } else {
          line.after(this.details(one));
        }
      },
      element('bdi', {}, one.configuration_identifier),
    );
    const cells = strip(one.outcomes.map(kindOf));
    cells.addEventListener('pointermove', ({ clientX }) => {
      const { left, width } = cells.getBoundingClientRect();
      const index = Math.floor(((clientX - left) / width) * this.runs.length);
      cells.title = this.outcomeText(one, index);
    });
    const line = element(
      'tr',
      { role: 'row', class: 'line' },
      cell('configuration', toggle),
      cell('strip', cells),
      cell('note', element('span', {}, remarksOn(one).join('; '))),
    );
    return line;
  }

  private outcomeText({ outcomes }: ConfigurationHistory, index: number): string {
    const run = this.runs[index];
    const outcome = outcomes[index];
    const took = outcome?.duration_ms === undefined ? '' : ` · ${duration(outcome.duration_ms)}`;
    return run ? `${minuteOf(run.started_at)} UTC · ${kindName(kindOf(outcome))}${took}` : '';
  }

  /** Each run in which it was tested. */
  private details({ outcomes }: ConfigurationHistory): HTMLElement {
    const items = this.runs.flatMap((run, index) => {
      const outcome = outcomes[index];
      const kind = kindOf(outcome);
      if (!outcome || !kind) return [];
      const took = outcome.duration_ms === undefined ? '–' : duration(outcome.duration_ms);
      return element(
        'li',
        {},
        element('time', { datetime: run.started_at }, `${minuteOf(run.started_at)} UTC`),
        statusLabel(kind),
        element('span', {}, took),
        element('span', { class: 'by' }, startedByText(run)),
      );
    });
    const cell = element('td', { role: 'cell', colspan: 3 }, element('ol', { class: 'outcomes' }, ...items));
    return element('tr', { role: 'row', class: 'details-line' }, cell);
  }
}
