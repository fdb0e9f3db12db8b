import { identifierOf, type Configuration, type RunResult } from '../../lib/wire';
import { readInputFile } from '../io/inputFile';
import { everyResult } from './allResults';
import { redacted } from './redaction';
import { parseRunResult } from './runResultFile';
import { isUnnamed } from './unnamed';
import type { CommandIo } from '../io/commandIo';
import { UserError } from '../io/userError';

/** What the JSON report of a run may hold: that of a hundred thousand configurations, with the logs of some that failed. */
export const reportMebibytes = 256;

/** An earlier run. */
export interface EarlierRun {
  /** How messages name it: the file, or the execution. */
  source: string;
  result: RunResult;
}

/**
 * Reads the JSON report of an earlier run.
 * @param flag that named it, for messages
 * @throws UserError, InterruptedError
 */
export async function readEarlierRun(
  file: string,
  flag: string,
  { stop }: Pick<CommandIo, 'stop'>,
): Promise<RunResult> {
  // Their file may be left out, so an identifier that follows them is taken for it.
  const isOptional = ['--rerun-failed', '--longest-first'].includes(flag);
  const hint = isOptional ? 'What follows the flag is its file: identifiers stand before it.' : undefined;
  return parseRunResult(await readInputFile(file, flag, { stop, mebibytes: reportMebibytes, hint }), file);
}

/**
 * Makes sure that identifiers of an earlier report name configurations: a redacted one names none, nor does what stands
 * there in place of one.
 * @throws UserError
 */
export function checkIdentifiers(identifiers: string[], file: string): void {
  const hidden = identifiers.find((identifier) => identifier.includes(redacted) || isUnnamed(identifier));
  if (hidden !== undefined) {
    throw new UserError(
      `Expected the identifiers of configurations in ${file}, got ${hidden.includes(redacted) ? 'the redacted ' : ''}` +
        `${JSON.stringify(hidden)}: name them, or give --configurations.`,
    );
  }
}

/**
 * The configurations with these identifiers.
 * @param known where their other keys are looked up
 * @param earlier a result of theirs, which tells the keys of those that are not known
 * @returns `hidden`: how many had keys of which some are redacted there; `bare`: of how many no keys were found. Both are
 *   identifiers alone.
 */
export function withKeys(
  identifiers: string[],
  known: Configuration[] = [],
  earlier: Pick<RunResult, 'results' | 'all'> = { results: [] },
): { configurations: Configuration[]; hidden: number; bare: number } {
  const byIdentifier = new Map(known.map((one) => [identifierOf(one), one]));
  const missing = new Set(identifiers.filter((identifier) => !byIdentifier.has(identifier)));
  let hidden = 0;
  for (const { configuration_identifier: identifier, configuration } of missing.size > 0 ? everyResult(earlier) : []) {
    if (!configuration || !missing.has(identifier)) continue;
    if (JSON.stringify(configuration).includes(redacted)) {
      hidden++;
    } else {
      byIdentifier.set(identifier, { ...configuration, configuration_identifier: identifier });
      missing.delete(identifier);
    }
  }
  const configurations = identifiers.map((identifier) => byIdentifier.get(identifier) ?? identifier);
  return { configurations, hidden, bare: missing.size - hidden };
}
