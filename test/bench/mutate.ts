/**
 * Mutation testing: `expressions` changes the JSONata of the state machines, `verdict` the code that decides verdict and
 * exit code (by Stryker); both without a name. `--write` writes the table of
 * docs/reliability.md. Exits with 1 where fewer than 80 of 100 mutants were caught.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { table, withTable } from './reliabilityPage';

const root = join(__dirname, '..', '..');

/** How many mutants there were, and how many of them no test caught. */
interface Score {
  mutants: number;
  survivors: number;
}

interface Area {
  name: string;
  what: string;
  command: string[];
  /** Of what the command leaves in coverage/mutation/NAME.json. */
  score: (report: unknown) => Score;
}

const areas: Area[] = [
  {
    name: 'expressions',
    what: '[expressions of the state machines](../test/lib/stateMachine/jsonata/mutants.ts)',
    command: ['jest', '-w', '1', '--config', 'jest.mutation.config.cjs'],
    score: (report) => {
      const { mutants, survivors } = report as { mutants: number; survivors: string[] };
      return { mutants, survivors: survivors.length };
    },
  },
  {
    name: 'verdict',
    what: '[verdict and exit code](../stryker.config.mjs)',
    command: ['stryker', 'run'],
    score: (report) => {
      const { files } = report as { files: Record<string, { mutants: { status: string }[] }> };
      const all = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
      const count = (...of: string[]) => all.filter((status) => of.includes(status)).length;
      return { mutants: all.length - count('Ignored', 'CompileError'), survivors: count('Survived', 'NoCoverage') };
    },
  },
];

const args = process.argv.slice(2);
const named = areas.filter(({ name }) => args.includes(name));
const rows = (named.length > 0 ? named : areas).map(({ name, what, command, score }) => {
  const report = join(root, 'coverage', 'mutation', `${name}.json`);
  spawnSync('nice', ['-n', '19', 'npx', ...command], { cwd: root, stdio: 'inherit' });
  const { mutants, survivors } = score(JSON.parse(readFileSync(report, 'utf8')));
  const percent = (100 * (mutants - survivors)) / mutants;
  if (!(percent >= 80)) process.exitCode = 1;
  return [what, String(mutants), String(mutants - survivors), `${percent.toFixed(1)} %`];
});
const written = table(['', 'mutants', 'caught', 'share'], rows);
console.log(written);
if (args.includes('--write')) {
  const file = join(root, 'docs', 'reliability.md');
  writeFileSync(file, withTable(readFileSync(file, 'utf8'), 'Mutants caught', written));
}
