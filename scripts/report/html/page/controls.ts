import { button, element } from './dom';
import { count } from './model/format';
import type { Row } from './model/rows';
import { columns, filters, isOf, pageSize } from './model/view';
import type { Column, Filter, View } from './model/view';
import { columnNames } from './table';

const filterNames: Record<Filter, string> = {
  all: 'All',
  failed: 'Failed',
  errored: 'Errored',
  known: 'Known',
  flaky: 'Flaky',
  passed: 'Passed',
};

/** Search, filter, and (where a small screen has no table header) the order of the table. */
export class Controls {
  readonly element: HTMLElement;
  private readonly search = element('input', {
    type: 'search',
    id: 'search',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  private readonly radios = new Map<Filter, HTMLInputElement>();
  private readonly order = element('select', { id: 'order' });
  /** What is shown, for all to see and for screen readers to say. */
  private readonly found = element('p', { class: 'found', role: 'status' });

  constructor(rows: readonly Row[], onChange: (change: Partial<View>) => void) {
    this.search.addEventListener('input', () => onChange({ search: this.search.value }));
    this.order.append(
      ...columns.flatMap((column) => [
        element('option', { value: column }, columnNames[column]),
        element('option', { value: `${column} descending` }, `${columnNames[column]}, descending`),
      ]),
    );
    this.order.addEventListener('change', () => {
      const [sort, direction] = this.order.value.split(' ') as [Column, string?];
      onChange({ sort, descending: direction !== undefined });
    });
    const choices = filters
      .map((filter) => ({ filter, number: rows.filter(({ kind }) => isOf(filter, kind)).length }))
      .filter(({ filter, number }) => number > 0 || !(filter === 'known' || filter === 'flaky'))
      .map(({ filter, number }) => {
        const radio = element('input', { type: 'radio', name: 'status', value: filter });
        radio.addEventListener('change', () => onChange({ filter }));
        this.radios.set(filter, radio);
        return element(
          'label',
          {},
          radio,
          element('span', {}, filterNames[filter], ' ', element('b', {}, count(number))),
        );
      });
    this.element = element(
      'div',
      { class: 'controls', role: 'search' },
      element(
        'div',
        { class: 'field search' },
        element('label', { for: 'search' }, 'Search identifiers and errors'),
        this.search,
      ),
      element('fieldset', {}, element('legend', {}, 'Status'), element('div', { class: 'choices' }, ...choices)),
      element('div', { class: 'field order' }, element('label', { for: 'order' }, 'Sort by'), this.order),
      this.found,
    );
  }

  /** Shows what the view says, and how many rows it found. */
  show(view: View, found: number, total: number): void {
    if (this.search.value !== view.search) {
      this.search.value = view.search;
    }
    const radio = this.radios.get(view.filter);
    if (radio) {
      radio.checked = true;
    } else {
      this.radios.forEach((other) => (other.checked = false));
    }
    this.order.value = view.descending ? `${view.sort} descending` : view.sort;
    const text = found === total ? `All ${count(total)} shown` : `${count(found)} of ${count(total)} shown`;
    if (this.found.textContent !== text) {
      this.found.textContent = text;
    }
  }
}

/** The way from one page of the table to the next; hidden where there is one page. */
export class Pager {
  readonly element: HTMLElement;
  private readonly where = element('span', { role: 'status' });
  private readonly previous: HTMLButtonElement;
  private readonly next: HTMLButtonElement;
  private page = 1;

  constructor(onPage: (page: number) => void) {
    this.previous = button({}, () => onPage(this.page - 1), 'Previous');
    this.next = button({}, () => onPage(this.page + 1), 'Next');
    this.element = element('nav', { class: 'pager', 'aria-label': 'Pages' }, this.previous, this.where, this.next);
  }

  show(page: number, found: number): void {
    this.page = page;
    this.element.hidden = found <= pageSize;
    this.previous.disabled = page === 1;
    this.next.disabled = page * pageSize >= found;
    const last = Math.min(found, page * pageSize);
    this.where.textContent = `${count((page - 1) * pageSize + 1)} to ${count(last)} of ${count(found)}`;
  }
}
