/** How long a set of jobs takes on some lanes. */

/** When the last job ends if each starts on the lane that is free first, in order. Same unit as the durations. */
export function greedyMakespan(durations: number[], lanes: number): number {
  const freeAt = new Array<number>(lanes).fill(0);
  for (const duration of durations) {
    const first = Math.min(...freeAt);
    freeAt[freeAt.indexOf(first)] = first + duration;
  }
  return Math.max(...freeAt);
}

/** No schedule ends earlier than this. */
export function makespanBound(durations: number[], lanes: number): number {
  return Math.max(0, ...durations, durations.reduce((sum, duration) => sum + duration, 0) / lanes);
}
