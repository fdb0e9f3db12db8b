/** The service's end of the guard: see runtime/guard.ts. */
import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { guardArgument } from './messages';

/** Sees to it that no sandbox outlives this process. It starts with the first sandbox. */
export class SandboxGuard {
  readonly #bootstrapFile: string;
  #process: ChildProcess | undefined;

  constructor(bootstrapFile: string) {
    this.#bootstrapFile = bootstrapFile;
  }

  watch(pid: number): void {
    this.#process ??= this.#start();
    this.#process.stdin?.write(`+${pid}\n`);
  }

  forget(pid: number): void {
    this.#process?.stdin?.write(`-${pid}\n`);
  }

  /** Resolves when the guard has ended. */
  async close(): Promise<void> {
    const guard = this.#process;
    if (!guard || guard.exitCode !== null || guard.signalCode !== null) return;
    const ended = new Promise((resolve) => guard.once('close', resolve));
    guard.ref();
    if (guard.stdin instanceof Socket) guard.stdin.ref();
    guard.stdin?.end();
    await ended;
  }

  #start(): ChildProcess {
    // In a process group of its own: Ctrl-C in a terminal goes to a whole group.
    const guard = spawn(process.execPath, [this.#bootstrapFile, guardArgument], {
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
