/**
 * Puts the built command and its local endpoint under load, and prints what became of it. `--minutes N` is how long the
 * soak is, 10 by default; `--write` writes the tables of docs/reliability.md. Exits with 1 where a result was lost or
 * wrong, or where memory grew, with 2 for other arguments.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fateOf } from '../../lambda/sleepy';
import type { RunResult } from '../../lib/wire';
import { version } from '../../package.json';
import { judgeKills, killAtRandom } from './killedSandboxes';
import { median } from './median';
import { endAll, everythingSaid, runCommand, serveSample, type CommandRun, type Endpoint } from './processes';
import { table } from './comparison';
import { tried, withTable, type Figure, type Tried } from './reliabilityPage';

const root = join(__dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'system-test-soak-'));

/** What is not as it has to be, a sentence each. */
const wrong: string[] = [];

/** The sample, whose function returns at once; by its seed 15 of 100 fail. */
const atOnce = { SYSTEM_TEST_SLEEPY_MIN_SECONDS: '0', SYSTEM_TEST_SLEEPY_MAX_SECONDS: '0' };
const fails = (identifier: string) => fateOf(identifier, { SEED: '1974' }).fails;

function run({ url, stateMachineArn }: Endpoint, args: string[], exitCodes?: number[]): Promise<CommandRun> {
  const flags = ['--state-machine', stateMachineArn, '--allow-unknown', ...args];
  return runCommand(url, ['run', ...flags], exitCodes);
}

/** Whether each configuration has the verdict that its function gave it, and the exit code tells of them. */
function judge(identifiers: string[], { exitCode, result }: CommandRun): void {
  const told = new Map(result.results.map(({ configuration_identifier: name, status }) => [name, status]));
  const expected = (name: string) => (fails(name) ? 'FAILED' : 'PASSED');
  wrong.push(
    ...identifiers
      .filter((name) => told.get(name) !== expected(name))
      .map((name) => `${name} is ${told.get(name) ?? 'lost'} instead of ${expected(name)}.`),
  );
  if (result.results.length !== identifiers.length) wrong.push(`${result.results.length} results in a run.`);
  if (exitCode !== (identifiers.some(fails) ? 1 : 0)) wrong.push(`A run ended with ${exitCode}.`);
}

const figure = (value: number | undefined, digits = 0) =>
  (value ?? NaN).toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const megabytes = (value: number | undefined) => `${figure(value)} MB`;

/** From one value to the next, by the median of all pairs (Theil and Sen), which one noisy value doesn't move. */
function slope(values: number[]): number {
  return median(values.flatMap((from, i) => values.slice(i + 1).map((to, j) => (to - from) / (j + 1))));
}

/** MB a minute that the endpoint may grow, once it keeps as many executions as it ever does. */
const mostGrowth = 1;
/** Tenths of the soak, after which it does. */
const warmUp = 3;

/** Two runs at once, one after the other. Each configuration has 4 KB, so that what the endpoint keeps of executions reaches its bound. */
async function soak(minutes: number): Promise<Figure[]> {
  const endpoint = await serveSample(atOnce);
  const identifiers = Array.from({ length: 40 }, (_, index) => `config_${index}`);
  const note = 'x'.repeat(4000);
  const file = join(folder, 'configurations.json');
  writeFileSync(file, JSON.stringify(identifiers.map((name) => ({ configuration_identifier: name, note }))));
  const startedAt = performance.now();
  const tenth = () => Math.floor((10 * (performance.now() - startedAt)) / (minutes * 60_000));
  // The least of a window is what is left after a garbage collection.
  const least = Array<number>(10).fill(Infinity);
  const sampling = setInterval(() => {
    const window = Math.min(tenth(), 9);
    least[window] = Math.min(least[window]!, endpoint.memoryMb() ?? NaN);
  }, 500);
  const triggers: number[] = [];
  const lane = async () => {
    while (tenth() < 10) {
      const ran = await run(endpoint, ['--configurations', file]);
      judge(identifiers, ran);
      triggers.push(ran.peakMemoryMb ?? NaN);
    }
  };
  await Promise.all([lane(), lane()]);
  clearInterval(sampling);
  const peak = endpoint.peakMemoryMb();
  await endpoint.stop();
  console.log(`Endpoint, the least of each tenth: ${least.map((each) => figure(each, 1)).join(', ')} MB`);
  const growth = slope(least.slice(warmUp)) / (minutes / 10);
  if (!(growth <= mostGrowth)) process.exitCode = 1;
  return [
    ['minutes', figure(minutes, minutes % 1 && 1)],
    ['runs', figure(triggers.length)],
    ['configurations tested', figure(triggers.length * identifiers.length)],
    ['memory of the endpoint in the first tenth', megabytes(least[0])],
    ['after three tenths', megabytes(least[warmUp])],
    ['in the last tenth', megabytes(least[9])],
    [`growth since then, at most ${mostGrowth} MB a minute`, `${figure(growth, 2)} MB a minute`],
    ['peak of the endpoint', megabytes(peak)],
    ['peak of a trigger: median', megabytes(median(triggers))],
    ['the most', megabytes(Math.max(...triggers))],
  ];
}

/** As many triggers at once, half of which have to end with 0 and half with 1. */
async function manyTriggers(count: number): Promise<Figure[]> {
  const endpoint = await serveSample(atOnce);
  const lists = Array.from({ length: count }, (_, trigger) => {
    const all = Array.from({ length: 60 }, (_, index) => `trigger_${trigger}_${index}`);
    const passing = all.filter((name) => !fails(name)).slice(0, 20);
    return trigger % 2 === 0 ? passing : [...passing.slice(1), all.find(fails)!];
  });
  const runs = await Promise.all(lists.map((list) => run(endpoint, [...list, '--max-concurrency', '2'])));
  runs.forEach((ran, index) => judge(lists[index]!, ran));
  const peak = endpoint.peakMemoryMb();
  await endpoint.stop();
  const mostAtOnce = (spans: [from: number, to: number][]) =>
    Math.max(...spans.map(([at]) => spans.filter(([from, to]) => from <= at && at < to).length));
  const times = ({ started_at: from, stopped_at: to }: RunResult): [number, number] => [
    Date.parse(from),
    Date.parse(to),
  ];
  const memory = runs.map(({ peakMemoryMb }) => peakMemoryMb ?? NaN);
  return [
    ['triggers at once', figure(mostAtOnce(runs.map(({ spawnedAt, exitedAt }) => [spawnedAt, exitedAt])))],
    ['executions at once, as it was', figure(mostAtOnce(runs.map(({ result }) => times(result))))],
    ['configurations tested', figure(lists.flat().length)],
    ['triggers that ended with 0, as they had to', figure(runs.filter(({ exitCode }) => exitCode === 0).length)],
    ['with 1, as they had to', figure(runs.filter(({ exitCode }) => exitCode === 1).length)],
    ['peak of a trigger: median', megabytes(median(memory))],
    ['the most', megabytes(Math.max(...memory))],
    ['peak of the endpoint', megabytes(peak)],
  ];
}

/** Runs while one of the function's processes is killed every 200 ms, whatever it does. */
async function kills(minutes: number): Promise<Figure[]> {
  const record = join(folder, 'record');
  const endpoint = await serveSample({ RECORD: record }, ['--app', 'node --import tsx test/bench/killedApp.ts']);
  const until = performance.now() + minutes * 60_000;
  const killer = killAtRandom(endpoint.pid, 200);
  const results: RunResult['results'] = [];
  const identifiers: string[] = [];
  while (performance.now() < until) {
    const list = Array.from({ length: 100 }, (_, index) => `config_${identifiers.length + index}`);
    identifiers.push(...list);
    const { exitCode, result } = await run(endpoint, list, [0, 1, 3]);
    results.push(...result.results);
    const expected = result.errored > 0 ? 3 : result.failed > 0 ? 1 : 0;
    if (exitCode !== expected) wrong.push(`A run ended with ${exitCode} instead of ${expected}.`);
  }
  const killed = await killer.stop();
  await endpoint.stop();
  const judged = judgeKills(identifiers, results, readFileSync(record, 'utf8'), killed);
  wrong.push(...judged.wrong);
  const count = (status: string) => figure(results.filter((one) => one.status === status).length);
  return [
    ['processes of the function killed', figure(killed)],
    ['of these between the first and the last line of the function', figure(judged.inTheMiddle)],
    ['configurations tested', figure(identifiers.length)],
    ['PASSED', count('PASSED')],
    ['FAILED, all of them by `signal: killed`', count('FAILED')],
    ['ERRORED', count('ERRORED')],
  ];
}

/** What Jest's JSON says. */
interface JestResults {
  testResults: { name: string; assertionResults: { status: string; numPassingAsserts: number }[] }[];
}

/** Runs the tests of these files: a row for each of them. */
function cases(files: Tried[]): string[][] {
  const output = join(folder, 'results.json');
  const args = ['jest', '-c', 'jest.ci.config.cjs', '--testMatch', '**/*.test.ts', '--json', '--outputFile', output];
  spawnSync('npx', [...args, '--runTestsByPath', ...files.map(({ file }) => file)], { cwd: root, stdio: 'ignore' });
  const { testResults } = JSON.parse(readFileSync(output, 'utf8')) as JestResults;
  const rows = files.map(({ what, file }) => {
    const { assertionResults: tests = [] } = testResults.find(({ name }) => name.endsWith(file)) ?? {};
    const notPassed = tests.filter(({ status }) => status !== 'passed').length;
    if (tests.length === 0 || notPassed > 0) wrong.push(`${file}: ${notPassed} of ${tests.length} did not pass.`);
    const checks = tests.reduce((sum, { numPassingAsserts }) => sum + numPassingAsserts, 0);
    return { what: `[${what}](../${file})`, counts: [tests.length, checks, notPassed] };
  });
  const total = [0, 1, 2].map((column) => rows.reduce((sum, { counts }) => sum + counts[column]!, 0));
  return [...rows, { what: 'all', counts: total }].map(({ what, counts }) => [
    what,
    ...counts.map((each) => figure(each)),
  ]);
}

function settings(): { minutes: number; write: boolean } {
  try {
    const options = { minutes: { type: 'string', default: '10' }, write: { type: 'boolean', default: false } } as const;
    const { minutes, write } = parseArgs({ options }).values;
    if (Number(minutes) > 0) return { minutes: Number(minutes), write };
    throw new Error(`Expected a number above 0 for --minutes, got ${minutes}.`);
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    process.exit(2);
  }
}

async function main(): Promise<void> {
  if (process.platform !== 'linux') {
    console.log('Skipped: this needs Linux, which tells what its processes hold.');
    return;
  }
  const { minutes, write } = settings();
  const lostAfter = async (work: Promise<Figure[]>): Promise<string> => {
    const before = wrong.length;
    const rows = await work;
    return table(['', ''], [...rows, ['results lost or wrong', figure(wrong.length - before)]]);
  };
  const header = ['', 'cases', 'checks in them', 'did not pass'];
  const tables: [heading: string, rows: string][] = [
    ['Ten minutes of runs', await lostAfter(soak(minutes))],
    ['Fifty triggers at once', await lostAfter(manyTriggers(50))],
    ['Processes killed at random', await lostAfter(kills(minutes / 5))],
    ['Faults survived', table(header, cases(tried.faults))],
    ['Bad inputs tried', table(header, cases(tried.badInputs))],
  ];
  tables.forEach(([heading, rows]) => console.log(`\n${heading}\n${rows}`));
  console.log(['', ...wrong].join('\n'));
  if (write) {
    const file = join(root, 'docs', 'reliability.md');
    const setting = [
      new Date().toISOString().slice(0, 10),
      `lambda-system-test ${version}`,
      `Node.js ${process.versions.node}`,
      `${cpus().length} × ${cpus()[0]!.model.trim()}`,
    ];
    const page = tables.reduce((text, [heading, rows]) => withTable(text, heading, rows), readFileSync(file, 'utf8'));
    writeFileSync(file, page.replace(/^Measured on .*$/m, `Measured on ${setting.join(', ')}.`));
  }
  if (wrong.length > 0) process.exitCode = 1;
}

main()
  .catch((error: unknown) => {
    endAll();
    console.error(everythingSaid());
    console.error(error);
    process.exitCode = 1;
  })
  .finally(() => rmSync(folder, { recursive: true }));
