import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { losses, peersTable, type Way } from '../bench/peersPage';

const text = readFileSync(join(__dirname, '..', '..', 'docs', 'peers.md'), 'utf8');
const way = (name: string): Way => ({
  name,
  concurrency: 1,
  seconds: 1,
  testSeconds: 1,
  toBound: 1,
  mostAtOnce: 1,
  startUp: 1,
  cpuSeconds: 1,
  memory: 1,
  ownMemory: 1,
  exitCode: 1,
  limited: { lost: 1, seconds: 1, exitCode: 1 },
});
const equal = { loop: way('loop'), atOnce: way('all at once'), invoke: way('`invoke`'), run: way('`run`') };
const tableOf = (page: string) => page.split('\n').filter((line) => line.startsWith('| '));

describe('docs/peers.md', () => {
  it('has the table that npm run bench:peers writes', () => {
    const shape = (page: string) => tableOf(page).map((line) => line.replace(/\d+/g, '1'));

    expect(shape(text)).toEqual(shape(peersTable(equal)));
  });

  it('names each figure of its table in which the command loses', () => {
    const rows = tableOf(text).map((line) => line.split('|').map((cell) => cell.trim()));
    const named = rows.flatMap(([, what = '', , atOnce, ...ours]) =>
      ['`invoke`', '`run`'].flatMap((name, index) =>
        /, (?:s|ms|MB)$|lost$/.test(what) && Number(ours[index]) > Number(atOnce)
          ? `- ${name} takes more than all at once, *${what}*: ${ours[index]} against ${atOnce}.`
          : [],
      ),
    );

    expect(text.split('\n')).toEqual(expect.arrayContaining(named));
    expect(losses({ ...equal, run: { ...equal.run, memory: 2 } })).toEqual([
      '`run` takes more than loop, *peak memory, MB*: 2.0 against 1.0.',
      '`run` takes more than all at once, *peak memory, MB*: 2.0 against 1.0.',
    ]);
  });
});
