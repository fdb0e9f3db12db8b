/** What the process of a sandbox holds of memory, as Linux counts it, against the function's limit. */
import { ProcFile, readProcFile } from './procFile';

/**
 * Lambda's kernel kills at the limit what a process has for itself; pages of files, such as the program's own, it can
 * drop. Linux tells both of any process. Neither `prlimit`, which limits addresses and so ends V8 and the JVM far below,
 * nor a cgroup, which needs rights that few have, does that here.
 */
export class SandboxMemory {
  private peak = 0;
  private readonly status: ProcFile;

  constructor(
    pid: number | undefined,
    private readonly limitMb: number,
  ) {
    this.status = new ProcFile(`${pid}/status`);
  }

  /** The most that it was seen to hold, in MB, at most its limit; 0 where the system doesn't tell. */
  get peakMb(): number {
    return Math.min(Math.ceil(this.peak), this.limitMb);
  }

  /** Looks at the process. Whether it has ever held more than its limit; false where the system doesn't tell. */
  exceeds(): boolean {
    const status = this.status.read();
    const highest = megabytes(/^VmHWM:\s*(\d+) kB/m.exec(status));
    this.peak = Math.max(this.peak, highest);
    return highest - megabytes(/^RssFile:\s*(\d+) kB/m.exec(status)) > this.limitMb;
  }

  /** It looks no more. */
  close(): void {
    this.status.close();
  }
}

function megabytes(found: RegExpExecArray | null): number {
  return Number(found?.[1] ?? 0) / 1_024;
}

/** How many processes the kernel has killed for want of memory since the machine started; 0 where it doesn't tell. */
export function killedForMemory(): number {
  return Number(/^oom_kill (\d+)$/m.exec(readProcFile('vmstat'))?.[1] ?? 0);
}

/** Whether this system tells what its processes hold. */
export const memoryIsLimited = process.platform === 'linux';
