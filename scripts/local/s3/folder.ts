/** A folder as S3's storage: DIR/BUCKET/KEY. No path leads out of it, as no link below it is followed. */
import { createHash, randomUUID } from 'node:crypto';
import { constants, type BigIntStats } from 'node:fs';
import { lstat, mkdir, open, readdir, realpath, rename, rm, rmdir, type FileHandle } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../../io/userError';
import { ServiceError } from '../http/service';
import { noSuchBucket, notImplemented } from './errors';

/** Bytes of a key (Amazon S3 user guide, "Naming Amazon S3 objects"). */
const maximumKeyBytes = 1024;
/** Of files, so that listings and ranges don't read them again each time. */
const maximumCachedTags = 10_000;
const clockGrainMs = 2_000;
const maximumReadBytes = 262_144;

export interface ObjectFacts {
  size: number;
  lastModified: Date;
  /** The MD5 of the content, in quotes. */
  etag: string;
}

/** An object that is open; whoever has it closes the file. */
export interface OpenObject extends ObjectFacts {
  file: FileHandle;
}

export class ObjectFolder {
  /** By path: the file as it was, and its ETag. */
  private readonly tags = new Map<string, { version: string; etag: string }>();
  /** Changes follow one another, so that what one of them requires still holds when it is done. */
  private lastChange: Promise<unknown> = Promise.resolve();

  /** The folder that was listed last, because each page of a listing begins anew. */
  private listed?: { path: string; version: string; names: readonly string[] };

  private constructor(private readonly root: string) {}

  /** @throws a UserError where there is no such folder */
  static async at(path: string): Promise<ObjectFolder> {
    try {
      const root = await realpath(path);
      await readdir(root);
      return new ObjectFolder(root);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      throw new UserError(
        `Expected --s3 to name a folder whose folders are the buckets, got ${JSON.stringify(path)} (${code}).`,
        { cause: error },
      );
    }
  }

  /** Those folders whose names are names of buckets, in order. */
  async buckets(): Promise<{ name: string; createdAt: Date }[]> {
    const folders = (await readdir(this.root, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    const names = folders.map(({ name }) => name).filter(isBucketName);
    const dates = names.map(async (name) => ({ name, createdAt: (await lstat(join(this.root, name))).birthtime }));
    return (await Promise.all(dates)).sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** @throws NoSuchBucket, InvalidBucketName */
  async requireBucket(bucket: string): Promise<void> {
    if (!isBucketName(bucket)) {
      throw new ServiceError('InvalidBucketName', 400, 'The specified bucket is not valid.', { BucketName: bucket });
    }
    const found = await lstat(join(this.root, bucket)).catch(absent);
    if (!found?.isDirectory()) throw noSuchBucket(bucket);
  }

  /** The object, open for reading; undefined where there is none. */
  async open(bucket: string, key: string): Promise<OpenObject | undefined> {
    const path = await this.locate(bucket, key);
    if (path === undefined) return undefined;
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await open(path, flags).catch(absent);
    if (!file) return undefined;
    try {
      const stats = await file.stat({ bigint: true });
      if (stats.isFile()) return { ...(await this.factsOf(path, file, stats)), file };
    } catch (error) {
      await file.close();
      throw error;
    }
    await file.close();
    return undefined;
  }

  /** What is stored under a key; undefined where nothing is. */
  async facts(bucket: string, key: string): Promise<ObjectFacts | undefined> {
    const found = await this.open(bucket, key);
    await found?.file.close();
    return found;
  }

  /**
   * Stores an object, whole or not at all.
   * @param verify gives its ETag when all of the content was read
   * @param require throws where what is stored so far must not be replaced
   * @throws NotImplemented for a key that can't be the name of a file here; what the content and the two throw
   */
  async put(
    bucket: string,
    key: string,
    content: AsyncIterable<Buffer>,
    { verify, require }: { verify: () => Promise<{ etag: string }>; require: () => Promise<void> },
  ): Promise<void> {
    const path = this.pathOf(bucket, key);
    if (path === undefined) throw unfit(key);
    // Beside the buckets, as no bucket has such a name, and on the same file system.
    const upload = join(this.root, `.upload-${randomUUID()}`);
    try {
      // It has to be there before the content can fail, or it would be made after it was removed.
      const file = await open(upload, 'wx');
      await pipeline(content, file.createWriteStream());
      const { etag } = await verify();
      await this.change(async () => {
        await require();
        await this.makeFolders(bucket, key);
        await rename(upload, path).catch((error: unknown) => {
          throw ['EISDIR', 'ENOTEMPTY', 'EEXIST'].includes(codeOf(error)) ? unfit(key) : error;
        });
        this.remember(path, await lstat(path, { bigint: true }), etag);
      });
    } finally {
      await rm(upload, { force: true });
    }
  }

  /** Removes an object, where there is one, and the folders that are empty then. */
  async delete(bucket: string, key: string, require: () => Promise<void>): Promise<void> {
    await this.change(async () => {
      await require();
      const path = await this.locate(bucket, key);
      if (path === undefined || !(await lstat(path)).isFile()) return;
      await rm(path);
      try {
        for (let folder = dirname(path); folder !== join(this.root, bucket); folder = dirname(folder)) {
          await rmdir(folder);
        }
      } catch {
        // It holds something else.
      }
    });
  }

  /** What a folder of a bucket holds, in the order of keys: files, and folders with a slash; no links. */
  async names(bucket: string, prefix: string): Promise<readonly string[]> {
    const path = join(this.root, bucket, prefix);
    const stats = await lstat(path, { bigint: true }).catch(absent);
    if (!stats) return [];
    const version = versionOf(stats);
    if (this.listed?.path === path && this.listed.version === version) return this.listed.names;
    const entries = (await readdir(path, { withFileTypes: true }).catch(absent)) ?? [];
    const names = entries.flatMap((entry) =>
      entry.isDirectory() ? `${entry.name}/` : entry.isFile() ? entry.name : [],
    );
    names.sort(order);
    // What changes within the grain of the file system's clock would not be seen.
    if (Date.now() - Number(stats.mtimeMs) > clockGrainMs) this.listed = { path, version, names };
    return names;
  }

  /** Undefined where a key can't be the name of a file: nothing is stored under it. */
  private pathOf(bucket: string, key: string): string | undefined {
    if (Buffer.byteLength(key) > maximumKeyBytes) {
      throw new ServiceError('KeyTooLongError', 400, 'Your key is too long', {
        MaxSizeAllowed: String(maximumKeyBytes),
      });
    }
    const names = key.split('/');
    return names.every(isFileName) ? join(this.root, bucket, ...names) : undefined;
  }

  /** The path of what is stored under a key, which no link leads to; undefined where there is nothing. */
  private async locate(bucket: string, key: string): Promise<string | undefined> {
    const path = this.pathOf(bucket, key);
    return path !== undefined && (await realpath(path).catch(absent)) === path ? path : undefined;
  }

  /** One by one, because a link among them would be followed. */
  private async makeFolders(bucket: string, key: string): Promise<void> {
    await this.requireBucket(bucket);
    let folder = join(this.root, bucket);
    for (const name of key.split('/').slice(0, -1)) {
      folder = join(folder, name);
      await mkdir(folder).catch((error: unknown) => {
        if (codeOf(error) !== 'EEXIST') throw error;
      });
      if (!(await lstat(folder)).isDirectory()) throw unfit(key);
    }
  }

  private change(run: () => Promise<void>): Promise<void> {
    const change = this.lastChange.then(run);
    this.lastChange = change.catch(() => undefined);
    return change;
  }

  private async factsOf(path: string, file: FileHandle, stats: BigIntStats): Promise<ObjectFacts> {
    const facts = { size: Number(stats.size), lastModified: stats.mtime };
    const known = this.tags.get(path);
    if (known?.version === versionOf(stats)) return { ...facts, etag: known.etag };
    const hash = createHash('md5');
    // A stream costs more than most objects.
    const buffer = Buffer.allocUnsafe(Math.min(facts.size, maximumReadBytes));
    for (let position = 0; position < facts.size;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
    const etag = `"${hash.digest('hex')}"`;
    this.remember(path, stats, etag);
    return { ...facts, etag };
  }

  private remember(path: string, stats: BigIntStats, etag: string): void {
    this.tags.delete(path);
    this.tags.set(path, { version: versionOf(stats), etag });
    const [oldest] = this.tags.keys();
    if (this.tags.size > maximumCachedTags && oldest !== undefined) this.tags.delete(oldest);
  }
}

function versionOf({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [ino, size, mtimeNs, ctimeNs].join('-');
}

/** Amazon S3 user guide, "General purpose bucket naming rules". */
function isBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..');
}

function isFileName(name: string): boolean {
  if (['', '.', '..'].includes(name) || name.includes('\0') || Buffer.byteLength(name) > 255) return false;
  return sep === '/' || !/[<>:"\\|?*]|[. ]$/.test(name);
}

/** S3 has no folders: it can hold `a` and `a/b`, `a//b`, `a/` and `..`. */
function unfit(key: string): ServiceError {
  return notImplemented(
    `the key ${JSON.stringify(key)}, which can't be a file's path in the folder of --s3 beside those that are there`,
  );
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}

/** Undefined for what isn't there. */
function absent(error: unknown): undefined {
  if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'].includes(codeOf(error))) return undefined;
  throw error;
}

const beyondPlain = /[\ud800-\uffff]/;

/** The order of keys, by UTF-8. JavaScript orders by UTF-16, which differs for characters beyond U+FFFF. */
export function order(one: string, other: string): number {
  if (beyondPlain.test(one) && beyondPlain.test(other)) return Buffer.compare(Buffer.from(one), Buffer.from(other));
  return one < other ? -1 : one > other ? 1 : 0;
}
