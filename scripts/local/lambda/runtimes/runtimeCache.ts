/** The folder that keeps what was installed for a runtime, from one endpoint to the next. */
import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { UserError } from '../../../io/userError';
import type { Surroundings } from './runtime';

const unfinished = 'installing-';
/** An installation that was killed is older than this. */
const abandonedMs = 3_600_000;

export class RuntimeCache {
  readonly folder: string;

  /** @param folder default: `lambda-system-test` in the user's own folder for caches */
  constructor(folder: string | undefined, { cwd, env }: Surroundings) {
    this.folder = folder === undefined ? join(userCache(env), 'lambda-system-test') : resolve(cwd, folder);
  }

  /**
   * What is in it is run, so nobody else may be able to put anything there.
   * @throws a UserError where another user owns it or may write to it
   */
  check(): void {
    const found = existsSync(this.folder) && statSync(this.folder);
    if (!found || process.getuid === undefined) return;
    const fault =
      (!found.isDirectory() && 'is no directory') ||
      (found.uid !== process.getuid() && 'belongs to another user') ||
      ((found.mode & 0o022) !== 0 && 'can be written to by others');
    if (fault) {
      throw new UserError(
        `its runtime is kept in ${this.folder}, which ${fault}: choose a folder of your own by --runtime-cache`,
      );
    }
  }

  /**
   * The folder `name` of the cache. Where it isn't there, or `isWhole` says so, `fill` fills a new one, which takes its
   * place as a whole: neither another process nor an interruption leaves a part of it. Rejects as `fill` does, with a
   * UserError for a cache that isn't safe, and where it can't be written.
   */
  async provide(
    name: string,
    isWhole: (folder: string) => Promise<boolean>,
    fill: (folder: string) => Promise<void>,
  ): Promise<string> {
    this.check();
    const target = join(this.folder, name);
    if (await isWhole(target)) return target;
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    this.check();
    await this.clearAbandoned();
    const fresh = await mkdtemp(join(this.folder, unfinished));
    const broken = join(this.folder, `${unfinished}${randomBytes(6).toString('hex')}`);
    try {
      await fill(fresh);
      if (!(await isWhole(fresh))) throw new Error('what was installed does not work');
      // Another process may have been faster.
      if (await isWhole(target)) return target;
      await rename(target, broken).catch(ignoreMissing);
      await rename(fresh, target);
      return target;
    } finally {
      await Promise.all([fresh, broken].map((folder) => rm(folder, { recursive: true, force: true })));
    }
  }

  private async clearAbandoned(): Promise<void> {
    const names = await readdir(this.folder);
    for (const folder of names.filter((name) => name.startsWith(unfinished)).map((name) => join(this.folder, name))) {
      const { mtimeMs } = await stat(folder);
      if (Date.now() - mtimeMs > abandonedMs) await rm(folder, { recursive: true, force: true });
    }
  }
}

function userCache(env: Surroundings['env']): string {
  if (env.XDG_CACHE_HOME) return env.XDG_CACHE_HOME;
  if (process.platform === 'win32' && env.LOCALAPPDATA) return env.LOCALAPPDATA;
  const home = env.HOME ?? homedir();
  return process.platform === 'darwin' ? join(home, 'Library', 'Caches') : join(home, '.cache');
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
