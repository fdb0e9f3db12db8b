import { aside, button, element, section } from './dom';
import { count } from './model/format';
import type { Cause } from './model/causes';
import type { Row } from './model/rows';
import { kindClass, kindNames, sign } from './status';

/** What a person looks at first is short. */
const mostCauses = 8;
const mostRows = 12;

/** Why configurations did not pass, each reason once, with the configurations it holds for. */
export function causesSection(
  causes: Cause[],
  open: (row: Row) => void,
  show: (cause: Pick<Cause, 'filter' | 'search'>) => void,
): HTMLElement | undefined {
  if (causes.length === 0) return undefined;
  const wrong = causes.some(({ kind }) => kind === 'FAILED' || kind === 'ERRORED');
  const list = element('ol', {}, ...causes.slice(0, mostCauses).map((cause) => item(cause, open, show)));
  const left = causes.length - mostCauses;
  return section(
    'causes',
    wrong ? 'What went wrong' : 'Worth knowing',
    list,
    left > 0 ? aside(`And ${count(left)} more reasons: see the table.`) : undefined,
  );
}

function item(
  cause: Cause,
  open: (row: Row) => void,
  show: (cause: Pick<Cause, 'filter' | 'search'>) => void,
): HTMLElement {
  const { kind, title, text, rows } = cause;
  const names = rows.slice(0, mostRows).map((row) => {
    const name = row.result.configuration_identifier;
    return element(
      'li',
      {},
      button({ class: 'chip', title: 'Show in the table' }, () => open(row), element('bdi', {}, name)),
    );
  });
  const all =
    rows.length === 1
      ? undefined
      : element(
          'li',
          {},
          button({ class: 'link' }, () => show(cause), 'Show all in the table'),
        );
  return element(
    'li',
    { class: kindClass(kind) },
    element(
      'p',
      { class: 'cause' },
      sign(kind),
      element('b', { class: 'times' }, `${count(rows.length)}\u00d7`),
      element('span', { class: 'hidden' }, kindNames[kind]),
      element('span', { class: 'reason' }, element('b', {}, title), text === '' ? '' : ' ', element('span', {}, text)),
    ),
    element('ul', { class: 'chips', 'aria-label': 'Configurations' }, ...names, all),
  );
}
