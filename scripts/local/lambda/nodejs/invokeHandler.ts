/** Runs a handler once, by the rules of the function's runtime (AWS Lambda developer guide, "Define Lambda function handler in Node.js"). */
import type { Answers } from './answers';
import type { Callback, Handler } from './loadHandler';
import type { RuntimeEvent } from './runtimeClient';
import { RuntimeError } from './runtimeError';

// The runtime's own, whatever the function does to the global ones.
const { parse } = JSON;
const afterThis = setImmediate;

/** nodejs24.x and above: what the handler returns or throws, and nothing else. */
export async function invokeHandler(handler: Handler, event: RuntimeEvent, answers: Answers): Promise<void> {
  answers.begin(event.requestId, () => answers.fail('Invoke Error', neverSettled()));
  try {
    const result = await handler(parse(event.payload), buildContext(event));
    await rejectionsSurfaced();
    answers.respond(result);
  } catch (error) {
    await rejectionsSurfaced();
    answers.fail('Invoke Error', error);
  }
}

/** Below nodejs24.x: a promise, the callback or the context's done, succeed and fail; the first one counts. */
export function invokeHandlerWithCallback(handler: Handler, event: RuntimeEvent, answers: Answers): void {
  let finished = false;
  let waits = true;
  const complete = (error: unknown, result: unknown, waitsForLoop: boolean): void => {
    if (finished) return;
    finished = true;
    if (error !== undefined && error !== null) answers.fail('Invoke Error', error);
    else if (waitsForLoop) answers.whenLoopIsEmpty(() => answers.respond(result));
    else answers.respond(result);
  };
  const succeed = (result: unknown) => complete(null, result, false);
  const fail = (error: unknown) => complete(error ?? 'handled', undefined, false);
  const done: Callback = (error, result) => complete(error, result, false);
  const callback: Callback = (error, result) => complete(error, result, waits);
  const context = Object.defineProperty(
    { ...buildContext(event), succeed, fail, done },
    'callbackWaitsForEmptyEventLoop',
    { enumerable: true, get: () => waits, set: (value: unknown) => void (waits = Boolean(value)) },
  );
  const isAsync = handler.constructor.name === 'AsyncFunction';
  answers.begin(event.requestId, () => complete(isAsync ? neverSettled() : null, null, false));
  try {
    const result = handler(parse(event.payload), context, callback);
    if (isThenable(result)) Promise.resolve(result).then(succeed, fail);
  } catch (error) {
    complete(error ?? 'handled', undefined, false);
  }
}

/**
 * The context object of every runtime (AWS Lambda developer guide, "Using the Lambda context object"); those below
 * nodejs24.x add the callbacks.
 */
function buildContext(event: RuntimeEvent): Record<string, unknown> {
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

function neverSettled(): RuntimeError {
  return new RuntimeError(
    'NodeJsExit',
    'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes',
  );
}

/** Lets a rejection that nobody handles surface before the answer, as the runtime does. */
function rejectionsSurfaced(): Promise<void> {
  return new Promise((resolve) => afterThis(resolve));
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
