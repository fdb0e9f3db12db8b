/** What a function calls AWS with. */

/** Credentials, Region and endpoint, as a sandbox has them in its variables. */
export interface FunctionAccess {
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  /** When they end, in milliseconds since the epoch; undefined: never. */
  expiresAt?: number;
  /** Default: that of the function's ARN. */
  region?: string;
  /** Where the calls go that nothing more specific sends elsewhere; default: to AWS. */
  endpointUrl?: string;
  /** Where those to S3 go, unless there is an endpoint for all; default: as the others. */
  s3EndpointUrl?: string;
}

/**
 * The access for a new sandbox.
 * @param neededMs for how long it has to be good
 * @throws an Error with why there is none
 */
export type FunctionAccessSource = (neededMs: number) => Promise<FunctionAccess>;

/** Credentials that open nothing: the function's role doesn't exist here. */
export function madeUpAccess(endpointUrl?: string): FunctionAccessSource {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local', sessionToken: 'local' };
  return () => Promise.resolve({ credentials, endpointUrl });
}
