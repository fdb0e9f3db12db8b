/**
 * python3.*: on an interpreter of exactly that version, as wheels and syntax depend on it. What Lambda's runtime brings,
 * its client awslambdaric and boto3, is installed on demand; where that can't be had, `../python/bootstrap.py` stands in.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../../io/userError';
import { once } from '../../once';
import type { InstallingOptions, Launch, Runtime, Surroundings } from './runtime';
import { missingHere } from './pythonImports';
import { RuntimeCache } from './runtimeCache';

export interface PythonOptions extends InstallingOptions {
  /** The folder with `awsClient.py`, `bootstrap.py` and `requirements.txt`. */
  directory: string;
}

interface Interpreter {
  executable: string;
  /** `3.11.7` */
  version: string;
  /** The end of a compiled module's name: `.cpython-311-x86_64-linux-gnu.so`. */
  suffix: string;
}

/** What runs in a sandbox. */
interface Client extends Pick<Launch, 'command' | 'args'> {
  /** Whether it brings boto3, as Lambda's does. */
  hasSdk: boolean;
}

const run = promisify(execFile);
const installTimeoutMs = 300_000;
/** Of the interpreter itself, where it is that of a virtual environment, so that this one's packages stay outside. */
const aboutItself = `import json, platform, sys, sysconfig
executable = getattr(sys, "_base_executable", "") or sys.executable
suffix = sysconfig.get_config_var("EXT_SUFFIX")
print(json.dumps({"executable": executable, "version": platform.python_version(), "suffix": suffix}))`;

export function python(options: PythonOptions): Runtime {
  const { cwd, env, directory, note = () => undefined } = options;
  const cache = new RuntimeCache(options.runtimeCache, options);
  const interpreters = new Map<string, Promise<Interpreter>>();
  const interpreterOf = (runtime: string) =>
    once(interpreters, runtime, async () => {
      const found = await findInterpreter(runtime, env, cwd);
      note(`${runtime} functions run on Python ${found.version}, ${found.executable}.`);
      return found;
    });
  const clients = new Map<string, Promise<Client>>();
  const clientOf = (runtime: string) =>
    once(clients, runtime, async () => chooseClient(await interpreterOf(runtime), runtime, cache, options));
  return {
    check: async ({ runtime }) => {
      await interpreterOf(runtime);
      cache.check();
    },
    launch: async ({ runtime, codeDirectory, layersDirectory }): Promise<Launch> => {
      const { suffix } = await interpreterOf(runtime);
      const { command, args, hasSdk } = await clientOf(runtime);
      const layers = layersDirectory === undefined ? [] : packageFolders(layersDirectory, runtime);
      return {
        command,
        // The code is read-only on Lambda: nothing is compiled into it. Output is written at once.
        args: ['-B', '-u', ...args, ...layers],
        env: layers.length > 0 ? { PYTHONPATH: layers.join(delimiter) } : {},
        directory,
        connectsFirst: true,
        troubleOf: (error) => missingHere(error, { folders: [codeDirectory, ...layers], suffix, hasSdk }),
      };
    },
  };
}

/** AWS Lambda developer guide, "Layer paths for each Lambda runtime". */
function packageFolders(layersDirectory: string, runtime: string): string[] {
  const folder = join(layersDirectory, 'python');
  return [join(folder, 'lib', runtime, 'site-packages'), folder];
}

/** The first interpreter on the PATH that is of the runtime's version. A shim needs the caller's whole environment. */
async function findInterpreter(runtime: string, env: Surroundings['env'], cwd: string): Promise<Interpreter> {
  const wanted = runtime.slice('python'.length);
  const others: string[] = [];
  for (const program of [runtime, 'python3', 'python']) {
    try {
      const { stdout } = await run(program, ['-I', '-c', aboutItself], { env, cwd });
      const found = JSON.parse(stdout) as Interpreter;
      if (found.version.startsWith(`${wanted}.`)) return found;
      others.push(found.version);
    } catch {
      // It isn't there, or is no Python 3.
    }
  }
  const found = others.length > 0 ? `found Python ${[...new Set(others)].join(' and ')}` : 'found no Python';
  throw new UserError(
    `its runtime ${runtime} needs ${runtime} on the PATH, ${found}: install it, for example with "uv python install ${wanted}", or test it on AWS`,
  );
}

/** The program of a sandbox and its first arguments: AWS's client, else ours. */
async function chooseClient(
  interpreter: Interpreter,
  runtime: string,
  cache: RuntimeCache,
  options: PythonOptions,
): Promise<Client> {
  const { directory, note = () => undefined, signal } = options;
  const bootstrapFile = join(directory, 'bootstrap.py');
  const requirements = readFileSync(join(directory, 'requirements.txt'), 'utf8');
  const name = `awslambdaric ${/^awslambdaric==(\S+)/m.exec(requirements)?.[1]}`;
  // As requirements.txt says.
  const hasAwsClient = process.platform === 'linux' && !interpreter.version.startsWith('3.9.');
  const what = hasAwsClient ? `${name} and boto3` : 'boto3';
  try {
    const modules = hasAwsClient ? 'awslambdaric.bootstrap, runtime_client, boto3' : 'boto3';
    const command = await installed(interpreter, { what, modules }, cache, options);
    if (hasAwsClient) return { command, args: [join(directory, 'awsClient.py')], hasSdk: true };
    note(
      `${runtime} functions run by the local endpoint's own client: ${name} is for Linux and Python 3.10 and above.`,
    );
    return { command, args: [bootstrapFile], hasSdk: true };
  } catch (error) {
    if (error instanceof UserError || signal?.aborted) throw error;
    note(
      `${runtime} functions run by the local endpoint's own client, without boto3: ${what} could not be installed ` +
        `(${reasonOf(error)}).`,
    );
    // Without the packages of this machine, which Lambda does not have.
    return { command: interpreter.executable, args: ['-s', '-S', bootstrapFile], hasSdk: false };
  }
}

/** The interpreter of a virtual environment with what Lambda's runtime brings. */
async function installed(
  { executable, version }: Interpreter,
  { what, modules }: { what: string; modules: string },
  cache: RuntimeCache,
  { directory, cwd, env, note = () => undefined, signal }: PythonOptions,
): Promise<string> {
  const requirements = join(directory, 'requirements.txt');
  const key = createHash('sha256').update(executable).update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = await cache.provide(
    `python-${version}-${key}`,
    (one) => works(interpreterIn(one), `import ${modules}`),
    async (fresh) => {
      note(`Installing ${what} for Python ${version}, once, in ${cache.folder}.`);
      const limits = { cwd, signal, timeout: installTimeoutMs };
      // Asks once more, not five times, where there is no network, unless the caller says otherwise.
      const pip = { ...limits, env: { PIP_RETRIES: '1', ...env } };
      await run(executable, ['-I', '-m', 'venv', fresh], { ...limits, env });
      const strict = ['--no-deps', '--require-hashes', '--only-binary', ':all:'];
      const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
      await run(interpreterIn(fresh), ['-I', '-m', 'pip', 'install', ...quiet, ...strict, '-r', requirements], pip);
    },
  );
  return interpreterIn(folder);
}

function interpreterIn(environment: string): string {
  return process.platform === 'win32' ? join(environment, 'Scripts', 'python.exe') : join(environment, 'bin', 'python');
}

async function works(command: string, code: string): Promise<boolean> {
  if (!existsSync(command)) return false;
  return run(command, ['-I', '-c', code], { env: {} }).then(
    () => true,
    () => false,
  );
}

/** Why pip had no connection, what a program said last, or the error itself. */
function reasonOf(error: unknown): string {
  const { stderr = '', stdout = '', message } = error as Error & { stderr?: string; stdout?: string };
  const said = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
  const broken = /connection broken by '(.+)':/.exec(stderr)?.[1]?.replace(/<[^>]*>: /, '');
  const reason = broken ?? said.findLast((line) => line.startsWith('ERROR: ')) ?? said.at(-1) ?? message;
  return reason.replace('ERROR: ', '').trim().replace(/\.$/, '');
}
