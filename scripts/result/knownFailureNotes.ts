/** The sentences on the list of known failures. The page of the HTML report has them too, so nothing here is of Node.js. */

/** `fixed`: it passed. `expired`: it failed, and its date is over. `missing`: no configuration has that name. */
export type NoteKind = 'fixed' | 'expired' | 'missing';

const says: Record<NoteKind, string> = {
  fixed: 'passed: it can leave the list.',
  expired: 'counts as failed again since its date is over',
  missing: 'is the name of no configuration in this run.',
};

/** One sentence that names the configuration; untrusted text in JSON quotes. */
export function noteText(kind: NoteKind, identifier: string, more = ''): string {
  return `Known failure ${JSON.stringify(identifier)} ${says[kind]}${more}`;
}

const onResult = new RegExp(String.raw`^Known failure "(?:[^"\\]|\\.)*" (?:${says.fixed}$|${says.expired},)`);

/** Whether the results say the same by their statuses and marks. */
export function isOnResult(note: string): boolean {
  return onResult.test(note);
}
