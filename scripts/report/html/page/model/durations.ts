import { roundStep } from './format';
import type { Row } from './rows';

/** How many configurations took so long. */
export interface Bin {
  passed: number;
  /** Those that did not pass. */
  other: number;
}

export interface Durations {
  /** Equal steps from 0 to `top` milliseconds. */
  bins: Bin[];
  top: number;
  /** What is worth a name, in milliseconds. */
  figures: [name: string, ms: number][];
  /** Of how many configurations the duration is known. */
  known: number;
}

/** The distribution of how long the function ran; undefined where no duration is known. */
export function durationsOf(rows: readonly Row[]): Durations | undefined {
  const known = rows.flatMap(({ result }) =>
    result.duration_ms === undefined ? [] : [{ ms: result.duration_ms, passed: result.status === 'PASSED' }],
  );
  if (known.length === 0) return undefined;
  const sorted = known.map(({ ms }) => ms).sort((a, b) => a - b);
  const longest = Math.max(1, sorted.at(-1) ?? 1);
  const step = roundStep(longest, 30);
  const bins = Array.from({ length: Math.floor(longest / step) + 1 }, (): Bin => ({ passed: 0, other: 0 }));
  for (const { ms, passed } of known) {
    const bin = bins[Math.max(0, Math.floor(ms / step))];
    if (bin) {
      bin[passed ? 'passed' : 'other'] += 1;
    }
  }
  return {
    bins,
    top: bins.length * step,
    figures: [
      ['Shortest', sorted[0] ?? 0],
      ['Median', quantile(sorted, 0.5)],
      ['95% within', quantile(sorted, 0.95)],
      ['Longest', longest],
      ['All together', sorted.reduce((sum, ms) => sum + ms, 0)],
    ],
    known: known.length,
  };
}

/** The nearest rank: a duration that did occur. */
function quantile(sorted: number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
