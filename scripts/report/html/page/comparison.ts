import type { RunComparison } from '../../../../lib/wire';
import { comparisonLists, comparisonTitle, type ComparisonList } from '../../comparisonWords';
import { aside, button, element, section } from './dom';
import { count } from './model/format';
import type { Kind, Row } from './model/rows';
import { kindClass, sign } from './status';

/** What a person looks at first is short. */
const mostNamed = 20;

const kindsOf: Partial<Record<ComparisonList['kind'], Kind>> = {
  'newly failing': 'FAILED',
  'still failing': 'FAILED',
  fixed: 'PASSED',
};

/** What is new since the run before; nothing where there was none. */
export function comparisonSection(
  comparison: RunComparison | undefined,
  rows: readonly Row[],
  open: (row: Row) => void,
): HTMLElement | undefined {
  if (!comparison) return undefined;
  const byIdentifier = new Map(rows.map((row) => [row.result.configuration_identifier, row]));
  const { file } = comparison.with;
  return section(
    'comparison',
    comparisonTitle(comparison),
    element('ol', {}, ...comparisonLists(comparison).map((list) => item(list, byIdentifier, open))),
    file === undefined ? undefined : aside(`Saved in ${file}`),
  );
}

function item(
  { kind: what, title, items }: ComparisonList,
  rows: ReadonlyMap<string, Row>,
  open: (row: Row) => void,
): HTMLElement {
  const kind = kindsOf[what];
  const names = items.slice(0, mostNamed).map(({ identifier, more }) => {
    const row = rows.get(identifier);
    const name = element('bdi', {}, identifier);
    return element(
      'li',
      {},
      row
        ? button({ class: 'chip', title: 'Show in the table' }, () => open(row), name)
        : element('span', { class: 'chip', title: identifier }, name),
      ...(more === undefined ? [] : [' ', element('span', { class: 'more' }, more)]),
    );
  });
  const left = items.length - names.length;
  return element(
    'li',
    { class: kind ? kindClass(kind) : 'is-none' },
    element(
      'p',
      { class: 'cause' },
      kind ? sign(kind) : undefined,
      element('b', { class: 'times' }, count(items.length)),
      element('b', {}, title),
    ),
    element(
      'ul',
      { class: 'chips', 'aria-label': 'Configurations' },
      ...names,
      left > 0 ? element('li', {}, `and ${count(left)} more`) : undefined,
    ),
  );
}
