/** How long a set of jobs takes on some lanes. */

/**
 * When the last job ends if each starts on the lane that is free first, in order. Same unit as the durations.
 * @param startRate jobs that start in a unit of time at the most, as a Map Run starts its children
 */
export function greedyMakespan(durations: number[], lanes: number, startRate = Infinity): number {
  // A heap: the lane that is free first is on top.
  const freeAt = new Array<number>(Math.max(1, Math.min(lanes, durations.length))).fill(0);
  return durations.reduce((last, duration, index) => {
    const end = Math.max(freeAt[0] ?? 0, index / startRate) + duration;
    replaceTop(freeAt, end);
    return Math.max(last, end);
  }, 0);
}

/** No schedule ends earlier than this. */
export function makespanBound(durations: number[], lanes: number, startRate = Infinity): number {
  if (durations.length === 0) return 0;
  const longest = durations.reduce((most, duration) => Math.max(most, duration));
  const shortest = durations.reduce((least, duration) => Math.min(least, duration));
  const lastStart = (durations.length - 1) / startRate;
  return Math.max(longest, durations.reduce((sum, duration) => sum + duration, 0) / lanes, lastStart + shortest);
}

/** The durations of batches, in order, whose jobs run one after the other. */
export function batchDurations(durations: number[], batchSize: number): number[] {
  return Array.from({ length: Math.ceil(durations.length / batchSize) }, (_, batch) =>
    durations.slice(batch * batchSize, (batch + 1) * batchSize).reduce((sum, duration) => sum + duration, 0),
  );
}

/** Puts a value in place of a heap's least one. */
function replaceTop(heap: number[], value: number): void {
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    const least = (heap[left + 1] ?? Infinity) < (heap[left] ?? Infinity) ? left + 1 : left;
    const next = heap[least] ?? Infinity;
    if (next >= value) break;
    heap[at] = next;
    at = least;
  }
  heap[at] = value;
}
