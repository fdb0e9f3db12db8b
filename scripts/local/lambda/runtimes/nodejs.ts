/** nodejs*: on the Node.js that runs the endpoint, by the bootstrap of `../nodejs`. */
import { delimiter, dirname, join } from 'node:path';
import type { DeployedFunction } from '../../app/deployment';
import type { Runtime, Surroundings } from './runtime';

/** @param bootstrapFile what runs in a sandbox: `dist/bootstrap.js` */
export function nodejs(bootstrapFile: string, { cwd }: Surroundings): Runtime {
  return {
    check: () => Promise.resolve(),
    launch: (deployed) =>
      Promise.resolve({
        command: process.execPath,
        args: [...memoryFlags(deployed), bootstrapFile],
        env: { NODE_PATH: nodePath(deployed, cwd) },
        directory: dirname(bootstrapFile),
        connectsFirst: true,
      }),
  };
}

/**
 * The layers' packages (AWS Lambda developer guide, "Packaging your layer content"), then, where CDK leaves out the AWS SDK
 * because Lambda has it, the app's own copy.
 */
function nodePath({ runtime, layersDirectory }: DeployedFunction, cwd: string): string {
  const major = /\d+/.exec(runtime)?.[0] ?? '';
  const roots =
    layersDirectory === undefined
      ? []
      : [`nodejs/node${major}`, 'nodejs'].map((folder) => join(layersDirectory, folder));
  return [...roots, cwd].map((root) => join(root, 'node_modules')).join(delimiter);
}

/**
 * V8's share of the function's memory, as Lambda's runtime sets it: a tenth for the young generation, the rest for the
 * old one.
 */
function memoryFlags({ environment, memoryMb }: DeployedFunction): string[] {
  if (/--max[-_](old|semi)[-_]space[-_]size/.test(environment.NODE_OPTIONS ?? '')) return [];
  const youngMb = Math.floor(memoryMb / 10);
  return [`--max-semi-space-size=${Math.floor(youngMb / 2)}`, `--max-old-space-size=${memoryMb - youngMb}`];
}
