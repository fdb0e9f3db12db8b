import type { HistoryPage, HistoryRequest } from '../../../scripts/aws/stepFunctions';
import { HistoryPoller } from '../../../scripts/execution/historyPoller';
import { executionArn } from '../fakeExecution';

const throttled = named('ThrottlingException');
const unreachable = Object.assign(named('Error', 'socket hang up'), { code: 'ECONNRESET' });
const badToken = named('InvalidToken');

function named(name: string, message = 'refused'): Error {
  return Object.assign(new Error(message), { name });
}

const page = (ids: number[], nextToken?: string): HistoryPage => ({
  events: ids.map((id) => ({ id, timestamp: new Date(0), type: 'TaskStarted' })),
  nextToken,
});

/** A poller of a history that answers by the request and the milliseconds since the poller began. */
function setUp(answer: (request: HistoryRequest, ms: number) => HistoryPage | Error) {
  let now = 0;
  const clock = {
    now: () => now,
    sleep: (ms: number) => {
      now += ms;
      return Promise.resolve();
    },
  };
  const requests: { maxResults: number; nextToken?: string; at: number }[] = [];
  const history = ({ maxResults, nextToken }: HistoryRequest) => {
    requests.push({ maxResults, nextToken, at: now });
    const answered = answer({ executionArn, maxResults, nextToken }, now);
    return answered instanceof Error ? Promise.reject(answered) : Promise.resolve(answered);
  };
  const poller = new HistoryPoller({ history }, executionArn, clock);
  const wake = new AbortController();
  const ids: number[] = [];
  const poll = async () => {
    const events = await poller.next(wake.signal);
    ids.push(...events.map(({ id }) => id!));
    return events;
  };
  /** Polls for so long, or until it gives up. */
  const pollFor = async (ms: number) => {
    for (const end = now + ms; now < end;) await poll();
  };
  return { poller, requests, wake, ids, poll, pollFor, elapsed: () => now, setClock: (ms: number) => (now = ms) };
}

/** A history of so many events, in pages of up to `perPage` whose tokens name the events before them. */
const paged = (count: number, perPage: number) => {
  const all = Array.from({ length: count }, (_, index) => index + 1);
  return ({ nextToken = '0' }: HistoryRequest) => {
    const end = Number(nextToken) + perPage;
    return page(all.slice(Number(nextToken), end), end < count ? String(end) : undefined);
  };
};

describe('the history of an execution', () => {
  test('is told once, in small pages where it keeps up and in large ones where it is behind', async () => {
    const { poller, poll, ids, requests } = setUp(paged(5, 2));

    await poll();
    expect([ids, poller.caughtUp]).toEqual([[1, 2, 3, 4, 5], true]);
    await poll();

    expect(ids).toEqual([1, 2, 3, 4, 5]);
    expect(requests.map(({ nextToken, maxResults }) => [nextToken, maxResults])).toEqual([
      ...[
        [undefined, 200],
        ['2', 1000],
        ['4', 1000],
      ],
      // The last page was partial.
      ['4', 200],
    ]);
  });

  test.each([
    ['no answer', () => unreachable],
    ['one page of several, as it was woken', paged(5, 2)],
  ])('is not caught up after %s', async (_, answer) => {
    const { poller, poll, wake } = setUp((request) => {
      wake.abort();
      return answer(request);
    });

    await poll();

    expect(poller.caughtUp).toBe(false);
  });

  test.each([
    ['badly', badToken],
    ['without an event that it should have', page([5])],
  ])('is read again from its first page where a token is answered %s', async (_, answer) => {
    let faults = 2;
    const { ids, pollFor, requests } = setUp((request) =>
      request.nextToken === '2' && faults-- > 0 ? answer : paged(5, 2)(request),
    );

    await pollFor(5_000);

    expect(ids).toEqual([1, 2, 3, 4, 5]);
    expect(requests.slice(0, 4).map(({ nextToken }) => nextToken)).toEqual([undefined, '2', undefined, '2']);
  });

  test.each([
    ['badly', badToken, [200, 200]],
    ['without an event that it should have', page([5]), [200, 1000]],
  ])('is read in pages of one size from then on only where a token was answered %s', async (_, answer, sizes) => {
    const { pollFor, requests } = setUp((request, ms) =>
      request.nextToken !== undefined && ms < 1_000 ? answer : paged(5, 2)(request),
    );

    await pollFor(5_000);

    const after = requests.filter(({ at }) => at >= 1_000);
    expect(after.slice(0, 2).map(({ maxResults }) => maxResults)).toEqual(sizes);
  });

  test('is asked for again where an event in the middle of a page is missing', async () => {
    let asked = 0;
    const { ids, pollFor } = setUp(() => page(asked++ === 0 ? [1, 2, 4] : [1, 2, 3, 4]));

    await pollFor(2_000);

    expect(ids).toEqual([1, 2, 3, 4]);
  });

  test.each([
    ['all of it, where nothing is new', () => page([])],
    ['a part of it that is new, with a token for the rest', (id: number) => page([id], 'more')],
  ])('may be out of reach again and again, each time for as long, after %s', async (_, answer) => {
    for (const [error, patience] of [
      [unreachable, 60_000],
      [throttled, 900_000],
      [named('ExecutionDoesNotExist'), 15_000],
    ] as const) {
      let [answers, answeredAt] = [0, 0];
      const { pollFor } = setUp((_request, ms) => {
        if (ms - answeredAt < 0.9 * patience) return error;
        answeredAt = ms;
        return answer(++answers);
      });

      await expect(pollFor(4 * patience)).resolves.toBeUndefined();
      expect(answers).toBeGreaterThan(2);
    }
  });

  test.each([
    ['throttled', () => throttled, 900_000, /: ThrottlingException: refused$/],
    ['without credentials', () => named('ExpiredToken'), 120_000, /: ExpiredToken: refused: sign in again$/],
    ['out of reach', () => unreachable, 60_000, /: ECONNRESET: socket hang up$/],
    ['without an event', () => page([1, 2, 4]), 60_000, /: The history of the execution lacks the event 3\.$/],
    [
      'beyond a token that is answered badly',
      ({ nextToken }: HistoryRequest) => (nextToken ? badToken : page([1], 'bad')),
      ...([15_000, /: InvalidToken: refused$/] as const),
    ],
    [
      'beyond a page that lacks an event',
      ({ nextToken }: HistoryRequest) => (nextToken ? page([3]) : page([1], 'lacking')),
      ...([60_000, /lacks the event 2\.$/] as const),
    ],
  ])('is given up where it stays %s, no earlier and not much later', async (_, answer, patience, message) => {
    const { pollFor, elapsed } = setUp(answer);

    await expect(pollFor(2_000_000)).rejects.toThrow(message);

    expect(elapsed()).toBeGreaterThanOrEqual(patience);
    expect(elapsed()).toBeLessThan(patience + 11_000);
  });

  test('is asked for four times a second at first, and more seldom from 3 s on', async () => {
    const { pollFor, requests } = setUp(paged(1, 1));
    await pollFor(6_000);

    const waits = requests.slice(1).map(({ at }, index) => at - requests[index]!.at);
    expect(waits.slice(0, 4)).toEqual([250, 250, 250, 250]);
    expect(Math.max(...waits)).toBe(750);
  });

  test('is asked for as soon as before once it is out of reach rather than throttled', async () => {
    const { pollFor, requests } = setUp((_, ms) => (ms === 0 ? throttled : unreachable));

    await pollFor(3_000);

    expect(requests.slice(0, 3).map(({ at }) => at)).toEqual([0, 1500, 1875]);
  });

  test('is not waited for longer where the clock is set back', async () => {
    const { poll, requests, setClock } = setUp(paged(1, 1));
    await poll();
    setClock(-3_600_000);

    await poll();

    expect(requests.at(-1)!.at).toBeLessThan(-3_590_000);
  });
});
