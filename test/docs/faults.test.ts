import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
const text = readFileSync(join(root, 'docs', 'faults.md'), 'utf8');
const tests = join(root, 'test', 'scripts', 'faults');

/** A title, and the file that it stands in. Of a table of tests, the title has a `%s` or `%d`. */
interface Title {
  title: string;
  source: string;
}

const titles = readdirSync(tests)
  .filter((name) => name.endsWith('.test.ts'))
  .flatMap((name) => titlesOf(readFileSync(join(tests, name), 'utf8')));

/** The last cell of each row with three. */
const rows = [...text.matchAll(/^\|[^|\n]+\|[^|\n]+\| ([^|\n]+) \|$/gm)]
  .map(([, cell]) => cell!)
  .filter((cell) => cell !== 'test' && !cell.startsWith('---'));

function titlesOf(source: string): Title[] {
  return source
    .split(/^describe\(/m)
    .slice(1)
    .flatMap((group) => {
      const [, name] = /^'([^']+)'/.exec(group)!;
      return [...group.matchAll(/'([^'\n]+)',\s+async \(/g)].map(([, title]) => ({
        title: `${name} ${title}`,
        source,
      }));
    });
}

/** Whether the test has that name; what stands for a `%s` has to stand in the table. */
function isNamed({ title, source }: Title, name: string): boolean {
  const pattern = title.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replace(/%[sd]/, '(.+)');
  const found = new RegExp(`^${pattern}$`).exec(name);
  const [, value] = found ?? [];
  return found !== null && (value === undefined || source.includes(`'${value}'`));
}

describe('docs/faults.md', () => {
  it('names a test that exists for each fault', () => {
    expect(rows.length).toBeGreaterThan(50);
    expect(rows.filter((name) => !titles.some((title) => isNamed(title, name)))).toEqual([]);
  });

  it('names each test of a fault', () => {
    expect(titles.length).toBeGreaterThan(25);
    expect(titles.filter((title) => !rows.some((name) => isNamed(title, name))).map(({ title }) => title)).toEqual([]);
  });

  it('names no test twice', () => {
    expect(rows.filter((name, index) => rows.indexOf(name) !== index)).toEqual([]);
  });
});
