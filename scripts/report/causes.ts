/** Which results say the same about why they did not pass. The page of the HTML report groups by it too, so nothing here is of Node.js. */
import type { Outcome } from '../../lib/wire';

/** What differs between messages that say the same: identifiers of requests, numbers, times. */
export const varying = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{12,}\b|\d+/gi;

/** `type: message`, or nothing. */
export function errorText({ error }: Pick<Outcome, 'error'>): string {
  return error ? [error.type, error.message].filter((part) => part !== '').join(': ') : '';
}

/**
 * Groups of one status and with errors that say the same, but for numbers and identifiers of requests. They stand in the
 * order of their first ones, and keep theirs.
 * @param outcomesOf what an item says of its outcome, and of those before it where they have to be the same too
 * @param alsoOf what else has to be the same, to the letter
 */
export function sameErrors<T>(
  items: Iterable<T>,
  outcomesOf: (item: T) => Pick<Outcome, 'status' | 'error'>[],
  alsoOf: (item: T) => string = () => '',
): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const said = outcomesOf(item).map((outcome) => [outcome.status, errorText(outcome).replace(varying, '#')]);
    const key = JSON.stringify([said, alsoOf(item)]);
    const group = groups.get(key);
    if (group) {
      group.push(item);
    } else {
      groups.set(key, [item]);
    }
  }
  return [...groups.values()];
}
