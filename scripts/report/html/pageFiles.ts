import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What the page is made of besides its data. */
export interface PageFiles {
  script: string;
  styles: string;
}

/**
 * The page's script and styles, as the build leaves them in `dist`.
 * @throws Error where the package was not built
 */
export function pageFiles(): PageFiles {
  const dist = join(packageDirectory(__dirname), 'dist');
  const read = (name: string) => {
    const file = join(dist, name);
    if (!existsSync(file)) {
      throw new Error(`Expected the build to have written ${file}: run "npm run build".`);
    }
    return readFileSync(file, 'utf8').trim();
  };
  return { script: read('reportPage.js'), styles: read('reportPage.css') };
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
  if (parent === directory) {
    throw new Error(`Expected ${__dirname} to lie in the package lambda-system-test.`);
  }
  return packageDirectory(parent);
}
