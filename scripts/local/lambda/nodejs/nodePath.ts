/**
 * Lets `import` search the folders of NODE_PATH, as `require` does: Lambda's Node.js does so from version 18 on, for its
 * AWS SDK and for layers (https://aws.amazon.com/blogs/compute/node-js-18-x-runtime-now-available-in-aws-lambda/).
 */
import * as nodeModule from 'node:module';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Runs in a thread of its own, and so brings all that it needs. What is found without it stays. */
const hooks = `
let parents = [];
export function initialize(data) {
  parents = data;
}
export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND' || /^[./]|^file:/.test(specifier)) throw error;
    for (const parentURL of parents) {
      const found = await next(specifier, { ...context, parentURL }).catch(() => undefined);
      if (found) return found;
    }
    throw error;
  }
}`;

/** @param nodePath folders that are all named node_modules, which is what makes them be found from beside them */
export function importFrom(nodePath: string): void {
  const folders = nodePath.split(delimiter).filter((folder) => folder !== '');
  const data = folders.map((folder) => pathToFileURL(join(folder, '..', 'index.js')).href);
  // Node.js has it from 20.6 on.
  const { register } = nodeModule as Partial<typeof nodeModule>;
  register?.(`data:text/javascript,${encodeURIComponent(hooks)}`, { data });
}
