/**
 * The runtime inside a sandbox: loads the handler, then runs one invocation at a time, as Lambda's Node.js runtime does
 * (aws-lambda-nodejs-runtime-interface-client). It decides by the function's runtime, not by the Node.js it runs on.
 */
import type { InvokeMessage, OutcomeMessage, SandboxMessage } from '../messages';
import { maximumResponseBytes, responseTooLarge } from '../responseSize';
import { buildContext } from './context';
import { loadHandler, type Callback, type Handler } from './loadHandler';
import { patchConsole } from './runtimeConsole';
import { RuntimeError, toErrorPayload } from './runtimeError';

/** As Lambda's runtime exits; the service has the error by then. */
const exitCodes = { unhandledRejection: 128, uncaughtException: 129, unsettledTopLevelAwait: 13 };

export function run(): void {
  const { env, channel } = process;
  const nodeMajor = Number(/nodejs(\d+)/.exec(env.AWS_EXECUTION_ENV ?? '')?.[1]);
  const runtimeConsole = patchConsole(
    env.AWS_LAMBDA_LOG_FORMAT === 'JSON' ? 'JSON' : 'Text',
    env.AWS_LAMBDA_LOG_LEVEL ?? 'TRACE',
    nodeMajor >= 24 ? '' : 'undefined',
  );
  const send = takeChannel();
  let startedAt = 0;
  // Nothing is left to wait for, but the handler (or its module) has not come to its end.
  let onEmptyLoop: (() => void) | undefined = () => process.exit(exitCodes.unsettledTopLevelAwait);
  const measures = () => ({
    durationMs: performance.now() - startedAt,
    memoryMb: Math.ceil(process.memoryUsage.rss() / 1_048_576),
  });

  const finish = (message: OutcomeMessage, exitCode?: number): void => {
    onEmptyLoop = undefined;
    channel?.ref();
    send(message, exitCode === undefined ? undefined : () => process.exit(exitCode));
  };
  const fail = (label: string, error: unknown, exitCode?: number): void => {
    runtimeConsole.logError(label, error);
    const { errorType } = toErrorPayload(error);
    const payload = JSON.stringify(toErrorPayload(error));
    finish({ type: 'error', errorType, payload, ...measures(), fatal: exitCode !== undefined }, exitCode);
  };
  const respond = (result: unknown): void => {
    let payload: string;
    try {
      payload = stringify(result) ?? 'null';
    } catch {
      const message = 'Unable to stringify response body';
      fail('Invoke Error', nodeMajor >= 24 ? new RuntimeError('JSONStringifyError', message) : new Error(message));
      return;
    }
    if (Buffer.byteLength(payload) > maximumResponseBytes) {
      const { errorType } = responseTooLarge;
      finish({ type: 'error', errorType, payload: JSON.stringify(responseTooLarge), ...measures(), fatal: false });
      return;
    }
    finish({ type: 'response', payload, ...measures() });
  };
  const neverSettled = () =>
    fail(
      'Invoke Error',
      new RuntimeError(
        'NodeJsExit',
        'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes',
      ),
    );

  /** nodejs24.x and above: what the handler returns or throws, and nothing else. */
  const invoke = async (handler: Handler, message: InvokeMessage): Promise<void> => {
    onEmptyLoop = neverSettled;
    try {
      const result = await handler(JSON.parse(message.payload), buildContext(message));
      await settled();
      respond(result);
    } catch (error) {
      await settled();
      fail('Invoke Error', error);
    }
  };

  /** Below nodejs24.x: a promise, the callback or the context's done, succeed and fail; the first one counts. */
  const invokeWithCallback = (handler: Handler, message: InvokeMessage): void => {
    let finished = false;
    let waits = true;
    const complete = (error: unknown, result: unknown, waitsForLoop: boolean): void => {
      if (finished) return;
      finished = true;
      if (error !== undefined && error !== null) fail('Invoke Error', error);
      else if (waitsForLoop) onEmptyLoop = () => respond(result);
      else respond(result);
    };
    const succeed = (result: unknown) => complete(null, result, false);
    const failed = (error: unknown) => complete(error ?? 'handled', undefined, false);
    const context = Object.defineProperty(
      { ...buildContext(message), succeed, fail: failed, done: (e: unknown, r: unknown) => complete(e, r, false) },
      'callbackWaitsForEmptyEventLoop',
      { enumerable: true, get: () => waits, set: (value: unknown) => void (waits = Boolean(value)) },
    );
    const callback: Callback = (error, result) => complete(error, result, waits);
    onEmptyLoop = handler.constructor.name === 'AsyncFunction' ? neverSettled : () => respond(null);
    try {
      const result = handler(JSON.parse(message.payload), context, callback);
      if (isThenable(result)) Promise.resolve(result).then(succeed, failed);
    } catch (error) {
      complete(error, undefined, false);
    }
  };

  process.on('disconnect', () => process.exit());
  process.on('beforeExit', () => onEmptyLoop?.());
  process.on('uncaughtException', (error) => fail('Uncaught Exception', error, exitCodes.uncaughtException));
  process.on('unhandledRejection', (reason, promise) => {
    const error = new RuntimeError('UnhandledPromiseRejection', String(reason));
    fail('Unhandled Promise Rejection', Object.assign(error, { reason, promise }), exitCodes.unhandledRejection);
  });
  refuseStreaming();
  send({ type: 'booted' });
  channel?.unref();
  const load = async (): Promise<void> => {
    const handler = await loadHandler(env.LAMBDA_TASK_ROOT ?? process.cwd(), env._HANDLER ?? '', nodeMajor);
    process.on('message', (message: InvokeMessage) => {
      startedAt = performance.now();
      runtimeConsole.setRequestId(message.requestId);
      // While the handler runs, the channel must not keep the event loop busy: its emptiness has a meaning.
      channel?.unref();
      if (nodeMajor >= 24) void invoke(handler, message);
      else invokeWithCallback(handler, message);
    });
    finish({ type: 'ready', ...measures() });
  };
  load().catch((error: unknown) =>
    fail(nodeMajor >= 24 ? 'Init Error' : 'Uncaught Exception', error, exitCodes.uncaughtException),
  );
}

/** Undefined for what JSON can't hold, such as undefined itself or a function. */
function stringify(value: unknown): string | undefined {
  return JSON.stringify(value);
}

type Send = (message: SandboxMessage, sent?: () => void) => void;

/** The channel is the runtime's alone: the function must not find `process.send`. */
function takeChannel(): Send {
  const send = process.send?.bind(process);
  Object.assign(process, { send: undefined });
  return (message, sent) => {
    if (process.connected) send?.(message, undefined, undefined, sent);
    else process.exit();
  };
}

/** Lets a rejection that nobody handles surface before the answer, as the runtime does. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function refuseStreaming(): void {
  const streamifyResponse = () => {
    throw new Error('Response streaming (awslambda.streamifyResponse) is not supported by the local endpoint.');
  };
  Object.assign(globalThis, { awslambda: { streamifyResponse } });
}
