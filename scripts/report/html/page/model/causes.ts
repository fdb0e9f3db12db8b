import { sameErrors, varying } from '../../../causes';
import type { Kind, Row } from './rows';
import type { Filter } from './view';
import { visible } from './visible';

/** Rows with one thing to say about them. */
export interface Cause {
  kind: 'FAILED' | 'ERRORED' | 'KNOWN' | 'FLAKY';
  /** The error's type, or what this is about. */
  title: string;
  text: string;
  rows: Row[];
  /** How the table shows these rows. */
  filter: Filter;
  search: string;
}

/**
 * Why configurations did not pass, the most frequent reason first; then what is flaky and what is known. Each stands
 * under one reason: a known failure past its date under that, which says what to do, rather than under its error.
 */
export function causesOf(rows: readonly Row[]): Cause[] {
  const failed = rows.filter(({ kind }) => kind === 'FAILED');
  const errored = rows.filter(({ kind }) => kind === 'ERRORED');
  // A known failure that counts as failed is past its date.
  const failures = [
    ...errorCauses(
      failed.filter(({ result }) => !result.known),
      'FAILED',
    ),
    ...sameReasons(failed),
  ];
  return [
    ...mostFrequentFirst(failures),
    ...mostFrequentFirst(errorCauses(errored, 'ERRORED')),
    ...flaky(rows.filter(({ kind }) => kind === 'FLAKY')),
    ...sameReasons(rows.filter(({ kind }) => kind === 'PASSED' || kind === 'KNOWN')),
  ];
}

function mostFrequentFirst(causes: Cause[]): Cause[] {
  return causes.toSorted((a, b) => b.rows.length - a.rows.length);
}

function errorCauses(rows: Row[], kind: 'FAILED' | 'ERRORED'): Cause[] {
  return sameErrors(rows, ({ result }) => [result]).map((group): Cause => {
    const error = group[0]?.result.error;
    return {
      kind,
      title: error?.type ?? 'No error was given',
      text: error?.message ?? '',
      rows: group,
      filter: kind === 'FAILED' ? 'failed' : 'errored',
      search: longestFixedPart(visible(error?.message ?? '')) || visible(error?.type ?? ''),
    };
  });
}

function flaky(rows: Row[]): Cause[] {
  const text = 'Passed only when run again.';
  return rows.length === 0 ? [] : [{ kind: 'FLAKY', title: 'Flaky', text, rows, filter: 'flaky', search: '' }];
}

/** Known failures by what is to do about them, and by their reason. */
function sameReasons(rows: Row[]): Cause[] {
  const causes = new Map<string, Cause>();
  for (const row of rows) {
    const { known } = row.result;
    if (!known) continue;
    const { reason, expires } = known;
    const [title, advice] = adviceOn(row.kind, expires);
    const key = JSON.stringify([title, reason, expires]);
    const cause = causes.get(key);
    if (cause) {
      cause.rows.push(row);
    } else {
      const kind = row.kind === 'FAILED' ? 'FAILED' : 'KNOWN';
      const text = `${reason.replace(/[.\s]+$/, '')}. ${advice}`;
      causes.set(key, { kind, title, text, rows: [row], filter: 'all', search: longestFixedPart(visible(reason)) });
    }
  }
  return [...causes.values()];
}

function adviceOn(kind: Kind, expires: string): [title: string, advice: string] {
  switch (kind) {
    case 'PASSED':
      return ['Known failure that passed', 'Take it off the list, so that it is noticed when it fails again.'];
    case 'KNOWN':
      return ['Known failure', `It does not count against the verdict until ${expires}.`];
    default:
      return [
        'Known failure past its date',
        `It counted as known until ${expires}: fix it, or give the list a later date.`,
      ];
  }
}

/** The part of a message that all of its group share, cut to what fits a search field. */
function longestFixedPart(message: string): string {
  const parts = message.split(varying).flatMap((part) => part.split('\n'));
  return parts
    .reduce((longest, part) => (part.trim().length > longest.length ? part.trim() : longest), '')
    .slice(0, 80);
}
