/** A deployment, served on this machine over the protocols of AWS. */
import type { Clock } from '../io/clock';
import { CloudFormationService } from './cloudFormation/service';
import type { Deployment } from './app/deployment';
import { madeUpAccess, type FunctionAccessSource } from './lambda/functionAccess';
import type { Surroundings } from './lambda/runtimes/runtime';
import type { Runtimes } from './lambda/runtimes/runtimes';
import { LambdaService } from './lambda/service';
import { listen } from './http/listener';
import type { JsonClient } from './http/jsonClient';
import { isForS3, route } from './http/router';
import { FolderStore } from './s3/folderStore';
import { S3Service } from './s3/service';
import type { ObjectStore } from './s3/objectStore';
import type { ObjectFolder } from './s3/folder';
import { StepFunctionsService } from './stepFunctions/service';
import { StsService } from './sts/service';

export interface ServeOptions extends Surroundings {
  /** 0 to 65535; 0, the default, takes a free one. */
  port?: number;
  /** Time for the state machines and the functions; default: the machine's clock. */
  clock?: Clock;
  /**
   * After how many seconds without an answer a task with the SDK integration fails with `Lambda.SdkClientException`, as
   * the AWS SDK for Java may give up, while the invocation goes on; default: never.
   */
  sdkReadTimeoutSeconds?: number;
  runtimes?: Runtimes;
  /** What the functions call AWS with; default: made-up credentials. */
  access?: FunctionAccessSource;
  /** What the state machines find in S3, and any client where the deployment has buckets; else S3 is refused. */
  buckets: ObjectFolder;
  /** Serves S3 in any case, to the functions as well unless their access has an endpoint; default: no. */
  serveS3?: boolean;
  /** Where state machines find the services that are not served here; default: nowhere. */
  functionEndpointUrl?: string;
  /** Gets one line for each request that failed unexpectedly. */
  log?: (line: string) => void;
  /** Gets what the functions write to their logs. */
  functionLog?: (functionName: string, text: string) => void;
}

export interface RunningServer {
  /** `http://127.0.0.1:8123` */
  url: string;
  /** Stops listening, the executions and the functions. */
  close(): Promise<void>;
}

/**
 * Serves a deployment on 127.0.0.1. Throws a UserError where the port can't be had or a state machine uses what isn't
 * supported.
 */
export async function serve(deployment: Deployment, options: ServeOptions): Promise<RunningServer> {
  const {
    clock,
    log,
    functionLog,
    runtimes,
    access = madeUpAccess(),
    buckets,
    serveS3,
    functionEndpointUrl,
    sdkReadTimeoutSeconds,
  } = options;
  // Known when it listens, which is before a function starts.
  let s3EndpointUrl: string | undefined;
  const withS3: FunctionAccessSource = async (neededMs) => ({ s3EndpointUrl, ...(await access(neededMs)) });
  const lambda = new LambdaService({
    deployment,
    clock,
    surroundings: options,
    runtimes,
    access: withS3,
    log: functionLog,
  });
  const closers = [() => lambda.close()];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const folder = new FolderStore(buckets);
    const { objects = folder, emulator } =
      functionEndpointUrl === undefined
        ? {}
        : await elsewhere(functionEndpointUrl, deployment, { access, folder, serveS3 });
    const stepFunctions = new StepFunctionsService({
      deployment,
      invoker: lambda,
      objects,
      emulator,
      clock,
      sdkReadTimeoutSeconds,
    });
    closers.push(() => stepFunctions.close());
    const cloudFormation = new CloudFormationService({ deployment });
    const handler = route({ stepFunctions, lambda, cloudFormation, sts: new StsService({ deployment }) });
    const s3 = new S3Service({ folder: buckets, ...deployment });
    const isServed = serveS3 || deployment.buckets.length > 0;
    const streaming = isServed ? { takes: isForS3, handle: s3.handle.bind(s3) } : undefined;
    const listener = await listen(handler, { port: options.port, streaming, log });
    if (serveS3) s3EndpointUrl = listener.url;
    closers.push(() => listener.close());
    return { url: listener.url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What state machines find at an endpoint of others; buckets only where there is no folder for them. */
async function elsewhere(
  url: string,
  { buckets, region }: Deployment,
  { access, folder, serveS3 }: { access: FunctionAccessSource; folder: ObjectStore; serveS3?: boolean },
): Promise<{ objects?: ObjectStore; emulator: JsonClient }> {
  const { JsonClient } = await import('./http/jsonClient');
  const emulator = new JsonClient(url, access, region);
  if (serveS3) return { emulator };
  const { joinStores, RemoteStore } = await import('./s3/remoteStore');
  return { objects: joinStores(buckets, folder, new RemoteStore(url, access, region)), emulator };
}
