/** The sandboxes of one version of a function. */
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceError } from '../http/service';
import type { Sandbox } from './sandbox';

interface Waiting {
  resolve: (sandbox: Sandbox) => void;
  reject: (error: unknown) => void;
}

/**
 * Gives an invocation a warm sandbox, else a new one. Where an older sandbox becomes free before the new one is up, the
 * invocation takes that. How many there may be is bounded by those who ask: Lambda doesn't queue, it throttles.
 */
export class SandboxPool {
  private readonly all = new Set<Sandbox>();
  private readonly idle: Sandbox[] = [];
  private readonly waiting: Waiting[] = [];
  /** Sandboxes that start, up to the end of their initialization. */
  private coming = 0;
  /** What starts them, one after the other, until as many come as invocations wait. */
  private starters = 0;
  /** When one who waited last got a sandbox that was up. */
  private servedAt = -Infinity;
  private readonly pending = new Set<Promise<void>>();
  private closed = false;

  constructor(
    private readonly start: () => Promise<Sandbox>,
    private readonly slots: StartSlots,
    /** Whether this process has hardly a moment to spare; it takes a look of some milliseconds. */
    private readonly isBusy = looksBusy,
  ) {}

  /** Resolves with a sandbox whose initialization has ended, well or not. */
  acquire(): Promise<Sandbox> {
    if (this.closed) return Promise.reject(closing());
    for (let sandbox = this.idle.pop(); sandbox; sandbox = this.idle.pop()) {
      if (sandbox.reusable) return Promise.resolve(sandbox);
      void this.discard(sandbox);
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      if (this.starters < this.slots.count && this.waiting.length > this.coming) this.track(this.startAsWanted());
    });
  }

  /** Takes a sandbox back: for who waits, warm for the next invocation, or gone. */
  release(sandbox: Sandbox): void {
    const next = sandbox.reusable ? this.waiting.shift() : undefined;
    if (next) {
      this.servedAt = performance.now();
      next.resolve(sandbox);
    } else if (sandbox.reusable) this.idle.push(sandbox);
    else void this.discard(sandbox);
  }

  /** Ends all sandboxes, also those that run something, and refuses who waits for one. */
  async close(): Promise<void> {
    this.closed = true;
    for (const { reject } of this.waiting.splice(0)) reject(closing());
    await Promise.all([...[...this.all].map((sandbox) => this.discard(sandbox)), ...this.pending]);
  }

  private async startAsWanted(): Promise<void> {
    this.starters += 1;
    while (!this.closed && this.waiting.length > this.coming) {
      this.coming += 1;
      const sandbox = await this.startOne();
      if (sandbox) this.track(this.handOver(sandbox));
      else this.coming -= 1;
    }
    this.starters -= 1;
  }

  /** Undefined where nobody needs it any more, or it can't be started. */
  private async startOne(): Promise<Sandbox | undefined> {
    await this.untilWorthIt();
    await this.slots.enter();
    try {
      if (!this.isWanted()) return undefined;
      const sandbox = await this.start();
      this.all.add(sandbox);
      if (this.closed) await this.discard(sandbox);
      await sandbox.booted;
      return sandbox;
    } catch (error) {
      this.waiting.shift()?.reject(error);
      return undefined;
    } finally {
      this.slots.leave();
    }
  }

  /**
   * While this process is busy with invocations that end at once, one more sandbox would only take processor time from
   * those that are up.
   */
  private async untilWorthIt(): Promise<void> {
    while (this.isWanted() && performance.now() - this.servedAt < lookMilliseconds && (await this.isBusy()));
  }

  /** Asked again after each wait. */
  private isWanted(): boolean {
    return !this.closed && this.waiting.length >= this.coming;
  }

  private async handOver(sandbox: Sandbox): Promise<void> {
    await sandbox.initialized;
    this.coming -= 1;
    const next = this.waiting.shift();
    // A failed initialization is an answer as well, for whoever waits for one.
    if (next) next.resolve(sandbox);
    else this.release(sandbox);
  }

  private track(work: Promise<void>): void {
    const pending = work.finally(() => this.pending.delete(pending));
    this.pending.add(pending);
  }

  private async discard(sandbox: Sandbox): Promise<void> {
    await sandbox.dispose();
    this.all.delete(sandbox);
  }
}

const lookMilliseconds = 20;
/** Of the time: what is left goes by between two turns of the event loop. */
const busyShare = 0.9;

async function looksBusy(): Promise<boolean> {
  const before = performance.eventLoopUtilization();
  await sleep(lookMilliseconds);
  return performance.eventLoopUtilization(before).utilization > busyShare;
}

/**
 * Starting a process keeps a processor busy. One a processor at a time gets the first ones up sooner, and the last ones
 * no later, than all at once.
 */
export class StartSlots {
  readonly count = availableParallelism();
  private free = this.count;
  private readonly waiting: (() => void)[] = [];

  /** Resolves when a process may start; `leave` has to follow. */
  async enter(): Promise<void> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.free += 1;
  }
}

/** What a caller gets while the service ends. */
export function closing(): ServiceError {
  return new ServiceError('ServiceException', 500, 'The local endpoint is closing.');
}
