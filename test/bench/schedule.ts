/** When the last job ends if each starts on the lane that is free first, in order. Same unit as the durations. */
export function greedyMakespan(durations: number[], lanes: number): number {
  const freeAt = new Array<number>(lanes).fill(0);
  for (const duration of durations) {
    const lane = freeAt.indexOf(Math.min(...freeAt));
    freeAt[lane]! += duration;
  }
  return Math.max(...freeAt);
}

/** No schedule ends earlier than this. */
export function makespanBound(durations: number[], lanes: number): number {
  return Math.max(...durations, durations.reduce((sum, duration) => sum + duration, 0) / lanes);
}

/** The middle of several runs, which one noisy run doesn't move. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
