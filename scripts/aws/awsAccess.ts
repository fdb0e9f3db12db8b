import type { ApiCall, AwsOptions } from './clientConfig';
import { regionIn } from '../io/region';
import { inRegion, type CommandIo } from '../io/commandIo';
import type { LocalFunctionOptions } from '../local/localEndpoint';
import { isAwsHost } from './consoleLink';
import { checkProfile, keysBesideProfile } from './credentials';
import { checkEndpoints } from './endpoints';
import { proxyOf } from './proxy';
import type { Talk } from '../terminal/talk';
import { defaultStack } from './target';

/** Where the calls of a command go, and how. */
export interface AwsAccess {
  /** What each client is set up with. */
  aws: AwsOptions;
  /** Whether the calls went to AWS itself rather than to an endpoint that stands in for it. */
  isAws(): boolean;
  /** Name or ARN of the stack to test, unless something else is named. */
  stack: string;
  close(): Promise<void>;
}

/** Where to go, and what to serve there with `--local`. */
export interface AccessOptions extends LocalFunctionOptions {
  local?: boolean;
  /** With `--local`: the command that synthesizes the app, or the folder of its cloud assembly. */
  app?: string;
  stack?: string;
  /** Path of a system test in the stack, or the end of it. */
  test?: string;
  profile?: string;
  region?: string;
  endpointUrl?: string;
}

/** What is named by itself may be in any stack. */
interface NamedTarget {
  stateMachine?: string;
  function?: string;
}

/**
 * Access to AWS or, with `--local`, to an endpoint on this machine that serves the app.
 * @throws UserError for an app or a stack that can't be served, for a profile that there isn't, and for a Region, an
 * endpoint or a proxy that is none
 */
export async function openAccess(options: AccessOptions & NamedTarget, io: CommandIo, talk: Talk): Promise<AwsAccess> {
  const hosts = new Set<string>();
  const onCall = (call: ApiCall) => {
    hosts.add(call.host);
    talk.detail(describeCall(call));
  };
  const { local, profile, region, endpointUrl } = options;
  if (!local) {
    await checkProfile(profile, io.env);
    if (endpointUrl === undefined) {
      checkEndpoints(io.env);
    }
  }
  const endpoint = local ? await localEndpoint(options, io, talk) : undefined;
  const there = endpoint?.aws ?? {
    profile,
    // As in the AWS CLI; the SDK for JavaScript does not read the second variable.
    region: region ?? regionIn(io.env, 'AWS_REGION', 'AWS_DEFAULT_REGION'),
    endpointUrl,
    pathStyle: [endpointUrl, io.env.AWS_ENDPOINT_URL_S3, io.env.AWS_ENDPOINT_URL].some((url = '') => url !== ''),
    credentials: keysBesideProfile(profile, io.env),
    proxy: await proxyOf(io.env),
  };
  return {
    aws: { onCall, ...there },
    isAws: () => [...hosts].every(isAwsHost),
    stack: endpoint?.stack ?? options.stack ?? defaultStack,
    close: async () => endpoint?.close(),
  };
}

/** Serves the app on this machine. The SDK wants credentials; the endpoint takes any. */
async function localEndpoint(options: AccessOptions & NamedTarget, io: CommandIo, talk: Talk) {
  const { app, region, stack, envFile, functionProfile, functionEndpointUrl, strictLayers, runtimeCache, s3 } = options;
  const named = options.stateMachine ?? options.function;
  const { startLocalEndpoint } = await import('../local/localEndpoint');
  const endpoint = await startLocalEndpoint({
    app,
    stack,
    defaultStack: named === undefined ? defaultStack : undefined,
    cwd: io.cwd(),
    env: inRegion(io.env, region),
    envFile,
    functionProfile,
    functionEndpointUrl,
    strictLayers,
    runtimeCache,
    s3,
    log: (line) => talk.note(line),
    hide: (secret) => talk.hide(secret),
    signal: io.stop,
  });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return {
    stack: endpoint.deployment.chosenStack,
    aws: {
      endpointUrl: endpoint.url,
      region: endpoint.deployment.region,
      credentials,
      plainEndpoint: true,
      pathStyle: true,
    },
    close: () => endpoint.close(),
  };
}

/** `0.213s StartExecution 12 ms`: seconds since the process started, so that the start-up can be read off. */
function describeCall({ operation, durationMs, error }: ApiCall): string {
  const sentAt = ((performance.now() - durationMs) / 1000).toFixed(3);
  const failure = error instanceof Error ? ` ${error.name}` : '';
  return `${sentAt}s ${operation} ${durationMs.toFixed(0)} ms${failure}`;
}
