import { identifierOf, type Configuration, type RunResult } from '../../lib/wire';
import { readInputFile } from '../io/inputFile';
import { redacted } from './redaction';
import { parseRunResult } from './runResultFile';
import { isUnnamed } from './unnamed';
import type { CommandIo } from '../io/commandIo';
import { UserError } from '../io/userError';

/** What the JSON report of a run may hold: that of a hundred thousand configurations, with the logs of some that failed. */
export const reportMebibytes = 256;

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
  return parseRunResult(await readInputFile(file, flag, { stop, mebibytes: reportMebibytes }), file);
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
 * @returns `bare`: how many were not found, so that only their identifiers are known
 */
export function withKeys(
  identifiers: string[],
  known: Configuration[] = [],
): { configurations: Configuration[]; bare: number } {
  const byIdentifier = new Map(known.map((one) => [identifierOf(one), one]));
  const bare = identifiers.filter((identifier) => !byIdentifier.has(identifier)).length;
  return { configurations: identifiers.map((identifier) => byIdentifier.get(identifier) ?? identifier), bare };
}
