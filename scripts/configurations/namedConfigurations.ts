import type { Configuration } from '../../lib/wire';
import { parseConfiguration, WireFormatError } from '../../lib/wire/parsers';
import { inputName, readInputFile } from '../io/inputFile';
import type { CommandIo } from '../io/commandIo';
import { UserError } from '../io/userError';
import { parseConfigurations } from './parseConfigurations';

/** What is read of a file: sixteen times what an execution's input may hold, so nothing useful is longer. */
const mebibytes = 4;

/**
 * The configurations that the user named, by a file or by their identifiers; undefined where by neither.
 * @throws UserError where the file can't be read, and as the two parsers do
 * @throws InterruptedError
 */
export async function namedConfigurations(
  identifiers: string[],
  file: string | undefined,
  { stdin, stop }: Pick<CommandIo, 'stdin' | 'stop'>,
): Promise<Configuration[] | undefined> {
  if (file !== undefined) {
    const text = await readInputFile(file, '--configurations', { stdin, stop, mebibytes });
    return parseConfigurations(text, inputName(file));
  }
  return identifiers.length > 0 ? parseArguments(identifiers) : undefined;
}

/**
 * The configurations that are named on the command line by their identifiers.
 * @throws UserError for an empty or overlong identifier and for one that is given twice
 */
export function parseArguments(identifiers: string[]): Configuration[] {
  const repeated = identifiers.find((identifier, index) => identifiers.indexOf(identifier) !== index);
  if (repeated !== undefined) {
    throw new UserError(`Expected each configuration once, got ${JSON.stringify(repeated)} more than once.`);
  }
  try {
    return identifiers.map((identifier) => parseConfiguration(identifier));
  } catch (error) {
    throw error instanceof WireFormatError ? new UserError(`${error.message}.`, { cause: error }) : error;
  }
}
