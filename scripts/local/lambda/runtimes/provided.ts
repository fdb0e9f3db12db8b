/** provided.*: the program `bootstrap` of the function's bundle or of a layer, which brings its runtime along. */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { UserError } from '../../../io/userError';
import type { DeployedFunction } from '../../app/deployment';
import { readProgramFile, type ProgramFile } from './programFile';
import type { Runtime, Surroundings } from './runtime';

/** Whose programs run here. */
export type Machine = Pick<NodeJS.Process, 'platform' | 'arch'>;

/** @param machine default: this one */
export function provided({ env }: Surroundings, machine: Machine = process): Runtime {
  return {
    check: async (deployed) => {
      const file = await findBootstrap(deployed);
      const program = await readProgramFile(file);
      const obstacle =
        program.type === 'script'
          ? missingInterpreter(program, deployed, env.PATH)
          : foreignProgram(program, deployed, machine);
      if (obstacle !== undefined) throw new UserError(`its program ${file} ${obstacle}`);
    },
    launch: async (deployed) => ({
      command: await findBootstrap(deployed),
      args: [],
      env: {},
      directory: deployed.codeDirectory,
      connectsFirst: false,
    }),
  };
}

/** The first file of that name, as on Lambda (aws-lambda-runtime-interface-emulator), which only then tries to start it. */
async function findBootstrap({ runtime, codeDirectory, layersDirectory }: DeployedFunction): Promise<string> {
  for (const directory of [codeDirectory, ...(layersDirectory === undefined ? [] : [layersDirectory])]) {
    const file = join(directory, 'bootstrap');
    const about = await stat(file).catch(() => undefined);
    if (!about?.isFile()) continue;
    // Zip files and the assets of the CDK keep the mode.
    if ((about.mode & 0o111) !== 0) return file;
    throw new UserError(`its program ${file} is not executable (on AWS: Runtime.InvalidEntrypoint): chmod +x it`);
  }
  throw new UserError(
    `its bundle has no program bootstrap, which ${runtime} starts (on AWS: Runtime.InvalidEntrypoint): ` +
      `expected ${join(codeDirectory, 'bootstrap')}, or one in a layer`,
  );
}

/** Lambda starts no program of another architecture than the function's ("exec format error"), nor does this machine. */
function foreignProgram(
  program: Exclude<ProgramFile, { type: 'script' }>,
  { architectures }: DeployedFunction,
  { platform, arch }: Machine,
): string | undefined {
  const [declared = 'x86_64'] = architectures;
  if (program.type === 'other') return `is ${program.what}: build it for Linux on ${declared}`;
  const { architecture = 'another architecture' } = program;
  if (architecture !== declared) {
    return `is built for ${architecture}, but the function is for ${declared} (on AWS: exec format error): build it for that`;
  }
  if (platform !== 'linux') return 'is built for Linux, which is not what this machine runs: test it on AWS';
  const own = arch === 'x64' ? 'x86_64' : arch;
  if (architecture === own) return undefined;
  return `is built for ${architecture}, but this machine is ${own}: build it for ${own} for this test, or test it on AWS`;
}

/** A script runs on any architecture, where the machine has what its first line names. */
function missingInterpreter(
  { interpreter, program }: Extract<ProgramFile, { type: 'script' }>,
  { environment, layersDirectory = '' }: DeployedFunction,
  path = '',
): string | undefined {
  const folders = [...(environment.PATH ?? path).split(delimiter), join(layersDirectory, 'bin')];
  const found = program === undefined || folders.some((folder) => existsSync(join(folder, program)));
  if (existsSync(interpreter) && found) return undefined;
  const named = JSON.stringify(program ?? interpreter);
  return named.endsWith(String.raw`\r"`)
    ? `has lines that end with CR LF, so that its first line names ${named}: end them with LF`
    : `needs ${named}, which is not here: install it, or test it on AWS`;
}
