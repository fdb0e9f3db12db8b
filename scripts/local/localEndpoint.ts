/** The embedded default: an app, synthesized and served on this machine. */
import { assembleApp } from './app/assembleApp';
import { loadAssembly } from './app/loadAssembly';
import type { Deployment } from './app/deployment';
import { localEnvironment } from './app/environment';
import { serve, type ServeOptions } from './server';
import { checkStateMachine } from './stepFunctions/service';
import { makeWorkDirectory } from './workDirectory';

export interface LocalEndpointOptions extends ServeOptions {
  /** A directory with a cloud assembly, or a command; default: the `app` of the working directory's cdk.json. */
  app?: string;
  /**
   * Name or ARN of the stack whose system test has to be served; its account and Region are those of the endpoint. By
   * default none has to be, and they are those of the first system test.
   */
  stack?: string;
  /** The same where no `stack` is given: this one or, where the app has no such stack, its only one with a system test. */
  defaultStack?: string;
  /** Ends the synthesis of the app. A running endpoint ends with `close()`. */
  signal?: AbortSignal;
}

export interface LocalEndpoint {
  /** `http://127.0.0.1:8123` */
  url: string;
  deployment: Deployment;
  /** Stops the server, its executions and functions, and removes what was synthesized for it. */
  close(): Promise<void>;
}

/**
 * Synthesizes an app and serves it on 127.0.0.1. Throws a UserError for an app that can't be synthesized, a stack that
 * can't be served and a port that can't be had; the signal's reason where it is aborted.
 */
export async function startLocalEndpoint(options: LocalEndpointOptions): Promise<LocalEndpoint> {
  const { app, stack, defaultStack, cwd, env, log = () => undefined, signal } = options;
  const environment = localEnvironment(env);
  const { path: workDirectory, remove } = await makeWorkDirectory();
  try {
    const directory = await assembleApp({ app, cwd, env, environment, workDirectory, log, signal });
    const deployment = await loadAssembly(directory, {
      environment,
      stack,
      defaultStack,
      workDirectory,
      checkStateMachine,
      note: log,
      now: new Date(),
    });
    signal?.throwIfAborted();
    const server = await serve(deployment, options);
    return {
      url: server.url,
      deployment,
      close: () => server.close().finally(remove),
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
