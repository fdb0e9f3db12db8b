/** The SDK integrations of S3, on the buckets that are here. */
import { type Json, type JsonObject, limits } from '../../../../lib/wire';
import { ServiceError } from '../../http/service';
import { invalidArgument } from '../../s3/errors';
import type { ListedObject, ObjectStore } from '../../s3/objectStore';
import { dataLimitExceeded, StateFailure } from '../failure';
import type { ArgumentTypes } from './arguments';
import { bucketProblem, clientFailure, sdkFailure, type Integration } from './integration';

const resourceType = 'aws-sdk:s3';
const objectArguments: ArgumentTypes = {
  Bucket: { type: 'string', required: true },
  Key: { type: 'string', required: true },
};
/** Those of the API's model that the three calls can end with. AccessDenied is none (API reference, "Error responses"). */
const modelled = ['NoSuchBucket', 'NoSuchKey', 'InvalidObjectState'];
const encrypted = { ServerSideEncryption: 'AES256' };

/** Arguments of the integrations, checked. */
interface Parameters extends JsonObject {
  Bucket: string;
  Key: string;
}

function integration(
  resource: string,
  types: ArgumentTypes,
  call: (parameters: Parameters, objects: ObjectStore) => Promise<JsonObject>,
): Integration {
  return {
    resourceType,
    resource,
    service: 'S3',
    arguments: types,
    unreachable: ({ Bucket }, reach) => {
      const text = bucketProblem(Bucket, resource === 'putObject' ? 'write' : 'read', reach);
      return text === undefined ? undefined : { field: 'Arguments/Bucket', text };
    },
    call: (parameters, { objects }) =>
      call(parameters as Parameters, objects).catch((error: unknown) => {
        throw error instanceof ServiceError || error instanceof StateFailure ? error : clientFailure('S3', error);
      }),
    failure: (error) => sdkFailure('S3', error, modelled),
  };
}

export const s3Integrations = [
  integration('getObject', objectArguments, getObject),
  integration('putObject', { ...objectArguments, Body: { type: 'blob' }, ContentType: { type: 'string' } }, putObject),
  integration(
    'listObjectsV2',
    {
      Bucket: { type: 'string', required: true },
      Prefix: { type: 'string', mayBeEmpty: true },
      MaxKeys: { type: 'number' },
      StartAfter: { type: 'string', mayBeEmpty: true },
      ContinuationToken: { type: 'string' },
    },
    listObjects,
  ),
];

/** The members as recorded; what isn't UTF-8 is none of the recordings. */
async function getObject({ Bucket, Key }: Parameters, objects: ObjectStore): Promise<JsonObject> {
  const { content, size, etag, lastModified } = await objects.getObject(Bucket, Key);
  const chunks: Buffer[] = [];
  for await (const chunk of content) {
    if (size > limits.payloadBytes) throw dataLimitExceeded(resourceType);
    chunks.push(chunk);
  }
  return {
    AcceptRanges: 'bytes',
    ContentLength: size,
    ContentType: 'binary/octet-stream',
    ETag: etag,
    LastModified: seconds(lastModified),
    Metadata: {},
    ...encrypted,
    Body: Buffer.concat(chunks).toString(),
  };
}

/** Recorded: the Body is stored as JSON, a text with its quotes; the result. */
async function putObject({ Bucket, Key, Body }: Parameters, objects: ObjectStore): Promise<JsonObject> {
  const content = Buffer.from(Body === undefined ? '' : JSON.stringify(Body));
  const { etag } = await objects.putObject(Bucket, Key, content);
  return { ETag: etag, ...encrypted };
}

/** No recording was found: the members are those of the API, and what it leaves out is left out. */
async function listObjects(
  { Bucket, Prefix, MaxKeys, StartAfter, ContinuationToken }: Parameters,
  objects: ObjectStore,
): Promise<JsonObject> {
  const maxKeys = Math.min((MaxKeys as number | null | undefined) ?? 1000, 1000);
  if (!Number.isInteger(maxKeys) || maxKeys < 0) {
    throw invalidArgument('Argument maxKeys must be an integer between 0 and 2147483647', 'maxKeys', String(maxKeys));
  }
  const prefix = (Prefix as string | null) ?? undefined;
  const token = (ContinuationToken as string | null) ?? undefined;
  const startAfter = (StartAfter as string | null) ?? undefined;
  const from = token === undefined ? startAfter : Buffer.from(token, 'base64url').toString();
  const page = async (after: string | undefined, pageSize: number): Promise<ListedObject[]> => {
    for await (const found of objects.listObjects(Bucket, { prefix, startAfter: after, pageSize })) return found;
    return [];
  };
  const found = await page(from, Math.max(maxKeys, 1));
  const listed = found.slice(0, maxKeys);
  const last = listed.at(-1)?.key;
  const isTruncated = last !== undefined && listed.length === maxKeys && (await page(last, 1)).length > 0;
  return {
    ...(listed.length > 0 && { Contents: listed.map(contents) }),
    ...(token !== undefined && { ContinuationToken: token }),
    IsTruncated: isTruncated,
    KeyCount: listed.length,
    MaxKeys: maxKeys,
    Name: Bucket,
    ...(isTruncated && { NextContinuationToken: Buffer.from(last).toString('base64url') }),
    Prefix: prefix ?? '',
    ...(startAfter !== undefined && { StartAfter: startAfter }),
  };
}

function contents({ key, size, etag, lastModified }: ListedObject): Json {
  return { ETag: etag, Key: key, LastModified: seconds(lastModified), Size: size, StorageClass: 'STANDARD' };
}

/** S3 keeps no fractions of a second, and the AWS SDK for Java writes none then. */
function seconds(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
