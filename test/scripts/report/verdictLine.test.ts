import type { RunConfigurationResult, RunResult } from '../../../lib/wire';
import { verdictLine } from '../../../scripts/report/verdictLine';
import { tally } from '../../../scripts/result/tally';
import { notFinished } from '../../../scripts/result/untested';
import { errored, failed, passed, runResultOf } from '../runResults';

const known = { reason: 'moved', expires: '2026-12-31', expired: false };
const parts = {
  passed: () => passed('p'),
  flaky: () => passed('l', { flaky: true, earlier: [failed('l')] }),
  failed: () => failed('f'),
  known: () => failed('k', { known }),
  untested: () => errored('e'),
  unfinished: () => errored('u', { error: { type: notFinished, message: 'Not finished.' } }),
};
type Counts = Partial<Record<keyof typeof parts, number>>;

function resultOf(counts: Counts, rest: Partial<RunResult> = {}): RunResult {
  const results = Object.entries(counts).flatMap(([kind, count]) =>
    Array.from({ length: count }, (): RunConfigurationResult => parts[kind as keyof typeof parts]()),
  );
  return runResultOf(results, rest);
}

describe('the line of the verdict', () => {
  test.each<[string, Counts, Partial<RunResult>]>([
    ['PASSED: 40 passed', { passed: 40 }, {}],
    ['PASSED: 35 passed, 5 failed of which 5 are tolerated', { passed: 35, failed: 5 }, { tolerated_failures: 5 }],
    [
      'PASSED: 1 passed, 1 failed of which 1 is tolerated (up to 3)',
      { passed: 1, failed: 1 },
      { tolerated_failures: 3 },
    ],
    [
      'FAILED: 31 passed of which 1 is flaky, 8 failed of which only 2 are tolerated, 1 known failure',
      { passed: 30, flaky: 1, failed: 8, known: 1 },
      { tolerated_failures: 2 },
    ],
    ['PASSED: 35 passed, 2 known failures', { passed: 35, known: 2 }, {}],
    [
      'ERRORED: 3 passed, 1 could not be tested, 2 without a result',
      { passed: 3, untested: 1, unfinished: 2 },
      { status: 'TIMED_OUT' },
    ],
    [
      'ERRORED: 4 passed, 1 without a result; the execution still runs',
      { passed: 4, unfinished: 1 },
      { status: 'RUNNING' },
    ],
    ['ERRORED: 4 passed; it ended as ABORTED', { passed: 4 }, { status: 'ABORTED', verdict: 'ERRORED' }],
    ['ERRORED: 0 passed; nothing was tested', {}, { verdict: 'ERRORED' }],
    [
      'ERRORED: 4 passed; there is no verdict, as what came back does not agree: one is missing.',
      { passed: 4 },
      { disagreement: 'one is missing' },
    ],
  ])('is "%s"', (line, counts, rest) => {
    expect(verdictLine(resultOf(counts, rest))).toBe(line);
  });

  test('says why a run failed that has no failure beyond what is tolerated', () => {
    expect(verdictLine(tally(resultOf({ passed: 3, flaky: 1 }), { strict: true }))).toBe(
      'FAILED: 4 passed of which 1 is flaky; what is flaky counts as failed by --strict',
    );
  });

  test('adds up to the total and names all that counts, whatever there is', () => {
    const names = {
      flaky: 'flaky',
      failed: 'failed',
      known: 'known failure',
      untested: 'could not be tested',
      unfinished: 'without a result',
    };
    const some = [0, 1, 2];
    const wrong: string[] = [];
    let lines = 0;
    for (const counts of combinations(some)) {
      for (const tolerated_failures of some) {
        for (const strict of [false, true]) {
          const result = tally(resultOf(counts, { tolerated_failures }), { strict });
          const line = verdictLine(result);
          const [, said = ''] = /^[A-Z]+: (.*?)(?:;|$)/.exec(line) ?? [];
          const sum = said.split(', ').reduce((total, part) => total + Number(/^\d+/.exec(part)?.[0]), 0);
          const named = Object.entries(names).every(([kind, name]) => {
            const count = counts[kind as keyof Counts] ?? 0;
            return new RegExp(`\\b${count} (?:(?:is|are) )?${name}`).test(said) === count > 0;
          });
          if (sum !== result.total || !named || !line.startsWith(result.verdict)) {
            wrong.push(line);
          }
          lines++;
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(lines).toBe(3 ** 7 * 2);
  });
});

function combinations(some: number[]): Counts[] {
  return Object.keys(parts).reduce<Counts[]>(
    (all, kind) => all.flatMap((counts) => some.map((count) => ({ ...counts, [kind]: count }))),
    [{}],
  );
}
