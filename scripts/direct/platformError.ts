import { transientErrors } from '../../lib/stateMachine/invocationRules';
import { kindOf } from '../aws/errors';
import { lambdaErrorName } from '../aws/lambda';

/** An error of the platform as the result of a configuration tells it: with the name that the state machine gives it. */
export function platformError(error: unknown): { type: string; message: string } {
  const { message, $metadata: answer } = error as Error & {
    $metadata?: { httpStatusCode?: number; requestId?: string };
  };
  const details = [
    'Service: Lambda',
    ...(answer?.httpStatusCode === undefined ? [] : [`Status Code: ${answer.httpStatusCode}`]),
    ...(answer?.requestId === undefined ? [] : [`Request ID: ${answer.requestId}`]),
  ];
  // What the SDK adds on further lines is for those who program with it.
  const [said = ''] = (message || codeOf(error)).split('\n');
  return { type: lambdaErrorName(error), message: `${said} (${details.join(', ')})` };
}

/**
 * Whether to try again. Beyond the state machine's rules: missing or expired credentials don't come back, and a request
 * that was refused for the time of this machine's clock is signed with the service's time from then on.
 */
export function isTransient(error: unknown): boolean {
  if ((error as { $metadata?: { clockSkewCorrected?: boolean } }).$metadata?.clockSkewCorrected) return true;
  return transientErrors.includes(lambdaErrorName(error)) && !['credentials', 'region'].includes(kindOf(error));
}

/** A connection that was tried over several addresses fails with an error that has a code and no message. */
function codeOf(error: unknown): string {
  const { code, name } = error as Error & { code?: string };
  return code ?? name;
}
