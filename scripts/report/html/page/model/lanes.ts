import { outcomesOf, timesOf } from './rows';
import type { Kind, Row } from './rows';

/** An outcome on the timeline; times in milliseconds since 1970. */
export interface Bar {
  row: Row;
  kind: Kind;
  from: number;
  to: number;
  /** From 0, the topmost. */
  lane: number;
}

/** What ran without a pause: an execution, or several right after one another. */
export interface Wave {
  from: number;
  to: number;
  bars: Bar[];
  lanes: number;
}

/** How well a wave used its lanes; milliseconds. */
export interface Fullness {
  /** How many could have run at once. */
  lanes: number;
  took: number;
  /** All bars together. */
  busy: number;
  longest: number;
  /** The share of the lanes' time in which something ran, 0 to 1. */
  utilisation: number;
  /** No order of the same configurations in as many lanes ends sooner: the larger of `longest` and `busy / lanes`. */
  bound: number;
}

/** Within an execution a freed lane is taken at once, so a pause that is longer parts two executions. */
const leastPauseMs = 5000;
const leastPauseShare = 0.02;

/** Puts all outcomes whose times are known into lanes: each into the first one that is free when it starts. */
export function wavesOf(rows: readonly Row[]): Wave[] {
  const waves: Wave[] = [];
  let free: number[] = [];
  for (const bar of barsOf(rows)) {
    let wave = waves.at(-1);
    if (!wave || bar.from - wave.to > Math.max(leastPauseMs, (wave.to - wave.from) * leastPauseShare)) {
      wave = { from: bar.from, to: bar.to, bars: [], lanes: 0 };
      waves.push(wave);
      free = [];
    }
    const found = free.findIndex((at) => at <= bar.from);
    bar.lane = found < 0 ? free.length : found;
    free[bar.lane] = bar.to;
    wave.bars.push(bar);
    wave.to = Math.max(wave.to, bar.to);
    wave.lanes = free.length;
  }
  return waves;
}

/**
 * How full the lanes were.
 * @param maxConcurrency how many might run at once; 0 where that isn't known
 */
export function fullnessOf(wave: Wave, maxConcurrency: number): Fullness {
  // Where there are fewer configurations than lanes, the other lanes could not have helped.
  const lanes = Math.max(wave.lanes, Math.min(maxConcurrency, wave.bars.length));
  const took = wave.to - wave.from;
  let busy = 0;
  let longest = 0;
  for (const { from, to } of wave.bars) {
    busy += to - from;
    longest = Math.max(longest, to - from);
  }
  const utilisation = took === 0 ? 1 : busy / (lanes * took);
  return { lanes, took, busy, longest, utilisation, bound: Math.max(longest, busy / lanes) };
}

function barsOf(rows: readonly Row[]): Bar[] {
  const bars: Bar[] = [];
  for (const row of rows) {
    for (const outcome of outcomesOf(row.result)) {
      const times = timesOf(outcome);
      if (times) {
        bars.push({ row, kind: outcome === row.result ? row.kind : outcome.status, ...times, lane: 0 });
      }
    }
  }
  return bars.sort((a, b) => a.from - b.from || a.to - b.to);
}
