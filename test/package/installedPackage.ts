import { execFileSync, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  realpathSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { cleanEnv } from '../scripts/command';

const root = join(__dirname, '..', '..');

/** A project in a folder of its own, into which the package was installed from its tarball. */
export interface InstalledPackage {
  directory: string;
  /** Bytes of the tarball. */
  packedBytes: number;
  /** The installed files, relative to the package. */
  files: string[];
  /** Runs a program of node_modules/.bin, or `node`, in the project. */
  run(program: string, args: string[], env?: Record<string, string>): SpawnSyncReturns<string>;
  remove(): void;
}

/** Without the package's own scripts, which would build the command again while other tests run it. */
function npm(args: string[], cwd: string): void {
  execFileSync('npm', [...args, '--ignore-scripts', '--loglevel=error'], {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/**
 * The tarball that a release would have. The first that asks builds the library and packs it, in the folder of this run; the
 * others wait, as a second build would take away what they pack.
 */
function packed(): string {
  const folder = join(tmpdir(), 'system-test-tarball');
  const done = join(folder, 'done');
  try {
    mkdirSync(folder);
  } catch {
    while (!existsSync(done)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    return tarballIn(folder);
  }
  try {
    execFileSync(process.execPath, [join(root, 'scripts', 'build', 'buildLibrary.mjs')], { stdio: 'pipe' });
    npm(['pack', '--pack-destination', folder], root);
  } finally {
    writeFileSync(done, '');
  }
  return tarballIn(folder);
}

function tarballIn(folder: string): string {
  const name = readdirSync(folder).find((each) => each.endsWith('.tgz'));
  if (name === undefined) {
    throw new Error('Expected the package to be packed by another test of this run, which failed.');
  }
  return join(folder, name);
}

/**
 * Packs what a release would and installs it. There is no network in this: the package has no dependencies, and its
 * peers are linked from this repository.
 */
export function installPackage(): InstalledPackage {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'system-test-package-')));
  const tarball = packed();

  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'feeds', version: '1.0.0', private: true }));
  npm(['install', '--offline', '--legacy-peer-deps', '--no-audit', '--no-fund', tarball], directory);
  const modules = join(directory, 'node_modules');
  for (const name of ['aws-cdk-lib', 'constructs']) {
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }

  const installed = join(modules, 'lambda-system-test');
  return {
    directory,
    packedBytes: statSync(tarball).size,
    files: readdirSync(installed, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(installed, join(entry.parentPath, entry.name)))
      .sort(),
    run: (program, args, env = {}) =>
      spawnSync(program === 'node' ? process.execPath : join(modules, '.bin', program), args, {
        cwd: directory,
        encoding: 'utf8',
        env: { ...cleanEnv, CDK_VALIDATION: process.env.CDK_VALIDATION, ...env },
      }),
    remove: () => rmSync(directory, { recursive: true }),
  };
}

/** The TypeScript examples of the README and of docs/, by name. */
export function examples(): Record<string, string> {
  const pages = ['README.md', ...readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))];
  return Object.fromEntries(
    pages.flatMap((page) => {
      const text = readFileSync(join(root, page === 'README.md' ? page : join('docs', page)), 'utf8');
      return [...text.matchAll(/^```ts\n([^]*?)^```/gm)].map(([, code], index) => [
        `${page.replace('.md', '')}_${index}.ts`,
        code!,
      ]);
    }),
  );
}
