import { UserError } from './userError';

/** A label of a host's name, which a Region becomes: services that stand in for AWS have others than AWS. */
const regionName = /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i;

/**
 * The Region of the first of these variables that is set, and not to nothing; undefined where none is.
 * @throws UserError where it can't be one
 */
export function regionIn(env: Readonly<NodeJS.ProcessEnv>, ...variables: string[]): string | undefined {
  const variable = variables.find((one) => (env[one] ?? '') !== '');
  const region = variable === undefined ? undefined : env[variable];
  if (region !== undefined && !regionName.test(region)) {
    throw new UserError(`Expected ${variable} to be a Region such as eu-west-1, got ${JSON.stringify(region)}.`);
  }
  return region;
}
