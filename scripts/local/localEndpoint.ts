/** The embedded default: an app, synthesized and served on this machine. */
import { join } from 'node:path';
import { systemClock } from '../io/clock';
import { assembleApp } from './app/assembleApp';
import { EnvFile } from './app/envFile';
import { loadAssembly } from './app/loadAssembly';
import type { Deployment } from './app/deployment';
import { localEnvironment } from './app/environment';
import { madeUpAccess, type FunctionAccessSource } from './lambda/functionAccess';
import { memoryIsLimited } from './lambda/sandboxMemory';
import { Runtimes } from './lambda/runtimes/runtimes';
import { ObjectFolder } from './s3/folder';
import { requireEndpoint } from './requireEndpoint';
import { serve, type ServeOptions } from './server';
import type { Reach } from './stepFunctions/integrations/integration';
import { checkStateMachine } from './stepFunctions/service';
import { makeWorkDirectory } from './workDirectory';

/** What the functions get of this machine, beyond their bundles. */
export interface LocalFunctionOptions {
  /** A dotenv file with variables for all functions, or as `FUNCTION.NAME=value` for one. */
  envFile?: string;
  /** The profile whose credentials and Region they get; default: made-up credentials. */
  functionProfile?: string;
  /** Where their calls to AWS go instead (AWS_ENDPOINT_URL). */
  functionEndpointUrl?: string;
  /** Refuses a function with a layer that can't be had here, which is left out by default. */
  strictLayers?: boolean;
  /** For what is installed for a runtime; default: a folder of the user's own. */
  runtimeCache?: string;
  /** A folder that is served as S3, DIR/BUCKET/KEY, to them as well; default: a temporary one for the app's own buckets. */
  s3?: string;
}

export interface LocalEndpointOptions extends Omit<ServeOptions, 'buckets' | 'serveS3'>, LocalFunctionOptions {
  /** A directory with a cloud assembly, or a command; default: the `app` of the working directory's cdk.json. */
  app?: string;
  /**
   * Name or ARN of the stack whose system test has to be served; its account and Region are those of the endpoint. By
   * default none has to be, and they are those of the first system test.
   */
  stack?: string;
  /** The same where no `stack` is given: this one or, where the app has no such stack, its only one with a system test. */
  defaultStack?: string;
  /** Gets each secret that the functions are given, to keep it out of what they say. */
  hide?: (secret: string) => void;
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
 * can't be served, a port that can't be had, and what was given for the functions and is of no use; the signal's reason where
 * it is aborted.
 */
export async function startLocalEndpoint(options: LocalEndpointOptions): Promise<LocalEndpoint> {
  const {
    app,
    stack,
    defaultStack,
    cwd,
    env,
    strictLayers,
    runtimeCache,
    log = () => undefined,
    signal = new AbortController().signal,
  } = options;
  const environment = localEnvironment(env);
  const envFile = options.envFile === undefined ? undefined : await EnvFile.read(options.envFile, signal);
  envFile?.secrets().forEach((secret) => options.hide?.(secret));
  const access = await accessOf(options);
  const serveS3 = options.s3 !== undefined;
  const givenFolder = options.s3 === undefined ? undefined : await ObjectFolder.at(options.s3);
  const { path: workDirectory, remove } = await makeWorkDirectory();
  try {
    const readHere = new Set<string>();
    const directory = await assembleApp({ app, cwd, env, environment, workDirectory, log, signal });
    const runtimes = new Runtimes({ cwd, env, runtimeCache, note: log });
    const deployment = await loadAssembly(directory, {
      environment,
      stack,
      defaultStack,
      envFile,
      workDirectory,
      strictLayers,
      checkFunction: (deployed) => runtimes.check(deployed),
      checkStateMachine: (machine, appBuckets) =>
        checkStateMachine(
          machine,
          reachOf(options, appBuckets, (bucket) => readHere.add(bucket)),
        ),
      serveS3,
      note: log,
      now: new Date(),
    });
    if (!memoryIsLimited) {
      log('The memory of the functions is limited here on Linux only: they may use more than on AWS.');
    }
    for (const bucket of readHere) {
      log(`The app's bucket ${bucket} begins empty here; with --s3 DIR it is the folder DIR/${bucket}.`);
    }
    signal.throwIfAborted();
    const buckets = givenFolder ?? (await ObjectFolder.make(join(workDirectory, 'buckets')));
    for (const bucket of deployment.buckets) makeBucket(buckets, bucket, log);
    const server = await serve(deployment, { ...options, runtimes, access, buckets, serveS3 });
    return {
      url: server.url,
      deployment,
      close: () => server.close().finally(remove),
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** What of AWS the state machines find here; `readHere` gets the buckets of the app that they read, where no folder has them. */
function reachOf(
  { s3, functionEndpointUrl }: LocalFunctionOptions,
  appBuckets: string[],
  readHere: (bucket: string) => void,
): Reach {
  const hasEmulator = functionEndpointUrl !== undefined;
  const bucketProblem: Reach['bucketProblem'] = (bucket, use) => {
    if (s3 !== undefined || (hasEmulator && use === 'read' && !appBuckets.includes(bucket))) return undefined;
    if (!appBuckets.includes(bucket)) {
      return `the app has no bucket ${JSON.stringify(bucket)}; those of others are served from a folder: --s3 DIR`;
    }
    if (use === 'read') readHere(bucket);
    return undefined;
  };
  return { hasEmulator, bucketProblem };
}

/** A folder may be one that is only read. */
function makeBucket(buckets: ObjectFolder, bucket: string, log: (line: string) => void): void {
  try {
    buckets.makeBucket(bucket);
  } catch (error) {
    log(`The app's bucket ${bucket} could not be made: ${(error as Error).message}.`);
  }
}

/** What the functions call AWS with, checked. */
async function accessOf({
  functionProfile: profile,
  functionEndpointUrl: endpointUrl,
  env,
  clock = systemClock,
  hide,
}: LocalEndpointOptions): Promise<FunctionAccessSource> {
  if (endpointUrl !== undefined) await requireEndpoint(endpointUrl);
  if (profile === undefined) return madeUpAccess(endpointUrl);
  const { profileAccess } = await import('./profileAccess');
  return profileAccess({ profile, env, clock, endpointUrl, hide });
}
