/** Works on several at once; what comes of them keeps their order. */
export async function* inOrder<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  atOnce: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  const begin = (item: T) => {
    const promise = work(item);
    // It is awaited later, and may have failed long before.
    promise.catch(() => undefined);
    running.push(promise);
  };
  for await (const item of items) {
    if (running.length >= atOnce) yield (await running.shift()) as R;
    begin(item);
  }
  while (running.length > 0) yield (await running.shift()) as R;
}
