/** How many processes start at once. */
import { availableParallelism } from 'node:os';

/**
 * Starting a process keeps a processor busy. One a processor at a time gets the first ones up sooner, and the last ones
 * no later, than all at once.
 */
export class StartSlots {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  /** `count`: default the number of processors. */
  constructor(count: number = availableParallelism()) {
    this.free = count;
  }

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
