import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** What Linux tells in a file of `/proc` (proc(5)); empty where it has no such file, as of a process that has ended. */
export function readProcFile(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'latin1');
  } catch {
    return '';
  }
}

/** More than `/proc/PID/status` ever holds. */
const text = Buffer.alloc(16_384);

/** The same of a file that is read again and again: it stays open. What was opened is never that of another process. */
export class ProcFile {
  private descriptor: number | undefined;

  constructor(path: string) {
    try {
      this.descriptor = openSync(`/proc/${path}`, 'r');
    } catch {
      // There is nothing to read.
    }
  }

  read(): string {
    if (this.descriptor === undefined) return '';
    try {
      return text.toString('latin1', 0, readSync(this.descriptor, text, 0, text.length, 0));
    } catch {
      return '';
    }
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
  }
}
