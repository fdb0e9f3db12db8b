import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { testInRounds, type RoundsContext } from '../../../scripts/plan/rounds';
import { readSelection, type SelectionOptions } from '../../../scripts/plan/selection';
import { ownConfigurations } from '../../../scripts/execution/ownConfigurations';
import { jsonReport } from '../../../scripts/report/json';
import { Talk } from '../../../scripts/terminal/talk';
import type { Configuration, RunResult } from '../../../lib/wire';
import { FakeClock } from '../fakeClock';
import { machineArn } from '../fakeExecution';
import { failed, passed, runResultOf } from '../runResults';

/** Without a list of known failures. */
const judge = Object.assign((same: RunResult) => same, { excuses: () => false });

/** What is tested of what the construct has, first and at the end, and what is said. */
async function tested(
  own: (string[] | Error | 'never')[],
  options: SelectionOptions & RoundsContext['options'],
  identifiers: string[] = [],
  results = [passed('a')],
) {
  let said = '';
  const stop = new AbortController().signal;
  const stdin = new PassThrough().end();
  const selection = await readSelection(identifiers, options, { stdin, stop }, judge);
  let asked: Configuration[] | undefined;
  const { result } = await testInRounds(
    selection,
    {
      test: (configurations) => {
        asked = configurations;
        return Promise.resolve({ result: runResultOf(results), repeatable: true });
      },
      findConfigurations: () => Promise.resolve(undefined),
      ownConfigurations: () => {
        const now = own.shift() ?? new Error('asked once more');
        if (now === 'never') return new Promise(() => undefined);
        return now instanceof Error ? Promise.reject(now) : Promise.resolve(now);
      },
    },
    {
      options,
      io: { clock: new FakeClock(), stop },
      talk: new Talk(
        new PassThrough().on('data', (chunk: Buffer) => (said += chunk.toString())),
        'normal',
      ),
      stop,
      judge,
    },
  );
  return { asked, said, result };
}

test.each([
  [undefined, 'PASSED'],
  ['50%', 'PASSED'],
  ['49%', 'FAILED'],
  [1, 'FAILED'],
] as const)(
  'what is run again tolerates no more than it is to, whatever the run before did: %p',
  async (toleratedFailures, verdict) => {
    const directory = mkdtempSync(join(tmpdir(), 'rounds-'));
    const file = join(directory, 'result.json');
    const all = [failed('a'), failed('b'), passed('c'), passed('d')];
    writeFileSync(file, [...jsonReport(runResultOf(all, { tolerated_failures: 2 }))].join(''));
    try {
      const again = [failed('a'), failed('b')];
      const { result } = await tested([], { rerunFailed: file, toleratedFailures }, [], again);
      expect(result).toMatchObject({ total: 4, failed: 2, verdict });
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
);

describe("a pattern where nothing is named selects of the construct's configurations", () => {
  const grep = /^feed/u;

  test('those that match, by their identifiers, to which the state machine adds the keys', async () => {
    const both = ['feed_1', 'other', 'feed_2'];
    await expect(tested([both, both], { grep })).resolves.toMatchObject({
      asked: ['feed_1', 'feed_2'],
      said: "Of the construct's 3 configurations, --grep selects 2.\n",
    });
  });

  test('and tells which it has got since, as they were not tested', async () => {
    const { said } = await tested([['feed_1'], ['feed_1', 'feed_2', 'other_2']], { grep });
    expect(said).toMatch(/\nSince the start the construct has got 1 configuration more that --grep finds: feed_2\.\n$/);
  });

  test.each<[string, string[][] | [string[], 'never']]>([
    ['is refused', [['feed_1']]],
    ['does not come', [['feed_1'], 'never']],
  ])('and ends without that where it %s', async (_, own) => {
    const { said } = await tested(own, { grep });
    expect(said).toBe("Of the construct's 1 configuration, --grep selects 1.\n");
  });

  test('but of a run that is repeated those that did not pass, while the others stay as they were', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'rounds-'));
    const file = join(directory, 'result.json');
    const earlier = runResultOf([failed('feed_1'), failed('other'), passed('feed_2')]);
    writeFileSync(file, [...jsonReport(earlier)].join(''));
    try {
      const { asked, result } = await tested([], { grep, rerunFailed: file }, [], [passed('feed_1')]);
      expect(asked).toEqual(['feed_1']);
      expect(result).toMatchObject({ verdict: 'FAILED', passed: 2, failed: 1 });
      await expect(tested([], { grep: /^feed_2/u, rerunFailed: file })).rejects.toMatchObject({
        message: expect.stringContaining('matches none of 2 configurations: "feed_1", "other".') as string,
      });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('but not of them where some are named', async () => {
    await expect(tested([], { grep }, ['feed_9', 'x'])).resolves.toMatchObject({ asked: ['feed_9'], said: '' });
  });
});

describe("the construct's configurations", () => {
  const ownOf = (answer: () => Promise<string>) => {
    const o = { clock: new FakeClock(), stop: new AbortController().signal };
    return ownConfigurations({ api: { definition: answer } as never, stateMachineArn: machineArn }, o);
  };

  test("can't be selected from where a source lists them", async () => {
    const States = { 'Check input': { Assign: { checked: '{% $defaults := $listing.configurations;\n %}' } } };
    await expect(ownOf(() => Promise.resolve(JSON.stringify({ States })))).rejects.toMatchObject({
      name: 'UserError',
      message:
        `Expected configurations for --grep to select from, got none: only ${machineArn} itself reads its list, from a ` +
        'source, when it runs: name them, or give --configurations FILE.',
    });
  });

  test("can't be selected from without the permission", async () => {
    const error = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
    await expect(ownOf(() => Promise.reject(error))).rejects.toMatchObject({
      name: 'UserError',
      message:
        `Expected the permission to read the definition of ${machineArn} for --grep to select from, as grantRead gives it, ` +
        'got none: name them, or give --configurations FILE (AccessDeniedException: not authorized).',
    });
  });
});
