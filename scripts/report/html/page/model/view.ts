import { kinds, timesOf } from './rows';
import type { Kind, Row } from './rows';

/** The columns that the table can be sorted by. */
export const columns = ['number', 'status', 'configuration', 'start', 'duration', 'note'] as const;
export type Column = (typeof columns)[number];

/** What the table can be reduced to. `passed` includes what is flaky. */
export const filters = ['all', 'failed', 'errored', 'known', 'flaky', 'passed'] as const;
export type Filter = (typeof filters)[number];

/** Rows of a page of the table: enough for most runs, and few enough to be drawn at once. */
export const pageSize = 200;

/** What the table shows; it stands in the address, so that a link shows the same. */
export interface View {
  filter: Filter;
  search: string;
  sort: Column;
  descending: boolean;
  /** From 1. */
  page: number;
  /** The places in the input of the rows whose details are open. */
  open: readonly number[];
}

/** What needs a look first. */
export const firstView: View = { filter: 'all', search: '', sort: 'status', descending: false, page: 1, open: [] };

/** The view that an address's hash tells; what it doesn't say, or says wrongly, is as in the first view. */
export function parseView(hash: string): View {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const page = Number(given.get('page'));
  return {
    filter: filters.find((filter) => filter === given.get('status')) ?? firstView.filter,
    search: given.get('search') ?? '',
    sort: columns.find((column) => column === given.get('sort')) ?? firstView.sort,
    descending: given.get('order') === 'descending',
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
    open: (given.get('open') ?? '')
      .split(',')
      .filter((part) => /^\d{1,9}$/.test(part))
      .map(Number),
  };
}

/** The hash of a view, with `#` unless it is the first one: then it is empty. */
export function formatView(view: View): string {
  const said = new URLSearchParams();
  const say = (key: string, value: string, unlessIt: boolean) => {
    if (!unlessIt) {
      said.set(key, value);
    }
  };
  say('status', view.filter, view.filter === 'all');
  say('search', view.search, view.search === '');
  say('sort', view.sort, view.sort === firstView.sort);
  say('order', 'descending', !view.descending);
  say('page', String(view.page), view.page === 1);
  say('open', view.open.slice(0, 20).join(','), view.open.length === 0);
  const text = said.toString();
  return text === '' ? '' : `#${text}`;
}

/** Whether a row is of a filter. */
export function isOf(filter: Filter, kind: Kind): boolean {
  return filter === 'all' || filter === kind.toLowerCase() || (filter === 'passed' && kind === 'FLAKY');
}

/** The rows that a view shows, on all of its pages, in its order. Equal ones stay in input order. */
export function viewedRows(rows: readonly Row[], view: View): Row[] {
  const wanted = view.search.trim().toLowerCase();
  const direction = view.descending ? -1 : 1;
  return rows
    .filter(({ kind, searched }) => isOf(view.filter, kind) && searched.includes(wanted))
    .map((row) => ({ row, key: sortKey[view.sort](row) }))
    .sort((a, b) => compared(a.key, b.key, direction) || a.row.index - b.row.index)
    .map(({ row }) => row);
}

/** A page that exists, for so many rows. */
export function pageWithin(page: number, rows: number): number {
  return Math.min(page, Math.max(1, Math.ceil(rows / pageSize)));
}

const sortKey: Record<Column, (row: Row) => number | string | undefined> = {
  number: ({ index }) => index,
  status: ({ kind }) => kinds.indexOf(kind),
  configuration: ({ result }) => result.configuration_identifier,
  start: ({ result }) => timesOf(result)?.from,
  duration: ({ result }) => result.duration_ms,
  note: ({ note }) => note || undefined,
};

/** `config_9` stands before `config_10`. */
const collator = new Intl.Collator('en', { numeric: true });

/** What has no value stands last in both directions. */
function compared(a: number | string | undefined, b: number | string | undefined, direction: number): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const difference = typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
  return difference * direction;
}
