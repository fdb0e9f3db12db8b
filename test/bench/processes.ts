import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunResult } from '../../lib/wire';

/** The built command. */
export const command = join(__dirname, '..', '..', 'dist', 'trigger.js');

/** What the processes said on standard error, of which nobody wants to read before something fails. */
let said = '';
const running = new Set<ChildProcess>();

/** What they said so far, for the message of an error. */
export function everythingSaid(): string {
  return said;
}

/** Starts the built command. */
function start(args: string[], env: Record<string, string>) {
  return startProgram(process.execPath, [command, ...args], env);
}

/** Starts a program with these variables beside those that there are. */
export function startProgram(program: string, args: string[], env: Record<string, string>) {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  running.add(child);
  child.on('exit', () => running.delete(child));
  return child;
}

/** Ends the processes that a failure left behind. */
export function endAll(): void {
  running.forEach((child) => child.kill('SIGINT'));
}

/** The built `system-test local`, as a process of its own. */
export interface Endpoint {
  url: string;
  stateMachineArn: string;
  pid: number;
  /** What the endpoint's own process holds, in MB; undefined where the system doesn't tell. */
  memoryMb(): number | undefined;
  /** The most memory that the endpoint's own process ever held, in MB; undefined where the system doesn't tell. */
  peakMemoryMb(): number | undefined;
  /** What its sandboxes hold together, in MB, shared pages counted once; undefined where the system doesn't tell. */
  sandboxMemoryMb(): number | undefined;
  stop(): Promise<void>;
}

/** Serves the sample app with these settings (see bin/context.ts), or another app by its flags. */
export async function serveSample(settings: Record<string, string>, flags: string[] = []): Promise<Endpoint> {
  const child = start(['local', '--port', '0', ...flags], settings);
  let text = '';
  for await (const chunk of child.stdout) {
    text += String(chunk);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
    const stateMachineArn = /arn:aws:states:[\w:-]+:stateMachine:[\w-]+/.exec(text)?.[0];
    if (url && stateMachineArn) {
      // The pipe stays open, so that the endpoint can go on writing.
      child.stdout.resume();
      return {
        url,
        stateMachineArn,
        pid: child.pid!,
        memoryMb: () => memoryMb(child.pid, 'VmRSS'),
        peakMemoryMb: () => memoryMb(child.pid, 'VmHWM'),
        sandboxMemoryMb: () => memoryOfChildren(child),
        stop: () => stop(child),
      };
    }
  }
  throw new Error(`system-test local ended without an address:\n${text}`);
}

/** What a run of the built command was like, from the outside. */
export interface CommandRun {
  /** Milliseconds since the epoch. */
  spawnedAt: number;
  exitedAt: number;
  peakMemoryMb?: number;
  exitCode: number;
  result: RunResult;
}

/**
 * Runs the built command against an endpoint until it ends.
 * @param args `run` or `invoke` and its flags
 * @param exitCodes with which it may end; default: those of a verdict
 * @throws Error where it ends with another one
 */
export async function runCommand(url: string, args: string[], exitCodes = [0, 1]): Promise<CommandRun> {
  const spawnedAt = Date.now();
  const child = start([...args, '--endpoint-url', url, '--quiet', '--report', 'json'], {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  let memory: number | undefined;
  const sampling = setInterval(() => (memory = memoryMb(child.pid, 'VmHWM') ?? memory), 100);
  let text = '';
  child.stdout.on('data', (chunk) => (text += String(chunk)));
  const [exitCode] = (await once(child, 'close')) as [number];
  const exitedAt = Date.now();
  clearInterval(sampling);
  if (!exitCodes.includes(exitCode)) {
    throw new Error(`Expected system-test ${args.join(' ')} to end with ${exitCodes.join(' or ')}, got ${exitCode}.`);
  }
  return { spawnedAt, exitedAt, exitCode, peakMemoryMb: memory, result: JSON.parse(text) as RunResult };
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGINT');
  await once(child, 'exit');
}

/** Linux tells a process's resident memory and keeps its peak. */
export function memoryMb(pid: number | undefined, field: 'VmRSS' | 'VmHWM'): number | undefined {
  try {
    const kilobytes = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}

/** What a process has used of the processors on Linux, and what it has together with those that it started, in seconds. */
export function cpuSecondsOf(pid: number): { own: number; all: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // User and system time, then those of children that ended, in hundredths of a second: proc(5).
  const ticks = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 16).map(Number);
  const own = (ticks[0]! + ticks[1]!) / 100;
  const ended = (ticks[2]! + ticks[3]!) / 100;
  return { own, all: childrenOf(pid).reduce((sum, child) => sum + cpuSecondsOf(child).all, own + ended) };
}

/** The processes that one has started, on Linux. */
export function childrenOf(pid: number): number[] {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const text = tasks.map((task) => {
    try {
      return readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8');
    } catch {
      return ''; // A thread that has just ended.
    }
  });
  return text.join(' ').split(' ').filter(Boolean).map(Number);
}

/** Linux tells each process's share of the memory that it holds with others. */
function memoryOfChildren(parent: ChildProcess): number | undefined {
  try {
    const kilobytes = childrenOf(parent.pid!).map((pid) =>
      Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0),
    );
    return kilobytes.reduce((sum, each) => sum + each, 0) / 1024;
  } catch {
    return undefined;
  }
}
