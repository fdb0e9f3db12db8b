import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunConfigurationResult, RunResult } from '../../lib/wire';
import { manyResults } from './allResults';

/** Bytes that are kept until they are written. */
const bufferBytes = 262_144;

/**
 * Results in a temporary file, a line of JSON each, as they may not fit in memory. Nobody else can read the file, and it
 * has lost its name as soon as it is open: however the command ends, nothing is left behind.
 */
export class ResultSpool {
  private readonly fd: number;
  /** Where each line begins, and where the last one ends. */
  private readonly offsets = [0];
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private written = 0;

  constructor() {
    const directory = mkdtempSync(join(tmpdir(), 'system-test-'));
    try {
      this.fd = openSync(join(directory, 'results.jsonl'), 'wx+', 0o600);
    } finally {
      // What is open stays readable.
      rmSync(directory, { recursive: true, force: true });
    }
  }

  get length(): number {
    return this.offsets.length - 1;
  }

  append(result: RunConfigurationResult): void {
    const line = Buffer.from(`${JSON.stringify(result)}\n`);
    this.pending.push(line);
    this.pendingBytes += line.length;
    this.offsets.push(this.end() + line.length);
    if (this.pendingBytes >= bufferBytes) {
      this.flush();
    }
  }

  /** All of them so far, the worst first. */
  results(): Required<Pick<RunResult, 'results' | 'all'>> {
    return manyResults(this.length, (index) => this.at(index));
  }

  close(): void {
    closeSync(this.fd);
  }

  private at(index: number): RunConfigurationResult {
    this.flush();
    const [from = 0, to = 0] = this.offsets.slice(index, index + 2);
    const line = Buffer.allocUnsafe(to - from);
    for (let done = 0; done < line.length;) {
      const read = readSync(this.fd, line, done, line.length - done, from + done);
      if (read === 0) throw new Error('The temporary file with the results is shorter than it was written.');
      done += read;
    }
    return JSON.parse(line.toString()) as RunConfigurationResult;
  }

  private end(): number {
    return this.offsets.at(-1) ?? 0;
  }

  private flush(): void {
    if (this.pendingBytes === 0) return;
    const bytes = Buffer.concat(this.pending);
    for (let done = 0; done < bytes.length;) {
      done += writeSync(this.fd, bytes, done, bytes.length - done, this.written + done);
    }
    this.written += bytes.length;
    this.pending = [];
    this.pendingBytes = 0;
  }
}
