/** What a sandbox writes to its standard output and standard error. */
import { closeSync, fstatSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Above it, what was read already, or what a function wrote so far without end, is dropped. */
const maximumFileBytes = 16 * 1_048_576;

/**
 * A nameless file that both streams append to. Unlike a pipe it keeps their order, costs the event loop nothing, and holds
 * every byte that the sandbox wrote before it answered, crashed or was killed.
 */
export class SandboxLog {
  /** For the sandbox's stdio. */
  readonly descriptor: number;
  #read = 0;
  #open = true;

  constructor() {
    const folder = mkdtempSync(join(tmpdir(), 'system-test-log-'));
    try {
      this.descriptor = openSync(join(folder, 'log'), 'a+');
    } finally {
      // Also where this process is killed, nothing of it stays behind.
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** What was written since the last call, at most its last `maximumBytes`. */
  take(maximumBytes: number): Buffer {
    if (!this.#open) return Buffer.alloc(0);
    const size = fstatSync(this.descriptor).size;
    const start = Math.max(this.#read, size - maximumBytes);
    const bytes = Buffer.alloc(Math.max(0, size - start));
    const count = readSync(this.descriptor, bytes, 0, bytes.length, start);
    this.#read = size;
    if (size > maximumFileBytes) this.#empty();
    return bytes.subarray(0, count);
  }

  /** Keeps the file within its bound while a function runs. */
  trim(): void {
    if (this.#open && fstatSync(this.descriptor).size > maximumFileBytes) this.#empty();
  }

  close(): void {
    this.#open = false;
    closeSync(this.descriptor);
  }

  #empty(): void {
    ftruncateSync(this.descriptor, 0);
    this.#read = 0;
  }
}
