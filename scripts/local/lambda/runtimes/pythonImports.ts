/** Why Python can't import a module here that it could on Lambda. */
import { sep } from 'node:path';
import { filesIn } from '../../filesIn';
import type { RuntimeAnswer } from '../runtimeApi';

const importErrors = ['Runtime.ImportModuleError', 'ImportError', 'ModuleNotFoundError'];
/** The SDK with what it depends on. */
const sdk = ['boto3', 'botocore', 's3transfer', 'jmespath', 'dateutil', 'six', 'urllib3'];

export interface ImportSources {
  /** Where the function's modules are. */
  folders: string[];
  /** The end of a compiled module's name: `.cpython-311-x86_64-linux-gnu.so`. */
  suffix: string;
  /** Whether Lambda's SDK was installed. */
  hasSdk: boolean;
}

/** Undefined where the function itself lacks the module, or failed by something else. */
export async function missingHere(
  answer: RuntimeAnswer,
  { folders, suffix, hasSdk }: ImportSources,
): Promise<string | undefined> {
  if (!importErrors.includes(answer.errorType)) return undefined;
  const message = answer.payload.toString();
  const names = (module: string) => new RegExp(`\\b${module}\\b`).test(message);
  const part = hasSdk ? undefined : sdk.find((module) => message.includes(`No module named '${module}'`));
  if (part) return `it imports ${part}, which Lambda has and which could not be installed here: bring it in its bundle`;
  const files = (await Promise.all(folders.map(filesIn))).flat().filter((file) => platform(file) !== undefined);
  const foreign = files.find((file) => isForeign(file, suffix) && names(topLevel(file)));
  if (foreign === undefined) return undefined;
  return `its bundle has ${foreign}, compiled for another platform than that of this machine's Python (${suffix}): bundle it for this one, or test it on AWS`;
}

const platform = (file: string) => /\.cpython-\d+t?-(.+)\.so$/.exec(file)?.[1];

function isForeign(file: string, suffix: string): boolean {
  return platform(file) !== platform(suffix);
}

/** The module or package that a program imports. */
function topLevel(file: string): string {
  return /^\w*/.exec(file.split(sep)[0] ?? '')?.[0] ?? '';
}
