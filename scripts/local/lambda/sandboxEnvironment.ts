/** The environment of a sandbox: the function's own, its runtime's and Lambda's, nothing of this machine's user. */
import { randomBytes, randomUUID } from 'node:crypto';
import { devNull } from 'node:os';
import { delimiter, join } from 'node:path';
import type { DeployedFunction } from '../app/deployment';
import type { FunctionAccess } from './functionAccess';
import type { Launch, Surroundings } from './runtimes/runtime';

/**
 * The environment variables of a sandbox (AWS Lambda developer guide, "Defined runtime environment variables"). The
 * function's variables win over those that Lambda lets them replace, and over an endpoint for all of its calls.
 */
export function sandboxEnvironment(
  deployed: DeployedFunction,
  version: string,
  logStreamName: string,
  launch: Launch,
  { env }: Surroundings,
  { credentials, endpointUrl, s3EndpointUrl, region = deployed.functionArn.split(':')[3] ?? '' }: FunctionAccess,
): Record<string, string> {
  const { codeDirectory, layersDirectory } = deployed;
  const inLayers = (folder: string) => (layersDirectory === undefined ? [] : [join(layersDirectory, folder)]);
  return {
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    // On Lambda the layers come after the few programs of its system; here they shall win over those of this machine.
    PATH: [...inLayers('bin'), env.PATH ?? ''].join(delimiter),
    LD_LIBRARY_PATH: [codeDirectory, join(codeDirectory, 'lib'), ...inLayers('lib')].join(delimiter),
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    // SDKs find the files of this machine's user without HOME, too; on Lambda there are none.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    ...(endpointUrl === undefined ? {} : { AWS_ENDPOINT_URL: endpointUrl }),
    // It would go before an endpoint for all of its calls that the function's own variables name.
    ...(s3EndpointUrl === undefined || (endpointUrl ?? deployed.environment.AWS_ENDPOINT_URL) !== undefined
      ? {}
      : { AWS_ENDPOINT_URL_S3: s3EndpointUrl }),
    ...launch.env,
    ...deployed.environment,
    _HANDLER: deployed.handler,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    // Lambda doesn't define it where the function brings its runtime.
    ...(deployed.runtime.startsWith('provided.') ? {} : { AWS_EXECUTION_ENV: `AWS_Lambda_${deployed.runtime}` }),
    AWS_LAMBDA_FUNCTION_NAME: deployed.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(deployed.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: deployed.logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
    AWS_LAMBDA_LOG_FORMAT: deployed.logFormat,
    // Lambda's default; the plain format has no levels to filter by.
    ...(deployed.logFormat === 'JSON' ? { AWS_LAMBDA_LOG_LEVEL: 'INFO' } : {}),
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
    LAMBDA_TASK_ROOT: codeDirectory,
    LAMBDA_RUNTIME_DIR: launch.directory,
  };
}

/** `2026/07/31/[$LATEST]0123456789abcdef0123456789abcdef` */
export function newLogStreamName(version: string, date: Date): string {
  return `${date.toISOString().slice(0, 10).replaceAll('-', '/')}/[${version}]${randomBytes(16).toString('hex')}`;
}

/** X-Ray's tracing header. Not sampled: nothing here takes traces. */
export function newTraceId(): string {
  // UUIDs are made of random bytes that are drawn many at a time.
  const id = `${randomUUID()}${randomUUID()}`.replaceAll('-', '');
  return `Root=1-${id.slice(0, 8)}-${id.slice(8, 32)};Parent=${id.slice(48)};Sampled=0`;
}
