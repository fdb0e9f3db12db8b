/** What a sandbox writes to its standard output and standard error. */
import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Above it, what was read already, or what a function wrote so far without end, is dropped. */
const maximumFileBytes = 16 * 1_048_576;
/** More than a block: what is written in vain fills the last one first. */
const minimumRoomBytes = 8_192;

/**
 * A nameless file that both streams append to. Unlike a pipe it keeps their order, costs the event loop nothing, and
 * holds every byte that the sandbox wrote before it answered, crashed or was killed.
 */
export class SandboxLog {
  /** For the sandbox's stdio. */
  readonly descriptor: number;
  private read = 0;
  private open = true;

  /** Throws where `folder`, that for temporary files, has no place for it. */
  constructor(private readonly folder: string) {
    this.descriptor = openNameless(folder);
  }

  /** What was written since it was last taken, at most its last `maximumBytes`. */
  take(maximumBytes: number): Buffer {
    const { bytes, size } = this.unread(maximumBytes);
    this.read = size;
    if (this.open && size > maximumFileBytes) this.empty();
    return bytes;
  }

  /** The same, which stays to be taken. */
  peek(maximumBytes: number): Buffer {
    return this.unread(maximumBytes).bytes;
  }

  /** Keeps the file within its bound while a function runs. */
  trim(): void {
    try {
      if (this.open && fstatSync(this.descriptor).size > maximumFileBytes) this.empty();
    } catch {
      // It shows again when the log is taken, where somebody waits for an answer.
    }
  }

  /** Throws where a function that has just failed may have had no room for what it wrote. */
  requireRoom(): void {
    const descriptor = openNameless(this.folder);
    try {
      writeFileSync(descriptor, Buffer.alloc(minimumRoomBytes));
    } finally {
      closeSync(descriptor);
    }
  }

  close(): void {
    this.open = false;
    closeSync(this.descriptor);
  }

  private unread(maximumBytes: number): { bytes: Buffer; size: number } {
    if (!this.open) return { bytes: Buffer.alloc(0), size: this.read };
    const size = fstatSync(this.descriptor).size;
    const start = Math.max(this.read, size - maximumBytes);
    const bytes = Buffer.alloc(Math.max(0, size - start));
    const count = readSync(this.descriptor, bytes, 0, bytes.length, start);
    return { bytes: bytes.subarray(0, count), size };
  }

  private empty(): void {
    ftruncateSync(this.descriptor, 0);
    this.read = 0;
  }
}

/** Also where this process is killed, nothing of such a file stays behind. */
function openNameless(folder: string): number {
  const file = join(folder, `system-test-log-${randomUUID()}`);
  const descriptor = openSync(file, 'ax+', 0o600);
  unlinkSync(file);
  return descriptor;
}
