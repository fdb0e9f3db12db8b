import fc from 'fast-check';
import { isUndecided, tally } from '../../../scripts/result/tally';
import { errored, failed, hostileResult, passed, runResultOf } from '../runResults';

describe('the verdict', () => {
  const excused = { known: { reason: 'moved', expires: '2026-12-31', expired: false } };
  test.each([
    ['passes where all passed', [passed('a')], 0, 'PASSED'],
    ['fails where one failed', [passed('a'), failed('b')], 0, 'FAILED'],
    ['passes where no more failed than are tolerated', [passed('a'), failed('b')], 1, 'PASSED'],
    ['is open where something could not be tested', [passed('a'), errored('b')], 0, 'ERRORED'],
    ['is open where something could not be tested, whatever is tolerated', [errored('b')], 5, 'ERRORED'],
    ['fails where one failed and another could not be tested', [failed('a'), errored('b')], 0, 'FAILED'],
    ['passes where the failure is known', [failed('a', excused)], 0, 'PASSED'],
    ['is open where a known failure could not be tested', [errored('a', excused)], 0, 'ERRORED'],
    ['is open where nothing was tested', [], 0, 'ERRORED'],
    ['passes where a configuration is flaky', [passed('a', { flaky: true })], 0, 'PASSED'],
  ])('%s', (_, results, tolerated_failures, verdict) => {
    expect(tally(runResultOf(results, { tolerated_failures })).verdict).toBe(verdict);
  });

  test('fails where a configuration is flaky and the run is strict', () => {
    const result = runResultOf([passed('a', { flaky: true })]);
    expect(tally(result, { strict: true }).verdict).toBe('FAILED');
    expect(tally({ ...result, tolerated_failures: 1 }, { strict: true }).verdict).toBe('PASSED');
  });

  test('passes where the list of known failures excuses what is flaky, although the run is strict', () => {
    const result = runResultOf([passed('a', { flaky: true, ...excused })]);
    expect(tally(result, { strict: true }).verdict).toBe('PASSED');
  });

  test('stays open where the run was stopped after its last configuration', () => {
    const stopped = runResultOf([passed('a')], { status: 'ABORTED', verdict: 'ERRORED' });
    expect(isUndecided(stopped)).toBe(true);
    expect(tally(stopped).verdict).toBe('ERRORED');
  });

  test('never passes where the run was stopped early, whatever is excused later', () => {
    const early = runResultOf([passed('a'), failed('b')], { status: 'ABORTED', max_failures: 1 });
    expect(early.verdict).toBe('FAILED');
    expect(tally({ ...early, results: [passed('a'), failed('b', excused)] }).verdict).toBe('ERRORED');
  });
});

test('counts each configuration once', () => {
  fc.assert(
    fc.property(hostileResult, (result) => {
      const { total, passed: ok, failed: bad, errored: untested, known = 0 } = tally(result);
      expect(ok + bad + untested + known).toBe(total);
      expect(total).toBe(result.results.length);
    }),
  );
});
