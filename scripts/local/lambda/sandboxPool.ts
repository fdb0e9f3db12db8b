/** The sandboxes of one version of a function. */
import { availableParallelism } from 'node:os';
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
  /** Starts that wait for a slot or are under way; never fewer than those who wait. */
  private starts = 0;
  private readonly pending = new Set<Promise<void>>();
  private closed = false;

  constructor(
    private readonly start: () => Promise<Sandbox>,
    private readonly slots: StartSlots,
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
      if (this.starts >= this.waiting.length) return;
      const start = this.startOne().finally(() => this.pending.delete(start));
      this.pending.add(start);
    });
  }

  /** Takes a sandbox back: for who waits, warm for the next invocation, or gone. */
  release(sandbox: Sandbox): void {
    const next = sandbox.reusable ? this.waiting.shift() : undefined;
    if (next) next.resolve(sandbox);
    else if (sandbox.reusable) this.idle.push(sandbox);
    else void this.discard(sandbox);
  }

  /** Ends all sandboxes, also those that run something, and refuses who waits for one. */
  async close(): Promise<void> {
    this.closed = true;
    for (const { reject } of this.waiting.splice(0)) reject(closing());
    await Promise.all([...[...this.all].map((sandbox) => this.discard(sandbox)), ...this.pending]);
  }

  private async startOne(): Promise<void> {
    this.starts += 1;
    try {
      const sandbox = await this.boot();
      if (!sandbox) return;
      await sandbox.initialized;
      const next = this.waiting.shift();
      // A failed initialization is an answer as well, for whoever waits for one.
      if (next) next.resolve(sandbox);
      else this.release(sandbox);
    } catch (error) {
      this.waiting.shift()?.reject(error);
    } finally {
      this.starts -= 1;
    }
  }

  /** Undefined where nobody needs it any more. */
  private async boot(): Promise<Sandbox | undefined> {
    await this.slots.enter();
    try {
      if (this.isClosed() || this.waiting.length < this.starts) return undefined;
      const sandbox = await this.start();
      this.all.add(sandbox);
      if (this.isClosed()) await this.discard(sandbox);
      await sandbox.booted;
      return sandbox;
    } finally {
      this.slots.leave();
    }
  }

  /** Asked again after each wait. */
  private isClosed(): boolean {
    return this.closed;
  }

  private async discard(sandbox: Sandbox): Promise<void> {
    await sandbox.dispose();
    this.all.delete(sandbox);
  }
}

/**
 * Starting a process keeps a processor busy. One a processor at a time gets the first ones up sooner, and the last ones
 * no later, than all at once.
 */
export class StartSlots {
  private free = availableParallelism();
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
