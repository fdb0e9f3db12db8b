import type { RunComparison } from '../../../lib/wire';
import { comparisonMarkdown, comparisonText } from '../../../scripts/report/comparisonText';

const before = { started_at: '2026-11-26T03:12:44.000Z', verdict: 'PASSED' as const };
const nothing: RunComparison = { with: before, newly_failing: [], still_failing: [], fixed: [], slower: [] };
const news: RunComparison = {
  with: { ...before, verdict: 'FAILED' },
  newly_failing: ['config_3', 'config_7'],
  still_failing: [
    { configuration_identifier: 'config_9', since: '2026-11-24T03:12:00.000Z', runs: 3 },
    { configuration_identifier: 'config_8', since: '2026-11-16T03:12:00.000Z', runs: 11 },
  ],
  fixed: ['config_1'],
  added: ['config_40'],
  gone: ['config_0'],
  slower: [{ configuration_identifier: 'config_12', before_ms: 3_100, duration_ms: 9_800 }],
};
const many = (count: number) => Array.from({ length: count }, (_, index) => `config_${index}`);

describe('what is new stands', () => {
  test('in text', () => {
    expect(comparisonText(news).join('\n')).toMatchInlineSnapshot(`
     "New since the run of 2026-11-26 03:12 UTC (failed):
       newly failing: config_3, config_7
       still failing (since 2026-11-24, 3 runs): config_9
       still failing (since 2026-11-16 or before, 11 runs): config_8
       fixed: config_1
       added: config_40
       gone: config_0
       slower: config_12 (9.8s, before 3.1s)
     "
    `);
  });

  test('in Markdown', () => {
    expect(comparisonMarkdown(news, 10_000)).toMatchInlineSnapshot(`
     "
     ### New since the run of 2026-11-26 03:12 UTC (failed)

     - 2 newly failing: \`config_3\`, \`config_7\`
     - 1 still failing (since 2026-11-24, 3 runs): \`config_9\`
     - 1 still failing (since 2026-11-16 or before, 11 runs): \`config_8\`
     - 1 fixed: \`config_1\`
     - 1 added: \`config_40\`
     - 1 gone: \`config_0\`
     - 1 slower: \`config_12\` (9.8s, before 3.1s)
     "
    `);
  });

  test('in a line where nothing is', () => {
    const line = 'Nothing new since the run of 2026-11-26 03:12 UTC (passed)';
    expect(comparisonText(nothing)).toEqual([`${line}.`, '']);
    expect(comparisonMarkdown(nothing, 10_000)).toBe(`\n### ${line}\n`);
    const { still_failing } = news;
    expect(comparisonText({ ...nothing, still_failing })[0]).toBe(`${line}:`);
  });

  test('beside the file that it was compared with', () => {
    const inFile = { ...nothing, with: { ...before, verdict: 'ERRORED' as const, file: 'old `result`.json' } };
    expect(comparisonText(inFile)[0]).toBe(
      'Nothing new since the run of 2026-11-26 03:12 UTC (no verdict) in old `result`.json.',
    );
    expect(comparisonMarkdown(inFile, 10_000)).toContain('<code>old &#96;result&#96;&#46;json</code>');
  });

  test('nowhere where there was nothing to compare with', () => {
    expect(comparisonText(undefined)).toEqual([]);
    expect(comparisonMarkdown(undefined, 10_000)).toBe('');
  });
});

test('a long list is wrapped at 80 columns and cut', () => {
  const lines = comparisonText({ ...nothing, newly_failing: many(346) });
  expect(lines.slice(1)).toMatchInlineSnapshot(`
   [
     "  newly failing: config_0, config_1, config_2, config_3, config_4, config_5,",
     "    config_6, config_7, config_8, config_9, config_10, config_11, config_12,",
     "    config_13, config_14, config_15, config_16, config_17, config_18, config_19",
     "    and 326 more",
     "",
   ]
  `);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('what fails since many runs is told apart for the last of them', () => {
  const still_failing = many(500).map((configuration_identifier, index) => ({
    configuration_identifier,
    since: new Date(Date.UTC(2026, 10, 26 - index)).toISOString(),
    runs: index + 2,
  }));
  const lines = comparisonText({ ...nothing, still_failing });
  expect(lines[1]).toBe('  still failing (since 2026-11-26, 2 runs): config_0');
  expect(lines[6]).toMatch(/^ {2}still failing \(for longer\): config_5, config_6, /);
  expect(lines.at(-2)).toMatch(/ and 475 more$/);
});

test('Markdown takes no more room than it is given, and counts what it leaves out', () => {
  const long = many(1_000).map((name) => `${name} <${'é'.repeat(1_000)}>`);
  const comparison: RunComparison = { ...news, newly_failing: long, fixed: long, added: long, gone: long };
  for (const room of [900, 2_000, 20_000]) {
    const text = comparisonMarkdown(comparison, room);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(room);
    expect(text).toMatch(/^- 1000 fixed: .*\b\d+ more$/m);
  }
});
