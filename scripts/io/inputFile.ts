/** Reads what the user names: a file, a pipe, or standard input. */
import { constants, createReadStream, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { addAbortSignal, type Readable } from 'node:stream';
import { isatty, ReadStream } from 'node:tty';
import { InterruptedError } from './interruptedError';
import { UserError } from './userError';

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
};

export interface InputOptions {
  /** Ends the reading, also of a pipe that nobody writes to. */
  stop: AbortSignal;
  /** What `-` stands for; where it is missing, a file of that name. */
  stdin?: Readable;
  /**
   * What is read at most; default 64. The report of an execution is far smaller, as its output has 256 KiB; one of a
   * thousand direct invocations that return 60 KB each just fits.
   */
  mebibytes?: number;
  /** A sentence for who meant no file by that name. */
  hint?: string;
}

/** How messages name a file. */
export function inputName(file: string): string {
  return file === '-' ? 'standard input' : file;
}

/**
 * The text of a file that the user named.
 * @param what the flag or argument that named it, for messages
 * @throws UserError where it can't be read, is too long, or is no UTF-8 text
 * @throws InterruptedError
 */
export async function readInputFile(file: string, what: string, options: InputOptions): Promise<string> {
  const { stop, stdin, mebibytes = 64, hint } = options;
  const source = stdin ? inputName(file) : file;
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    const stream = file === '-' && stdin ? stdin : openInput(file);
    for await (const chunk of addAbortSignal(stop, stream) as AsyncIterable<Buffer | string>) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      length += bytes.length;
      if (length > mebibytes * 1024 * 1024) {
        throw new UserError(`Expected ${source} to hold at most ${mebibytes} MiB, got more.`);
      }
      chunks.push(bytes);
    }
  } catch (error) {
    if (stop.aborted) throw new InterruptedError('Interrupted before anything was started.', { cause: error });
    throw error instanceof UserError ? error : unreadable(error as NodeJS.ErrnoException, what, { source, hint });
  }
  return decode(Buffer.concat(chunks), source);
}

/**
 * Node.js reads a file in a thread that it can't stop and that its exit waits for. A pipe or a terminal may have
 * nothing to read for ever, so these are read as it reads its own standard input, and opened without waiting for
 * somebody to write.
 */
function openInput(file: string): Readable {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  if (isatty(fd)) return new ReadStream(fd);
  return fstatSync(fd).isFIFO() ? new Socket({ fd, readable: true, writable: false }) : createReadStream(file, { fd });
}

function unreadable(
  error: NodeJS.ErrnoException,
  what: string,
  { source, hint }: { source: string; hint?: string },
): UserError {
  const reason = reasons[error.code ?? ''] ?? error.message;
  const more = hint !== undefined && error.code === 'ENOENT' ? ` ${hint}` : '';
  return new UserError(`Expected ${what} to name a file, but ${source} can't be read: ${reason}.${more}`, {
    cause: error,
  });
}

function decode(bytes: Buffer, source: string): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // UTF-16 without a byte order mark is UTF-8 too where it holds ASCII only: with a NUL beside each character.
    if (!text.includes('\0')) return text;
  } catch {
    // Said below.
  }
  throw new UserError(`Expected ${source} to be UTF-8 text, got other bytes: save it as UTF-8.`);
}
