/** Keeps secrets out of reports: every text of a result goes through here before it is rendered or saved. */
import {
  isJsonObject,
  type Json,
  type JsonObject,
  type Outcome,
  type RunComparison,
  type RunConfigurationResult,
  type RunOrigin,
  type RunResult,
} from '../../lib/wire';
import { everyResult, mapResults } from './allResults';
import { isCredential, isCredentialName } from './credentialNames';
import { credentialsIn, type Range } from './credentials';
import { readings } from './readings';
import { parsePattern } from '../io/pattern';

/** The flags that say what is a secret. */
export interface RedactionOptions {
  redact?: RegExp[];
  /** Whether what looks like a credential is taken out too; default true. */
  redactCredentials?: boolean;
}

/** What stands in place of a secret. */
export const redacted = '[redacted]';

/** Takes the secrets out of a text. */
export interface Redactor {
  (text: string): string;
  /** Takes this text out, too, from now on. */
  hide(secret: string): void;
  /** Whether a JSON object's key says that all of its value is a secret. */
  hides(key: string): boolean;
  /** Whether the text under such a key is one. */
  hidesText(key: string, text: string): boolean;
}

/** Of how many short texts it is known what they are without their secrets, and how short these are. */
const mostKnown = 1_000;
const longestKnown = 100;

/** How often a text is gone through at most; two or three times do, but for a text that was made to need more. */
const maxPasses = 8;

/**
 * A redactor for what the user's patterns match and, unless `defaults` is false, for what looks like a credential. Both
 * are searched in the text as it is shown and in the other ways in which it may be read; all but the secrets stays as
 * it is. The defaults take time in proportion to the text; the time that the user's patterns take is theirs. What
 * credentials look like can't be known for certain: this is a safety net, no licence to log them.
 */
export function createRedactor(patterns: RegExp[] = [], { defaults = true }: { defaults?: boolean } = {}): Redactor {
  const everywhere = patterns.map(({ source, flags }) => new RegExp(source, [...new Set(`${flags}g`)].join('')));
  const mine = (text: string) =>
    everywhere.flatMap((pattern) =>
      [...text.matchAll(pattern)].map(({ index, 0: found }): Range => [index, index + found.length]),
    );
  const search = (text: string) => {
    let safe = everywhere.length > 0 ? without(text, mine) : text;
    // What was taken out may have hidden what stands beside it.
    for (let pass = 0, before = ''; defaults && pass < maxPasses && safe !== before; pass++) {
      before = safe;
      safe = without(safe, credentialsIn);
    }
    return safe;
  };
  /** Of short texts: the keys of responses are the same in a hundred thousand of them. */
  const known = new Map<string, string>();
  const redact = (text: string) => {
    if (text.length > longestKnown) return search(text);
    const safe = known.get(text) ?? search(text);
    if (known.size === mostKnown) {
      known.clear();
    }
    known.set(text, safe);
    return safe;
  };
  return Object.assign(redact, {
    hide: (secret: string) => {
      known.clear();
      everywhere.push(new RegExp(secret.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'g'));
    },
    hides: (key: string) => defaults && isCredentialName(key),
    hidesText: (key: string, text: string) => defaults && isCredential(key, text),
  });
}

/** Takes out what the flags ask for: of the reports and of all that the command says. */
export function redactorOf({ redact, redactCredentials }: RedactionOptions): Redactor {
  return createRedactor(redact, { defaults: redactCredentials });
}

/** The text with a mark in place of what is found in any reading of it. */
function without(text: string, find: (text: string) => Range[]): string {
  const ranges = readings(text)
    .flatMap((reading) =>
      find(reading.text)
        // A pattern such as x* also matches nothing, between all characters.
        .filter(([from, to]) => to > from)
        .map(([from, to]): Range => [reading.start(from), reading.end(to - 1)]),
    )
    .sort(([one], [other]) => one - other);
  let safe = '';
  let done = 0;
  for (const [from, to] of ranges) {
    if (from >= done) {
      safe += text.slice(done, from) + redacted;
    }
    done = Math.max(done, to);
  }
  return safe + text.slice(done);
}

/**
 * The pattern of one `--redact REGEX`, in the syntax of JavaScript.
 * @throws UserError where it is none, or empty
 */
export function parseRedactPattern(text: string): RegExp {
  return parsePattern('--redact', text, 'g');
}

/**
 * The result without secrets. Identifiers are redacted too; one that was carries its place in the run, as in
 * `tenant-[redacted] #3`, so that all stay apart. A run saved like that can be rendered again, but those configurations
 * can't be run again by it. Statuses, times, numbers and dates are left alone, whatever the patterns match.
 */
export function redactResult(result: RunResult, redactor: Redactor): RunResult {
  // No other can be equal to one that was redacted.
  const taken = new Set<string>();
  for (const { configuration_identifier: identifier } of everyResult(result)) {
    if (identifier.includes(redacted)) {
      taken.add(identifier);
    }
  }
  const { test, console_url: link, cost_unknown: costUnknown, known_failure_notes: notes } = result;
  const { disagreement, origin, comparison } = result;
  return {
    ...result,
    execution_arn: redactor(result.execution_arn),
    ...(test === undefined ? {} : { test: redactor(test) }),
    ...(link === undefined ? {} : { console_url: redactor(link) }),
    ...(costUnknown === undefined ? {} : { cost_unknown: redactor(costUnknown) }),
    ...(disagreement === undefined ? {} : { disagreement: redactor(disagreement) }),
    ...(notes === undefined ? {} : { known_failure_notes: notes.map((note) => redactor(note)) }),
    ...(origin === undefined ? {} : { origin: redactOrigin(origin, redactor) }),
    ...(comparison && { comparison: redactComparison(comparison, result, taken, redactor) }),
    ...mapResults(result, (one, index) => {
      const identifier = redactedIdentifier(one.configuration_identifier, index + 1, taken, redactor);
      return redactConfiguration(one, identifier, redactor);
    }),
  };
}

/** The same of where a run comes from. */
export function redactOrigin({ build_url: url, ...texts }: RunOrigin, redactor: Redactor): RunOrigin {
  const safe = Object.entries(texts as Record<string, string>).map(([key, text]) => [key, redactor(text)]);
  // What is left of an address leads nowhere, and may be none.
  const shown = url !== undefined && redactor(url) === url ? { build_url: url } : {};
  return { ...(Object.fromEntries(safe) as typeof texts), ...shown };
}

/**
 * An identifier without secrets, and with its place where it had some.
 * @param taken what no identifier may become
 */
export function redactedIdentifier(
  identifier: string,
  place: number,
  taken: ReadonlySet<string>,
  redactor: Redactor,
): string {
  const safe = redactor(identifier);
  if (safe === identifier) return identifier;
  let unique = `${safe} #${place}`;
  while (taken.has(unique)) {
    unique += "'";
  }
  return unique;
}

/** Names a configuration as the results do; one that is gone has the places after theirs. */
function redactComparison(
  comparison: RunComparison,
  result: RunResult,
  taken: ReadonlySet<string>,
  redactor: Redactor,
): RunComparison {
  const { with: before, newly_failing, still_failing, fixed, added, gone, slower } = comparison;
  const places = new Map<string, number>();
  for (const { configuration_identifier: identifier } of everyResult(result)) {
    places.set(identifier, places.size + 1);
  }
  gone?.forEach((identifier, index) => places.set(identifier, result.total + index + 1));
  const name = (identifier: string) => redactedIdentifier(identifier, places.get(identifier) ?? 0, taken, redactor);
  const named = <T extends { configuration_identifier: string }>(one: T): T => ({
    ...one,
    configuration_identifier: name(one.configuration_identifier),
  });
  return {
    with: {
      ...before,
      ...(before.execution_arn !== undefined && { execution_arn: redactor(before.execution_arn) }),
      ...(before.file !== undefined && { file: redactor(before.file) }),
    },
    newly_failing: newly_failing.map(name),
    still_failing: still_failing.map(named),
    fixed: fixed.map(name),
    ...(added && { added: added.map(name) }),
    ...(gone && { gone: gone.map(name) }),
    slower: slower.map(named),
  };
}

function redactConfiguration(
  result: RunConfigurationResult,
  identifier: string,
  redactor: Redactor,
): RunConfigurationResult {
  const { configuration, earlier, known } = result;
  return {
    ...redactOutcome(result, identifier, redactor),
    ...(configuration ? { configuration: redactObject(configuration, redactor, false) } : {}),
    ...(earlier ? { earlier: earlier.map((one) => redactOutcome(one, identifier, redactor)) } : {}),
    ...(known ? { known: { ...known, reason: redactor(known.reason) } } : {}),
  };
}

function redactOutcome<T extends Outcome>(outcome: T, identifier: string, redactor: Redactor): T {
  const { response, error, log_tail: log } = outcome;
  return {
    ...outcome,
    configuration_identifier: identifier,
    ...(response === undefined ? {} : { response: redactJson(response, redactor, false) }),
    ...(error ? { error: { type: redactor(error.type), message: redactor(error.message) } } : {}),
    ...(log === undefined ? {} : { log_tail: redactor(log) }),
  };
}

/** @param secret whether it is below a key that says so: then texts and numbers go as a whole */
function redactJson(value: Json, redactor: Redactor, secret: boolean): Json {
  if (typeof value === 'string') return secret && redactor.hidesText('password', value) ? redacted : redactor(value);
  if (typeof value === 'number') return secret ? redacted : value;
  if (Array.isArray(value)) return value.map((item) => redactJson(item, redactor, secret));
  return isJsonObject(value) ? redactObject(value, redactor, secret) : value;
}

function redactObject(object: JsonObject, redactor: Redactor, secret: boolean): JsonObject {
  const taken = new Map<string, number>();
  return Object.fromEntries(
    Object.entries(object).map(([key, item]) => {
      const safe = redactor(key);
      const times = (taken.get(safe) ?? 0) + 1;
      taken.set(safe, times);
      const unique = times === 1 ? safe : `${safe} #${times}`;
      const isOne = typeof item === 'string' || typeof item === 'number';
      const hidden = isOne ? redactor.hidesText(key, String(item)) : redactor.hides(key);
      return [unique, redactJson(item, redactor, secret || hidden)];
    }),
  );
}
