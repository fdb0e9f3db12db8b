import type { Sandbox } from '../../../../scripts/local/lambda/sandbox';
import { SandboxPool, StartSlots } from '../../../../scripts/local/lambda/sandboxPool';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A pool of sandboxes that are soon up, on a machine that is busy or not. */
function poolOf(busy: boolean) {
  let started = 0;
  const start = () => {
    started += 1;
    const up = turn().then(turn);
    return Promise.resolve({ reusable: true, booted: up, initialized: up, dispose: () => up } as unknown as Sandbox);
  };
  const isBusy = () => turn().then(() => busy);
  return { pool: new SandboxPool(start, new StartSlots(), isBusy), started: () => started };
}

/** Invocations that end at once, so many at the same time; how many sandboxes they took. */
async function sandboxesFor(busy: boolean): Promise<number> {
  const { pool, started } = poolOf(busy);
  let left = 1000;
  const lane = async () => {
    while (left-- > 0) {
      const sandbox = await pool.acquire();
      await turn();
      pool.release(sandbox);
    }
  };
  await Promise.all(Array.from({ length: 20 }, lane));
  const count = started();
  await pool.close();
  return count;
}

test('sandboxes are started for what waits, but none where that would slow down those that answer at once', async () => {
  expect(await sandboxesFor(true)).toBeLessThan(20);
  expect(await sandboxesFor(false)).toBe(20);
});
