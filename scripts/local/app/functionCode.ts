/** Where the code of a Lambda function lies on this machine. */
import { constants, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import type { JsonObject } from '../../../lib/wire';
import { UserError } from '../../io/userError';
import type { TemplateResource } from './template';

export interface CodeSources {
  /** File assets by object key. */
  assets: Map<string, string>;
  /** A directory of this run for what has to be unpacked or written. */
  workDirectory: string;
}

/** Lambda's limit for a package with its layers, unpacked (AWS Lambda quotas). */
export const maximumUnpackedBytes = 250 * 1024 * 1024;

/**
 * The folder with a function's code: its asset, a zip file unpacked, or inline code in a file of its own. Throws a UserError
 * for code that isn't in the assembly or can't be unpacked.
 *
 * @param code the resolved property `Code`
 * @param resource of the function
 * @param directory where the relative paths of the stack's assets start
 */
export async function locateCode(
  code: JsonObject,
  resource: TemplateResource,
  directory: string,
  runtime: string,
  { assets, workDirectory }: CodeSources,
): Promise<string> {
  if (typeof code.ZipFile === 'string') {
    const unpacked = await newFolder(workDirectory);
    // CloudFormation puts inline code, which it takes for Node.js and Python, into a file named index.
    await writeFile(join(unpacked, runtime.startsWith('python') ? 'index.py' : 'index.js'), code.ZipFile);
    return unpacked;
  }
  const path = assetPathOf(code, resource, directory, assets);
  if (path === undefined) {
    throw new UserError(`its code isn't an asset of the app (${JSON.stringify(code)})`);
  }
  return unpackAsset(path, 'its code', workDirectory);
}

/** The directory or zip file that a code or content, `{S3Bucket, S3Key}`, stands for; undefined where it's no asset. */
export function assetPathOf(
  { S3Key: key }: JsonObject,
  { metadata }: TemplateResource,
  directory: string,
  assets: CodeSources['assets'],
): string | undefined {
  const published = typeof key === 'string' ? assets.get(key) : undefined;
  const path = metadata['aws:asset:path'];
  return published ?? (typeof path === 'string' ? resolve(directory, path) : undefined);
}

/**
 * The folder with what is in an asset, unpacked where it is a zip file.
 *
 * @param what for errors: `its code`
 * @throws a UserError for an asset that is missing or can't be unpacked
 */
export async function unpackAsset(path: string, what: string, workDirectory: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new UserError(`${what} is missing: expected the asset ${path}`);
  if (found.isDirectory()) return path;
  if (!/\.(zip|jar)$/.test(path)) {
    throw new UserError(`expected ${what} to be a directory, a zip file or a jar, got ${path}`);
  }
  const unpacked = await newFolder(workDirectory);
  await unzip(path, unpacked).catch((error: unknown) => {
    if (error instanceof UserError) throw error;
    const { message } = error as Error;
    throw new UserError(`${what} can't be unpacked from ${path}: ${message}`, { cause: error });
  });
  return unpacked;
}

/** One for each function: stacks in several Regions may have functions of one name. */
function newFolder(workDirectory: string): Promise<string> {
  return mkdtemp(join(workDirectory, 'code-'));
}

/**
 * Unpacks a zip file as Lambda does: with symbolic links, and no more than Lambda's 250 MB. yauzl itself refuses entries
 * with a path that leads out of the directory. Links come last, so that nothing is written through one.
 */
async function unzip(file: string, directory: string): Promise<void> {
  const zip = await openPromise(file);
  const links: { target: string; path: string }[] = [];
  let bytes = 0;
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue;
    bytes += entry.uncompressedSize;
    if (bytes > maximumUnpackedBytes) {
      throw new UserError(`${file} unpacks to more than ${maximumUnpackedBytes} bytes, Lambda's limit`);
    }
    const path = join(directory, entry.fileName);
    await mkdir(dirname(path), { recursive: true });
    const content = await zip.openReadStreamPromise(entry);
    // Zip files made on Unix keep the file's mode in the upper half.
    const mode = entry.externalFileAttributes >>> 16;
    if ((mode & constants.S_IFMT) === constants.S_IFLNK) links.push({ target: await text(content), path });
    else await pipeline(content, createWriteStream(path, { mode: (mode & 0o777) | 0o600 }));
  }
  for (const { target, path } of links) await symlink(target, path);
}
