import type { Configuration } from '../../lib/wire';
import { inputName, readInputFile } from '../inputFile';
import type { CommandIo } from '../terminal/commandIo';
import { parseArguments } from './parseArguments';
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
