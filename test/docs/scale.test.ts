import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { maxConfigurations } from '../../lib/stateMachine/executionBudget';
import { limits } from '../../lib/wire';
import { bytesOfChild, executionCounts, startsPerSecond, type Distribution } from '../../scripts/cost/executionCounts';
import { priceOf } from '../../scripts/plan/price';
import { inProcess } from '../scripts/command';

const file = join(__dirname, '..', '..', 'docs', 'scale.md');
const text = readFileSync(file, 'utf8');
const grouped = (value: number) => value.toLocaleString('en-US');

const ways: [string, Distribution | undefined][] = [
  ['inline', undefined],
  ['STANDARD, one by one', { batchSize: 1, executionType: 'STANDARD' }],
  ['STANDARD, batches of 10', { batchSize: 10, executionType: 'STANDARD' }],
  ['STANDARD, batches of 100', { batchSize: 100, executionType: 'STANDARD' }],
  ['EXPRESS, batches of 10', { batchSize: 10, executionType: 'EXPRESS' }],
];

/** What it takes to test so many configurations, a second each. */
function row(count: number, name: string, distribution: Distribution | undefined): string {
  const counts = executionCounts(count, distribution);
  const batches = new Array<number>(counts.children).fill((distribution?.batchSize ?? 0) * 1000);
  const { stateTransitions, express, s3 } = priceOf({ counts, distribution, batches }, { region: 'us-east-1' });
  const price = stateTransitions + (express ?? 0) + s3;
  const retries = [5, 4].find((attempts) => count <= maxConfigurations(attempts));
  const cells = distribution
    ? [
        name,
        grouped(counts.children),
        grouped(counts.stateTransitions),
        `${grouped(Math.ceil((counts.children - 1) / startsPerSecond[distribution.executionType]))} s`,
        price.toFixed(3),
      ]
    : retries === undefined
      ? [name, 'no room', '', '', '']
      : [`${name}, with ${retries} retries at most`, '0', grouped(counts.stateTransitions), '', price.toFixed(3)];
  return `| ${[grouped(count), ...cells].join(' | ')} |`.replace(/ +/g, ' ');
}

describe('docs/scale.md', () => {
  test('has the figures that plan computes', () => {
    const rows = [1000, 10_000, 100_000].flatMap((count) => ways.map(([name, way]) => row(count, name, way)));

    const written = text.split('\n').filter((line) => /^\| [\d,]+ \|/.test(line));
    expect(written).toEqual(rows);
  });

  test('has the limits that there are', () => {
    const children = (batchSize: number) => Math.floor((limits.payloadBytes - 1) / bytesOfChild(batchSize));
    const inAll = [1, 10, 100].map((batchSize) => grouped(batchSize * children(batchSize)));

    expect(text).toContain(
      `${inAll[0]} one by one, ${inAll[1]} in batches of ten, ${inAll[2]} in batches of a hundred`,
    );
    expect(text).toContain(`| ${maxConfigurations(5)} with five retries each`);
    expect(text).toContain(`| at once | ${limits.inlineConcurrency} | ${grouped(limits.distributedConcurrency)} |`);
  });

  test('shows what plan says', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'scale-'));
    try {
      const tenants = Array.from({ length: 10_000 }, (_, index) => `tenant_${index}\n`).join('');
      writeFileSync(join(directory, 'tenants.csv'), `configuration_identifier\n${tenants}`);
      const [, flags, shown] = /^\$ system-test plan (.*)\n([^`]*)```/m.exec(text)!;
      const args = flags!.replace('tenants.csv', join(directory, 'tenants.csv')).split(' ');

      const { stdout } = await inProcess(['plan', ...args]);

      expect(shown).toBe(stdout);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('names flags that there are', async () => {
    const help = await Promise.all(['run', 'plan'].map((name) => inProcess([name, '--help'])));
    const known = help.map(({ stdout }) => stdout).join('\n');
    expect(
      [...new Set(text.slice(0, text.indexOf('on a laptop')).match(/--[a-z][a-z-]+/g))].filter(
        (flag) => !known.includes(flag),
      ),
    ).toEqual([]);
  });

  test('links to files that exist', () => {
    const links = [...text.matchAll(/\]\((?!https:)([^)#]+)/g)].map(([, link]) => join(dirname(file), link ?? ''));
    expect(links.filter((link) => !existsSync(link))).toEqual([]);
  });
});
