/** S3 as the state machines use it in this process: readers and writers of a Distributed Map, and the SDK integrations. */

export interface StoredObject {
  /** Bytes. */
  size: number;
  /** The MD5 of the content, in quotes. */
  etag: string;
  lastModified: Date;
}

export interface ListedObject extends StoredObject {
  key: string;
}

/** An object that is open. Whoever reads the content to its end, or stops reading it, closes it. */
export interface OpenedObject extends StoredObject {
  content: AsyncIterable<Buffer>;
}

export interface ListObjectsRequest {
  /** Default: all objects. */
  prefix?: string;
  /** Only keys that come after this one, by the order of their bytes in UTF-8. */
  startAfter?: string;
  /** Objects of a page: 1 to 1,000, the default. */
  pageSize?: number;
}

/**
 * Objects in buckets. Each method throws a ServiceError that is named as S3 names it: `NoSuchBucket`, `NoSuchKey`,
 * `AccessDenied`, `InvalidBucketName`.
 */
export interface ObjectStore {
  /** @throws NoSuchBucket, NoSuchKey, AccessDenied */
  getObject(bucket: string, key: string): Promise<OpenedObject>;

  /**
   * Stores an object, whole or not at all.
   * @throws NoSuchBucket, AccessDenied
   */
  putObject(bucket: string, key: string, content: Buffer | AsyncIterable<Buffer>): Promise<StoredObject>;

  /**
   * The objects of a bucket in pages, in the order of their keys; a page is read when it is asked for, and none is empty.
   * @throws NoSuchBucket, AccessDenied at the first page
   */
  listObjects(bucket: string, request?: ListObjectsRequest): AsyncIterable<ListedObject[]>;
}
