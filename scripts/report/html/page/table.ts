import { button, element } from './dom';
import { details } from './details';
import { duration } from './model/format';
import { timesOf } from './model/rows';
import type { Row } from './model/rows';
import { columns } from './model/view';
import type { Column, View } from './model/view';
import { statusLabel } from './status';

/** What the columns are called. */
export const columnNames: Record<Column, string> = {
  number: 'No.',
  status: 'Status',
  configuration: 'Configuration',
  start: 'Start',
  duration: 'Duration',
  note: 'What happened',
};

/**
 * The table of configurations: one page of rows, each of which opens to its details. The roles are spelled out, as some
 * browsers forget them where the styles lay the rows out as cards on a small screen.
 */
export class ConfigurationTable {
  readonly element: HTMLTableElement;
  private readonly body = element('tbody', { role: 'rowgroup' });
  private readonly headers = new Map<Column, HTMLElement>();
  private readonly shown = new Map<number, { row: Row; line: HTMLElement; toggle: HTMLElement }>();

  /**
   * @param origin milliseconds since 1970 from which starts are counted
   * @param onSort a column's header was pressed
   * @param onToggle details of a row are to open or close
   */
  constructor(
    private readonly origin: number,
    onSort: (column: Column) => void,
    private readonly onToggle: (row: Row) => void,
  ) {
    for (const column of columns) {
      const header = element(
        'th',
        { role: 'columnheader', scope: 'col', class: `col-${column}` },
        button(
          {},
          () => onSort(column),
          columnNames[column],
          element('span', { class: 'arrow', 'aria-hidden': 'true' }),
        ),
      );
      this.headers.set(column, header);
    }
    const head = element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...this.headers.values()));
    this.element = element('table', { role: 'table', 'aria-labelledby': 'configurations-title' }, head, this.body);
  }

  /** Shows these rows, and no others, with the details of the open ones. */
  show(rows: readonly Row[], { sort, descending, open }: View): void {
    for (const [column, header] of this.headers) {
      if (column === sort) {
        header.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      } else {
        header.removeAttribute('aria-sort');
      }
    }
    this.shown.clear();
    const opened = new Set(open);
    this.body.replaceChildren(
      ...rows.flatMap((row) => {
        const line = this.line(row, opened.has(row.index));
        return opened.has(row.index) ? [line, detailsLine(row)] : [line];
      }),
    );
  }

  /** Opens or closes the details of a row that is shown, and leaves all else as it is. */
  setOpen(row: Row, open: boolean): void {
    const shown = this.shown.get(row.index);
    if (!shown || (shown.toggle.getAttribute('aria-expanded') === 'true') === open) return;
    shown.toggle.setAttribute('aria-expanded', String(open));
    if (open) {
      shown.line.after(detailsLine(row));
    } else {
      shown.line.nextElementSibling?.remove();
    }
  }

  /** Brings a row that is shown into sight, and the focus to it. */
  focus(row: Row): void {
    const toggle = this.shown.get(row.index)?.toggle;
    toggle?.scrollIntoView({ block: 'center' });
    toggle?.focus({ preventScroll: true });
  }

  private line(row: Row, open: boolean): HTMLElement {
    const { result, index, kind, note } = row;
    const times = timesOf(result);
    const toggle = button(
      { class: 'toggle', 'aria-expanded': open },
      () => this.onToggle(row),
      element('bdi', {}, result.configuration_identifier),
    );
    const cell = (column: Column, ...content: (Node | string)[]) =>
      element('td', { role: 'cell', class: `col-${column}` }, ...content);
    const line = element(
      'tr',
      { role: 'row', class: 'line' },
      cell('number', String(index + 1)),
      cell('status', statusLabel(kind)),
      cell('configuration', toggle),
      cell('start', times ? `+${duration(Math.max(0, times.from - this.origin))}` : '–'),
      cell('duration', result.duration_ms === undefined ? '–' : duration(result.duration_ms)),
      cell('note', element('span', {}, note)),
    );
    line.addEventListener('click', (event) => {
      // A click anywhere in the line will do, unless it ends a selection of text.
      const onToggle = event.target instanceof Node && toggle.contains(event.target);
      if (!onToggle && getSelection()?.isCollapsed !== false) {
        this.onToggle(row);
      }
    });
    this.shown.set(index, { row, line, toggle });
    return line;
  }
}

function detailsLine(row: Row): HTMLElement {
  return element(
    'tr',
    { role: 'row', class: 'details-line', id: `details-${row.index}` },
    element('td', { role: 'cell', colspan: columns.length }, details(row)),
  );
}
