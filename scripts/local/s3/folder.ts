/** A folder as S3's storage: DIR/BUCKET/KEY. No path leads out of it, as no link below it is followed. */
import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  writeFileSync,
  type BigIntStats,
} from 'node:fs';
import { lstat, mkdir, open, readdir, realpath, rm, rmdir, type FileHandle } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../../io/userError';
import { ServiceError } from '../http/service';
import { noSuchBucket, notImplemented } from './errors';

/** Bytes of a key (Amazon S3 user guide, "Naming Amazon S3 objects"). */
const maximumKeyBytes = 1024;
/** Of files, so that listings and ranges don't read them again each time: more than the results of a run. */
const maximumCachedTags = 131_072;
/** Of folders, so that not each page of a listing reads them again. */
const maximumCachedNames = 262_144;
/** Of a file system's clock: that of FAT, or where it knows parts of a second, that of a system's clock. */
const coarseGrainMs = 2_000;
const fineGrainMs = 50;
const maximumReadBytes = 262_144;
/** Up to this size an object is read while all else waits: by way of other threads it takes several times as long. */
const smallBytes = 65_536;
const readFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export interface ObjectFacts {
  size: number;
  lastModified: Date;
  /** The MD5 of the content, in quotes. */
  etag: string;
}

/** An object that is open: its content where that is small, else a file, which whoever has it closes. */
export interface OpenObject extends ObjectFacts {
  content: Buffer | FileHandle;
}

export class ObjectFolder {
  /** By path: its ETag, and the file as it was. */
  private readonly tags = new Map<string, string>();
  /** Changes follow one another, so that what one of them requires still holds when it is done. */
  private lastChange: Promise<unknown> = Promise.resolve();

  /** By path: the folders that were listed last, because each page of a listing begins anew. */
  private readonly listed = new Map<string, { version: string; names: readonly string[] }>();

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

  /** A folder that is made for it. */
  static async make(path: string): Promise<ObjectFolder> {
    await mkdir(path);
    return ObjectFolder.at(path);
  }

  /** Those folders whose names are names of buckets, in order. */
  async buckets(): Promise<{ name: string; createdAt: Date }[]> {
    const folders = (await readdir(this.root, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    const names = folders.map(({ name }) => name).filter(isBucketName);
    const dates = names.map(async (name) => ({ name, createdAt: (await lstat(join(this.root, name))).birthtime }));
    return (await Promise.all(dates)).sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** @throws NoSuchBucket, InvalidBucketName */
  requireBucket(bucket: string): void {
    if (!isBucketName(bucket)) {
      throw new ServiceError('InvalidBucketName', 400, 'The specified bucket is not valid.', { BucketName: bucket });
    }
    if (!lstatSync(join(this.root, bucket), { throwIfNoEntry: false })?.isDirectory()) throw noSuchBucket(bucket);
  }

  /** Makes a bucket that isn't there yet, unless no bucket can have such a name. */
  makeBucket(bucket: string): void {
    if (isBucketName(bucket)) mkdirSync(join(this.root, bucket), { recursive: true });
  }

  /** The object, open for reading; undefined where there is none. */
  async open(bucket: string, key: string): Promise<OpenObject | undefined> {
    const path = this.locate(bucket, key);
    if (path === undefined) return undefined;
    const small = this.readSmall(path);
    if (small !== 'large') return small;
    const file = await open(path, readFlags).catch(absent);
    if (!file) return undefined;
    try {
      const stats = await file.stat({ bigint: true });
      if (stats.isFile()) return { ...(await this.factsOf(path, file, stats)), content: file };
    } catch (error) {
      await file.close();
      throw error;
    }
    await file.close();
    return undefined;
  }

  /** What is stored under a key; undefined where nothing is. */
  async facts(bucket: string, key: string): Promise<ObjectFacts | undefined> {
    const path = this.locate(bucket, key);
    const stats = path === undefined ? undefined : statsOf(path);
    if (path === undefined || !stats?.isFile()) return undefined;
    const etag = this.knownTag(path, stats);
    if (etag !== undefined) return factsFrom(stats, etag);
    const found = await this.open(bucket, key);
    if (found && !Buffer.isBuffer(found.content)) await found.content.close();
    return found;
  }

  /**
   * Stores an object that is in memory, whole or not at all, while all else waits.
   * @throws NoSuchBucket, and NotImplemented for a key that can't be the name of a file here
   */
  putWhole(bucket: string, key: string, content: Buffer): Promise<ObjectFacts> {
    const path = this.pathOf(bucket, key);
    if (path === undefined) throw unfit(key);
    const etag = tagOf(content);
    return this.change(async () => {
      this.makeFolders(bucket, key);
      const upload = this.uploadPath();
      try {
        writeFileSync(upload, content, { flag: 'wx' });
        return this.place(upload, { path, key, etag });
      } catch (error) {
        await rm(upload, { force: true });
        throw error;
      }
    });
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
  ): Promise<ObjectFacts> {
    const path = this.pathOf(bucket, key);
    if (path === undefined) throw unfit(key);
    const upload = this.uploadPath();
    try {
      // It has to be there before the content can fail, or it would be made after it was removed.
      const file = await open(upload, 'wx');
      await pipeline(content, file.createWriteStream());
      const { etag } = await verify();
      return await this.change(async () => {
        await require();
        this.makeFolders(bucket, key);
        return this.place(upload, { path, key, etag });
      });
    } finally {
      await rm(upload, { force: true });
    }
  }

  /** Removes an object, where there is one, and the folders that are empty then. */
  async delete(bucket: string, key: string, require: () => Promise<void>): Promise<void> {
    await this.change(async () => {
      await require();
      const path = this.locate(bucket, key);
      if (path === undefined || !statsOf(path)?.isFile()) return;
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

  /**
   * What a folder of a bucket holds, in the order of keys: files, and folders with a slash; no links.
   * @param folder empty, or ends with a slash; nothing is in one that a link leads to
   */
  async names(bucket: string, folder: string): Promise<readonly string[]> {
    const path = folder === '' ? join(this.root, bucket) : this.locate(bucket, folder.slice(0, -1));
    const stats = path === undefined ? undefined : statsOf(path);
    if (path === undefined || !stats) return [];
    const version = versionOf(stats);
    const known = this.listed.get(path);
    this.listed.delete(path);
    if (known?.version === version) {
      this.listed.set(path, known);
      return known.names;
    }
    const entries = (await readdir(path, { withFileTypes: true }).catch(absent)) ?? [];
    const names = entries.flatMap((entry) =>
      entry.isDirectory() ? `${entry.name}/` : entry.isFile() ? entry.name : [],
    );
    if (names.some((name) => beyondPlain.test(name))) names.sort(order);
    else names.sort();
    // What changes within the grain of the file system's clock would not be seen.
    const grainMs = stats.mtimeNs % 1_000_000_000n === 0n ? coarseGrainMs : fineGrainMs;
    if (Date.now() - Number(stats.mtimeMs) > grainMs) this.keepNames(path, version, names);
    return names;
  }

  private keepNames(path: string, version: string, names: readonly string[]): void {
    this.listed.set(path, { version, names });
    let kept = [...this.listed.values()].reduce((sum, one) => sum + one.names.length, 0);
    for (const [oldest, one] of this.listed) {
      if (kept <= maximumCachedNames || oldest === path) break;
      this.listed.delete(oldest);
      kept -= one.names.length;
    }
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
  private locate(bucket: string, key: string): string | undefined {
    const path = this.pathOf(bucket, key);
    return path !== undefined && isNoLink(path) ? path : undefined;
  }

  /** One by one, because a link among them would be followed. */
  private makeFolders(bucket: string, key: string): void {
    this.requireBucket(bucket);
    const names = key.split('/').slice(0, -1);
    let folder = join(this.root, bucket);
    if (isNoLink(join(folder, ...names))) return;
    for (const name of names) {
      folder = join(folder, name);
      if (!statsOf(folder)) mkdirSync(folder, { recursive: true });
      if (!statsOf(folder)?.isDirectory()) throw unfit(key);
    }
  }

  /** Beside the buckets, as no bucket has such a name, and on the same file system. */
  private uploadPath(): string {
    return join(this.root, `.upload-${randomUUID()}`);
  }

  /** Puts what was uploaded in its place. */
  private place(upload: string, { path, key, etag }: { path: string; key: string; etag: string }): ObjectFacts {
    try {
      renameSync(upload, path);
    } catch (error) {
      throw ['EISDIR', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(codeOf(error)) ? unfit(key) : error;
    }
    const stats = lstatSync(path, { bigint: true });
    this.remember(path, stats, etag);
    return factsFrom(stats, etag);
  }

  private change<T>(run: () => Promise<T>): Promise<T> {
    const change = this.lastChange.then(run);
    this.lastChange = change.catch(() => undefined);
    return change;
  }

  private readSmall(path: string): OpenObject | 'large' | undefined {
    let file: number | undefined;
    try {
      file = openSync(path, readFlags);
      const stats = fstatSync(file, { bigint: true });
      if (!stats.isFile()) return undefined;
      if (stats.size > smallBytes) return 'large';
      const whole = Buffer.allocUnsafe(Number(stats.size));
      const content = whole.subarray(0, readSync(file, whole, 0, whole.length, 0));
      const etag = this.knownTag(path, stats) ?? tagOf(content);
      this.remember(path, stats, etag);
      return { ...factsFrom(stats, etag), size: content.length, content };
    } catch (error) {
      absent(error);
      return undefined;
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }

  private async factsOf(path: string, file: FileHandle, stats: BigIntStats): Promise<ObjectFacts> {
    const known = this.knownTag(path, stats);
    if (known !== undefined) return factsFrom(stats, known);
    const hash = createHash('md5');
    const buffer = Buffer.allocUnsafe(maximumReadBytes);
    for (let position = 0; position < stats.size;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
    const etag = `"${hash.digest('hex')}"`;
    this.remember(path, stats, etag);
    return factsFrom(stats, etag);
  }

  private knownTag(path: string, stats: BigIntStats): string | undefined {
    const known = this.tags.get(path);
    return known?.slice(tagLength) === versionOf(stats) ? known.slice(0, tagLength) : undefined;
  }

  private remember(path: string, stats: BigIntStats, etag: string): void {
    this.tags.delete(path);
    this.tags.set(path, etag + versionOf(stats));
    const [oldest] = this.tags.keys();
    if (this.tags.size > maximumCachedTags && oldest !== undefined) this.tags.delete(oldest);
  }
}

/** An MD5 in quotes. */
const tagLength = 34;

function tagOf(content: Buffer): string {
  return `"${createHash('md5').update(content).digest('hex')}"`;
}

function factsFrom({ size, mtime }: BigIntStats, etag: string): ObjectFacts {
  return { size: Number(size), lastModified: mtime, etag };
}

function statsOf(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    absent(error);
    return undefined;
  }
}

/** Whether there is something that no link leads to. */
function isNoLink(path: string): boolean {
  try {
    return realpathSync.native(path) === path;
  } catch (error) {
    absent(error);
    return false;
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
