/** The context object that a handler gets (AWS Lambda developer guide, "Using the Lambda context object"). */
import type { RuntimeEvent } from './runtimeClient';

/** What every runtime gives; those below nodejs24.x add the callbacks. */
export function buildContext(event: RuntimeEvent): Record<string, unknown> {
  const { env } = process;
  return {
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: event.clientContext === undefined ? undefined : (JSON.parse(event.clientContext) as unknown),
    identity: undefined,
    invokedFunctionArn: event.invokedFunctionArn,
    awsRequestId: event.requestId,
    getRemainingTimeInMillis: () => event.deadline - Date.now(),
  };
}
