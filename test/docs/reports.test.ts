import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseKnownFailures } from '../../scripts/result/knownFailures';
import { reportFormats } from '../../scripts/report/reports';
import { inProcess } from '../scripts/command';

const file = join(__dirname, '..', '..', 'docs', 'reports.md');
const text = readFileSync(file, 'utf8');

describe('docs/reports.md', () => {
  it('names every format', () => {
    const rows = [...text.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    expect(rows.filter((name) => reportFormats.some((format) => format === name))).toEqual(reportFormats);
  });

  it('shows a list of known failures that is taken', () => {
    const [, json = ''] = /```json\n([^]*?)```/.exec(text) ?? [];
    expect(parseKnownFailures(json, 'known.json')).toHaveLength(1);
  });

  it('names flags that there are', async () => {
    const help = await Promise.all(['run', 'report', 'plan'].map((name) => inProcess([name, '--help'])));
    const known = help.map(({ stdout }) => stdout).join('\n');
    const named = new Set(text.match(/--[a-z][a-z-]+/g));
    expect([...named].filter((flag) => !known.includes(flag))).toEqual([]);
  });

  it('links to files that exist', () => {
    const links = [...text.matchAll(/\]\((?!https:)([^)#]+)/g)].map(([, link]) => join(dirname(file), link ?? ''));
    expect(links.filter((link) => !existsSync(link))).toEqual([]);
  });
});
