/** `--grep`: only those configurations whose identifier matches. */
import { runInNewContext } from 'node:vm';
import { identifierOf, type Configuration } from '../../lib/wire';
import { parsePattern } from '../io/pattern';
import { UserError } from '../io/userError';
import { counted } from '../terminal/counted';

/** Milliseconds that the search may take: some patterns take years on an identifier of a thousand characters. */
const searchedWithin = 5_000;

/** How many identifiers a message names, and how much of each. */
const named = 3;
const namedCharacters = 60;

/**
 * The pattern of `--grep REGEX`, in the syntax of JavaScript with the flag `u`: without it, `\p{Lu}` would be no error and
 * match something else.
 * @throws UserError where it is none, or empty
 */
export function parseGrep(text: string): RegExp {
  return parsePattern('--grep', text, 'u');
}

/**
 * Those whose identifier matches, in their order; all without a pattern.
 * @throws UserError where none does, or the search takes too long
 */
export function matching<T extends Configuration>(
  configurations: T[],
  grep: RegExp | undefined,
  within = searchedWithin,
): T[] {
  if (!grep) return configurations;
  const identifiers = configurations.map(identifierOf);
  const matches = search(grep, identifiers, within);
  const found = configurations.filter((_, index) => matches[index]);
  if (found.length > 0) return found;
  const some = identifiers
    .slice(0, named)
    .map((one) => JSON.stringify(Array.from(one).slice(0, namedCharacters).join('')));
  const more = identifiers.length - some.length;
  throw new UserError(
    `Expected --grep to match a configuration, got ${JSON.stringify(grep.source)}, which matches none of ` +
      `${counted(identifiers.length)}: ${some.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`,
  );
}

function search(grep: RegExp, identifiers: string[], within: number): boolean[] {
  try {
    return runInNewContext(
      'identifiers.map((one) => grep.test(one))',
      { identifiers, grep },
      { timeout: within },
    ) as boolean[];
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new UserError(
      `Expected --grep to be a regular expression that is searched for within ${within / 1000}s, got ` +
        `${JSON.stringify(grep.source)}, which takes longer: a repetition within a repetition may take years.`,
      { cause: error },
    );
  }
}
