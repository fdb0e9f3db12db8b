import type { Clock } from '../../../../scripts/io/clock';
import { throttled } from '../../../../scripts/local/lambda/concurrency';
import { EventQueue } from '../../../../scripts/local/lambda/eventQueue';
import { cleanUp, deployed, eventually, serveLambda } from './lambdaFixture';

afterAll(cleanUp);

/** Sleeps pass at once; it remembers them. */
class QuickClock implements Clock {
  readonly sleeps: number[] = [];
  private time = 0;
  now = () => this.time;
  sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted();
    this.sleeps.push(ms);
    this.time += ms;
    return Promise.resolve();
  };
}

/** Runs an event whose attempts end as listed, and tells how many there were and what they waited. */
async function run(endings: (boolean | Error)[]): Promise<{ attempts: number; sleeps: number[] }> {
  const clock = new QuickClock();
  const queue = new EventQueue(clock);
  let attempts = 0;
  queue.add(() => {
    const ending = endings[Math.min(attempts, endings.length - 1)];
    attempts += 1;
    return ending instanceof Error ? Promise.reject(ending) : Promise.resolve(ending === true);
  });
  await new Promise((resolve) => setImmediate(resolve));
  await queue.close();
  return { attempts, sleeps: clock.sleeps };
}

describe('an event', () => {
  const throttle = throttled('ConcurrentInvocationLimitExceeded');
  test.each([
    ['that succeeds runs once', [true], 1, []],
    ['that fails runs again after a minute', [false, true], 2, [60_000]],
    ['that keeps failing runs three times', [false], 3, [60_000, 120_000]],
    ['that is throttled waits, longer each time', [throttle, throttle, true], 3, [1_000, 2_000]],
    ['that is throttled once does not lose a retry', [throttle, false, false, false], 4, [1_000, 60_000, 120_000]],
    ['whose function cannot be started is dropped', [new Error('no process')], 1, []],
  ])('%s', async (_name, endings, attempts, sleeps) => {
    expect(await run(endings)).toEqual({ attempts, sleeps });
  });

  test('that is throttled for ever is dropped after six hours', async () => {
    const { sleeps } = await run([throttle]);
    expect(Math.max(...sleeps)).toBe(300_000);
    expect(sleeps.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(5.9 * 3_600_000);
    expect(sleeps.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(6 * 3_600_000);
  });

  test('is refused where a thousand wait', async () => {
    const queue = new EventQueue({ now: () => 0, sleep: () => Promise.resolve() });
    const done: (() => void)[] = [];
    for (let n = 0; n < 1_000; n += 1) queue.add(() => new Promise((resolve) => done.push(() => resolve(true))));
    expect(() => queue.add(() => Promise.resolve(true))).toThrow('Rate Exceeded.');
    await new Promise((resolve) => setImmediate(resolve));
    done.forEach((finish) => finish());
    await queue.close();
  });
});

test('an invocation of type Event runs after its answer, again when it fails, with the same request id', async () => {
  const logs: string[] = [];
  const lambda = await serveLambda([deployed('exports.handler = async () => { throw new Error("again"); }')], {
    clock: new QuickClock(),
    log: (_name, text) => logs.push(text),
  });
  expect((await lambda.invoke({}, { InvocationType: 'Event' })).status).toBe(202);
  await eventually(() => logs.length === 3);
  expect(new Set(logs.map((log) => /START RequestId: (\S+)/.exec(log)?.[1])).size).toBe(1);
  await lambda.close();
});
