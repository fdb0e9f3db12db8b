import type { Configuration } from '../../lib/wire';
import { parseConfiguration, WireFormatError } from '../../lib/wireParsers';
import { UserError } from '../userError';

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
