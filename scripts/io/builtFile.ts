import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The path of a file that the build writes into `dist`.
 * @throws Error where the package was not built
 */
export function builtFile(name: string): string {
  const file = packageFile('dist', name);
  if (!existsSync(file)) throw new Error(`Expected the build to have written ${file}: run "npm run build".`);
  return file;
}

/** The path of a file that the package holds, where it is installed or in a clone. */
export function packageFile(...path: string[]): string {
  return join(packageDirectory(__dirname), ...path);
}

/** This module runs from its source (tests) and from the bundle, which lie at different depths of the package. */
function packageDirectory(directory: string): string {
  const file = join(directory, 'package.json');
  if (
    existsSync(file) &&
    (JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown }).name === 'lambda-system-test'
  ) {
    return directory;
  }
  const parent = dirname(directory);
  if (parent === directory) throw new Error(`Expected ${__dirname} to lie in the package lambda-system-test.`);
  return packageDirectory(parent);
}
