/**
 * Measures the engine of state machines beside those of MiniStack and moto, by the same execution. Prints a table, `--write`
 * writes docs/engines.md.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import {
  DescribeExecutionCommand,
  ListStateMachinesCommand,
  StartExecutionCommand,
  type HistoryEvent,
} from '@aws-sdk/client-sfn';
import { buildSync } from 'esbuild';
import type { AggregatedResult } from '../../lib/wire';
import { version } from '../../package.json';
import { systemClock } from '../../scripts/io/clock';
import { clientOf, startMoto } from '../localStack';
import { historyOf } from '../scripts/local/stepFunctions/fixture';
import { freePort, startMiniStack, startServer, type Server } from '../server';
import { engineLosses, enginesPage, enginesTable, type Engine, type Engines } from './enginesPage';
import { median } from './median';
import { credentials } from './miniStack';
import { command, cpuSecondsOf, memoryMb } from './processes';

const total = 1000;
const atOnce = 40;
const rounds = 3;
const folder = mkdtempSync(join(tmpdir(), 'system-test-bench-'));

/** The ARN of the only state machine, once it is there; of the stack where there is none from the start. */
async function deployed({ url }: Server, template?: string): Promise<string> {
  if (template !== undefined) {
    const stacks = new CloudFormationClient({ endpoint: url, region: 'us-east-1', credentials });
    const stack = { StackName: 'Engines', TemplateBody: template, Capabilities: ['CAPABILITY_IAM' as const] };
    await stacks.send(new CreateStackCommand(stack));
    stacks.destroy();
  }
  const client = clientOf(url);
  for (;;) {
    const { stateMachines: [machine] = [] } = await client.send(new ListStateMachinesCommand({}));
    if (machine?.stateMachineArn !== undefined) {
      client.destroy();
      return machine.stateMachineArn;
    }
    await systemClock.sleep(100);
  }
}

/** One execution; undefined where not all configurations pass. */
async function execute({ url, pid }: Server, stateMachineArn: string, count: number) {
  const client = clientOf(url);
  const configurations = Array.from({ length: count }, (_, index) => `config_${index}`);
  const input = JSON.stringify({ configurations, allow_unknown: true });
  const cpuBefore = cpuSecondsOf(pid);
  const startedAt = performance.now();
  const name = `bench-${Date.now()}`;
  const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn, name, input }));
  let described = await client.send(new DescribeExecutionCommand({ executionArn }));
  while (described.status === 'RUNNING') {
    await systemClock.sleep(100);
    described = await client.send(new DescribeExecutionCommand({ executionArn }));
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const cpu = cpuSecondsOf(pid);
  const { passed } = JSON.parse(described.output ?? '{}') as Partial<AggregatedResult>;
  if (passed !== count) {
    console.error(`Expected ${count} to pass at ${url}, got ${passed}: ${described.cause}`);
    client.destroy();
    return undefined;
  }
  const events = await historyOf(client, executionArn!);
  client.destroy();
  return { seconds, cpuSeconds: cpu.own - cpuBefore.own, allCpuSeconds: cpu.all - cpuBefore.all, events };
}

async function measure(name: string, server: Server, template?: string, times = rounds): Promise<Engine> {
  const stateMachineArn = await deployed(server, template);
  await execute(server, stateMachineArn, atOnce);
  const runs: NonNullable<Awaited<ReturnType<typeof execute>>>[] = [];
  let failed = 0;
  while (runs.length < times) {
    const run = await execute(server, stateMachineArn, total);
    if (run) {
      runs.push(run);
    } else if ((failed += 1) > 29) {
      throw new Error(`Expected ${times} executions of ${name} to pass, got ${runs.length}.`);
    }
  }
  const middle = (of: (run: (typeof runs)[number]) => number) => median(runs.map(of));
  const memory = memoryMb(server.pid, 'VmHWM') ?? NaN;
  await server.stop();
  return {
    name,
    seconds: middle(({ seconds }) => seconds),
    cpuSeconds: middle(({ cpuSeconds }) => cpuSeconds),
    allCpuSeconds: middle(({ allCpuSeconds }) => allCpuSeconds),
    memory,
    events: middle(({ events }) => events.length),
    wrongEvents: middle(({ events }) => wrongEvents(events)),
    failed,
  };
}

/** How many events of AWS are missing, or follow another event than there. */
function wrongEvents(events: HistoryEvent[]): number {
  const types = new Map(events.map(({ id, type }) => [id, type]));
  const left = new Map(eventsOfAws);
  for (const { type, previousEventId } of events) {
    const pair = `${type} ← ${types.get(previousEventId) ?? ''}`;
    left.set(pair, Math.max(0, (left.get(pair) ?? 0) - 1));
  }
  return [...left.values()].reduce((sum, count) => sum + count, 0);
}

/**
 * How often an event follows which other one in an execution on AWS, as was recorded of an inline Map: what starts at once follows
 * the start of the Map, what starts later the exit of what it waited for. The other interpreter of our tests has the same.
 */
const eventsOfAws: [string, number][] = [
  ['ExecutionStarted ← ', 1],
  ['PassStateEntered ← ', 1],
  ['PassStateExited ← PassStateEntered', 1],
  ['ChoiceStateEntered ← PassStateExited', 1],
  ['ChoiceStateExited ← ChoiceStateEntered', 2],
  ['MapStateEntered ← ChoiceStateExited', 1],
  ['MapStateStarted ← MapStateEntered', 1],
  ['MapIterationStarted ← MapStateStarted', atOnce],
  ['MapIterationStarted ← TaskStateExited', total - atOnce],
  ['TaskStateEntered ← MapIterationStarted', total],
  ['TaskScheduled ← TaskStateEntered', total],
  ['TaskStarted ← TaskScheduled', total],
  ['TaskSucceeded ← TaskStarted', total],
  ['TaskStateExited ← TaskSucceeded', total],
  ['MapIterationSucceeded ← TaskStateExited', total],
  ['MapStateSucceeded ← MapIterationSucceeded', 1],
  ['MapStateExited ← MapIterationSucceeded', 1],
  ['ChoiceStateEntered ← MapStateExited', 1],
  ['SucceedStateEntered ← ChoiceStateExited', 1],
  ['SucceedStateExited ← SucceedStateEntered', 1],
  ['ExecutionSucceeded ← SucceedStateExited', 1],
];

/** A server that answers as a function that returns at once, whatever it is asked. */
async function serveAnswers(): Promise<{ port: number; close: () => void }> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end('{"system_test_successful": true}'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

/** Each alone on the machine, one after the other. */
async function measureAll(): Promise<{ engines: Engines; miniStackVersion: string }> {
  const app = 'node --import tsx test/bench/enginesApp.ts';
  spawnSync('npx', ['cdk', 'synth', '--quiet', '--app', app, '--output', folder], { stdio: 'inherit' });
  const template = readFileSync(join(folder, 'Engines.template.json'), 'utf8');
  const program = join(folder, 'engine.js');
  buildSync({ entryPoints: [join(__dirname, 'engine.ts')], bundle: true, platform: 'node', outfile: program });
  const answers = await serveAnswers();
  const node = async (words: (port: number) => string) => {
    const port = await freePort();
    return await startServer(`${process.execPath} ${words(port)}`, port);
  };
  const local = await measure(
    '`system-test local`',
    await node((port) => `${command} local --app ${folder} --port ${port}`),
  );
  const engine = await measure('the engine alone', await node((port) => `${program} ${folder} ${port}`));
  const server = await startMiniStack();
  const health = (await (await fetch(`${server.url}/_ministack/health`)).json()) as { version: string };
  const miniStack = await measure('MiniStack', server, template);
  const moto = await measure('moto', await startMoto(answers.port), template, 1);
  answers.close();
  rmSync(folder, { recursive: true });
  return { engines: { local, engine, miniStack, moto }, miniStackVersion: health.version };
}

/** What a program says, or undefined where it isn't there or fails. */
function said(program: string, ...args: string[]): string | undefined {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

async function main(): Promise<void> {
  const moto = said(
    'python3',
    '-c',
    'import jsonata, moto.server, platform; print(f"moto {moto.__version__} on Python {platform.python_version()}")',
  );
  const miniStack = said('ministack', '--help');
  if (process.platform !== 'linux' || moto === undefined || miniStack === undefined) {
    console.log(
      'Skipped: this needs Linux, a python3 first on PATH that has moto and jsonata-python, and ministack on PATH.',
    );
    return;
  }
  const loadBefore = loadavg()[0]!;
  const { engines, miniStackVersion } = await measureAll();
  console.log([enginesTable(engines), ...engineLosses(engines)].join('\n'));
  const page = enginesPage(engines, {
    date: new Date().toISOString().slice(0, 10),
    versions: [
      `lambda-system-test ${version}`,
      `Node.js ${process.versions.node}`,
      `MiniStack ${miniStackVersion}`,
      moto,
    ],
    machine: `${cpus().length} × ${cpus()[0]!.model.trim()}`,
    load: [loadBefore, loadavg()[0]!],
    rounds,
  });
  if (process.argv.includes('--write')) writeFileSync(join(__dirname, '..', '..', 'docs', 'engines.md'), page);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
