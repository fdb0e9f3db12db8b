import { inLanes } from '../../../scripts/direct/lanes';

const never = new AbortController().signal;
const items = (count: number) => Array.from({ length: count }, (_, index) => index);

describe.each([1, 2, 4, 10, 1000])('with %d lanes', (limit) => {
  it.each([0, 1, 7, 40])(
    'does %d pieces of work, each once, never more at once, and as many as it may',
    async (count) => {
      const done: number[] = [];
      let running = 0;
      let most = 0;
      await inLanes(
        items(count),
        limit,
        async (item) => {
          most = Math.max(most, ++running);
          // Those begun later are over sooner.
          for (let turns = count - item; turns > 0; turns--) {
            await Promise.resolve();
          }
          running--;
          done.push(item);
        },
        never,
      );

      expect(done.sort((a, b) => a - b)).toEqual(items(count));
      expect(most).toBe(Math.min(limit, count));
    },
  );
});

it('begins in the order of the list, and fills a lane as soon as it is free', async () => {
  const begun: number[] = [];
  const finish = new Map<number, () => void>();
  const working = inLanes(
    items(4),
    2,
    (item) => {
      begun.push(item);
      return new Promise<void>((resolve) => finish.set(item, resolve));
    },
    never,
  );

  expect(begun).toEqual([0, 1]);
  finish.get(1)!();
  await new Promise(setImmediate);
  expect(begun).toEqual([0, 1, 2]);
  finish.get(2)!();
  await new Promise(setImmediate);
  expect(begun).toEqual([0, 1, 2, 3]);
  finish.get(0)!();
  finish.get(3)!();
  await working;
});

it('begins nothing more once it is stopped, and waits for what runs', async () => {
  const stop = new AbortController();
  const begun: number[] = [];
  const finished: number[] = [];
  await inLanes(
    items(10),
    2,
    async (item) => {
      begun.push(item);
      if (item === 3) {
        stop.abort();
      }
      await new Promise(setImmediate);
      finished.push(item);
    },
    stop.signal,
  );

  expect(begun).toEqual([0, 1, 2, 3]);
  expect(finished.sort()).toEqual(begun);
});

it('begins nothing where it was stopped before', async () => {
  const work = jest.fn();

  await inLanes(items(3), 2, work, AbortSignal.abort());

  expect(work).not.toHaveBeenCalled();
});
