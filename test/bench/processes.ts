import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunResult } from '../../lib/wire';

const command = join(__dirname, '..', '..', 'dist', 'trigger.js');

/** The built `system-test local`, as a process of its own. */
export interface Endpoint {
  url: string;
  stateMachineArn: string;
  /** The most memory that the endpoint's own process ever held, in MB; undefined where the system doesn't tell. */
  peakMemoryMb(): number | undefined;
  stop(): Promise<void>;
}

/** Serves the sample app with these settings (see bin/context.ts). */
export async function serveSample(settings: Record<string, string>): Promise<Endpoint> {
  const child = spawn(process.execPath, [command, 'local', '--port', '0'], {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout) {
    text += String(chunk);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
    const stateMachineArn = /arn:aws:states:[\w:-]+:stateMachine:[\w-]+/.exec(text)?.[0];
    if (url && stateMachineArn) {
      // The pipe stays open, so that the endpoint can go on writing.
      child.stdout.resume();
      return { url, stateMachineArn, peakMemoryMb: () => peakMemoryMb(child), stop: () => stop(child) };
    }
  }
  throw new Error(`system-test local ended without an address:\n${text}`);
}

/** What a run of the built trigger was like, from the outside. */
export interface TriggerRun {
  /** Milliseconds since the epoch. */
  spawnedAt: number;
  exitedAt: number;
  exitCode: number;
  peakMemoryMb?: number;
  result: RunResult;
}

/** Runs the built trigger against an endpoint until it ends. */
export async function runTrigger(url: string, stateMachineArn: string, args: string[] = []): Promise<TriggerRun> {
  const spawnedAt = Date.now();
  const flags = ['--endpoint-url', url, '--state-machine', stateMachineArn, '--quiet', '--report', 'json', ...args];
  const child = spawn(process.execPath, [command, 'run', ...flags], {
    env: { ...process.env, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let memory: number | undefined;
  const sampling = setInterval(() => (memory = peakMemoryMb(child) ?? memory), 100);
  let text = '';
  child.stdout.on('data', (chunk) => (text += String(chunk)));
  const [exitCode] = (await once(child, 'close')) as [number];
  const exitedAt = Date.now();
  clearInterval(sampling);
  return { spawnedAt, exitedAt, exitCode, peakMemoryMb: memory, result: JSON.parse(text) as RunResult };
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGINT');
  await once(child, 'exit');
}

/** Linux keeps the peak of a process's resident memory. */
function peakMemoryMb(child: ChildProcess): number | undefined {
  try {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}
