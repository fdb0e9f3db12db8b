import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Configuration } from '../../lib/wire';
import { UserError } from '../userError';
import { parseConfigurations } from './parseConfigurations';

/** Bytes that are read of a file: sixteen times what an execution's input may hold, so nothing useful is longer. */
const maxBytes = 4 * 1024 * 1024;

/**
 * Reads the configurations of a file, or of standard input where it is `-`.
 * @throws UserError where it can't be read, is over 4 MiB, isn't UTF-8, or for what `parseConfigurations` refuses
 */
export async function readConfigurations(file: string, stdin: Readable): Promise<Configuration[]> {
  const source = file === '-' ? 'standard input' : file;
  const bytes = await readBytes(file === '-' ? stdin : createReadStream(file), source);
  return parseConfigurations(decode(bytes, source), source);
}

async function readBytes(stream: Readable, source: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer | string>) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      length += bytes.length;
      if (length > maxBytes) {
        throw new UserError(`Expected ${source} to hold at most 4 MiB, got more.`);
      }
      chunks.push(bytes);
    }
  } catch (error) {
    throw error instanceof UserError ? error : unreadable(error as NodeJS.ErrnoException, source);
  }
  return Buffer.concat(chunks);
}

function unreadable(error: NodeJS.ErrnoException, source: string): UserError {
  const reasons: Record<string, string> = {
    ENOENT: 'there is no such file',
    EISDIR: 'it is a directory',
    EACCES: 'permission denied',
  };
  const reason = reasons[error.code ?? ''] ?? error.message;
  return new UserError(`Expected --configurations to name a file, but ${source} can't be read: ${reason}.`, {
    cause: error,
  });
}

function decode(bytes: Buffer, source: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UserError(`Expected ${source} to be UTF-8 text, got other bytes: save it as UTF-8.`, { cause });
  }
}
