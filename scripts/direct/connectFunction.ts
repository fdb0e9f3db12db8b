import type { AwsOptions } from '../aws/clientConfig';
import type { Lambda } from '../aws/lambda';
import { openAccess } from '../aws/awsAccess';
import type { CommandIo } from '../terminal/commandIo';
import type { InvokeOptions } from '../commands/invokeOptions';
import { patiently } from '../aws/patience';
import type { Talk } from '../terminal/talk';
import { defaultStack, functionOfStack, parseFunctionName } from '../aws/target';

/** The function to invoke and the service to invoke it with. */
export interface FunctionConnection {
  api: Lambda;
  /** Name or ARN, with a version or alias or without. */
  functionName: string;
  close(): Promise<void>;
}

/**
 * Finds the function, on AWS or, with `--local`, on an endpoint on this machine that serves the app. The modules with
 * the SDK's clients are loaded here, when they are needed.
 * @param maxConcurrency how many invocations will run at once
 * @throws UserError for an unknown stack, one without a system test, missing credentials, a missing Region
 * @throws NoVerdictError where AWS refuses
 */
export async function connectFunction(
  options: InvokeOptions,
  maxConcurrency: number,
  io: CommandIo,
  talk: Talk,
): Promise<FunctionConnection> {
  // The Region of a function's ARN is the one to call, whatever the environment says.
  const region = options.region ?? parseFunctionName(options.function ?? '')?.region;
  const access = await openAccess({ ...options, region }, io, talk);
  try {
    const [functionName, { lambda }] = await Promise.all([
      options.function ?? functionIn(options.stack ?? defaultStack, access.aws, io),
      import('../aws/lambda'),
    ]);
    const api = lambda(access.aws, maxConcurrency);
    return {
      api,
      functionName,
      close: () => {
        api.close();
        return access.close();
      },
    };
  } catch (error) {
    await access.close();
    throw error;
  }
}

async function functionIn(stack: string, aws: AwsOptions, io: CommandIo): Promise<string> {
  const { stackOutputs } = await import('../aws/cloudFormation');
  return functionOfStack(stack, (name) => patiently(() => stackOutputs(name, aws), io));
}
