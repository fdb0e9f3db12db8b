/** Sorts the errors of the SDK by what the trigger does about them. */
import { NoVerdictError } from '../io/noVerdictError';
import { UserError } from '../io/userError';

/**
 * - `credentials`: none were found, or they are not valid (any more): the user has to sign in
 * - `region`: no Region is set
 * - `denied`: the caller is known and may not do it
 * - `throttled`, `unreachable`: try again, later
 */
export type ErrorKind = 'credentials' | 'region' | 'denied' | 'throttled' | 'unreachable' | 'other';

/** Credentials that are wrong or expired, as the services' common errors name them. */
const invalidCredentials = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'RequestExpired',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

const unreachableCodes = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** No connection was made with these: whatever was asked for did not arrive. */
const unconnectedCodes = new Set(['EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND']);

/** An answer that lacks what the service always gives. Something between us and the service made or changed it. */
export class UnusableAnswerError extends Error {
  override readonly name = 'UnusableAnswerError';
}

/** What an error of the SDK means for the trigger. */
export function kindOf(error: unknown): ErrorKind {
  const { name, code, message, status } = described(error);
  if (/CredentialsProviderError|TokenProviderError/.test(name) || invalidCredentials.has(name)) return 'credentials';
  if (message === 'Region is missing') return 'region';
  if (/^(AccessDenied|UnauthorizedOperation|NotAuthorized|KmsAccessDenied)/.test(name)) return 'denied';
  if (status === 429 || /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/i.test(name)) return 'throttled';
  return isUnusableAnswer(error) || unreachableCodes.has(code) || name === 'TimeoutError' || status >= 500
    ? 'unreachable'
    : 'other';
}

/** The SDK leaves the response on what it could not read: half an answer, a proxy's page; on service errors as well. */
function isUnusableAnswer(error: unknown): boolean {
  return (
    // By its name: each file of the bundle has a class of its own.
    isNamed(error, 'UnusableAnswerError') || (error instanceof Error && '$response' in error && !('$fault' in error))
  );
}

/** Whether the request may have been taken, of an error of the kind `unreachable`. */
export function mayHaveArrived(error: unknown): boolean {
  return !unconnectedCodes.has(described(error).code);
}

/** Whether it is the error that the service calls `name`. */
export function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

/** Name and message in one line: `AccessDeniedException: User … is not authorized`. */
export function summary(error: unknown): string {
  const { name, message, code } = described(error);
  const label = code === '' || message.includes(code) ? name : code;
  return label === 'Error' || label === '' ? message : `${label}: ${message}`;
}

/**
 * The error of a call that was to start something, as the user should see it: `UserError` where they can mend it by what
 * they give (credentials, Region), else `NoVerdictError`.
 * @param attempted completes "Could not …", such as `read the stack SystemTest`
 */
export function refusedCall(error: unknown, attempted: string): UserError | NoVerdictError {
  const cause = { cause: error };
  switch (kindOf(error)) {
    case 'credentials':
      return new UserError(
        `Expected valid AWS credentials, got none (${summary(error)}): sign in, set AWS_PROFILE or give --profile, ` +
          'or run with --local, which needs no AWS account.',
        cause,
      );
    case 'region':
      return new UserError(
        'Expected a Region, got none: give --region, set AWS_REGION or name it in your profile.',
        cause,
      );
    case 'denied':
      return new NoVerdictError(`Not allowed to ${attempted}: ${summary(error)}`, cause);
    case 'throttled':
      return new NoVerdictError(`Could not ${attempted}, as AWS throttles the calls: ${summary(error)}`, cause);
    default:
      return new NoVerdictError(`Could not ${attempted}: ${summary(error)}`, cause);
  }
}

/** What the SDK adds for programmers to an answer that it can't read. */
const sdkHint = /\n\s*Deserialization error: to see [^]*$/;

function described(error: unknown): { name: string; code: string; message: string; status: number } {
  if (!(error instanceof Error)) return { name: '', code: '', message: String(error), status: 0 };
  const details = error as Error & { code?: unknown; $metadata?: { httpStatusCode?: number } };
  const code = typeof details.code === 'string' ? details.code : '';
  // A connection tried over several addresses fails with an AggregateError that has no message of its own.
  const inner = error instanceof AggregateError ? (error.errors[0] as Error | undefined) : undefined;
  return {
    name: error.name,
    code,
    message: error.message.replace(sdkHint, '') || (inner?.message ?? code),
    status: details.$metadata?.httpStatusCode ?? 0,
  };
}

/** How often the SDK made the call that ended with the error. */
export function attemptsOf(error: unknown): number {
  return (error as { $metadata?: { attempts?: number } } | undefined)?.$metadata?.attempts ?? 1;
}
