/**
 * The runtime inside a sandbox: loads the handler, then runs one invocation at a time, as Lambda's Node.js runtime does
 * (aws-lambda-nodejs-runtime-interface-client). It decides by the function's runtime, not by the Node.js it runs on.
 */
import { access } from 'node:fs';
import { Answers } from './answers';
import { invokeHandler, invokeHandlerWithCallback } from './invokeHandler';
import { loadHandler } from './loadHandler';
import { RuntimeClient, type RuntimeEvent } from './runtimeClient';
import { patchConsole } from './runtimeConsole';
import { RuntimeError, toErrorPayload } from './runtimeError';

/** As Lambda's runtime and Node.js exit; the service has the error of the first two by then. */
const exitCodes = { noRoomForLog: 1, unhandledRejection: 128, uncaughtException: 129, unsettledTopLevelAwait: 13 };

export async function run(): Promise<void> {
  const { env } = process;
  // Starts the threads that Node.js starts late: a machine that has none left is found before the function runs.
  await new Promise((resolve) => access('.', resolve));
  const client = await new Promise<RuntimeClient>((resolve) => {
    const connecting = new RuntimeClient(env.AWS_LAMBDA_RUNTIME_API ?? '', () => resolve(connecting));
  });
  const nodeMajor = Number(/nodejs(\d+)/.exec(env.AWS_EXECUTION_ENV ?? '')?.[1]);
  const runtimeConsole = patchConsole(
    env.AWS_LAMBDA_LOG_FORMAT === 'JSON' ? 'JSON' : 'Text',
    env.AWS_LAMBDA_LOG_LEVEL ?? 'TRACE',
    nodeMajor >= 24 ? '' : 'undefined',
    (reason) => answers.giveUp(reason, exitCodes.noRoomForLog),
  );
  const answers: Answers = new Answers(client, runtimeConsole, nodeMajor);
  process.on('uncaughtException', (error) => answers.fail('Uncaught Exception', error, exitCodes.uncaughtException));
  process.on('unhandledRejection', (reason, promise) => {
    const error = Object.assign(new RuntimeError('UnhandledPromiseRejection', asText(reason)), { reason, promise });
    answers.fail('Unhandled Promise Rejection', error, exitCodes.unhandledRejection);
  });
  refuseStreaming();

  const invoke: (...of: Parameters<typeof invokeHandler>) => unknown =
    nodeMajor >= 24 ? invokeHandler : invokeHandlerWithCallback;
  // The initialization began with the process.
  answers.begin(undefined, () => process.exit(exitCodes.unsettledTopLevelAwait));
  try {
    const handler = await loadHandler(env.LAMBDA_TASK_ROOT ?? process.cwd(), env._HANDLER ?? '', nodeMajor);
    // It has a name by which reports leave its frame out.
    const invokeNext = (event: RuntimeEvent) => {
      runtimeConsole.setRequestId(event.requestId);
      process.env._X_AMZN_TRACE_ID = event.traceId;
      invoke(handler, event, answers);
    };
    answers.ready(() => void client.next().then(invokeNext));
  } catch (error) {
    answers.fail(nodeMajor >= 24 ? 'Init Error' : 'Uncaught Exception', error, exitCodes.uncaughtException);
  }
}

function asText(reason: unknown): string {
  return reason instanceof Error ? String(reason) : toErrorPayload(reason).errorMessage;
}

function refuseStreaming(): void {
  const streamifyResponse = () => {
    throw new Error('Response streaming (awslambda.streamifyResponse) is not supported by the local endpoint.');
  };
  Object.assign(globalThis, { awslambda: { streamifyResponse } });
}
