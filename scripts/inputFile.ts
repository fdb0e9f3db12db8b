import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { UserError } from './userError';

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
};

/**
 * The text of a file that the user named.
 * @param file `-` is standard input where one is given
 * @param what the flag or argument that named it, for messages
 * @throws UserError where it can't be read
 */
export async function readInputFile(file: string, what: string, stdin?: Readable): Promise<string> {
  try {
    return file === '-' && stdin ? await textOf(stdin) : await readFile(file, 'utf8');
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new UserError(`Expected ${what} to name a file, but ${file} can't be read: ${reasons[code] ?? message}.`, {
      cause: error,
    });
  }
}
