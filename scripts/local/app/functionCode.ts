/** Where the code of a Lambda function lies on this machine. */
import { constants, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import type { JsonObject } from '../../../lib/wire';
import { UserError } from '../../io/userError';

export interface CodeSources {
  /** File assets by object key. */
  assets: Map<string, string>;
  /** A directory of this run for what has to be unpacked or written. */
  workDirectory: string;
}

/** Lambda's limit for a package with its layers, unpacked (AWS Lambda quotas). */
const maximumUnpackedBytes = 250 * 1024 * 1024;

/**
 * The folder with a function's code: its asset, a zip file unpacked, or inline code in a file of its own. Throws a UserError
 * for code that isn't in the assembly or can't be unpacked.
 *
 * @param code the resolved property `Code`
 * @param assetPath the resource's `aws:asset:path`, made absolute
 */
export async function locateCode(
  code: JsonObject,
  assetPath: string | undefined,
  runtime: string,
  { assets, workDirectory }: CodeSources,
): Promise<string> {
  if (typeof code.ZipFile === 'string') {
    const unpacked = await newFolder(workDirectory);
    // CloudFormation puts inline code, which it takes for Node.js and Python, into a file named index.
    await writeFile(join(unpacked, runtime.startsWith('python') ? 'index.py' : 'index.js'), code.ZipFile);
    return unpacked;
  }
  const key = typeof code.S3Key === 'string' ? code.S3Key : '';
  const path = assets.get(key) ?? assetPath;
  if (path === undefined) {
    throw new UserError(`its code isn't an asset of the app (${JSON.stringify(code)})`);
  }
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new UserError(`its code is missing: expected the asset ${path}`);
  if (found.isDirectory()) return path;
  if (!path.endsWith('.zip')) throw new UserError(`expected its code to be a directory or a zip file, got ${path}`);
  const unpacked = await newFolder(workDirectory);
  await unzip(path, unpacked).catch((error: unknown) => {
    if (error instanceof UserError) throw error;
    const { message } = error as Error;
    throw new UserError(`its code can't be unpacked from ${path}: ${message}`, { cause: error });
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
