/** Buckets of an emulator of others, for state machines to read. */
import { GetObjectCommand, paginateListObjectsV2, S3Client, S3ServiceException } from '../../aws/clientS3';
import { ServiceError } from '../http/service';
import type { FunctionAccessSource } from '../lambda/functionAccess';
import { notImplemented } from './errors';
import type { ListedObject, ListObjectsRequest, ObjectStore, OpenedObject, StoredObject } from './objectStore';

/** For how long credentials have to be good, in milliseconds. */
const neededMs = 60_000;

/** What is in those buckets; it doesn't try again, as state machines do. */
export class RemoteStore implements ObjectStore {
  private readonly client: S3Client;

  constructor(endpoint: string, access: FunctionAccessSource, defaultRegion: string) {
    this.client = new S3Client({
      endpoint,
      forcePathStyle: true,
      maxAttempts: 1,
      region: async () => (await access(neededMs)).region ?? defaultRegion,
      credentials: async () => (await access(neededMs)).credentials,
    });
  }

  /** @throws as the interface says, and another Error where there is no answer */
  async getObject(Bucket: string, Key: string): Promise<OpenedObject> {
    const found = await this.client.send(new GetObjectCommand({ Bucket, Key })).catch(refuse);
    return { ...factsOf(found, found.ContentLength), content: found.Body as AsyncIterable<Buffer> };
  }

  /** @throws NotImplemented: results are read from this endpoint */
  putObject(bucket: string): Promise<StoredObject> {
    return Promise.reject(notImplemented(`writing to ${bucket}, which is not the app's`));
  }

  /** @throws as the interface says, and another Error where there is no answer */
  async *listObjects(Bucket: string, request: ListObjectsRequest = {}): AsyncGenerator<ListedObject[]> {
    const { prefix: Prefix, startAfter: StartAfter, pageSize } = request;
    const pages = paginateListObjectsV2({ client: this.client, pageSize }, { Bucket, Prefix, StartAfter });
    try {
      for await (const { Contents = [], IsTruncated, NextContinuationToken } of pages) {
        // The client takes it for the last page: what is listed would be a part, and its test a pass without the rest.
        if (IsTruncated && !NextContinuationToken) {
          throw new ServiceError('InternalError', 500, `The list of ${Bucket} is cut, without a token for the rest.`);
        }
        if (Contents.length > 0) yield Contents.map((one) => ({ ...factsOf(one, one.Size), key: one.Key ?? '' }));
      }
    } catch (error) {
      refuse(error);
    }
  }
}

/** The app's own buckets are here, all others are elsewhere. */
export function joinStores(own: readonly string[], here: ObjectStore, elsewhere: ObjectStore): ObjectStore {
  const storeOf = (bucket: string): ObjectStore => (own.includes(bucket) ? here : elsewhere);
  return {
    getObject: (bucket, key) => storeOf(bucket).getObject(bucket, key),
    putObject: (bucket, key, content) => storeOf(bucket).putObject(bucket, key, content),
    listObjects: (bucket, request) => storeOf(bucket).listObjects(bucket, request),
  };
}

function factsOf(
  { ETag = '', LastModified = new Date(0) }: { ETag?: string; LastModified?: Date },
  size = 0,
): StoredObject {
  return { size, etag: ETag, lastModified: LastModified };
}

function refuse(error: unknown): never {
  if (!(error instanceof S3ServiceException)) throw error;
  const { name, message, $metadata } = error;
  throw new ServiceError(name, $metadata.httpStatusCode ?? 500, message);
}
