import type { Clock } from '../../../scripts/io/clock';
import { withRetries, type Retry } from '../../../scripts/direct/retry';

const throttled = new Error('throttled');

/** Calls what fails `failures` times, and gives what it came to and how long was waited. */
async function trying(
  failures: number,
  o: { random?: number; attempts?: number; error?: Error; stop?: AbortController },
) {
  const { random = 1, attempts, error = throttled, stop = new AbortController() } = o;
  const waits: number[] = [];
  const retries: Retry[] = [];
  const clock: Clock = {
    now: () => 0,
    sleep: (ms) => {
      waits.push(ms / 1000);
      return stop.signal.aborted ? Promise.reject(stop.signal.reason as Error) : Promise.resolve();
    },
  };
  let calls = 0;
  const call = () => (++calls > failures ? Promise.resolve('done') : Promise.reject(error));
  const outcome = await withRetries(call, {
    clock,
    random: () => random,
    signal: stop.signal,
    isTransient: (reason) => reason === throttled,
    attempts,
    onRetry: (retry) => {
      retries.push(retry);
      o.stop?.abort(new Error('stopped'));
    },
  }).catch((reason: unknown) => reason);
  return { outcome, calls, waits, retries };
}

it.each([
  ['at most', 1, [2, 6, 18, 54, 60]],
  ['by half', 0.5, [1, 3, 9, 27, 30]],
  ['not at all', 0, [0, 0, 0, 0, 0]],
])('waits as the state machine does, a random share of 2, 6, 18, 54 and 60 s: %s', async (_, random, expected) => {
  const { outcome, waits, retries } = await trying(5, { random });

  expect(outcome).toBe('done');
  expect(waits).toEqual(expected);
  expect(retries.map(({ number, waitMs, error }) => [number, waitMs / 1000, error])).toEqual(
    expected.map((wait, index) => [index + 1, wait, throttled]),
  );
});

it('gives up after six attempts, with the last error', async () => {
  await expect(trying(6, {})).resolves.toMatchObject({ outcome: throttled, calls: 6 });
});

it('makes as many retries as it is told', async () => {
  await expect(trying(9, { attempts: 2 })).resolves.toMatchObject({ outcome: throttled, calls: 3 });
});

it('does not try again what does not pass by itself', async () => {
  const error = new Error('denied');

  await expect(trying(1, { error })).resolves.toMatchObject({ outcome: error, calls: 1, waits: [] });
});

it('does not go on waiting once it is stopped', async () => {
  const { outcome, calls } = await trying(3, { stop: new AbortController() });

  expect(outcome).toEqual(new Error('stopped'));
  expect(calls).toBe(1);
});
