import type { AwsOptions } from '../aws/clientConfig';
import { isNamed, refusedCall, summary } from '../aws/errors';
import { lambdaErrorName, type Lambda } from '../aws/lambda';
import { openAccess, type AccessOptions, type AwsAccess } from '../aws/awsAccess';
import type { Clock } from '../io/clock';
import type { CommandIo } from '../io/commandIo';
import { UserError } from '../io/userError';
import type { FindConfigurations } from '../plan/selection';
import { configurationsOfExecution } from '../execution/configurationsOfExecution';
import { patiently } from '../aws/patience';
import type { Talk } from '../terminal/talk';
import { functionOfStack, parseFunctionName, type FoundTest } from '../aws/target';
import { isTransient } from './platformError';
import { withRetries } from './retry';

/** Which function, and where. */
export interface FunctionOptions extends AccessOptions {
  /** Name or ARN, with a version or alias or without; else that of the stack. */
  function?: string;
}

/** The function to invoke and the service to invoke it with. */
export interface FunctionConnection {
  api: Lambda;
  /** Name or ARN, with a version or alias or without. */
  functionName: string;
  /** Path of the construct that tests it; undefined where the function was named itself, and where several test it. */
  test?: string;
  /** The configurations of an earlier execution of a state machine. */
  findConfigurations: FindConfigurations;
  close(): Promise<void>;
}

/**
 * Finds the function, on AWS or, with `--local`, on an endpoint on this machine that serves the app, and makes sure that
 * it may be invoked. The modules with the SDK's clients are loaded here, when they are needed.
 * @param maxConcurrency how many invocations will run at once
 * @throws UserError for an unknown function or stack, one without a system test, missing credentials, a missing Region
 * @throws NoVerdictError where AWS refuses
 */
export async function connectFunction(
  options: FunctionOptions,
  maxConcurrency: number,
  io: CommandIo,
  talk: Talk,
): Promise<FunctionConnection> {
  // The Region of a function's ARN is the one to call, whatever the environment says.
  const region = options.region ?? parseFunctionName(options.function ?? '')?.region;
  const access = await openAccess({ ...options, region }, io, talk);
  let api: Lambda | undefined;
  const close = () => {
    api?.close();
    return access.close();
  };
  try {
    const [{ arn: functionName, test }, { lambda }] = await Promise.all([
      findFunction(options, access, io),
      import('../aws/lambda'),
    ]);
    api = lambda(access.aws, maxConcurrency);
    await checkFunction(api, functionName, { clock: io.clock, random: Math.random, signal: io.stop });
    return {
      api,
      functionName,
      test,
      findConfigurations: (executionArn) => configurationsIn(executionArn, access.aws, io),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function configurationsIn(executionArn: string, aws: AwsOptions, io: CommandIo) {
  const { stepFunctions } = await import('../aws/stepFunctions');
  const api = stepFunctions(aws);
  try {
    return await configurationsOfExecution(api, executionArn, io);
  } finally {
    api.close();
  }
}

async function findFunction(
  { function: named, test }: FunctionOptions,
  { stack, aws }: AwsAccess,
  io: CommandIo,
): Promise<FoundTest> {
  if (named !== undefined) return { arn: named };
  const { stackOutputs } = await import('../aws/cloudFormation');
  return functionOfStack({ stack, test, read: (name) => patiently(() => stackOutputs(name, aws), io) });
}

/** Retries of a check: enough for a bad moment, few enough for an endpoint that doesn't exist. */
const attempts = 2;

/**
 * Makes sure before the first invocation that the function is there and may be invoked: one sentence then, instead of
 * the same error for a thousand configurations. Throttling and trouble of the service don't speak against a start, as
 * each invocation is tried again by itself.
 * @throws UserError for what the user gave: function, credentials, Region
 * @throws NoVerdictError where it is not allowed, or Lambda can't be reached
 */
async function checkFunction(
  lambda: Lambda,
  functionName: string,
  o: { clock: Clock; random: () => number; signal: AbortSignal },
): Promise<void> {
  try {
    await withRetries(() => lambda.check(functionName, o.signal), { ...o, attempts, isTransient });
  } catch (error) {
    const answered = lambdaErrorName(error) !== 'Lambda.SdkClientException';
    if (!(answered && isTransient(error))) throw refusedFunction(error, functionName);
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
