import type { CommandIo } from '../io/commandIo';
import { UserError } from '../io/userError';

/**
 * The variables that name an endpoint of all services, or of one that is called here.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
const variables = ['', '_CLOUDFORMATION', '_LAMBDA', '_S3', '_SFN', '_STS'].map(
  (service) => `AWS_ENDPOINT_URL${service}`,
);

/** Whether a text is the URL of an endpoint that can be called. */
export function isEndpointUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/**
 * Refuses endpoints in the environment that can't be called: the SDK says no more than that an URL is not valid, and
 * calls `ftp:` by HTTP.
 * @throws UserError
 */
export function checkEndpoints(env: CommandIo['env']): void {
  const variable = variables.find((one) => (env[one] ?? '') !== '' && !isEndpointUrl(env[one] ?? ''));
  if (variable !== undefined && env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS !== 'true') {
    throw new UserError(
      `Expected ${variable} to be a URL such as http://127.0.0.1:4566, got ${JSON.stringify(env[variable])}.`,
    );
  }
}
