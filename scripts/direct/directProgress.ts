import type { ConfigurationStatus } from '../../lib/wire';
import type { RunProgress } from '../runProgress';

const countOf = { PASSED: 'passed', FAILED: 'failed', ERRORED: 'errored' } as const;

/** Counts what a direct run has begun and finished. */
export class DirectProgress {
  private readonly counts: { total: number; done: number; passed: number; failed: number; errored: number };
  /** What runs: the identifiers by their place in the run, in the order in which they were begun. */
  private readonly running = new Map<number, { identifier: string; startedAfterMs: number }>();

  constructor(total: number) {
    this.counts = { total, done: 0, passed: 0, failed: 0, errored: 0 };
  }

  /** @param startedAfterMs milliseconds since the start of the run */
  begin(index: number, identifier: string, startedAfterMs: number): void {
    this.running.set(index, { identifier, startedAfterMs });
  }

  finish(index: number, status: ConfigurationStatus): void {
    this.running.delete(index);
    this.counts.done++;
    this.counts[countOf[status]]++;
  }

  state(): RunProgress {
    const [longest] = this.running.values();
    return { ...this.counts, running: this.running.size, longest };
  }
}
