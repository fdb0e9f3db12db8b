/**
 * Does the work on each item, at most `limit` at once, beginning in the order of the list. Once the signal aborts it
 * begins nothing more; what runs is waited for. The work must not throw: what goes wrong with one item is its result.
 * @param limit 1 and up
 */
export async function inLanes<T>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  // All lanes take from one iterator, so none waits while there is work left.
  const waiting = items.entries();
  const lane = async () => {
    for (const [index, item] of waiting) {
      if (signal.aborted) return;
      await work(item, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
}
