/**
 * The list of known failures: configurations that are tested and reported like all others, but whose failure doesn't
 * fail the run until a date. A checked-in JSON list:
 *
 * ```json
 * [
 *   { "configuration_identifier": "config_7", "reason": "feed is down until the move, OPS-42", "expires": "2026-12-31" }
 * ]
 * ```
 */
import { isJsonObject, type RunConfigurationResult, type RunResult } from '../../lib/wire';
import { shown } from '../../lib/wire/parsers';
import { ListSyntaxError, parseJsonList, type ListElement } from '../configurations/jsonList';
import { changeResults } from './allResults';
import { noteText, type NoteKind } from './knownFailureNotes';
import { tally } from './tally';
import { UserError } from '../io/userError';

/** A configuration that is known to fail. */
export interface KnownFailure {
  configuration_identifier: string;
  reason: string;
  /** The last day on which the failure is excused, YYYY-MM-DD. */
  expires: string;
}

const keys: (keyof KnownFailure)[] = ['configuration_identifier', 'reason', 'expires'];

/**
 * @param fileName as the user gave it, for messages
 * @throws UserError with file and line: no JSON list, a wrong entry, a key that isn't known, a configuration twice
 */
export function parseKnownFailures(text: string, fileName: string): KnownFailure[] {
  const body = text.replace(/^\ufeff/, '');
  const lines = new Map<string, number>();
  return elementsOf(body, fileName).map(({ value, line }) => {
    const known = knownFailureOf(value, (problem) => new UserError(`${fileName}, line ${line}: ${problem}.`));
    const identifier = known.configuration_identifier;
    const before = lines.get(identifier);
    if (before !== undefined) {
      throw new UserError(
        `Expected each configuration once in ${fileName}, got ${JSON.stringify(identifier)} in lines ${before} and ${line}.`,
      );
    }
    lines.set(identifier, line);
    return known;
  });
}

/**
 * Marks the configurations that the list names and finds counts and verdict anew: a known failure moves from `failed` to
 * `known` and can't fail the run. What could not be tested is not excused, as nothing says that it would have failed in
 * the known way. Marks of an earlier list are gone. The notes say what is to do about the list.
 * @param today YYYY-MM-DD, UTC
 */
export function applyKnownFailures(
  result: RunResult,
  list: KnownFailure[],
  { today, strict }: { today: string; strict?: boolean },
): RunResult {
  const byIdentifier = new Map(list.map((one) => [one.configuration_identifier, one]));
  const marked = new Map<string, RunConfigurationResult>();
  const results = changeResults(result, (one): RunConfigurationResult => {
    const entry = byIdentifier.get(one.configuration_identifier);
    if (!entry) return { ...one, known: undefined };
    const known = { reason: entry.reason, expires: entry.expires, expired: entry.expires < today };
    const changed = { ...one, known };
    marked.set(one.configuration_identifier, changed);
    return changed;
  });
  const notes = list.flatMap((entry) => noteOn(entry, marked.get(entry.configuration_identifier)));
  return { ...tally({ ...result, ...results }, { strict }), known_failure_notes: notes.length > 0 ? notes : undefined };
}

function noteOn(entry: KnownFailure, result: RunConfigurationResult | undefined): string[] {
  const { configuration_identifier: identifier, reason, expires } = entry;
  const note = (kind: NoteKind, more?: string) => [noteText(kind, identifier, more)];
  if (!result) return note('missing');
  if (result.status === 'PASSED') {
    // A flaky one failed before it passed, so the list is still right about it.
    return result.flaky ? [] : note('fixed');
  }
  return result.status === 'FAILED' && result.known?.expired
    ? note('expired', `, ${expires}: ${JSON.stringify(reason)}.`)
    : [];
}

function elementsOf(text: string, fileName: string): ListElement[] {
  try {
    return parseJsonList(text);
  } catch (error) {
    if (error instanceof ListSyntaxError) {
      throw new UserError(
        `Expected ${fileName} to be a JSON list of known failures${error.bound}, which it stops to be in line ${error.line}.`,
        { cause: error },
      );
    }
    throw error;
  }
}

function knownFailureOf(value: unknown, refuse: (problem: string) => UserError): KnownFailure {
  if (!isJsonObject(value)) throw refuse(`Expected an object with ${keys.join(', ')}, got ${shown(value)}`);
  const unknown = Object.keys(value).find((key) => !keys.some((known) => known === key));
  if (unknown !== undefined) throw refuse(`Expected no other keys than ${keys.join(', ')}, got ${shown(unknown)}`);
  const [identifier, reason, expires] = keys.map((key) => {
    const text = value[key];
    if (typeof text !== 'string' || text.trim() === '') {
      throw refuse(`Expected ${key} to be a text that is not empty, got ${shown(text)}`);
    }
    return text;
  }) as [string, string, string];
  if (!isDate(expires)) throw refuse(`Expected expires to be a date such as 2026-12-31, got ${shown(expires)}`);
  return { configuration_identifier: identifier, reason, expires };
}

function isDate(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  // Date.parse takes 2026-02-30 as the 2nd of March.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
