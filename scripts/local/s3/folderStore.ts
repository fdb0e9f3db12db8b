/** The buckets of a folder, as the state machines of this process use them. */
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createHash } from 'node:crypto';
import { noSuchKey, storageError } from './errors';
import type { ObjectFolder } from './folder';
import { listPage, type ListingPage, type ListingRequest } from './listing';
import type { ListedObject, ListObjectsRequest, ObjectStore, OpenedObject, StoredObject } from './objectStore';

export class FolderStore implements ObjectStore {
  constructor(private readonly folder: ObjectFolder) {}

  /** @throws as the interface says */
  getObject(bucket: string, key: string): Promise<OpenedObject> {
    return named(async () => {
      this.folder.requireBucket(bucket);
      const found = await this.folder.open(bucket, key);
      if (!found) throw noSuchKey(key);
      return { ...found, content: contentOf(found.content) };
    });
  }

  /** @throws as the interface says, and NotImplemented for a key that can't be the name of a file here */
  putObject(bucket: string, key: string, content: Buffer | AsyncIterable<Buffer>): Promise<StoredObject> {
    return named(async () => {
      if (Buffer.isBuffer(content)) return this.folder.putWhole(bucket, key, content);
      const hash = createHash('md5');
      const hashed = async function* (): AsyncGenerator<Buffer> {
        for await (const chunk of content) {
          hash.update(chunk);
          yield chunk;
        }
      };
      const verify = () => Promise.resolve({ etag: `"${hash.digest('hex')}"` });
      return this.folder.put(bucket, key, hashed(), { verify, require: () => Promise.resolve() });
    });
  }

  /** @throws as the interface says */
  async *listObjects(
    bucket: string,
    { prefix = '', startAfter = '', pageSize = 1000 }: ListObjectsRequest = {},
  ): AsyncGenerator<ListedObject[]> {
    let after: string | undefined = startAfter;
    while (after !== undefined) {
      const request: ListingRequest = { prefix, delimiter: '', maxKeys: pageSize, after };
      const page = async (): Promise<ListingPage> => {
        this.folder.requireBucket(bucket);
        return listPage(this.folder, bucket, request);
      };
      const { objects, next }: ListingPage = await named(page);
      if (objects.length > 0) yield objects;
      after = next?.after;
    }
  }
}

/** What the file system refuses is named as S3 names it. */
async function named<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw storageError(error as NodeJS.ErrnoException) ?? error;
  }
}

function contentOf(content: Buffer | FileHandle): AsyncIterable<Buffer> {
  return Buffer.isBuffer(content) ? Readable.from([content]) : content.createReadStream();
}
