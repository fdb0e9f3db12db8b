import fc from 'fast-check';
import type { RunConfigurationResult } from '../../../lib/wire';
import { costOf } from '../../../scripts/cost/cost';
import { printable, printableLine } from '../../../scripts/terminal/printable';
import { commentBytes, jobSummaryBytes, renderMarkdown } from '../../../scripts/report/markdown';
import { markdownCode, markdownCodeElement, markdownFence } from '../../../scripts/report/markdownText';
import { externalTool } from '../externalTool';
import { errored, failed, hostileResult, hostileText, passed, runResultOf } from '../runResults';

const github = externalTool('cmark-gfm', 'CMARK_GFM');
const flags = ['--unsafe', '-e', 'table', '-e', 'autolink', '-e', 'strikethrough'];

const known = { reason: 'moved, see #12', expires: '2026-12-31', expired: false };
const mixed = [
  passed('fine'),
  failed('broken'),
  errored('untested'),
  failed('excused', { known }),
  passed('second try', { flaky: true, earlier: [failed('second try')], duration_ms: 9000 }),
];
const many = (count: number, of: (identifier: string) => RunConfigurationResult) =>
  runResultOf(Array.from({ length: count }, (_, index) => of(`config_${index}`)));

/** An error that no other one says: in letters, as those that differ in numbers are the same. */
const apart = (identifier: string) => ({
  type: 'Error',
  message: identifier.replace(/\d/g, (digit) => 'abcdefghij'[+digit]!),
});

/** The report without its code: what Markdown reads as Markdown. */
function withoutCode(markdown: string): string {
  return markdown
    .replace(/^(`{3,})text\n[^]*?\n\1$/gm, 'FENCE')
    .replaceAll('&#64;<!-- -->', '&#64;')
    .replace(/<code>[^<\n]*<\/code>/g, 'CODE')
    .replace(/`[^`\n]+`/g, 'CODE');
}

describe('a Markdown report', () => {
  test('starts with verdict, counts, cost and link', () => {
    const cost = costOf({ results: mixed, memoryMb: 128, architecture: 'arm64', region: 'eu-west-1' });
    const report = renderMarkdown({ ...runResultOf(mixed), cost, console_url: 'https://x.example/a?b#/c' });
    expect(report.split('\n').slice(0, 8)).toEqual([
      '## System test failed',
      '',
      '**FAILED: 2 passed of which 1 is flaky, 1 failed, 1 known failure, 1 could not be tested**',
      '',
      '- Took 8.500 s, at most 10 at once',
      expect.stringMatching(/^- Cost: `\$0\.\d+ \(Lambda .*; list prices of eu-west-1 for arm64, .*\)`$/),
      '- [The execution in the console](https://x.example/a?b#/c)',
      '',
    ]);
  });

  test('shows what could not be tested, then what failed, then flaky and known ones, then the slowest', () => {
    const report = renderMarkdown(runResultOf(mixed));
    const places = [
      '### Did not pass (2)',
      '| `untested` | errored |  | `Lambda.TooManyRequestsException: Rate Exceeded.` |',
      '| `broken` | failed | 8.012 s | `Error: Something went wrong!` |',
      '<details><summary><code>untested</code> could not be tested',
      '<details><summary><code>broken</code> failed: <code>Error</code></summary>',
      'Sleeping for 8 s\nEND RequestId: 1\n```\n\n</details>',
      '### Passed only when run again (1)',
      '| `second try` | `FAILED Error: Something went wrong!` |',
      '### Known failures (1)',
      '| `excused` | `2026-12-31` | `moved, see #12` | `Error: Something went wrong!` |',
      '### Slowest',
      '| `second try` | 9.000 s |\n| `broken` | 8.012 s |',
    ].map((text) => report.indexOf(text));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  test('shows all tries of what failed again', () => {
    const again = failed('a', { earlier: [errored('a')], truncated: true });
    expect(renderMarkdown(runResultOf([again]))).toContain(
      '```text\nTry 1: ERRORED Lambda.TooManyRequestsException: Rate Exceeded.\nError: Something went wrong!\n```',
    );
  });

  test('is short where all passed', () => {
    const report = renderMarkdown(many(40, passed));
    expect(report).toMatch(/^## System test passed\n\n\*\*PASSED: 40 passed\*\*/);
    expect(report).not.toContain('Did not pass');
    expect(report.split('\n').length).toBeLessThan(25);
  });

  test('says why there is no verdict', () => {
    const report = renderMarkdown(runResultOf([passed('a')], { status: 'TIMED_OUT', verdict: 'ERRORED' }));
    expect(report).toMatch(/^## System test has no verdict\n[^]*- The execution ended as TIMED_OUT\n/);
  });

  test('says what does not agree of what came back', () => {
    const report = renderMarkdown(runResultOf([passed('a')], { verdict: 'ERRORED', disagreement: 'one is *missing*' }));
    expect(report).toMatch(
      /^## System test has no verdict\n[^]*- What came back does not agree: `one is \*missing\*`\n/,
    );
  });

  test.each(['javascript:alert(1)', 'https://x.example/a)b', 'https://x.example/ <b>'])('has no link to %s', (link) => {
    expect(renderMarkdown({ ...runResultOf(mixed), console_url: link })).not.toContain('in the console');
  });

  test.each([
    [4096, 100],
    [commentBytes, 2000],
    [jobSummaryBytes, 10_000],
  ])('fits in %i bytes, whole, and says what is left out', (limit, count) => {
    const log = 'Grüße, ```\n'.repeat(300);
    const report = renderMarkdown(
      many(count, (identifier) => failed(identifier, { error: apart(identifier), log_tail: log, duration_ms: 1 })),
      { limitBytes: limit },
    );
    expect(Buffer.byteLength(report)).toBeLessThanOrEqual(limit);
    expect(Buffer.byteLength(report)).toBeGreaterThan(limit / 3);
    const rows = report.split('\n').filter((line) => / \| failed \| /.test(line)).length;
    const details = report.match(/^<details>/gm)?.length ?? 0;
    expect(report).toContain(`_${count - rows} more are left out to keep the report within its limit._`);
    expect(report).toContain(`_${count - details} more with error and log are left out`);
    expect(report.match(/^<\/details>/gm)?.length ?? 0).toBe(details);
    expect(report).toContain('### Slowest');
  });

  test('shows what failed for the same reason once, with how many and the log of the first', () => {
    const result = many(346, (identifier) => failed(identifier));
    const report = renderMarkdown(result);
    expect(report).toContain(
      '| `config_0`, `config_1`, `config_2` and 343 more | failed |  | `Error: Something went wrong!` |\n\n<details>',
    );
    expect(report).toContain('<code>config&#95;0</code> and 345 more failed');
    expect(report).toMatch(/\n346 for the same reason: `config_0`, .*, `config_49` and 296 more\n/);
    expect(report.match(/Log output of `config_0`:/g)).toHaveLength(1);
    expect(renderMarkdown(result, { full: true }).match(/^Log output:$/gm)?.length).toBeGreaterThan(100);
  });

  test('tells what a configuration holds beside its identifier, cut', () => {
    const configuration = { country: 'FR|', long: 'x'.repeat(100_000) };
    const report = renderMarkdown(runResultOf([failed('broken', { configuration })]));
    expect(report).toContain('| `broken` (<code>country&#58; FR&#124;&#44; long&#58; xxx');
    expect(report.length).toBeLessThan(3000);
    expect(renderMarkdown(runResultOf([failed('a', { configuration }), failed('b')]))).toContain(
      'Log output of `a` (<code>country',
    );
  });

  test('counts all of those that a reason without room stands for', () => {
    const log = 'x'.repeat(2000);
    const results = [
      failed('alone', { log_tail: log }),
      ...Array.from({ length: 9 }, (_, index) => errored(`e${index}`, { log_tail: log })),
    ];
    const report = renderMarkdown(runResultOf(results), { limitBytes: 4096 });
    expect(report).toContain('<code>e0</code> and 8 more could not be tested');
    expect(report).toContain('_1 more with error and log is left out');
    results.forEach((one) => (one.log_tail = 'x'.repeat(9000)));
    const none = renderMarkdown(runResultOf(results), { limitBytes: 4096 });
    expect(none).toContain('_10 more with error and log are left out');
  });

  test.each([0, 4095, 1.5, NaN])('refuses a limit of %d bytes', (limit) => {
    expect(() => renderMarkdown(runResultOf(mixed), { limitBytes: limit })).toThrow(
      `Expected limitBytes to be an integer from 4096 up, got ${limit}.`,
    );
  });
});

describe('a Markdown report of hostile text', () => {
  test('keeps all of it in code and within the limit', () => {
    fc.assert(
      fc.property(hostileResult, (result) => {
        const report = renderMarkdown(result, { limitBytes: 4096 });
        expect(Buffer.byteLength(report)).toBeLessThanOrEqual(4096);
        const rest = withoutCode(report);
        expect(rest).toMatch(/^[ -~\n]*$/);
        expect(rest.replace(/<\/?(?:details|summary)>/g, '')).not.toMatch(/[<>@`[\]\\]|:\/\/|#\d|::/);
      }),
      { numRuns: 300 },
    );
  });
});

github.describe("for GitHub's own parser, untrusted text in Markdown", () => {
  const samples = fc.sample(hostileText, { numRuns: 1000, seed: 11 });
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);
  const wellFormed = (text: string) => Buffer.from(text).toString();

  test.each([
    ['code', markdownCode],
    ['a code element', markdownCodeElement],
  ])('stays what it is as %s in a table', (_, render) => {
    const rows = samples.map((text) => `| ${render(text)} | end |`);
    const html = github.run(flags, ['| a | b |', '| --- | --- |', ...rows, ''].join('\n'));
    const cells = [...html.matchAll(/<td>(.*)<\/td>\n<td>end<\/td>/g)].map((match) =>
      match[1]?.replaceAll('<!-- -->', ''),
    );
    expect(cells).toEqual(
      samples.map((text) => `<code>${escaped(wellFormed(printableLine(text)) || '(empty)')}</code>`),
    );
  });

  test('stays what it is in a fence', () => {
    const html = github.run(flags, samples.map((text) => `${markdownFence(text)}\n\nend\n`).join('\n'));
    const blocks = [...html.matchAll(/<pre><code class="language-text">([^]*?)<\/code><\/pre>\n<p>end<\/p>/g)];
    expect(blocks.map((match) => match[1]?.replace(/\n*$/, ''))).toEqual(
      samples.map((text) => escaped(wellFormed(printable(text).replace(/\n+$/, '')))),
    );
  });
});
