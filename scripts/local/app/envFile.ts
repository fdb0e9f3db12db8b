/** A dotenv file with variables for the functions: `NAME=value` for all, `FUNCTION.NAME=value` for one. */
import { parse } from 'dotenv';
import { readInputFile } from '../../io/inputFile';
import { UserError } from '../../io/userError';
import { isCredential } from '../../result/credentialNames';

/** Where a variable stands in the file. */
interface Entry {
  /** Undefined: for all functions. */
  functionName?: string;
  name: string;
  value: string;
  /** From 1. */
  line: number;
}

/** What a name of a variable has to be (API reference of Lambda, "Environment"). */
export const variableName = /^[a-zA-Z]\w+$/;

/** AWS Lambda developer guide, "Reserved environment variables". */
const reserved = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_DEFAULT_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
]);

/** The variables of the file. Its values may be secrets: no message holds one. */
export class EnvFile {
  /** @throws a UserError with the line that can't be read, is given twice or has a name that Lambda refuses */
  static async read(file: string, stop: AbortSignal): Promise<EnvFile> {
    const text = await readInputFile(file, '--env-file', { stop, mebibytes: 1 });
    return new EnvFile(file, parseEntries(text, file));
  }

  private constructor(
    private readonly file: string,
    private readonly entries: Entry[],
  ) {}

  /** The variables of a function that has these names: those for all functions, and its own in their place. */
  variablesOf(names: string[]): Record<string, string> {
    const own = this.entries.filter(({ functionName = '' }) => names.includes(functionName));
    const all = this.entries.filter(({ functionName }) => functionName === undefined);
    return Object.fromEntries([...all, ...own].map(({ name, value }) => [name, value]));
  }

  /** The values that are secrets by the names of their variables, if they are long enough to be told from other text. */
  secrets(): string[] {
    const secrets = this.entries.filter(({ name, value }) => value.length >= 6 && isCredential(name, value));
    return secrets.map(({ value }) => value);
  }

  /**
   * @param functions those of the app, each with its names
   * @throws a UserError where the file names a function that there isn't, or several
   */
  checkFunctions(functions: { functionName: string; names: string[] }[]): void {
    for (const { functionName: wanted, line } of this.entries) {
      if (wanted === undefined) continue;
      const called = functions.filter(({ names }) => names.includes(wanted)).map(({ functionName }) => functionName);
      if (called.length === 1) continue;
      const choices = called.length > 1 ? called : functions.map(({ names: [name = ''] }) => name);
      throw new UserError(
        `Expected FUNCTION.NAME=value in ${this.file}, line ${line}, to name one function of the app, got ` +
          `${JSON.stringify(wanted)}, which is the name of ${called.length > 1 ? 'several' : 'none'}: ` +
          `${choices.join(', ') || 'it has none'}.`,
      );
    }
  }
}

/** The library goes over what it can't read; here each line has to come to a variable. */
function parseEntries(text: string, file: string): Entry[] {
  const lines = text.split(/\r\n?|\n/);
  const entries = new Map<string, Entry>();
  for (let at = 0, length; at < lines.length; at += length) {
    length = 1;
    const line = lines[at] ?? '';
    if (/^\s*(?:#|$)/.test(line)) continue;
    const place = `${file}, line ${at + 1}`;
    length = entryLength(lines, at);
    const [pair, ...more] = Object.entries(parse(lines.slice(at, at + length).join('\n')));
    if (length === 0) throw new UserError(`Expected NAME=value in ${place}, got a quote that is not closed.`);
    if (!pair || more.length > 0) throw new UserError(`Expected NAME=value in ${place}, got ${beginning(line)}.`);
    const [key, value] = pair;
    const [, functionName, name = ''] = /^(?:(.+)\.)?(.*)$/.exec(key) ?? [];
    checkName(name, place);
    const earlier = entries.get(key);
    if (earlier) {
      throw new UserError(`Expected ${key} once in ${file}, got it in the lines ${earlier.line} and ${at + 1}.`);
    }
    entries.set(key, { functionName, name, value, line: at + 1 });
  }
  return [...entries.values()];
}

/** How many lines a variable takes: a value in quotes may have several. 0 where its quote is not closed. */
function entryLength(lines: string[], at: number): number {
  const quote = /^[^=:]*[=:]\s*(['"`])/.exec(lines[at] ?? '')?.[1];
  if (quote === undefined) return 1;
  for (let end = at + 1; end <= lines.length; end += 1) {
    if (!lines[end - 1]?.includes(quote)) continue;
    const [value] = Object.values(parse(lines.slice(at, end).join('\n')));
    // The library leaves the quote of a value that doesn't end in one.
    if (value !== undefined && !value.startsWith(quote)) return end - at;
  }
  return 0;
}

function checkName(name: string, place: string): void {
  if (reserved.has(name)) {
    const way = /KEY|TOKEN|REGION/.test(name) ? ': --function-profile gives credentials and Region' : '';
    throw new UserError(`Expected no variable in ${place}, that Lambda sets itself, got ${name}${way}.`);
  }
  if (!variableName.test(name)) {
    throw new UserError(
      `Expected a name in ${place}, that Lambda takes for a variable, of letters, digits and _, two at least and the ` +
        `first a letter, got ${JSON.stringify(name)}.`,
    );
  }
}

/** As much of a line as can be told from its name, and no value. */
function beginning(line: string): string {
  const [word = ''] = line.trim().split(/[\s=:]/);
  return JSON.stringify(word.length > 8 || word !== line.trim() ? `${word.slice(0, 8)}…` : word);
}
