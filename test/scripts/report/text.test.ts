import { createColors } from 'picocolors';
import type { RunResult } from '../../../lib/wire';
import { costOf } from '../../../scripts/cost/cost';
import { textReport } from '../../../scripts/report/text';
import { notFinished } from '../../../scripts/result/untested';
import { errored as erroredOf, failed as failedOf, passed as passedOf, runResultOf } from '../runResults';

const passed = passedOf('config_0');
const failed = failedOf('config_1');
const errored = erroredOf('config_2');
const resultOf = (results: RunResult['results'], rest: Partial<RunResult> = {}) =>
  runResultOf(results, { status: 'FAILED', verdict: 'FAILED', ...rest });

const plain = createColors(false);
const report = (results: RunResult['results'], rest?: Partial<RunResult>) => textReport(resultOf(results, rest), plain);

describe('the text report', () => {
  test('shows the error and the log of what did not pass, and how long it took', () => {
    expect(report([passed, failed, errored])).toMatchInlineSnapshot(`
     "config_1 failed after 8.012s
     Error: Something went wrong!
     ---------------------------------- Log output ----------------------------------
     START RequestId: 1
     Sleeping for 8 s
     END RequestId: 1
     ---------------------------------- End of log ----------------------------------

     config_2 could not be tested
     Lambda.TooManyRequestsException: Rate Exceeded.

     All invocations together took 11.0s: 1.3 times as long as the run.
     FAILED: 1 passed, 1 failed, 1 could not be tested
     The system test took 8.500s
     1 of 3 passed the test - 1 failed - 1 errored
     "
    `);
  });

  test('ends with the two lines that other tools look for', () => {
    const results = [...Array.from({ length: 35 }, () => passed), ...Array.from({ length: 5 }, () => failed)];

    expect(report(results, { duration_seconds: 26.412 })).toMatch(
      /\nFAILED: 35 passed, 5 failed\nThe system test took 26\.412s\n35 of 40 passed the test - 5 failed\n$/,
    );
  });

  test('is short when all passed', () => {
    expect(report([passed], { verdict: 'PASSED', status: 'SUCCEEDED', duration_seconds: 3.1 })).toBe(
      'All invocations together took 3.0s.\nPASSED: 1 passed\nThe system test took 3.100s\n1 of 1 passed the test - 0 failed\n',
    );
  });

  test('says how many times faster the parallel run was', () => {
    expect(report(Array.from({ length: 10 }, () => passed))).toContain(
      'All invocations together took 30.0s: 3.5 times as long as the run.\n',
    );
  });

  test('says before the count that what came back does not agree', () => {
    expect(report([passed], { verdict: 'ERRORED', disagreement: 'one is\nmissing' })).toMatch(
      /\nERRORED: 1 passed; there is no verdict, as what came back does not agree: one is missing\.\nThe system test took .*\n1 of 1 passed the test - 0 failed\n$/,
    );
  });

  describe('of many that failed for the same reason', () => {
    const many = Array.from({ length: 346 }, (_, index) => failedOf(`config_${index}`));
    const other = failedOf('other', { error: { type: 'Error', message: 'Something else' } });

    test('is one block with as many identifiers as fit in some lines, and the log of the first', () => {
      expect(report([other, ...many])).toMatchInlineSnapshot(`
       "346 configurations failed for the same reason:
         config_0, config_1, config_2, config_3, config_4, config_5, config_6,
         config_7, config_8, config_9, config_10, config_11, config_12, config_13,
         config_14, config_15, config_16, config_17, config_18, config_19, config_20,
         config_21, config_22, config_23, config_24, config_25, config_26, config_27,
         config_28, config_29, config_30, config_31, config_32, config_33, config_34,
         config_35, config_36, config_37, config_38, config_39, config_40, and 305 more
       The first, config_0, failed after 8.012s:
       Error: Something went wrong!
       ---------------------------------- Log output ----------------------------------
       START RequestId: 1
       Sleeping for 8 s
       END RequestId: 1
       ---------------------------------- End of log ----------------------------------

       other failed after 8.012s
       Error: Something else
       ---------------------------------- Log output ----------------------------------
       START RequestId: 1
       Sleeping for 8 s
       END RequestId: 1
       ---------------------------------- End of log ----------------------------------

       Slowest: other 8.012s, config_0 8.012s, config_1 8.012s
       All invocations together took 2780.2s: 327.1 times as long as the run.
       FAILED: 0 passed, 347 failed
       The system test took 8.500s
       0 of 347 passed the test - 347 failed
       "
      `);
    });

    test('tells what the first configuration holds beside its identifier, cut', () => {
      const configuration = { country: 'FR\n', limits: { rows: 10 }, long: 'x'.repeat(100_000) };
      const [first, ...others] = many;
      const keys = `(country: FR , limits: {"rows":10}, long: ${'x'.repeat(78)}…)`;
      expect(report([{ ...first!, configuration }, ...others])).toContain(
        `\nThe first, config_0 ${keys}, failed after`,
      );
      expect(report([{ ...first!, configuration }])).toMatch(/^config_0 \(country: FR , .*…\) failed after 8\.012s\n/);
    });

    test('says that the others differ where their numbers do', () => {
      const late = (identifier: string, seconds: number) =>
        failedOf(identifier, { error: { type: 'Late', message: `${seconds} s late` } });
      expect(report([late('a', 3), late('b', 17)])).toContain(
        '2 configurations failed for the same reason:\n  a, b\nThe first, a, failed after 8.012s; the others differ in numbers:\nLate: 3 s late\n',
      );
    });

    test('loses no earlier try: who got there by another way stands apart', () => {
      const again = (identifier: string, before: typeof other) => failedOf(identifier, { earlier: [before] });
      const text = report([again('a', failed), again('b', errored), again('c', failed), again('d', failed)]);
      expect(text).toContain('3 configurations failed for the same reason:\n  a, c, d\n');
      expect(text).toContain('b failed after 8.012s\nTry 1 could not be tested: Lambda.TooManyRequestsException');
    });

    test('is a block for each of them on demand', () => {
      const text = textReport(resultOf(many), plain, { full: true });
      expect(text.match(/^config_\d+ failed after 8\.012s\nError: .*\n-+ Log output -+$/gm)).toHaveLength(346);
    });
  });

  test('lists what was not finished by name, in lines of at most 80 columns', () => {
    const error = { type: notFinished, message: 'Not finished when the execution timed out.' };
    const unfinished = Array.from({ length: 30 }, (_, index) => ({
      configuration_identifier: `config_${index}`,
      status: 'ERRORED' as const,
      error,
    }));

    expect(report([passed, ...unfinished], { status: 'TIMED_OUT', verdict: 'ERRORED' })).toMatchInlineSnapshot(`
     "30 configurations without a result:
       config_0, config_1, config_2, config_3, config_4, config_5, config_6,
       config_7, config_8, config_9, config_10, config_11, config_12, config_13,
       config_14, config_15, config_16, config_17, config_18, config_19, config_20,
       config_21, config_22, config_23, config_24, config_25, config_26, config_27,
       config_28, config_29
     Not finished when the execution timed out.

     All invocations together took 3.0s.
     ERRORED: 1 passed, 30 without a result
     The system test took 8.500s
     1 of 31 passed the test - 0 failed - 30 errored
     "
    `);
  });

  test('names flaky ones with what became of them before, known failures with their reason, and the slowest', () => {
    const known = { reason: 'feed is down', expires: '2026-12-31', expired: false };
    const results = [
      { ...passed, flaky: true, earlier: [failed, errored] },
      { ...failed, known },
      { ...failed, configuration_identifier: 'config_3', earlier: [errored] },
      { ...passed, configuration_identifier: 'config_4', duration_ms: 9500 },
      { ...passed, configuration_identifier: 'config_5', duration_ms: 1 },
    ];
    const text = report(results, {
      failed: 1,
      known: 1,
      flaky: 1,
      known_failure_notes: ['Known failure "config_9" is the name of no configuration in this run.'],
      cost_unknown: 'No log tells its memory.',
    });

    expect(text).toMatchInlineSnapshot(`
     "config_3 failed after 8.012s
     Try 1 could not be tested: Lambda.TooManyRequestsException: Rate Exceeded.
     Error: Something went wrong!
     ---------------------------------- Log output ----------------------------------
     START RequestId: 1
     Sleeping for 8 s
     END RequestId: 1
     ---------------------------------- End of log ----------------------------------

     1 known failure:
       config_1 failed after 8.012s: Error: Something went wrong! (known until 2026-12-31: feed is down)

     Known failure "config_9" is the name of no configuration in this run.

     1 flaky, passed only when run again:
       config_0 failed after 8.012s: Error: Something went wrong!; then could not be tested: Lambda.TooManyRequestsException: Rate Exceeded.; then passed

     Slowest: config_4 9.500s, config_1 8.012s, config_3 8.012s
     All invocations together took 36.5s: 4.3 times as long as the run.
     Cost not known: No log tells its memory.
     FAILED: 3 passed of which 1 is flaky, 1 failed, 1 known failure
     The system test took 8.500s
     3 of 5 passed the test - 1 failed
     "
    `);
  });

  test('lists what is flaky or known by its reasons where it is much', () => {
    const ids = Array.from({ length: 200 }, (_, index) => `config_${index}`);
    const flaky = ids.map((id) => passedOf(id, { flaky: true, earlier: [failedOf(id)] }));
    const until = (reason: string, expires: string) => ({ reason, expires, expired: false });
    const known = ids.map((id, index) =>
      failedOf(`known_${id}`, { known: until('feed is down', index < 198 ? '2026-12-31' : '2027-01-01') }),
    );
    const text = report([...flaky, ...known], { verdict: 'PASSED' });
    expect(text.split('\n').filter((line) => !/^ +config_|^ +known_config_\d+,/.test(line))).toEqual([
      '200 known failures:',
      '  198 configurations failed: Error: Something went wrong! (known until 2026-12-31: feed is down):',
      '  known_config_198 failed after 8.012s: Error: Something went wrong! (known until 2027-01-01: feed is down)',
      '  known_config_199 failed after 8.012s: Error: Something went wrong! (known until 2027-01-01: feed is down)',
      '',
      '200 flaky, passed only when run again:',
      '  200 configurations failed: Error: Something went wrong!; then passed:',
      '',
      expect.stringMatching(/^Slowest: /),
      expect.stringMatching(/^All invocations/),
      expect.stringMatching(/^PASSED: /),
      expect.stringMatching(/^The system test took/),
      expect.stringMatching(/ of 400 passed/),
      '',
    ]);
    expect(text).toMatch(/\n {4}config_0, config_1, [^]* and \d+ more\n/);
    expect(
      Math.max(
        ...text
          .split('\n')
          .filter((line) => /^ {4}/.test(line))
          .map(({ length }) => length),
      ),
    ).toBeLessThanOrEqual(80);
    const apart = textReport(resultOf([...flaky, ...known]), plain, { full: true });
    expect(apart.match(/^ {2}config_\d+ failed after 8\.012s: .*; then passed$/gm)).toHaveLength(200);
  });

  test('tells what the run costs', () => {
    const cost = costOf({
      results: [{ ...passed, billed_ms: 3005 }],
      memoryMb: 1024,
      architecture: 'arm64',
      region: 'eu-west-1',
      stateTransitions: 6,
    });

    expect(report([passed], { cost })).toMatch(
      /\nCost: \$0\.\d+ \(Lambda .* 3\.01 GB-seconds and 1 request; Step Functions .* 6 state transitions; .*\)\nFAILED: 1 passed\nThe system/,
    );
  });

  test('does not say that a run on this machine cost something', () => {
    const cost = costOf({ results: [passed], memoryMb: 1024, architecture: 'arm64', region: 'eu-west-1', local: true });
    expect(report([passed], { cost })).toMatch(/\nOn AWS this would cost \$0\.\d+ \(Lambda /);
  });

  test('says where something was cut', () => {
    expect(report([{ ...failed, truncated: true }])).toContain('(cut, as a result may hold no more)\n');
  });

  test('lets nobody write to the terminal', () => {
    const text = report([
      {
        configuration_identifier: 'evil\u001b[2J\nname',
        status: 'FAILED',
        error: { type: 'E\u0007', message: '\u001b]0;owned\u0007gone' },
        log_tail: '\u001b[31mred\r\n',
      },
    ]);

    expect(text).toContain('evil name failed\nE: gone\n');
    // eslint-disable-next-line no-control-regex -- what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
  });

  test('is coloured on demand', () => {
    const text = textReport(resultOf([failed]), createColors(true));

    expect(text).toContain('\u001b[31mfailed after 8.012s\u001b[39m');
  });
});
