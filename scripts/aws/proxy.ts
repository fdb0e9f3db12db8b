import { UserError } from '../io/userError';
import type { AwsProxy } from './throughProxy';

/**
 * The proxy that HTTPS_PROXY names, in small letters or in capitals as in the AWS CLI; undefined where there is none.
 * Hosts that NO_PROXY names go past it. The SDK reads no such variable, and what Node.js makes of them
 * (NODE_USE_ENV_PROXY) doesn't reach the SDK's own agents. What speaks to a proxy is loaded only where there is one.
 * https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-proxy.html
 * https://nodejs.org/api/http.html#built-in-proxy-support
 * @throws UserError where it is no URL of an HTTP proxy
 */
export async function proxyOf(env: Readonly<NodeJS.ProcessEnv>): Promise<AwsProxy | undefined> {
  const text = oneOf(env.https_proxy, env.HTTPS_PROXY);
  if (text === '') return undefined;
  // Without a scheme the AWS CLI takes it for http.
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    throw new UserError(
      'Expected HTTPS_PROXY to be the URL of an HTTP proxy such as http://proxy.example.com:8080, got something else ' +
        '(not shown, as it may hold a password).',
    );
  }
  const { throughProxy } = await import('./throughProxy');
  return throughProxy(new URL(address), oneOf(env.no_proxy, env.NO_PROXY));
}

/** The first that is set, and not to nothing. */
function oneOf(small = '', capitals = ''): string {
  return small === '' ? capitals : small;
}
