import type { Readable } from 'node:stream';
import type { Configuration } from '../../lib/wire';
import { parseArguments } from './parseArguments';
import { readConfigurations } from './readConfigurations';

/**
 * The configurations that the user named, by a file or by their identifiers; undefined where by neither.
 * @throws UserError as the two parsers do
 */
export async function namedConfigurations(
  identifiers: string[],
  file: string | undefined,
  stdin: Readable,
): Promise<Configuration[] | undefined> {
  if (file !== undefined) {
    return readConfigurations(file, stdin);
  }
  return identifiers.length > 0 ? parseArguments(identifiers) : undefined;
}
