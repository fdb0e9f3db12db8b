import fc from 'fast-check';
import type { RunConfigurationResult, RunResult } from '../../../lib/wire';
import { manyResults } from '../../../scripts/result/allResults';
import { githubReport } from '../../../scripts/report/github';
import { errored, failed, hostileResult, passed, runResultOf } from '../runResults';

/** The commands that the runner has: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands */
const registered =
  /^(?:error|warning|notice|debug|group|endgroup|stop-commands|add-mask|echo|set-env|set-output|add-path|save-state|add-matcher|remove-matcher)$/i;

interface Order {
  command: string;
  properties: Record<string, string>;
  data: string;
}

/**
 * What the runner takes for an order, by the rules of its `ActionCommand.TryParseV2` and `TryParse`
 * (https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs).
 */
function orderIn(line: string): Order | undefined {
  const [, info, data] = /^\s*::(.*?)::([^]*)$/.exec(line) ?? /##\[([^\]]*)\]([^]*)/.exec(line) ?? [];
  if (info === undefined || data === undefined) return undefined;
  const [command = '', ...rest] = info.split(' ');
  if (!registered.test(command)) return undefined;
  const pairs = rest
    .join(' ')
    .split(',')
    .map((pair) => pair.split(/=(.*)/s).slice(0, 2))
    .filter((pair) => pair.length === 2);
  const properties = Object.fromEntries(
    pairs.map(([name, value]) => [name!, unescaped(value!)]),
  ) as Order['properties'];
  return { command, properties, data: unescaped(data) };
}

function unescaped(text: string): string {
  const signs = { '%0D': '\r', '%0A': '\n', '%3A': ':', '%2C': ',', '%25': '%' };
  return text.replace(/%(?:0D|0A|3A|2C|25)/g, (escape) => signs[escape as keyof typeof signs]);
}

function reportOf(
  results: RunConfigurationResult[],
  rest: Partial<RunResult> = {},
  o: { full?: boolean } = {},
): string {
  return [...githubReport(runResultOf(results, rest), o)].join('');
}

function ordersOf(report: string): Order[] {
  return report.split(/\r\n|[\r\n]/).flatMap((line) => orderIn(line) ?? []);
}

/** Level, title and message of the annotations. */
function annotations(report: string): [string, string | undefined, string][] {
  return ordersOf(report)
    .filter(({ command }) => !/group/.test(command))
    .map(({ command, properties, data }) => [command, properties.title, data]);
}

describe('the report for GitHub Actions', () => {
  test('says what a configuration holds beside its identifier, in the group and where it is annotated alone', () => {
    const keys = { configuration: { country: 'FR', rows: [1] } };
    const flaky = passed('d', { ...keys, flaky: true, earlier: [failed('d')] });
    const report = reportOf([failed('a', keys), failed('b', keys), errored('c', keys), flaky]);
    expect(report).toContain('\na, b\na (country: FR, rows: [1])\nError: ');
    expect(report).toContain('\nc (country: FR, rows: [1])\n');
    expect(report).toContain('\nd (country: FR, rows: [1]): Error: ');
    expect(annotations(report).map(([, , message]) => /country/.test(message))).toEqual([false, true, true, false]);
  });

  test('annotates equal errors once, as an error what failed and as a warning what could not be tested', () => {
    const report = reportOf([
      failed('a', { error: { type: 'TypeError', message: 'Code 1, 100%: no feed' } }),
      errored('b'),
      failed('c'),
      failed('d', { error: { type: 'TypeError', message: 'Code 2, 100%: no feed' } }),
      passed('e'),
    ]);

    expect(annotations(report)).toEqual([
      ['error', '2 configurations failed: TypeError', 'TypeError: Code 1, 100%: no feed\na, d'],
      ['error', 'c failed: Error', 'Error: Something went wrong!'],
      [
        'warning',
        'b could not be tested: Lambda.TooManyRequestsException',
        'Lambda.TooManyRequestsException: Rate Exceeded.',
      ],
      ['notice', 'The system test failed', expect.stringMatching(/^FAILED: 1 passed, 3 failed.*\nIt took 8\.500s\.$/)],
    ]);
    expect(report).toContain(
      '::error title=2 configurations failed%3A TypeError::TypeError: Code 1, 100%25: no feed%0Aa, d\n',
    );
  });

  test('has a group for each reason, with the names and the first log', () => {
    const report = reportOf([failed('a', { log_tail: 'START 1\nlog of a\n' }), failed('b', { log_tail: 'log of b' })]);

    expect(report).toMatch(
      /^::group::2 configurations failed: Error\na, b\nError: Something went wrong!\nThe log of a:\nSTART 1\nlog of a\n::endgroup::\n::error /,
    );
  });

  test('has every log in a group where all is asked for', () => {
    const results = [failed('a', { log_tail: 'log of a' }), failed('b', { log_tail: 'log of b' })];

    expect(reportOf(results)).not.toContain('log of b');
    expect(reportOf(results, {}, { full: true })).toMatch(
      /\nThe log of a:\nlog of a\nError: .*\nThe log of b:\nlog of b\n/,
    );
  });

  test('says first what is new, and with the verdict', () => {
    const comparison = {
      with: { file: 'last.json', started_at: '2026-01-01T00:00:00.000Z', verdict: 'PASSED' as const },
      ...{ newly_failing: ['a'], still_failing: [], fixed: [], slower: [] },
    };
    const report = reportOf([failed('a')], { comparison });
    const [, , message] = annotations(report).at(-1)!;

    expect(report).toMatch(/^New since .* in last\.json:\n {2}newly failing: a\n::group::/);
    expect(message).toMatch(/ in last\.json:\n {2}newly failing: a\n/);
  });

  test('warns of what is known and what is flaky, each once, and says how each failed', () => {
    const known = { reason: 'moved', expires: '2026-12-31', expired: false };
    const report = reportOf([
      failed('a', { known }),
      failed('b', { known: { ...known, reason: 'OPS-17' } }),
      passed('c', { flaky: true, earlier: [failed('c')] }),
    ]);

    expect(annotations(report)).toEqual([
      ['warning', 'c passed only when run again', 'c'],
      ['warning', '2 configurations failed as known', 'a, b'],
      ['notice', 'The system test passed', expect.any(String)],
    ]);
    expect(report).toContain('\nb: Error: Something went wrong! (known until 2026-12-31: OPS-17)\n');
    expect(report).toContain('\nc: Error: Something went wrong!\n');
  });

  test('warns of what is tolerated', () => {
    const report = reportOf([failed('a'), passed('b')], { tolerated_failures: 1, verdict: 'PASSED' });

    expect(annotations(report).map(([level]) => level)).toEqual(['warning', 'notice']);
  });

  test.each<[string, Partial<RunResult>, RegExp]>([
    ['it timed out', { verdict: 'ERRORED', status: 'TIMED_OUT' }, /TIMED_OUT/],
    ['what came back does not agree', { verdict: 'ERRORED', disagreement: 'it says\n::set-env name=a::b' }, /it says/],
    ['what is flaky counts as failed', { verdict: 'FAILED', flaky: 1 }, /flaky/],
  ])('has an error where no configuration says why: %s', (_, rest, why) => {
    const result = { ...runResultOf([passed('a')]), ...rest };
    const last = annotations([...githubReport(result)].join('')).at(-1)!;

    expect(last[0]).toBe('error');
    expect(last[2]).toMatch(why);
  });

  test('keeps to the ten annotations of a level and the length that GitHub shows, the most frequent first', () => {
    const word = (index: number) => String.fromCharCode(97 + index);
    const results = Array.from({ length: 12 }, (_, index) =>
      Array.from({ length: index + 1 }, (__, number) =>
        failed(`${word(index)}${number}${'x'.repeat(900)}`, {
          error: { type: `Type${word(index)}`, message: '::'.repeat(5000) },
        }),
      ),
    ).flat();
    const [first, ...others] = annotations(reportOf(results));
    const errors = [first!, ...others].filter(([level]) => level === 'error');

    expect(first![1]).toBe('12 configurations failed: Typel');
    expect(errors).toHaveLength(10);
    expect(errors[9]![1]).toBe('3 more reasons');
    expect(errors[9]![2]).toContain('\n2 configurations failed: Typeb\na0');
    expect(Math.max(...errors.map(([, , message]) => message.length))).toBeLessThanOrEqual(4096);
  });

  test('says how many of a distributed run it leaves out', () => {
    const many = manyResults(1500, (index) => (index < 1200 ? failed(`a${index}`) : passed(`b${index}`)));
    const report = [...githubReport({ ...runResultOf([failed('a')]), failed: 1200, passed: 300, ...many })].join('');

    expect(report).toContain('\n200 failed and 300 passed are not listed. The JSON report has all.\n');
  });

  test('tells the origin and the console with the verdict', () => {
    const origin = { tool_version: '1', commit: 'da15608' };
    const [, , message] = annotations(reportOf([passed('a')], { origin, console_url: 'https://x.example/1' })).at(-1)!;

    expect(message).toMatch(/\ncommit da15608\nhttps:\/\/x\.example\/1$/);
  });

  test.each([
    ['::error::owned'],
    ['\u2028 ::set-env name=PATH::/evil'],
    ['a\r::stop-commands::x'],
    ['\u001b[31m::add-mask::a'],
    ['x ##[error]owned'],
    ['##vso[task.setvariable variable=x]y'],
    ['::endgroup::'],
    ['a%0A::error::owned'],
    ['a,file=b::owned'],
  ])('gives no other orders than its own, whatever a log, an error or an identifier says: %j', (text) => {
    const result = runResultOf(
      [
        failed(text, { log_tail: `a\n${text}\n`, error: { type: text, message: text } }),
        failed('b', { known: { reason: text, expires: '2026-12-31', expired: false } }),
      ],
      { origin: { tool_version: '1', commit: text } },
    );
    const report = [...githubReport(result)].join('');

    expect(ordersOf(report).map(({ command, properties }) => [command, ...Object.keys(properties)])).toEqual([
      ['group'],
      ['endgroup'],
      ['group'],
      ['endgroup'],
      ['error', 'title'],
      ['warning', 'title'],
      ['notice', 'title'],
    ]);
    expect(report).not.toMatch(/##(?:vso)?\[/);
  });

  test('gives no other orders than its own, and balanced groups, for any result', () => {
    fc.assert(
      fc.property(hostileResult, (result) => {
        const commands = ordersOf([...githubReport(result)].join(''))
          .map(({ command }) => command)
          .join(' ');
        expect(commands).toMatch(/^(?:group endgroup )*(?:error )*(?:warning )*(?:notice|error)$/);
      }),
    );
  });
});
