import type { Clock } from '../../scripts/io/clock';

/** A time that passes `factor` times as fast, for waits during which calls are under way. */
export function quickClock(factor: number): Clock {
  const start = Date.now();
  return {
    now: () => start + (Date.now() - start) * factor,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const interrupt = () => {
          clearTimeout(timer);
          reject(signal?.reason as Error);
        };
        const timer = setTimeout(() => {
          signal?.removeEventListener('abort', interrupt);
          resolve();
        }, ms / factor);
        signal?.addEventListener('abort', interrupt, { once: true });
      }),
  };
}
