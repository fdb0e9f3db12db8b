/** The folder for what a local endpoint makes for itself, and the removal of those that killed ones left behind. */
import { rmSync } from 'node:fs';
import { lstat, mkdtemp, readdir, rename } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../io/userError';

const prefix = 'system-test-';
/** Of a socket's path: macOS has room for 103 bytes, Linux for 107. What is longer, Node.js 20 cuts without a word. */
const maximumSocketBytes = 103;

export interface WorkDirectory {
  path: string;
  /** Removes it with all that is in it. */
  remove: () => void;
}

/**
 * Makes a folder `among` the temporary files, and clears those of endpoints that were killed. A socket in it tells
 * whether its endpoint lives: it ends with its process however that ends, and no other process takes its place, as with
 * a process id. A folder without one is left alone, so where no socket can be made, nothing is cleared. Throws a
 * UserError where no folder can be made.
 */
export async function makeWorkDirectory(among = tmpdir()): Promise<WorkDirectory> {
  await clearAbandoned(among);
  const path = await mkdtemp(join(among, prefix)).catch((error: unknown) => {
    throw new UserError(
      `Expected a directory for temporary files, such as TMPDIR names, that can be written, got ${among} ` +
        `(${(error as NodeJS.ErrnoException).code}).`,
      { cause: error },
    );
  });
  const life = createServer((visitor) => visitor.destroy()).unref();
  // Renamed only when it listens: before, it looks like that of a process that has ended.
  const starting = join(path, 'starting');
  if (Buffer.byteLength(starting) <= maximumSocketBytes) {
    await new Promise<void>((resolve) => life.once('error', () => resolve()).listen(starting, () => resolve()));
  }
  if (life.listening) await rename(starting, socketOf(path));
  return {
    path,
    remove: () => {
      life.close();
      removeFolder(path);
    },
  };
}

function socketOf(folder: string): string {
  return join(folder, 'alive');
}

async function clearAbandoned(among: string): Promise<void> {
  const names = await readdir(among).catch(() => []);
  const folders = names.filter((name) => new RegExp(`^${prefix}[A-Za-z0-9]{6}$`).test(name));
  // What can't be looked at or removed is no affair of this run.
  await Promise.all(folders.map((name) => clear(join(among, name)).catch(() => undefined)));
}

/** Removes a folder of this user, not one that a link leads to, whose process has ended. */
async function clear(folder: string): Promise<void> {
  const about = await lstat(folder);
  if (!about.isDirectory() || about.uid !== process.getuid?.()) return;
  if (await isAbandoned(socketOf(folder))) removeFolder(folder);
}

/** File by file: to remove the results of 100,000 configurations at once takes twice the time, and 200 MB. */
function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Whether the process that listened on a socket has ended. */
async function isAbandoned(socket: string): Promise<boolean> {
  if (!(await lstat(socket)).isSocket()) return false;
  return new Promise((resolve) => {
    const attempt = connect(socket, () => {
      attempt.destroy();
      resolve(false);
    });
    attempt.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'));
  });
}
