import { aside, element, section } from './dom';
import { Controls, Pager } from './controls';
import { count } from './model/format';
import type { Row } from './model/rows';
import { firstView, formatView, pageSize, pageWithin, parseView, viewedRows } from './model/view';
import type { Column, View } from './model/view';
import { ConfigurationTable } from './table';

/** Rows on paper, and how many of them with their details: more than that nobody reads there. */
const mostPrinted = 500;
const mostDetailsPrinted = 100;

/** The table with its controls. What it shows stands in the address, and what the address says is shown. */
export class Configurations {
  readonly element: HTMLElement;
  private view = parseView(location.hash);
  private readonly table: ConfigurationTable;
  private readonly controls: Controls;
  private readonly pager: Pager;
  private readonly printNote = element('p', { class: 'print-note' });

  /**
   * @param origin milliseconds since 1970 from which starts are counted
   * @param unlisted says how many are left out; empty where none are
   */
  constructor(
    private readonly rows: readonly Row[],
    origin: number,
    unlisted: string,
  ) {
    this.table = new ConfigurationTable(origin, this.sort, (row) =>
      this.setOpen(row, !this.view.open.includes(row.index)),
    );
    this.controls = new Controls(rows, (change) => this.change({ ...change, page: 1 }));
    this.pager = new Pager((page) => {
      this.change({ page });
      this.table.element.scrollIntoView({ block: 'start' });
    });
    this.element = section(
      'configurations',
      'Configurations',
      unlisted === '' ? undefined : aside(`${unlisted} The JSON report has all.`),
      this.controls.element,
      this.table.element,
      this.pager.element,
      this.printNote,
    );
    addEventListener('hashchange', () => {
      this.view = parseView(location.hash);
      this.render();
    });
    addEventListener('beforeprint', () => this.print());
    addEventListener('afterprint', () => this.render());
    this.render();
  }

  /** Shows the rows of a filter and a search, and goes there. */
  showOnly(change: Pick<View, 'filter' | 'search'>): void {
    this.change({ ...firstView, ...change });
    this.goTo();
  }

  /** Opens the details of a row and goes there; filter and search that would hide it are let go. */
  reveal(row: Row): void {
    let view: View = { ...this.view, open: [...this.view.open.filter((index) => index !== row.index), row.index] };
    if (!viewedRows(this.rows, view).includes(row)) {
      view = { ...view, filter: 'all', search: '' };
    }
    const at = viewedRows(this.rows, view).indexOf(row);
    this.change({ ...view, page: Math.floor(at / pageSize) + 1 });
    this.table.focus(row);
  }

  /** Goes to the section: the keyboard goes on from there. */
  goTo(): void {
    this.element.scrollIntoView({ block: 'start' });
    this.element.querySelector('h2')?.focus({ preventScroll: true });
  }

  private readonly sort = (column: Column): void => {
    this.change({ sort: column, descending: column === this.view.sort && !this.view.descending, page: 1 });
  };

  private setOpen(row: Row, open: boolean): void {
    const others = this.view.open.filter((index) => index !== row.index);
    this.view = { ...this.view, open: open ? [...others, row.index] : others };
    this.table.setOpen(row, open);
    this.writeAddress();
  }

  private change(change: Partial<View>): void {
    this.view = { ...this.view, ...change };
    this.render();
    this.writeAddress();
  }

  private render(): void {
    const found = viewedRows(this.rows, this.view);
    const page = pageWithin(this.view.page, found.length);
    this.table.show(found.slice((page - 1) * pageSize, page * pageSize), this.view);
    this.controls.show(this.view, found.length, this.rows.length);
    this.pager.show(page, found.length);
    this.printNote.textContent = '';
  }

  /** On paper nothing opens on a click: what did not pass is open there. */
  private print(): void {
    const found = viewedRows(this.rows, this.view);
    const printed = found.slice(0, mostPrinted);
    const open = printed
      .filter(({ kind, index }) => kind !== 'PASSED' || this.view.open.includes(index))
      .slice(0, mostDetailsPrinted)
      .map(({ index }) => index);
    this.table.show(printed, { ...this.view, open });
    this.printNote.textContent =
      found.length > printed.length
        ? `The first ${count(printed.length)} of ${count(found.length)}; filter or search to print others.`
        : '';
  }

  private writeAddress(): void {
    try {
      history.replaceState(null, '', formatView(this.view) || location.pathname + location.search);
    } catch {
      // Some browsers refuse many changes in a short time, or any in a sandboxed frame: the page works without.
    }
  }
}
