import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { types } from 'node:util';
import { DescribeExecutionCommand, ListExecutionsCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import type { RunResult } from '../../../lib/wire';
import { main } from '../../../scripts/cli';
import { systemClock, type Clock } from '../../../scripts/clock';
import { deployLocally, type LocalSystemTestOptions } from '../../localSystemTest';
import { startProxy, type FaultOf, type Proxy } from '../../proxy';
import { awsEnv } from '../command';
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

/**
 * Jest runs tests in a realm of its own, so that Node's own errors, such as those of a lost connection, are no instances
 * of its `Error`. In a real process they are.
 */
const ordinaryHasInstance = Error[Symbol.hasInstance].bind(Error);
Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: unknown, value: unknown) {
    return this === Error
      ? types.isNativeError(value) || ordinaryHasInstance(value)
      : Function.prototype[Symbol.hasInstance].call(this as () => void, value);
  },
});

/** Replaces all that the SDK finds out about AWS by itself. A call is made once: what is tried again is the trigger's. */
export function useCredentials(env: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(process.env).filter((one) => one.startsWith('AWS_'))) {
    Reflect.deleteProperty(process.env, name);
  }
  Object.assign(process.env, { ...env, AWS_EC2_METADATA_DISABLED: 'true', AWS_MAX_ATTEMPTS: '1' });
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
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

/** Runs the command in this process, as a rule on a clock that skips all waits, through a proxy that does harm. */
export async function startRun(
  { url }: Pick<DeployedTest, 'url'>,
  args: string[],
  { faultOf, clock = new FakeClock() }: { faultOf?: FaultOf; clock?: Clock } = {},
): Promise<FaultyRun> {
  const proxy = await startProxy(url, faultOf);
  const stop = new AbortController();
  let stdout = '';
  let stderr = '';
  const ended = main(['run', '--endpoint-url', proxy.url, '--report', 'json', '--no-progress', ...args], {
    env: awsEnv,
    stdin: Readable.from([]),
    stdout: new PassThrough().on('data', (chunk: Buffer) => (stdout += chunk.toString())),
    stderr: new PassThrough().on('data', (chunk: Buffer) => (stderr += chunk.toString())),
    clock,
    stop: stop.signal,
    leave: new AbortController().signal,
  }).then(async (code) => {
    await proxy.close();
    return { code, stderr, result: stdout === '' ? undefined : (JSON.parse(stdout) as RunResult) };
  });
  return { proxy, ended, interrupt: () => stop.abort() };
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

/** A time that passes `factor` times as fast, for waits during which calls are under way. */
export function quickClock(factor: number): Clock {
  const start = Date.now();
  return {
    now: () => start + (Date.now() - start) * factor,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const interrupt = () => {
          clearTimeout(timer);
          reject(signal?.reason as Error);
        };
        const timer = setTimeout(() => {
          signal?.removeEventListener('abort', interrupt);
          resolve();
        }, ms / factor);
        signal?.addEventListener('abort', interrupt, { once: true });
      }),
  };
}
