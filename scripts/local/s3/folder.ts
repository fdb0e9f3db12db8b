/** A folder as S3's storage: DIR/BUCKET/KEY. No path leads out of it, as no link below it is followed. */
import { createHash, randomUUID } from 'node:crypto';
import { constants, createWriteStream, type BigIntStats, type Dirent } from 'node:fs';
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
    const path = this.pathOf(bucket, key);
    if (path === undefined || (await realpath(path).catch(absent)) !== path) return undefined;
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
    { verify, require }: { verify: () => Promise<{ etag: string }>; require: (found?: ObjectFacts) => void },
  ): Promise<void> {
    const path = this.pathOf(bucket, key);
    if (path === undefined) throw unfit(key);
    // Beside the buckets, as no bucket has such a name, and on the same file system.
    const upload = join(this.root, `.upload-${randomUUID()}`);
    try {
      await pipeline(content, createWriteStream(upload, { flags: 'wx' }));
      const { etag } = await verify();
      await this.change(async () => {
        require(await this.facts(bucket, key));
        await this.makeFolders(bucket, key);
        await rename(upload, path).catch((error: NodeJS.ErrnoException) => {
          throw ['EISDIR', 'ENOTEMPTY', 'EEXIST'].includes(error.code ?? '') ? unfit(key) : error;
        });
        this.remember(path, await lstat(path, { bigint: true }), etag);
      });
    } finally {
      await rm(upload, { force: true });
    }
  }

  /** Removes an object, where there is one, and the folders that are empty then. */
  async delete(bucket: string, key: string, require: (found?: ObjectFacts) => void): Promise<void> {
    await this.change(async () => {
      const found = await this.facts(bucket, key);
      require(found);
      const path = this.pathOf(bucket, key);
      if (!found || path === undefined) return;
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

  /** What is in a folder of a bucket: files and folders, no links. Empty where it has gone. */
  async entries(bucket: string, prefix: string): Promise<Dirent[]> {
    const entries = await readdir(join(this.root, bucket, prefix), { withFileTypes: true }).catch(absent);
    return (entries ?? []).filter((entry) => entry.isFile() || entry.isDirectory());
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

  /** One by one, because a link among them would be followed. */
  private async makeFolders(bucket: string, key: string): Promise<void> {
    await this.requireBucket(bucket);
    let folder = join(this.root, bucket);
    for (const name of key.split('/').slice(0, -1)) {
      folder = join(folder, name);
      await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
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
    for await (const chunk of file.createReadStream({ start: 0, autoClose: false })) hash.update(chunk as Buffer);
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
  if (name === '' || name === '.' || name === '..' || name.includes('\0') || Buffer.byteLength(name) > 255)
    return false;
  return sep === '/' || !/[<>:"\\|?*]|[. ]$/.test(name);
}

/** S3 has no folders: it can hold `a` and `a/b`, `a//b`, `a/` and `..`. */
function unfit(key: string): ServiceError {
  return notImplemented(
    `the key ${JSON.stringify(key)}, which can't be a file's path in the folder of --s3 beside those that are there`,
  );
}

/** Undefined for what isn't there. */
function absent(error: NodeJS.ErrnoException): undefined {
  if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'].includes(error.code ?? '')) return undefined;
  throw error;
}
