/** How the clients of all services are set up: as the AWS CLI would, from flags, environment and profile. */

import type { StaticCredentials } from './credentials';
import type { AwsProxy } from './throughProxy';

/** What the user said about where and who; undefined leaves it to the environment and the shared config files. */
export interface AwsOptions {
  profile?: string;
  /** Undefined leaves it to the profile. */
  region?: string;
  endpointUrl?: string;
  /** Whether the endpoint is neither FIPS nor dual-stack, whatever the environment asks for: those have AWS's names only. */
  plainEndpoint?: boolean;
  /** Whether S3 is asked for a bucket in the path, as what stands in for it has no name of a host for each. */
  pathStyle?: boolean;
  /** Undefined leaves them to the SDK's default chain. */
  credentials?: StaticCredentials;
  /** Undefined where connections are made directly. */
  proxy?: AwsProxy;
  /** Milliseconds after which a request without an answer is given up; default 15,000. */
  answerWithin?: number;
  /** Told of each request, retries included. */
  onCall?: (call: ApiCall) => void;
}

/** The SDK warns of keys in the environment beside a profile that a flag names; the flag is clear enough. */
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Milliseconds until a request is given up. */
const usually = 15_000;

/** One request to a service. */
export interface ApiCall {
  operation: string;
  host: string;
  /** Milliseconds from the request to the answer. */
  durationMs: number;
  /** `undefined` where it succeeded. */
  error?: unknown;
}

/**
 * The configuration that any client of the SDK takes. A request without an answer is given up, so that a dead
 * connection can't hang the trigger; the SDK then tries again, three times in all or AWS_MAX_ATTEMPTS. The shared files
 * are read anew by each client: a user may have signed in again meanwhile.
 */
export function clientConfig(o: AwsOptions) {
  const requestHandler = {
    connectionTimeout: 5_000,
    requestTimeout: o.answerWithin ?? usually,
    throwOnRequestTimeout: true,
    // With the SDK's own defaults.
    ...(o.proxy && { httpsAgent: o.proxy.agent({ keepAlive: true, maxSockets: 50 }) }),
  };
  const credentials = o.credentials ?? o.proxy?.credentials({ profile: o.profile, logger: silent, requestHandler });
  return {
    ...(o.region && { region: o.region }),
    ...(o.profile && { profile: o.profile, logger: silent }),
    ...(o.endpointUrl && { endpoint: o.endpointUrl }),
    ...(o.plainEndpoint && { useFipsEndpoint: false, useDualstackEndpoint: false }),
    ...(credentials && { credentials }),
    ignoreCache: true,
    requestHandler,
  };
}

/**
 * The same for a service that answers at once: an answer that stops in its middle is given up as well. (Not for an
 * invocation, whose connection is silent for as long as the function runs.)
 */
export function promptClientConfig(o: AwsOptions) {
  const config = clientConfig(o);
  return { ...config, requestHandler: { ...config.requestHandler, socketTimeout: o.answerWithin ?? usually } };
}

/** One attempt of a call, as the step `deserialize` of the SDK's middleware sees it. */
type Attempt<I, O> = (args: { input: I; request: unknown }) => Promise<{ output?: O; response: unknown }>;

/**
 * A middleware that reports each request of a client. Add it at the step `deserialize`: that lies within the retries,
 * so each attempt counts.
 */
export function callObserver(onCall: AwsOptions['onCall'] = () => undefined) {
  return <I, O>(next: Attempt<I, O>, context: { commandName?: string }): Attempt<I, O> =>
    async (args) => {
      const operation = (context.commandName ?? '').replace(/Command$/, '');
      const host = (args.request as { hostname?: string }).hostname ?? '';
      const started = performance.now();
      const tell = (error?: unknown) => onCall({ operation, host, durationMs: performance.now() - started, error });
      try {
        const answer = await next(args);
        tell();
        return answer;
      } catch (error) {
        tell(error);
        throw error;
      }
    };
}

function ignore(): void {}
