import type { Clock } from '../../scripts/io/clock';

/** A clock that jumps to the next sleeper as soon as nothing else is left to do. */
export class FakeClock implements Clock {
  private time = Date.UTC(2026, 0, 1);
  private sleepers: { due: number; wake: () => void }[] = [];

  now(): number {
    return this.time;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const interrupt = () => {
        this.sleepers = this.sleepers.filter((other) => other !== sleeper);
        reject(signal?.reason as Error);
      };
      const wake = () => {
        signal?.removeEventListener('abort', interrupt);
        resolve();
      };
      const sleeper = { due: this.time + ms, wake };
      this.sleepers.push(sleeper);
      signal?.addEventListener('abort', interrupt);
      setImmediate(() => this.jump());
    });
  }

  private jump(): void {
    this.sleepers.sort((a, b) => a.due - b.due);
    const next = this.sleepers.shift();
    if (next) {
      this.time = Math.max(this.time, next.due);
      next.wake();
      setImmediate(() => this.jump());
    }
  }
}
