import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { engineLosses, enginesPage, enginesTable, type Engine } from '../bench/enginesPage';

const engine = (name: string, seconds: number): Engine => ({
  name,
  seconds,
  cpuSeconds: seconds,
  allCpuSeconds: seconds,
  memory: 100,
  events: 7014,
  wrongEvents: 0,
  failed: 0,
});
const engines = {
  local: engine('`system-test local`', 2),
  engine: engine('the engine alone', 1),
  miniStack: engine('MiniStack', 10),
  moto: engine('moto', 50),
};
const setting = { date: '', versions: [], machine: '', load: [0, 0] as [number, number], rounds: 3 };
const tableIn = (page: string) => page.split('\n').filter((line) => line.startsWith('| '));

describe('docs/engines.md', () => {
  const text = readFileSync(join(__dirname, '..', '..', 'docs', 'engines.md'), 'utf8');

  it('has the table that npm run bench:engines writes', () => {
    const shape = (page: string) => tableIn(page).map((line) => line.replace(/\d+/g, '1'));

    expect(shape(text)).toEqual(shape(enginesTable(engines)));
  });

  it('names each figure of its table in which the endpoint loses', () => {
    const rows = tableIn(text).slice(2);
    const lost = rows.flatMap((line) => {
      const [, what = '', local, own, ...peers] = line.split('|').map((cell) => cell.trim());
      const least = Math.min(...peers.filter(Boolean).map(Number));
      return what !== 'events in the history' && Math.max(Number(local), Number(own)) > least ? [what] : [];
    });
    const named = Array.from(text.matchAll(/^- .* takes more than .*, \*(.*)\*: /gm), ([, what]) => what!);

    expect([...new Set(named)].sort()).toEqual(lost.sort());
    expect(engineLosses({ ...engines, local: { ...engines.local, memory: 101 } })).toEqual([
      '`system-test local` takes more than MiniStack, *peak memory of the engine, MB*: 101.0 against 100.0.',
      '`system-test local` takes more than moto, *peak memory of the engine, MB*: 101.0 against 100.0.',
    ]);
  });

  it('says how many times as long the faster of the others takes', () => {
    expect(enginesPage(engines, setting)).toContain(
      '\nMiniStack takes 5.0 times as long as `system-test local`, and 5.0 times its CPU time.\nIt takes 10.0 times as long as the engine alone,',
    );
  });
});
