/** The service's end of the guard: see runtime/guard.ts. */
import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { guardArgument } from './nodejs/guard';

/** Sees to it that no sandbox outlives this process. It starts with the first sandbox. */
export class SandboxGuard {
  private process: ChildProcess | undefined;

  /** `patienceMs`: how long `close` lets the guard end by itself; default 1 s. */
  constructor(
    private readonly bootstrapFile: string,
    private readonly patienceMs = 1_000,
  ) {}

  watch(pid: number): void {
    try {
      this.process ??= this.start();
    } catch {
      // As where its process can't be started: see below.
    }
    this.process?.stdin?.write(`+${pid}\n`);
  }

  forget(pid: number): void {
    this.process?.stdin?.write(`-${pid}\n`);
  }

  /** Resolves when the guard has ended; one that doesn't end by itself is killed. */
  async close(): Promise<void> {
    const guard = this.process;
    if (guard?.pid === undefined || guard.exitCode !== null || guard.signalCode !== null) return;
    const ended = new Promise((resolve) => guard.once('exit', resolve));
    guard.ref();
    guard.stdin?.end();
    const patience = setTimeout(() => guard.kill('SIGKILL'), this.patienceMs);
    await ended;
    clearTimeout(patience);
  }

  private start(): ChildProcess {
    // In a process group of its own: Ctrl-C in a terminal goes to a whole group.
    const guard = spawn(process.execPath, [this.bootstrapFile, guardArgument], {
      env: {},
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      windowsHide: true,
    });
    // Without a guard the sandboxes still end with the service, but for those that block their event loop just then.
    guard.on('error', () => undefined);
    guard.stdin.on('error', () => undefined);
    guard.unref();
    if (guard.stdin instanceof Socket) guard.stdin.unref();
    return guard;
  }
}
