import { element } from '../../report/html/page/dom';
import type { Kind } from '../../report/html/page/model/rows';
import { kindClass, kindNames } from '../../report/html/page/status';
import type { HistoryOutcome } from '../history';

/** What an outcome is counted as; undefined where the configuration was not tested. */
export function kindOf(outcome: HistoryOutcome | null | undefined): Kind | undefined {
  if (!outcome) return undefined;
  if (outcome.status === 'PASSED') return outcome.flaky ? 'FLAKY' : 'PASSED';
  return outcome.known ? 'KNOWN' : outcome.status;
}

/** What a kind is called; of none, too. */
export function kindName(kind: Kind | undefined): string {
  return kind ? kindNames[kind] : 'Not tested';
}

/**
 * One cell for each run, the newest first, with an element for each row of equal ones: fifty runs of a thousand
 * configurations are then drawn at once. Kinds differ in height as well as in colour, and the label says them in words.
 */
export function strip(kinds: (Kind | undefined)[]): HTMLElement {
  const rows = rowsOf(kinds);
  const label = rows.map(({ kind, length }) => `${length} ${kindName(kind).toLowerCase()}`).join(', ');
  const drawn = element('span', { class: 'strip', role: 'img', 'aria-label': `The newest first: ${label}` });
  for (const { kind, length } of rows) {
    const cells = element('i', { class: kind ? kindClass(kind) : 'is-untested' });
    cells.style.setProperty('--cells', String(length));
    drawn.append(cells);
  }
  return drawn;
}

function rowsOf(kinds: (Kind | undefined)[]): { kind: Kind | undefined; length: number }[] {
  const rows: { kind: Kind | undefined; length: number }[] = [];
  for (const kind of kinds) {
    const last = rows.at(-1);
    if (last && last.kind === kind) {
      last.length++;
    } else {
      rows.push({ kind, length: 1 });
    }
  }
  return rows;
}
