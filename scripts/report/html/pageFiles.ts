import { readFileSync } from 'node:fs';
import { builtFile } from '../../io/builtFile';

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
  const read = (name: string) => readFileSync(builtFile(name), 'utf8').trim();
  return { script: read('reportPage.js'), styles: read('reportPage.css') };
}
