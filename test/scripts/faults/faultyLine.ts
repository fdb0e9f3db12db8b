import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeExecutionCommand, ListExecutionsCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import type { RunResult } from '../../../lib/wire';
import { systemClock, type Clock } from '../../../scripts/io/clock';
import { deployLocally, type LocalSystemTestOptions } from '../../localSystemTest';
import { startProxy, type FaultOf, type Proxy } from '../../proxy';
import { awsEnv, cleanEnv, startInProcess, useEnvironment } from '../command';
import { FakeClock } from '../fakeClock';

/** A deployed system test whose function does what the identifier says: `good…`, `bad…`, or `held…` until released. */
export interface DeployedTest {
  url: string;
  /** Removes the function. */
  deleteFunction: () => void;
  /** Lets the invocations of a held configuration return. */
  release: (identifier: string) => void;
  /** The ARNs of all executions, the newest first. */
  executions: () => Promise<string[]>;
  statusOf: (executionArn: string) => Promise<string | undefined>;
  /** As with the button of the console. */
  stop: (executionArn: string) => Promise<void>;
  close: () => Promise<void>;
}

const code = `
const { existsSync } = require('node:fs');
const identifier = event.configuration_identifier;
if (identifier.startsWith('bad')) throw new Error('Something went wrong!');
const released = process.env.RELEASED + '/' + identifier;
while (identifier.startsWith('held') && !existsSync(released)) await new Promise((go) => setTimeout(go, 10));
return { system_test_successful: true };
`;

/** Deploys it, and sets up the SDK of this process: credentials and Region, nothing of this machine's own. */
export async function deploy(options: Partial<LocalSystemTestOptions> = {}): Promise<DeployedTest> {
  useCredentials(awsEnv);
  const directory = mkdtempSync(join(tmpdir(), 'faults-'));
  const local = await deployLocally({
    code,
    ...options,
    function: { environment: { RELEASED: directory }, ...options.function },
  });
  const { endpoint, client } = local;
  const { stateMachineArn } = endpoint.deployment.stateMachines[0]!;
  return {
    url: endpoint.url,
    deleteFunction: () => endpoint.deployment.functions.splice(0),
    release: (identifier) => writeFileSync(join(directory, identifier), ''),
    executions: async () => {
      const { executions } = await client.send(new ListExecutionsCommand({ stateMachineArn }));
      return executions!.map(({ executionArn }) => executionArn!);
    },
    statusOf: async (executionArn) => (await client.send(new DescribeExecutionCommand({ executionArn }))).status,
    stop: async (executionArn) => {
      await client.send(new StopExecutionCommand({ executionArn, error: 'Console', cause: 'Stopped by a person.' }));
    },
    close: async () => {
      await local.close();
      rmSync(directory, { recursive: true });
    },
  };
}

let env: Record<string, string | undefined> = awsEnv;

/** Of the runs to come, and of the one that is under way. A call is made once: what is tried again is the trigger's. */
export function useCredentials(variables: Readonly<Record<string, string | undefined>>): void {
  env = { ...cleanEnv, AWS_MAX_ATTEMPTS: '1', ...variables };
  useEnvironment(env);
}

/** What became of a run. */
export interface Ended {
  code: number;
  /** Undefined where it reported none. */
  result?: RunResult;
  stderr: string;
}

/** A run through the proxy. */
export interface FaultyRun {
  proxy: Proxy;
  ended: Promise<Ended>;
  /** As Ctrl-C. */
  interrupt: () => void;
}

/**
 * Runs the command in this process, as a rule on a clock that skips all waits, through a proxy that does harm.
 * @param compares whether it looks for what is new in earlier executions
 */
export async function startRun(
  { url }: Pick<DeployedTest, 'url'>,
  args: string[],
  { faultOf, clock = new FakeClock(), compares = false }: { faultOf?: FaultOf; clock?: Clock; compares?: boolean } = {},
): Promise<FaultyRun> {
  const proxy = await startProxy(url, faultOf);
  const flags = [
    '--endpoint-url',
    proxy.url,
    '--report',
    'json',
    '--no-progress',
    ...(compares ? [] : ['--compare', 'none']),
  ];
  const command = startInProcess(['run', ...flags, ...args], { env, clock });
  const ended = command.ended.then(async ({ code, stdout, stderr }) => {
    await proxy.close();
    return { code: code!, stderr, result: stdout === '' ? undefined : (JSON.parse(stdout) as RunResult) };
  });
  return { proxy, ended, interrupt: command.interrupt };
}

/** Runs it to its end. */
export async function run(...args: Parameters<typeof startRun>): Promise<Ended & { proxy: Proxy }> {
  const { ended, proxy } = await startRun(...args);
  return { ...(await ended), proxy };
}

/** The outcome of each configuration: `['good', 'PASSED']`. */
export function outcomes(result: RunResult | undefined): [string, string][] {
  return (result?.results ?? []).map(({ configuration_identifier: identifier, status }) => [identifier, status]);
}

/** Resolves once the proxy has seen the operation so often. */
export async function seen(proxy: Proxy, operation: string, times = 1): Promise<void> {
  while (proxy.count(operation) < times) await systemClock.sleep(2);
}
