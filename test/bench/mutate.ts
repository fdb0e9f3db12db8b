/**
 * Mutation testing of `expressions`, the JSONata of the state machines, and by Stryker of `machine`, the code that makes them,
 * `executions`, `mapRuns` and `results` of the trigger, and `interpreter`; of all without a name. `--write` writes the table of
 * docs/reliability.md, where the rows of what did not run stay. Exits with 1 where fewer than 80 of 100 mutants were caught,
 * with 2 for another argument.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { table } from './comparison';
import { withTable } from './reliabilityPage';

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

function byStryker(name: string, what: string): Area {
  return {
    name,
    what,
    command: ['stryker', 'run'],
    score: (report) => {
      const { files } = report as { files: Record<string, { mutants: { status: string }[] }> };
      const all = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
      const count = (...of: string[]) => all.filter((status) => of.includes(status)).length;
      return { mutants: all.length - count('Ignored', 'CompileError'), survivors: count('Survived', 'NoCoverage') };
    },
  };
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
  byStryker('machine', 'what makes the state machines: `lib/stateMachine`'),
  byStryker('executions', 'how the trigger starts, follows and judges an execution: `scripts/execution`'),
  byStryker('mapRuns', 'how it judges a Map Run: `scripts/execution`'),
  byStryker('results', 'results, known failures, reruns and exit codes: `scripts/result`'),
  byStryker('interpreter', 'Step Functions of the local endpoint: `scripts/local/stepFunctions`'),
];

const args = process.argv.slice(2);
const other = args.find((arg) => arg !== '--write' && !areas.some(({ name }) => name === arg));
if (other !== undefined) {
  console.error(`error: Expected ${areas.map(({ name }) => name).join(', ')} or --write, got ${other}.`);
  process.exit(2);
}
const page = join(root, 'docs', 'reliability.md');
const text = readFileSync(page, 'utf8');
const named = areas.filter(({ name }) => args.includes(name));
const chosen = named.length > 0 ? named : areas;
const rows = areas.flatMap((area) => (chosen.includes(area) ? [measured(area)] : writtenBefore(area)));
const written = table(['', 'mutants', 'caught', 'share'], rows);
console.log(written);
if (args.includes('--write')) writeFileSync(page, withTable(text, 'Mutants caught', written));

function measured({ name, what, command, score }: Area): string[] {
  const report = join(root, 'coverage', 'mutation', `${name}.json`);
  // That of another run says nothing of this one, which may end before it has its own.
  rmSync(report, { force: true });
  const env = { ...process.env, MUTATE: name };
  spawnSync('nice', ['-n', '19', 'npx', ...command], { cwd: root, env, stdio: 'inherit' });
  const { mutants, survivors } = score(JSON.parse(readFileSync(report, 'utf8')));
  const percent = (100 * (mutants - survivors)) / mutants;
  if (!(percent >= 80)) process.exitCode = 1;
  return [what, String(mutants), String(mutants - survivors), `${percent.toFixed(1)} %`];
}

function writtenBefore({ what }: Area): string[][] {
  const row = text.split('\n').find((line) => line.startsWith(`| ${what} |`));
  return row === undefined
    ? []
    : [
        row
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      ];
}
