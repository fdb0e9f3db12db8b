import type { Outcome } from '../../../../lib/wire';
import { readableLog } from '../../readableLog';
import { aside, element, facts } from './dom';
import { count, duration, utc } from './model/format';
import { outcomesOf, timesOf } from './model/rows';
import type { Row } from './model/rows';
import { statusLabel } from './status';

/** All that is known of a configuration: error, log and response of its last outcome, and the earlier ones. */
export function details(row: Row): HTMLElement {
  const { result } = row;
  const [last, ...earlier] = outcomesOf(result);
  return element(
    'div',
    { class: 'details' },
    // The line above shows the start of a long one.
    result.configuration_identifier.length > 60
      ? element('p', { class: 'full-name' }, element('bdi', {}, result.configuration_identifier))
      : undefined,
    ...(result.configuration ? block('Configuration', JSON.stringify(result.configuration, undefined, 2)) : []),
    knownNote(row),
    last && outcome(last),
    ...earlier.map((one, index) =>
      element(
        'details',
        { class: 'earlier' },
        element(
          'summary',
          {},
          `Try ${earlier.length - index} of ${earlier.length + 1}: `,
          statusLabel(one.status),
          one.error ? element('span', {}, ` ${one.error.type}: ${one.error.message}`) : '',
        ),
        outcome(one),
      ),
    ),
  );
}

function outcome(one: Outcome): HTMLElement {
  const { error, log_tail: log, response } = one;
  return element(
    'div',
    { class: 'outcome' },
    ...(error ? block('Error', element('b', {}, error.type), error.message === '' ? '' : `: ${error.message}`) : []),
    ...(log === undefined || log === '' ? [] : block('Log output (its end)', ...logLines(readableLog(log)))),
    ...(response === undefined ? [] : block('Response', JSON.stringify(response, undefined, 2))),
    one.truncated ? aside('Cut, as a result may hold no more.') : undefined,
    timing(one),
  );
}

function block(title: string, ...content: (Node | string)[]): HTMLElement[] {
  return [element('h3', {}, title), element('pre', {}, ...content)];
}

/** The function's own lines stand out from those that Lambda writes around each invocation. */
function logLines(log: string): (Node | string)[] {
  return log
    .trimEnd()
    .split(/(?<=\n)/)
    .map((line) =>
      /^(?:INIT_START|START|END|REPORT) /.test(line) ? element('span', { class: 'platform' }, line) : line,
    );
}

function timing(one: Outcome): HTMLElement {
  const times = timesOf(one);
  return facts(
    ['Started', times && utc(times.from)],
    ['Stopped', times && utc(times.to)],
    ['Ran', one.duration_ms === undefined ? undefined : duration(one.duration_ms)],
    ['Billed', one.billed_ms === undefined ? undefined : `${count(one.billed_ms)} ms`],
  );
}

function knownNote({ result: { known, status, flaky } }: Row): HTMLElement | undefined {
  if (!known) return undefined;
  const { reason, expires, expired } = known;
  const said =
    status === 'PASSED' && !flaky
      ? 'It passed: take it off the list.'
      : expired
        ? `That was good until ${expires}: a failure counts again.`
        : `Good until ${expires}.`;
  return element('p', { class: 'known-note' }, element('b', {}, 'Known failure: '), reason, ` — ${said}`);
}
