/** Finds a function's handler as Lambda's Node.js runtime does. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { importFrom } from './nodePath';
import { RuntimeError } from './runtimeError';

export type Handler = (event: unknown, context: object, callback?: Callback) => unknown;
export type Callback = (error?: unknown, result?: unknown) => void;

/**
 * The function that `handler` names (`folder/file.export`, `file.nested.export`) below `root`. Throws a RuntimeError:
 * MalformedHandlerName, ImportModuleError, UserCodeSyntaxError, HandlerNotFound, CallbackHandlerDeprecated; and what
 * the function's own code throws while it is being loaded.
 */
export async function loadHandler(root: string, handler: string, nodeMajor: number): Promise<Handler> {
  if (handler.includes('..')) {
    throw new RuntimeError(
      'MalformedHandlerName',
      `'${handler}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const name = basename(handler);
  const dot = name.indexOf('.');
  if (dot < 0) throw new RuntimeError('MalformedHandlerName', 'Bad handler');
  const folder = handler.slice(0, handler.length - name.length);
  const importModule = (path: string): Promise<unknown> => {
    if (nodeMajor >= 18) importFrom(process.env.NODE_PATH ?? '');
    return import(pathToFileURL(path).href);
  };
  const loaded = await load(root, folder, name.slice(0, dot), importModule);
  const path = name.slice(dot + 1).split('.');
  const found = resolvePath(loaded, path) ?? (nodeMajor >= 24 ? resolvePath(defaultOf(loaded), path) : undefined);
  if (!found) throw new RuntimeError('HandlerNotFound', `${handler} is undefined or not exported`);
  if (typeof found !== 'function') throw new RuntimeError('HandlerNotFound', `${handler} is not a function`);
  if (nodeMajor >= 24 && found.length >= 3) {
    throw new RuntimeError(
      'CallbackHandlerDeprecated',
      'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.',
    );
  }
  return found as Handler;
}

async function load(
  root: string,
  folder: string,
  module: string,
  importModule: (path: string) => Promise<unknown>,
): Promise<unknown> {
  const file = resolve(root, folder, module);
  // As if the task root required it, so that errors name the function's files.
  const requireFrom = createRequire(join(root, 'index.js'));
  try {
    if (existsSync(`${file}.js`)) {
      return isModulePackage(dirname(file)) ? await importModule(`${file}.js`) : requireFrom(`${file}.js`);
    }
    if (existsSync(`${file}.mjs`)) return await importModule(`${file}.mjs`);
    if (existsSync(`${file}.cjs`)) return requireFrom(`${file}.cjs`);
    return requireFrom(requireFrom.resolve(module, { paths: [root, join(root, folder)] }));
  } catch (error) {
    if (error instanceof SyntaxError) throw new RuntimeError('UserCodeSyntaxError', String(error), error.stack);
    if (error instanceof Error && (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') {
      throw new RuntimeError('ImportModuleError', String(error));
    }
    throw error;
  }
}

/** Whether the nearest package.json says that .js files are ES modules. */
function isModulePackage(folder: string): boolean {
  const file = join(folder, 'package.json');
  if (existsSync(file)) {
    try {
      return (JSON.parse(readFileSync(file, 'utf8')) as { type?: unknown } | null)?.type === 'module';
    } catch {
      return false;
    }
  }
  const parent = dirname(folder);
  return basename(folder) !== 'node_modules' && parent !== folder && isModulePackage(parent);
}

function resolvePath(value: unknown, path: string[]): unknown {
  return path.reduce<unknown>((found, key) => (found ? (found as Record<string, unknown>)[key] : undefined), value);
}

function defaultOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'default' in value ? value.default : undefined;
}
