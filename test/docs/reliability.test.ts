import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tried, withTable } from '../bench/reliabilityPage';

const file = join(__dirname, '..', '..', 'docs', 'reliability.md');
const page = readFileSync(file, 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));

describe('docs/reliability.md', () => {
  it('tells of no result that was lost or wrong, of no case that did not pass, and of five loads and trials', () => {
    const told = rows.filter(([what]) => what === 'results lost or wrong' || what === 'all').map((row) => row.at(-1));

    expect(told).toEqual(['0', '0', '0', '0', '0']);
    expect(rows).toContainEqual(['minutes', '10']);
    expect(rows).toContainEqual(['triggers at once', '50']);
  });

  it('has a row for each test file that is counted, which adds up', () => {
    for (const files of Object.values(tried)) {
      const links = files.map(({ what, file: path }) => `[${what}](../${path})`);
      const counted = rows.filter(([what]) => links.includes(what!));
      const sum = counted.reduce((total, [, cases]) => total + Number(cases), 0);

      expect(counted.map(([what]) => what)).toEqual(links);
      expect(rows).toContainEqual(expect.arrayContaining(['all', String(sum)]));
      expect(files.filter(({ file: path }) => !existsSync(join(dirname(file), '..', path)))).toEqual([]);
    }
  });

  it('tells that at least 80 of 100 mutants were caught', () => {
    const shares = rows.filter(([, , , share]) => share?.endsWith(' %')).map(([, ...figures]) => figures);

    expect(shares.length).toBeGreaterThan(0);
    for (const [mutants, caught, share] of shares) {
      expect(share).toBe(`${((100 * Number(caught)) / Number(mutants)).toFixed(1)} %`);
      expect(Number(caught) / Number(mutants)).toBeGreaterThanOrEqual(0.8);
    }
  });

  it('gets the tables that npm run bench:soak writes, and keeps its text', () => {
    const text = '# Page\n\n## One\n\nWords.\n\n| a |\n| - |\n| 1 |\n\n## Two\n\n| b |\n';

    expect(withTable(text, 'One', '| $& |')).toBe('# Page\n\n## One\n\nWords.\n\n| $& |\n\n## Two\n\n| b |\n');
    expect(withTable(text, 'Two', '| c |')).toBe(text.replace('| b |', '| c |'));
    expect(() => withTable(text, 'Three', '')).toThrow('Expected a table under the heading Three.');
  });
});
