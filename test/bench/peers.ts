/**
 * Measures what a user could write instead of the command beside it: a loop and a script that fires everything at once, in
 * Python. Prints a table, `--write` writes docs/peers.md. Exits with 1 where `invoke` or `run` is over its limit.

 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { fateOf } from '../../lambda/sleepy';
import { makespanBound } from '../../scripts/plan/schedule';
import { version } from '../../package.json';
import { startProxy } from '../proxy';
import { median } from './median';
import { credentials } from './miniStack';
import { losses, peersPage, peersTable, type Limited, type Peers, type Way } from './peersPage';
import { command, endAll, everythingSaid, serveSample, startProgram, type Endpoint } from './processes';

const folder = join(__dirname, 'peers');
const identifiers = Array.from({ length: 40 }, (_, index) => `config_${index}`);
const longest = 5;
const rounds = 5;
const settings = { SYSTEM_TEST_MAX_CONCURRENCY: '40', SYSTEM_TEST_SLEEPY_MAX_SECONDS: String(longest) };
const sleeps = identifiers.map(
  (identifier) => fateOf(identifier, { SEED: '1974', SLEEP_MAX_SECONDS: String(longest) }).sleepFor,
);

interface Tested {
  url: string;
  functionName: string;
  stateMachineArn: string;
}

/** The command line of each way to test configurations. */
const commandLines = {
  loop: ({ functionName }: Tested, ids: string[]) => ['python3', join(folder, 'loop.py'), functionName, ...ids],
  atOnce: ({ functionName }: Tested, ids: string[]) => ['python3', join(folder, 'at_once.py'), functionName, ...ids],
  invoke: ({ functionName }: Tested, ids: string[]) => systemTest('invoke', '--function', functionName, ...ids),
  run: ({ stateMachineArn }: Tested, ids: string[]) => systemTest('run', '--state-machine', stateMachineArn, ...ids),
};
type WayName = keyof typeof commandLines;

function systemTest(...args: string[]): string[] {
  return [process.execPath, command, ...args, '--max-concurrency', '40', '--quiet', '--report', 'json'];
}

/** What measured.py tells of a program. */
interface Measured {
  spawnedAt: number;
  exitedAt: number;
  exitCode: number;
  cpuSeconds: number;
  memoryMb: number;
  ownMemoryMb: number;
}

/** Runs a program to its end. */
async function measure(commandLine: string[], url = ''): Promise<Measured & { said: string }> {
  const child = startProgram('python3', [join(folder, 'measured.py'), ...commandLine], {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  let text = '';
  child.stdout.on('data', (chunk) => (text += String(chunk)));
  await once(child, 'close');
  const [last = '', ...said] = text.trimEnd().split('\n').reverse();
  return { ...(JSON.parse(last) as Measured), said: said.reverse().join('\n') };
}

interface Result {
  status: string;
  /** Milliseconds. */
  from: number;
  to: number;
}

/** Of a script in seconds, of the command in text. */
interface Printed {
  status: string;
  began?: number;
  ended?: number;
  started_at?: string;
  stopped_at?: string;
}

/** The results that a way printed; none where it printed none. */
function resultsIn(said: string): Result[] {
  if (said.trim() === '') return [];
  const { results } = JSON.parse(said) as { results: Printed[] };
  return results.map(({ status, began = 0, ended = 0, started_at: startedAt, stopped_at: stoppedAt }) => ({
    status,
    from: startedAt === undefined ? began * 1000 : Date.parse(startedAt),
    to: stoppedAt === undefined ? ended * 1000 : Date.parse(stoppedAt),
  }));
}

function testSeconds(results: Result[]): number {
  return (Math.max(...results.map(({ to }) => to)) - Math.min(...results.map(({ from }) => from))) / 1000;
}

function mostAtOnce(results: Result[]): number {
  return Math.max(...results.map(({ from }) => results.filter((one) => one.from <= from && from < one.to).length));
}

/** A way that tests all configurations, of which 5 fail. */
async function test(way: WayName, tested: Tested) {
  const { said, ...measured } = await measure(commandLines[way](tested, identifiers), tested.url);
  return { ...measured, seconds: (measured.exitedAt - measured.spawnedAt) / 1000, results: resultsIn(said) };
}
type Test = Awaited<ReturnType<typeof test>>;

/** Milliseconds from the start of the process to what begins the test. */
async function startUp(way: WayName, tested: Tested): Promise<number> {
  const proxy = await startProxy(tested.url);
  const { spawnedAt } = await measure(commandLines[way](tested, ['config_0']), proxy.url);
  await proxy.close();
  return proxy.calls.find(({ operation }) => ['Invoke', 'StartExecution'].includes(operation))!.at - spawnedAt;
}

async function withTested(flags: string[], work: (tested: Tested) => Promise<void>): Promise<void> {
  const endpoint: Endpoint = await serveSample(settings, flags);
  const { url, stateMachineArn } = endpoint;
  const client = new LambdaClient({ endpoint: url, region: 'us-east-1', credentials });
  const { Functions: [sleepy] = [] } = await client.send(new ListFunctionsCommand({}));
  client.destroy();
  await work({ url, stateMachineArn, functionName: sleepy!.FunctionName! });
  await endpoint.stop();
}

/** Rounds of the three that test everything at once, each time in another order, and one loop. */
async function measureWays(): Promise<Record<WayName, { tests: Test[]; startUps: number[] }>> {
  const of = () => ({ tests: [] as Test[], startUps: [] as number[] });
  const all = { loop: of(), atOnce: of(), invoke: of(), run: of() };
  const quick = ['atOnce', 'invoke', 'run'] as const;
  await withTested([], async (tested) => {
    await test('invoke', tested); // Starts the processes of the function.
    for (let round = 0; round < rounds; round++) {
      const order = [...quick.slice(round % 3), ...quick.slice(0, round % 3)];
      for (const way of order) all[way].tests.push(await test(way, tested));
      for (const way of ['loop', ...order] as const) all[way].startUps.push(await startUp(way, tested));
    }
    all.loop.tests.push(await test('loop', tested));
  });
  return all;
}

/** What is left of 40 results where the function may run 5 at once. */
async function measureLimited(loop: Test): Promise<Record<WayName, Limited>> {
  // Asks for one at once, so it is refused nothing.
  const all = { loop: limited(loop) } as Record<WayName, Limited>;
  await withTested(['--app', 'node --import tsx test/bench/limitedApp.ts'], async (tested) => {
    for (const way of ['atOnce', 'invoke', 'run'] as const) all[way] = limited(await test(way, tested));
  });
  return all;
}

function limited({ results, seconds, exitCode }: Test): Limited {
  const judged = results.filter(({ status }) => status === 'PASSED' || status === 'FAILED');
  return { lost: identifiers.length - judged.length, seconds, exitCode };
}

function wayOf(name: string, concurrency: number, { tests, startUps }: { tests: Test[]; startUps: number[] }) {
  const bound = makespanBound(sleeps, concurrency);
  const middle = (of: (one: Test) => number) => median(tests.map(of));
  return {
    name,
    concurrency,
    seconds: middle(({ seconds }) => seconds),
    testSeconds: middle(({ results }) => testSeconds(results)),
    toBound: middle(({ seconds }) => seconds / bound),
    mostAtOnce: middle(({ results }) => mostAtOnce(results)),
    startUp: median(startUps),
    cpuSeconds: middle(({ cpuSeconds }) => cpuSeconds),
    memory: middle(({ memoryMb }) => memoryMb),
    ownMemory: middle(({ ownMemoryMb }) => ownMemoryMb),
    exitCode: middle(({ exitCode }) => exitCode),
  } satisfies Omit<Way, 'limited'>;
}

/** What Python says, or undefined where it lacks something. */
function python(code: string): string | undefined {
  const { status, stdout } = spawnSync('python3', ['-c', code], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

async function main(): Promise<void> {
  const peerVersions = python(
    'import aioboto3, aiobotocore, boto3, platform\n' +
      'from importlib.metadata import version\n' +
      'print(", ".join(["Python " + platform.python_version(), *(f"{each} {version(each)}" for each in ' +
      '("boto3", "aioboto3", "aiobotocore"))]))',
  );
  if (process.platform !== 'linux' || peerVersions === undefined) {
    console.log('Skipped: this needs Linux, and a python3 first on PATH that has boto3 and aioboto3.');
    return;
  }
  const loadBefore = loadavg()[0]!;
  const measured = await measureWays();
  const refused = await measureLimited(measured.loop.tests[0]!);
  const peers: Peers = {
    loop: { ...wayOf('loop', 1, measured.loop), limited: refused.loop },
    atOnce: { ...wayOf('all at once', 40, measured.atOnce), limited: refused.atOnce },
    invoke: { ...wayOf('`invoke`', 40, measured.invoke), limited: refused.invoke },
    run: { ...wayOf('`run`', 40, measured.run), limited: refused.run },
  };
  const empty = {
    node: (await measure([process.execPath, '-e', '0'])).memoryMb,
    python: (await measure(['python3', '-c', 'pass'])).memoryMb,
  };
  const page = peersPage(peers, {
    date: new Date().toISOString().slice(0, 10),
    versions: [`lambda-system-test ${version}`, `Node.js ${process.versions.node}`, peerVersions],
    machine: `${cpus().length} × ${cpus()[0]!.model.trim()}`,
    load: [loadBefore, loadavg()[0]!],
    rounds,
    longest,
    total: sleeps.reduce((sum, each) => sum + each, 0),
    empty,
  });
  console.log([peersTable(peers), ...losses(peers)].join('\n'));
  if (process.argv.includes('--write')) writeFileSync(join(__dirname, '..', '..', 'docs', 'peers.md'), page);
  const ratioOfRounds = (one: WayName, other: WayName, of: (test: Test) => number) =>
    median(measured[one].tests.map((test, round) => of(test) / of(measured[other].tests[round]!)));
  const seconds = (test: Test) => test.seconds;
  check('`invoke` against all at once', ratioOfRounds('invoke', 'atOnce', seconds), 1);
  check('`run` against `invoke`', ratioOfRounds('run', 'invoke', seconds));
  check(
    '  first begin to last end',
    ratioOfRounds('run', 'invoke', ({ results }) => testSeconds(results)),
    1.03,
  );
}

/** A ratio of two in the same round. */
function check(what: string, ratio: number, limit = Infinity): void {
  const verdict = limit === Infinity ? '' : `, limit ${limit} ${ratio <= limit ? 'ok' : 'OVER'}`;
  console.log(`${what}: ${ratio.toFixed(3)} ×${verdict}`);
  if (!(ratio <= limit)) process.exitCode = 1;
}

main().catch((error: unknown) => {
  endAll();
  console.error(everythingSaid());
  console.error(error);
  process.exitCode = 1;
});
