/** Runs the command that synthesizes a CDK app. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { UserError } from '../../io/userError';

export interface AppCommandOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Gets the command's last lines where it fails. */
  log: (line: string) => void;
  /** Ends the command and everything that it started. */
  signal?: AbortSignal;
  /** Milliseconds between asking it to end and killing it; default 2000. */
  graceMs?: number;
}

/** How many lines of a failed command's output are shown. */
const maximumLines = 200;

/**
 * Runs a command line through the shell. Its output is shown only where it fails; it has no input. Throws a UserError
 * for a failure, and the signal's reason where it is aborted.
 */
export async function runAppCommand(command: string, options: AppCommandOptions): Promise<void> {
  const { cwd, env, log, signal, graceMs = 2000 } = options;
  signal?.throwIfAborted();
  if (command.includes('\0')) {
    throw new UserError(`Expected the app's command to have no NUL character, got ${JSON.stringify(command)}.`);
  }
  // In a process group of its own, so that an abort reaches what the shell started as well.
  const detached = process.platform !== 'win32';
  const child = spawn(command, { cwd, env, shell: true, detached, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > maximumLines) lines.shift();
    });
  }
  let killer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    signalGroup(child, detached, 'SIGTERM');
    killer = setTimeout(() => signalGroup(child, detached, 'SIGKILL'), graceMs);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const failure = await ended(child);
    signal?.throwIfAborted();
    if (failure === undefined) return;
    lines.forEach((line) => log(line));
    throw new UserError(`The app's command failed (${failure}): ${command}`);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    clearTimeout(killer);
  }
}

/** How the command failed; undefined where it did not. */
async function ended(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => {
      resolve(code === 0 ? undefined : signal === null ? `exit code ${code ?? 0}` : `ended by ${signal}`);
    });
  });
}

function signalGroup(child: ChildProcess, detached: boolean, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(detached ? -child.pid : child.pid, signal);
  } catch {
    // It has ended by itself meanwhile.
  }
}
