/**
 * Measures the built command on the local endpoint and prints a table. Exits with 1 where a figure is over its limit.
 * Each figure is the median of several runs on this machine, whatever else it is doing; ratios are within one of them.
 * Those of a Distributed Map are of one run each, and their ratio of two.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { GetExecutionHistoryCommand, ListExecutionsCommand, ListMapRunsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { checkInput, completeInput } from '../../lib/stateMachine/inputExpressions';
import { aggregatedResult, failedCause } from '../../lib/stateMachine/resultExpressions';
import type { JsonObject, RunResult } from '../../lib/wire';
import { greedyMakespan, makespanBound } from '../../scripts/plan/schedule';
import { evaluateHere } from '../lib/stateMachine/jsonata/evaluateHere';
import { startProxy } from '../proxy';
import { endAll, everythingSaid, runCommand, serveSample, type Endpoint } from './processes';
import { median } from './median';
import { credentials, serveOnMiniStack } from './miniStack';

interface Row {
  what: string;
  values: number[];
  unit: string;
  /** The most that the median may be. */
  limit?: number;
}

const rows: Row[] = [];
const add = (what: string, values: number[], unit: string, limit?: number) => rows.push({ what, values, unit, limit });

/** The sample with a function that returns at once. */
const atOnce = {
  SYSTEM_TEST_MAX_CONCURRENCY: '40',
  SYSTEM_TEST_SLEEPY_MIN_SECONDS: '0',
  SYSTEM_TEST_SLEEPY_MAX_SECONDS: '0',
  SYSTEM_TEST_SLEEPY_FAILURE_PERCENT: '0',
};

/** What the command takes before it asks for an execution, its first call. */
async function startUp(times: number): Promise<void> {
  const endpoint = await serveSample(atOnce);
  const proxy = await startProxy(endpoint.url);
  const milliseconds: number[] = [];
  for (let time = 0; time < times; time++) {
    const { spawnedAt } = await run(endpoint, ['config_0'], proxy.url);
    const started = proxy.calls.filter(({ operation }) => operation === 'StartExecution').at(-1)!;
    milliseconds.push(started.at - spawnedAt);
  }
  await proxy.close();
  await endpoint.stop();
  add('Process start to StartExecution sent', milliseconds, 'ms', 250);
}

/** The 40 default configurations at concurrency 10: the run that takes about 26 s. */
async function defaultRun(times: number): Promise<void> {
  const endpoint = await serveSample({});
  const seconds: number[] = [];
  const toGreedy: number[] = [];
  const toBound: number[] = [];
  const wayOut: number[] = [];
  const calls: number[] = [];
  for (let time = 0; time < times; time++) {
    const proxy = await startProxy(endpoint.url);
    const { exitedAt, result } = await run(endpoint, ['--given-order'], proxy.url);
    const durations = durationsOf(result);
    seconds.push(result.duration_seconds);
    toGreedy.push(result.duration_seconds / greedyMakespan(durations, 10));
    toBound.push(result.duration_seconds / makespanBound(durations, 10));
    wayOut.push(exitedAt - Date.parse(result.stopped_at));
    calls.push(proxy.calls.length);
    await proxy.close();
  }
  await endpoint.stop();
  add('40 default configurations, 10 at once', seconds, 's');
  add('  against ideal greedy scheduling', toGreedy, '×', 1.03);
  add('  against max(longest, sum / 10)', toBound, '×');
  add("End of the execution to the trigger's exit", wayOut, 'ms', 1000);
  add('API calls of the run', calls, '', 60);
}

/** The same, each run ordered by the durations of the one before: what it is worth to start the longest first. */
async function longestFirst(times: number): Promise<void> {
  const endpoint = await serveSample({});
  const { result: given } = await run(endpoint, ['--given-order']);
  const greedy = greedyMakespan(durationsOf(given), 10);
  const seconds: number[] = [];
  const toBound: number[] = [];
  const greedyToBound: number[] = [];
  for (let time = 0; time < times; time++) {
    const { result } = await run(endpoint, ['--longest-first']);
    const bound = makespanBound(durationsOf(result), 10);
    seconds.push(result.duration_seconds);
    toBound.push(result.duration_seconds / bound);
    greedyToBound.push(greedy / bound);
  }
  await endpoint.stop();
  add('The same, the longest first', seconds, 's');
  add('  against max(longest, sum / 10)', toBound, '×', 1.03);
  add('  in the order given, ideal greedy scheduling', greedyToBound, '×');
}

/** The loop that the Map replaces, and how much faster the Map is: ten configurations of a second each. */
async function oneAfterTheOther(times: number): Promise<void> {
  const endpoint = await serveSample({
    SYSTEM_TEST_SLEEPY_MIN_SECONDS: '1',
    SYSTEM_TEST_SLEEPY_MAX_SECONDS: '1',
    SYSTEM_TEST_SLEEPY_FAILURE_PERCENT: '0',
  });
  const identifiers = Array.from({ length: 10 }, (_, index) => `config_${index}`);
  const seconds: number[] = [];
  const toSum: number[] = [];
  const faster: number[] = [];
  for (let time = 0; time < times; time++) {
    const loop = await runCommand(endpoint.url, ['invoke', ...identifiers, '--max-concurrency', '1']);
    const map = await run(endpoint, [...identifiers, '--max-concurrency', '5']);
    [loop.result, map.result].forEach(checkAllPassed);
    seconds.push(loop.result.duration_seconds);
    toSum.push(loop.result.duration_seconds / sleptBy(loop.result));
    faster.push(loop.result.duration_seconds / map.result.duration_seconds);
  }
  await endpoint.stop();
  add('10 configurations one after the other (invoke)', seconds, 's');
  add('  against the sum of their sleeps', toSum, '×', 1.05);
  add('  in the Map, 5 at once: so many times as fast', faster, '×');
}

/** Seconds that the sleepy function slept for all configurations together. */
function sleptBy({ results }: RunResult): number {
  return results.reduce((sum, { response }) => sum + (response as { slept_for: number }).slept_for, 0);
}

/** Runs the state machine of the sample. */
function run({ url, stateMachineArn }: Endpoint, args: string[], through = url): ReturnType<typeof runCommand> {
  return runCommand(through, ['run', '--state-machine', stateMachineArn, ...args]);
}

function checkAllPassed({ passed, total }: RunResult): void {
  if (passed !== total) {
    throw new Error(`Expected ${total} to pass, got ${passed}.`);
  }
}

function durationsOf({ results }: RunResult): number[] {
  return results.map((each) => each.duration_ms! / 1000);
}

/**
 * As many configurations as fit in one execution, which return at once, on a runtime.
 * @param limit milliseconds for each
 * @param app the environment and the flags of another app than the sample
 */
async function overhead(runtime: string, limit: number, times: number, app?: OtherApp): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'system-test-bench-'));
  const file = join(directory, 'configurations.txt');
  writeFileSync(file, Array.from({ length: 998 }, (_, index) => `config_${index}`).join('\n'));
  const each: number[] = [];
  const endToEnd: number[] = [];
  const memory: number[] = [];
  const triggerMemory: number[] = [];
  const sandboxMemory: number[] = [];
  const coldStart: number[] = [];
  for (let time = 0; time < times; time++) {
    const endpoint = await serveSample({ ...atOnce, SYSTEM_TEST_SLEEPY_RUNTIME: runtime, ...app?.env }, app?.flags);
    coldStart.push(await initDuration(endpoint));
    const args = ['--configurations', file, '--allow-unknown'];
    const { result, spawnedAt, exitedAt, peakMemoryMb } = await run(endpoint, args);
    checkAllPassed(result);
    each.push((result.duration_seconds * 1000) / 998);
    endToEnd.push((exitedAt - spawnedAt) / 998);
    memory.push(endpoint.peakMemoryMb() ?? NaN);
    triggerMemory.push(peakMemoryMb ?? NaN);
    sandboxMemory.push(endpoint.sandboxMemoryMb() ?? NaN);
    await endpoint.stop();
  }
  rmSync(directory, { recursive: true });
  add(`998 configurations, 40 at once, ${runtime}: each`, each, 'ms');
  add("  each, process start to the trigger's exit", endToEnd, 'ms', limit);
  add('  cold start (Init Duration)', coldStart, 'ms');
  add('  memory of the sandboxes', sandboxMemory, 'MB');
  add('  peak memory of the endpoint', memory, 'MB');
  add('  peak memory of the trigger', triggerMemory, 'MB');
}

/** Of the endpoint's only function, which it starts for that. */
async function initDuration({ url }: Endpoint): Promise<number> {
  const { invoke, close } = await invoker(url);
  const log = await invoke('config_0');
  close();
  return Number(/Init Duration: ([\d.]+) ms/.exec(log)?.[1]);
}

interface OtherApp {
  env: Record<string, string>;
  flags: string[];
}

/** The same for a function in Go, where that is installed. */
async function inGo(times: number): Promise<void> {
  const code = mkdtempSync(join(tmpdir(), 'system-test-bench-'));
  const { status } = spawnSync('go', ['build', '-o', join(code, 'bootstrap')], {
    cwd: join('test', 'fixtures', 'go'),
    env: { ...process.env, CGO_ENABLED: '0' },
  });
  const app = { env: { GO_CODE: code }, flags: ['--app', 'node --import tsx test/bench/goApp.ts'] };
  if (status === 0) await overhead('Go', 6, times, app);
  rmSync(code, { recursive: true });
}

/** The same function by Lambda's API alone, on the endpoint and on MiniStack where that is installed. */
async function besideMiniStack(runtime: string, times: number): Promise<void> {
  const peer = await serveOnMiniStack(runtime);
  if (!peer) return;
  const endpoint = await serveSample({ ...atOnce, SYSTEM_TEST_SLEEPY_RUNTIME: runtime });
  const ours = await invoker(endpoint.url);
  const theirs = await invoker(peer.url);
  const each: number[] = [];
  const ratio: number[] = [];
  for (let time = 0; time < times; time++) {
    each.push(await eachOf(ours.invoke));
    ratio.push(each.at(-1)! / (await eachOf(theirs.invoke)));
  }
  ours.close();
  theirs.close();
  await endpoint.stop();
  await peer.stop();
  add(`1,000 invocations, 40 at once, ${runtime}: each`, each, 'ms');
  add('  against MiniStack', ratio, '×');
}

/** Milliseconds for each of 1,000 invocations, 40 at once. */
async function eachOf(invoke: (identifier: string) => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  let next = 0;
  const lane = async () => {
    while (next < 1000) await invoke(`config_${next++}`);
  };
  await Promise.all(Array.from({ length: 40 }, lane));
  return (performance.now() - startedAt) / 1000;
}

/** Invokes the only function that is served at a URL, and gives its log. */
async function invoker(url: string): Promise<{ invoke: (identifier: string) => Promise<string>; close: () => void }> {
  const client = new LambdaClient({ endpoint: url, region: 'us-east-1', credentials });
  const { Functions: [tested] = [] } = await client.send(new ListFunctionsCommand({}));
  const invoke = async (identifier: string) => {
    const { FunctionError, LogResult = '' } = await client.send(
      new InvokeCommand({
        FunctionName: tested?.FunctionName,
        LogType: 'Tail',
        Payload: JSON.stringify({ configuration_identifier: identifier, system_test: true }),
      }),
    );
    if (FunctionError !== undefined) throw new Error(`Expected ${identifier} to pass at ${url}.`);
    return Buffer.from(LogResult, 'base64').toString();
  };
  return { invoke, close: () => client.destroy() };
}

/**
 * Configurations of an S3 object that return at once, by a Distributed Map.
 * @param batchSize configurations of a child
 * @returns milliseconds for each, from the start of the process to the trigger's exit
 */
async function distributed(configurations: number, batchSize: number, limits: DistributedLimits): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'system-test-bench-'));
  mkdirSync(join(folder, 'bench'));
  const lines = Array.from({ length: configurations }, (_, n) => JSON.stringify({ configuration_identifier: `c${n}` }));
  writeFileSync(join(folder, 'bench', 'configurations.jsonl'), lines.join('\n'));
  const flags = ['--app', 'node --import tsx test/bench/distributedApp.ts', '--s3', folder];
  const endpoint = await serveSample({ BATCH_SIZE: String(batchSize) }, flags);
  const { result, spawnedAt, exitedAt, peakMemoryMb = NaN } = await run(endpoint, []);
  checkAllPassed(result);
  const transitions = (await transitionsOfChild(endpoint)) / batchSize;
  const memory = endpoint.peakMemoryMb() ?? NaN;
  await endpoint.stop();
  rmSync(folder, { recursive: true });
  const each = (exitedAt - spawnedAt) / configurations;
  add(`${configurations} configurations, Distributed Map, ${batchSize} a child: each`, [each], 'ms', limits.each);
  add('  state transitions of the children, each', [transitions], '', 1 + (batchSize === 1 ? 1 : 2 / batchSize));
  add('  peak memory of the trigger', [peakMemoryMb], 'MB', limits.memory && 150);
  add('  and of the endpoint together', [peakMemoryMb + memory], 'MB', limits.memory && 512);
  return each;
}

interface DistributedLimits {
  /** Milliseconds. */
  each?: number;
  memory?: true;
}

/** How many states the newest child of the newest Map Run entered. */
async function transitionsOfChild({ url, stateMachineArn }: Endpoint): Promise<number> {
  const client = new SFNClient({ endpoint: url, region: 'us-east-1', credentials });
  const { executions: [parent] = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn }));
  const { mapRuns: [{ mapRunArn } = {}] = [] } = await client.send(
    new ListMapRunsCommand({ executionArn: parent?.executionArn }),
  );
  const { executions: [child] = [] } = await client.send(new ListExecutionsCommand({ mapRunArn, maxResults: 1 }));
  const { events = [] } = await client.send(
    new GetExecutionHistoryCommand({ executionArn: child?.executionArn, maxResults: 1000 }),
  );
  client.destroy();
  return events.filter(({ type }) => type?.endsWith('StateEntered')).length;
}

/** The expressions that look at all configurations, of which there are more than fit with five retries, half of them with keys. */
async function expressions(times: number): Promise<void> {
  const names = Array.from({ length: 1040 }, (_, index) => `customer_${index}`);
  const results = names.map((name) => ({ configuration_identifier: name, status: 'FAILED' }));
  const defaults = {
    configurations: names.map((name, n) => (n % 2 ? name : { configuration_identifier: name, region: 'eu' })),
    maxConcurrency: 40,
    toleratedFailures: 0,
    maxConfigurations: 1040,
  };
  const check = checkInput(defaults);
  const measured: [what: string, expression: string, states: JsonObject][] = [
    ['check the input {}', check, { input: {} }],
    ['check all by name', check, { input: { configurations: names } }],
    ['refuse a typo', check, { input: { configurations: [...names.slice(1), 'custmer_1'] } }],
    ['refuse 80,000', check, { input: { configurations: Array<string>(80_000).fill('') } }],
    ['complete the input', completeInput(defaults), { input: { configurations: names } }],
    ['count the results', aggregatedResult(), { input: {}, result: results }],
    ['name what failed', failedCause(), { input: { results, failed: 1040, errored: 0, total: 1040 } }],
  ];
  for (const [what, expression, states] of measured) {
    const milliseconds: number[] = [];
    for (let time = 0; time < times; time++) {
      const startedAt = performance.now();
      const bindings = {
        states: { input: null, context: {}, ...states },
        checked: { max_concurrency: 1, tolerated_failures: 0 },
      };
      const answer = await evaluateHere({ expression, bindings });
      if ('error' in answer) throw new Error(answer.error);
      milliseconds.push(performance.now() - startedAt);
    }
    add(`1,040 configurations: ${what}`, milliseconds, 'ms', 500);
  }
}

function print(): void {
  const figure = (value: number) => (value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 3));
  console.log(`\n${'Node.js ' + process.version}, ${cpus().length} × ${cpus()[0]!.model.trim()}\n`);
  console.log(`${''.padEnd(51)}${'median'.padStart(9)}    ${'min to max'.padEnd(17)} limit`);
  for (const { what, values, unit, limit } of rows) {
    const middle = median(values);
    const range = `${figure(Math.min(...values))} to ${figure(Math.max(...values))}`;
    const verdict = limit === undefined ? '' : `${limit} ${middle <= limit ? 'ok' : 'OVER'}`;
    console.log(`${what.padEnd(51)}${figure(middle).padStart(9)} ${unit.padEnd(2)} ${range.padEnd(17)} ${verdict}`);
  }
  if (rows.some(({ values, limit }) => limit !== undefined && !(median(values) <= limit))) {
    process.exitCode = 1;
  }
}

async function main(): Promise<void> {
  await expressions(5);
  await startUp(9);
  await overhead('nodejs24.x', 5, 3);
  const python = /3\.\d+/.exec(String(spawnSync('python3', ['--version']).stdout))?.[0];
  if (python !== undefined) {
    await overhead(`python${python}`, 6, 3);
    await besideMiniStack(`python${python}`, 3);
  }
  await inGo(3);
  await distributed(1000, 1, {});
  await distributed(1000, 25, {});
  const tenThousand = await distributed(10_000, 25, { each: 2 });
  const all = await distributed(100_000, 25, { each: 1, memory: true });
  add('  time for 100,000 against that for 10,000', [(10 * all) / tenThousand], '×', 11);
  await distributed(10_000, 1, { each: 5, memory: true });
  await defaultRun(3);
  await longestFirst(3);
  await oneAfterTheOther(2);
  print();
}

main().catch((error: unknown) => {
  endAll();
  console.error(everythingSaid());
  console.error(error);
  process.exitCode = 1;
});
