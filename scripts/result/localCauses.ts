/** Why functions fail on this machine where on AWS they may not, and what to give them: known by what their errors say. */
import type { RunResult } from '../../lib/wire';
import type { LocalFunctionOptions } from '../local/localEndpoint';
import { counted } from '../terminal/counted';
import { everyResult } from './allResults';

interface Cause {
  /** What errors say then; undefined where it can't be the cause. */
  says(given: LocalFunctionOptions): RegExp | undefined;
  /** What is missing, and the way out. */
  advice(given: LocalFunctionOptions): string;
}

/** The first one that an error speaks of counts. */
const causes: Cause[] = [
  {
    // Node.js, Go and Java each in their own words; botocore's EndpointConnectionError.
    says: ({ functionEndpointUrl: endpoint }) => {
      if (endpoint === undefined) return undefined;
      const { host, port, protocol } = new URL(endpoint);
      const at = port || (protocol === 'https:' ? '443' : '80');
      return new RegExp(
        String.raw`ECONNREFUSED \S+:${at}\b|:${at}: connect: connection refused|` +
          `Could not connect to the endpoint URL: "?${protocol}//${host.replace(/[.[\]]/g, '\\$&')}`,
      );
    },
    advice: ({ functionEndpointUrl = '' }) => `the endpoint ${functionEndpointUrl} does not answer any more`,
  },
  {
    // The errors of the SDKs where they find no credentials, and of the services where they don't know them.
    says: () =>
      /\b(?:CredentialsProviderError|NoCredentialsError|PartialCredentialsError|TokenProviderError|UnrecognizedClientException|InvalidClientTokenId|InvalidAccessKeyId|InvalidSignatureException|SignatureDoesNotMatch|ExpiredToken(?:Exception)?|MissingAuthenticationToken(?:Exception)?|AuthFailure)\b|Unable to (?:locate|load) credentials|security token included in the request is (?:invalid|expired)|no EC2 IMDS role found/,
    advice: ({ functionProfile: profile, functionEndpointUrl: endpoint }) => {
      if (profile !== undefined) {
        return `the credentials of the profile ${profile} were not taken: sign in again, such as by aws sso login --profile ${profile}`;
      }
      return endpoint === undefined
        ? 'the functions have no AWS credentials on this machine: --function-profile NAME gives them those of a profile, --function-endpoint-url URL sends their calls to an emulator'
        : `the functions have made-up credentials, which ${endpoint} does not take: --function-profile NAME gives them those of a profile`;
    },
  },
  {
    says: ({ functionProfile }) =>
      functionProfile === undefined
        ? undefined
        : /\b(?:AccessDenied(?:Exception)?|UnauthorizedOperation|AuthorizationError)\b|not authorized to perform/,
    advice: ({ functionProfile = '' }) =>
      `on this machine the functions may do what the profile ${functionProfile} may, and not what their roles may`,
  },
  {
    says: () =>
      new RegExp(
        String.raw`(?:ENOTFOUND|EAI_AGAIN|ETIMEDOUT|lookup|UnknownHostException:|[Cc]onnect(?:ion)? (?:timeout on|to the) endpoint URL:) ["']?(?:https?://)?(?<host>[\w.-]+\.amazonaws\.com(?:\.cn)?)`,
      ),
    advice: ({ functionProfile: profile, functionEndpointUrl: endpoint }) => {
      if (endpoint !== undefined) return `this machine does not reach AWS, where these calls go past ${endpoint}`;
      const credentials =
        profile === undefined
          ? ', and the functions have no AWS credentials unless --function-profile NAME gives them those of a profile'
          : '';
      return `this machine does not reach AWS${credentials}: --function-endpoint-url URL sends their calls to an emulator`;
    },
  },
  {
    says: () =>
      /\b(?:NoSuchBucket|ResourceNotFoundException|QueueDoesNotExist|NonExistentQueue|ParameterNotFound|NoSuchEntity)\b/,
    advice: ({ s3 }) =>
      'where a variable names what is not there, as its value is made up, --env-file FILE gives the real one' +
      (s3 === undefined ? '' : `; a bucket is a folder in ${s3}`),
  },
];

/** How many of the words are shown that tell a cause. */
const shown = 3;

/** A sentence for each cause that configurations failed for, with what to give the functions. They stay failed. */
export function localCauseNotes(result: Pick<RunResult, 'results' | 'all'>, given: LocalFunctionOptions): string[] {
  const known = causes.map((cause) => ({ cause, says: cause.says(given) }));
  const said = new Map<Cause, string[]>();
  for (const { status, error, log_tail: log = '' } of everyResult(result)) {
    if (status !== 'FAILED') continue;
    const text = `${error?.type ?? ''}: ${error?.message ?? ''}\n${log}`;
    for (const { cause, says } of known) {
      const found = says?.exec(text);
      if (!found) continue;
      const host = found.groups?.host;
      said.set(cause, [...(said.get(cause) ?? []), host === undefined ? found[0] : `no connection to ${host}`]);
      break;
    }
  }
  return [...said].map(([cause, words]) => {
    const different = [...new Set(words)];
    const more = different.length > shown ? ' and more' : '';
    return `${counted(words.length)} failed with ${different.slice(0, shown).join(', ')}${more}: ${cause.advice(given)}.`;
  });
}
