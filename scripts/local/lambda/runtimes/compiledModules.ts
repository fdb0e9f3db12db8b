/** What is compiled in a bundle, such as the modules of Python's wheels and of Node.js's addons. */
import { join } from 'node:path';
import type { DeployedFunction } from '../../app/deployment';
import { filesIn } from '../../filesIn';
import { readProgramFile } from './programFile';

/**
 * A sentence where all that is compiled for Linux in the function's bundle is for another architecture than the
 * function: it may pass on this machine, and could not be loaded on AWS. Undefined where some of it fits, or there is
 * none.
 */
export async function foreignModulesNote(deployed: DeployedFunction): Promise<string | undefined> {
  const { functionName, codeDirectory, architectures } = deployed;
  const [declared = 'x86_64'] = architectures;
  let foreign: string | undefined;
  for (const path of (await filesIn(codeDirectory)).filter((one) => /\.(so(\.[\d.]+)?|node)$/.test(one))) {
    const module = await readProgramFile(join(codeDirectory, path)).catch(() => undefined);
    if (module?.type !== 'linux' || module.architecture === undefined) continue;
    if (module.architecture === declared) return undefined;
    foreign ??= `${path} is for ${module.architecture}`;
  }
  return foreign && `The function ${functionName} is for ${declared}, but ${foreign}: on AWS it could not be loaded.`;
}
