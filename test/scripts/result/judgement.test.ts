import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judgeBy, type JudgementOptions } from '../../../scripts/result/judgement';
import { failed, passed, runResultOf } from '../runResults';

describe('how a result is judged', () => {
  const folder = mkdtempSync(join(tmpdir(), 'system-test-judgement-'));
  const knownFailures = join(folder, 'known.json');
  writeFileSync(
    knownFailures,
    JSON.stringify([{ configuration_identifier: 'b', reason: 'feed is down', expires: '2026-12-31' }]),
  );
  afterAll(() => rmSync(folder, { recursive: true }));

  const judge = (options: JudgementOptions, at = '2026-12-31T23:59:59Z') =>
    judgeBy(options, { clock: { now: () => Date.parse(at), sleep: () => Promise.resolve() }, stop: neverStopped });
  const neverStopped = new AbortController().signal;
  const flaky = runResultOf([passed('a', { flaky: true })]);
  const oneFailed = runResultOf([passed('a'), failed('b')]);

  test.each([
    ['without known failures', undefined],
    ['with some', knownFailures],
  ])('is strict where it has to be, %s', async (_, file) => {
    expect((await judge({ knownFailures: file, strict: true }))(flaky).verdict).toBe('FAILED');
    expect((await judge({ knownFailures: file }))(flaky).verdict).toBe('PASSED');
  });

  test.each([
    ['on its last day', '2026-12-31T23:59:59Z', 'PASSED', true],
    ['a day later', '2027-01-01T00:00:00Z', 'FAILED', false],
  ])('excuses what is known %s: at %s it is %s', async (_, at, verdict, excuses) => {
    const judged = await judge({ knownFailures }, at);
    expect(judged(oneFailed).verdict).toBe(verdict);
    expect(judged.excuses('b')).toBe(excuses);
    expect(judged.excuses('a')).toBe(false);
  });

  test('excuses nothing without known failures', async () => {
    const judged = await judge({});
    expect(judged(oneFailed).verdict).toBe('FAILED');
    expect(judged.excuses('b')).toBe(false);
  });

  test('names --known-failures and the file that can not be read', async () => {
    await expect(judge({ knownFailures: join(folder, 'none.json') })).rejects.toThrow(/--known-failures.*none\.json/);
  });
});
