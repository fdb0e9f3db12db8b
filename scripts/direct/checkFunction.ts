import { isNamed, refusedCall, summary } from '../aws/errors';
import { lambdaErrorName, type Lambda } from '../aws/lambda';
import type { Clock } from '../io/clock';
import { UserError } from '../io/userError';
import { isTransient } from './platformError';
import { withRetries } from './retry';

/** Retries of a check: enough for a bad moment, few enough for an endpoint that doesn't exist. */
const attempts = 2;

/**
 * Makes sure before the first invocation that the function is there and may be invoked: one sentence then, instead of
 * the same error for a thousand configurations. Throttling and trouble of the service don't speak against a start, as
 * each invocation is tried again by itself.
 * @throws UserError for what the user gave: function, credentials, Region
 * @throws NoVerdictError where it is not allowed, or Lambda can't be reached
 */
export async function checkFunction(
  lambda: Lambda,
  functionName: string,
  o: { clock: Clock; random: () => number; signal: AbortSignal },
): Promise<void> {
  try {
    await withRetries(() => lambda.check(functionName, o.signal), { ...o, attempts, isTransient });
  } catch (error) {
    const answered = lambdaErrorName(error) !== 'Lambda.SdkClientException';
    if (!(answered && isTransient(error))) {
      throw refusedFunction(error, functionName);
    }
  }
}

function refusedFunction(error: unknown, functionName: string): Error {
  if (isNamed(error, 'ResourceNotFoundException')) {
    return new UserError(
      `Expected a function that exists, got none named ${functionName} in this account and Region: deploy it, or name ` +
        'another with --function or --stack.',
      { cause: error },
    );
  }
  if (isNamed(error, 'ValidationException') || isNamed(error, 'InvalidParameterValueException')) {
    return new UserError(`Expected a function that Lambda accepts, got ${functionName} (${summary(error)}).`, {
      cause: error,
    });
  }
  return refusedCall(error, `invoke the function ${functionName}`);
}
