/** How a Task state calls a service. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../../../../lib/wire';
import type { Clock } from '../../../io/clock';
import type { JsonCaller } from '../../http/jsonClient';
import type { ServiceError } from '../../http/service';
import type { Invoker } from '../../lambda/invoke';
import type { ObjectStore } from '../../s3/objectStore';
import { StateFailure } from '../failure';
import type { ArgumentProblem, ArgumentTypes } from './arguments';

/** What the tasks call. */
export interface Services {
  clock: Clock;
  invoker: Invoker;
  objects: ObjectStore;
  /** For services that are not served here; default: their tasks are out of reach. */
  emulator?: JsonCaller;
}

export type BucketUse = 'read' | 'write';

/** What of AWS is within reach of the state machines. */
export interface Reach {
  /** Why tasks can't read from, or write to, a bucket; undefined: they can. */
  bucketProblem(bucket: string, use: BucketUse): string | undefined;
  hasEmulator: boolean;
}

/** Why a bucket that a field names is out of reach; undefined: it isn't, or only an expression tells which one it is. */
export function bucketProblem(bucket: Json | undefined, use: BucketUse, reach?: Reach): string | undefined {
  return typeof bucket !== 'string' || bucket.startsWith('{%') ? undefined : reach?.bucketProblem(bucket, use);
}

export interface Integration {
  /** What its events call it: `lambda`, `aws-sdk:s3`. */
  resourceType: string;
  /** The operation: `getObject`. */
  resource: string;
  /** What stands before the dot of its errors. */
  service: string;
  arguments: ArgumentTypes;
  /** The members of its result as the API's model types them, by which a mocked one is checked. Default: not known. */
  result?: Record<string, 'string' | 'number'>;
  /** What can't be reached of what a task with these Arguments names: by which field, and why. */
  unreachable?: (values: JsonObject, reach: Reach) => ArgumentProblem | undefined;
  /**
   * The result of a task with Arguments that were checked. Throws a StateFailure or, where the service refused the call, a
   * ServiceError.
   */
  call: (parameters: JsonObject, services: Services, signal: AbortSignal) => Promise<JsonObject>;
  /** Default: as an SDK integration does it. */
  failure?: (error: ServiceError) => StateFailure;
}

/** A call without an answer, as of a client of the AWS SDK for Java that reaches nothing. */
export function clientFailure(service: string, error: unknown): StateFailure {
  // fetch says why in the cause.
  const { message, cause } = error as Error & { cause?: Error };
  const reason = cause?.message ?? message;
  return new StateFailure(`${service}.SdkClientException`, `Unable to execute HTTP request: ${reason}`);
}

/**
 * A failed call of an SDK integration, named after the exception of the AWS SDK for Java (recorded:
 * `S3.NoSuchBucketException`, `DynamoDb.ResourceNotFoundException`, `Ssm.ParameterNotFoundException`). What the service's model
 * doesn't know is the service's own exception (recorded: `DynamoDb.DynamoDbException`, `SecretsManager.SecretsManagerException`).
 * @param modelled the codes that it knows; default: any
 */
export function sdkFailure(
  service: string,
  { name, status, message }: ServiceError,
  modelled: readonly string[] = [name],
): StateFailure {
  const known = modelled.includes(name) ? name : service;
  const exception = known.endsWith('Exception') ? known : `${known}Exception`;
  // Recorded: S3 has two ids.
  const ids =
    service === 'S3'
      ? `${randomBytes(8).toString('hex').toUpperCase()}, Extended Request ID: ${randomBytes(56).toString('base64')}`
      : randomUUID();
  return new StateFailure(
    `${service}.${exception}`,
    `${message} (Service: ${service}, Status Code: ${status}, Request ID: ${ids})`,
  );
}
