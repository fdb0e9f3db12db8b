/** One execution environment of a function: a child process that runs one invocation at a time. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { DeployedFunction } from '../deployment';
import { ServiceError } from '../service';
import type {
  ErrorMessage,
  InvokeMessage,
  ReadyMessage,
  OutcomeMessage,
  ResponseMessage,
  SandboxMessage,
} from './messages';
import { memoryFlags, newLogStreamName, sandboxEnvironment } from './sandboxEnvironment';
import type { SandboxGuard } from './sandboxGuard';
import { SandboxLog } from './sandboxLog';

/** Lambda gives initialization 10 s, then starts it again within the function's timeout ("Init phase"). */
const initTimeoutMs = 10_000;
/** How often a running function's log is kept within its bound. */
const trimIntervalMs = 1_000;

/** The process ended, by itself or by a signal such as SIGABRT. */
export interface Exit {
  type: 'exit';
  code: number | null;
  signal: NodeJS.Signals | null;
  durationMs: number;
  /** Why no process could be started. */
  startError?: Error;
}

/** The process was killed because it took too long. */
export interface Timeout {
  type: 'timeout';
  durationMs: number;
}

export type InitOutcome = ReadyMessage | ErrorMessage | Exit | Timeout;
export type InvokeOutcome = ResponseMessage | ErrorMessage | Exit | Timeout;

export interface SandboxOptions {
  deployed: DeployedFunction;
  /** `$LATEST` or a number. */
  version: string;
  bootstrapFile: string;
  guard: SandboxGuard;
  now: Date;
}

export class Sandbox {
  /** Resolves when Node.js is up and about to load the handler, or has ended; never rejects. */
  readonly booted: Promise<unknown>;
  /** How the initialization ended; never rejects. */
  readonly initialized: Promise<InitOutcome>;
  readonly #log: SandboxLog;
  readonly #child: ChildProcess;
  readonly #closed: Promise<Exit>;
  readonly #startedAt = performance.now();
  #receive: ((message: OutcomeMessage) => void) | undefined;
  #alive = true;
  #memoryMb = 0;
  #reported = false;
  #disposed: Promise<void> | undefined;

  /** Throws where the function's code is missing. */
  constructor({ deployed, version, bootstrapFile, guard, now }: SandboxOptions) {
    if (!existsSync(deployed.codeDirectory)) {
      throw cannotStart(deployed.functionName, `its code directory ${deployed.codeDirectory} is missing`);
    }
    this.#log = new SandboxLog();
    const logStreamName = newLogStreamName(version, now);
    const { descriptor } = this.#log;
    this.#child = spawn(process.execPath, [...memoryFlags(deployed), bootstrapFile], {
      cwd: deployed.codeDirectory,
      env: sandboxEnvironment(deployed, version, logStreamName, bootstrapFile),
      stdio: ['ignore', descriptor, descriptor, 'ipc'],
      // A process group of its own: Ctrl-C in a terminal doesn't reach it, and it is killed with what it started.
      detached: true,
      windowsHide: true,
    });
    const { pid } = this.#child;
    if (pid !== undefined) guard.watch(pid);
    const firstMessage = new Promise((resolve) => this.#child.once('message', resolve));
    this.#child.on('message', (message: SandboxMessage) => {
      if (message.type === 'booted') return;
      this.#memoryMb = Math.max(this.#memoryMb, message.memoryMb);
      if (message.type === 'error' && message.fatal) this.#alive = false;
      this.#receive?.(message);
    });
    this.#closed = new Promise((resolve) => {
      // Not 'exit': a message that was sent just before may still be in the channel then.
      this.#child.once('close', (code, signal) => {
        this.#alive = false;
        if (pid !== undefined) guard.forget(pid);
        resolve({ type: 'exit', code, signal, durationMs: performance.now() - this.#startedAt });
      });
      this.#child.on('error', (startError) => {
        // Later errors, such as that of a message to a process that is ending, show as its end.
        if (pid === undefined) resolve({ type: 'exit', code: null, signal: null, durationMs: 0, startError });
      });
    });
    // An idle sandbox doesn't keep this process alive; a running invocation does, by its deadline.
    this.#child.unref();
    this.#child.channel?.unref();
    this.booted = Promise.race([firstMessage, this.#closed]);
    this.initialized = this.#outcome<ReadyMessage>(initTimeoutMs + deployed.timeoutSeconds * 1_000);
  }

  /** How the initialization ended, once: for the first invocation, whose log shows it. */
  takeInitialization(): Promise<InitOutcome> | undefined {
    const taken = this.#reported ? undefined : this.initialized;
    this.#reported = true;
    return taken;
  }

  /** Whether it can take an invocation. */
  get alive(): boolean {
    return this.#alive;
  }

  /** The most that it was seen to use, in MB; 0 before it was initialized. */
  get memoryMb(): number {
    return this.#memoryMb;
  }

  /** Runs one invocation, and kills the process when it takes longer than `timeoutMs`. Never rejects. */
  invoke(message: InvokeMessage, timeoutMs: number): Promise<InvokeOutcome> {
    const outcome = this.#outcome<ResponseMessage>(timeoutMs);
    // A process that is ending can't take it; that shows as its exit.
    this.#child.send(message, () => undefined);
    return outcome;
  }

  /** What it wrote since the last call, at most the last `maximumBytes`. */
  takeLog(maximumBytes: number): Buffer {
    return this.#log.take(maximumBytes);
  }

  /** Ends the process and what it started. */
  async kill(): Promise<void> {
    this.#alive = false;
    const { pid, exitCode, signalCode } = this.#child;
    // Both have to end before 'close' comes; without them the event loop could run empty meanwhile.
    this.#child.ref();
    this.#child.channel?.ref();
    if (pid !== undefined && exitCode === null && signalCode === null) {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        this.#child.kill('SIGKILL');
      }
    }
    await this.#closed;
  }

  /** Kills the process and lets go of its log. */
  dispose(): Promise<void> {
    this.#disposed ??= this.kill().then(() => this.#log.close());
    return this.#disposed;
  }

  /** The next thing that it says, or its end. */
  async #outcome<Success>(timeoutMs: number): Promise<Success | ErrorMessage | Exit | Timeout> {
    const startedAt = performance.now();
    const elapsed = () => performance.now() - startedAt;
    const trimming = setInterval(() => this.#log.trim(), trimIntervalMs);
    let deadline: NodeJS.Timeout | undefined;
    try {
      const answer = new Promise<OutcomeMessage>((resolve) => {
        this.#receive = resolve;
      });
      const timeout = new Promise<Timeout>((resolve) => {
        deadline = setTimeout(() => {
          this.#alive = false;
          // A timer may be a fraction of a millisecond early.
          resolve({ type: 'timeout', durationMs: Math.max(elapsed(), timeoutMs) });
        }, timeoutMs);
      });
      const exit = this.#closed.then((end): Exit => ({ ...end, durationMs: elapsed() }));
      const outcome = await Promise.race([answer, timeout, exit]);
      if (outcome.type === 'timeout') await this.kill();
      return outcome as Success | ErrorMessage | Exit | Timeout;
    } finally {
      clearTimeout(deadline);
      clearInterval(trimming);
      this.#receive = undefined;
    }
  }
}

/** What the caller gets where the fault is neither its own nor the function's. */
export function cannotStart(functionName: string, reason: string): ServiceError {
  return new ServiceError('ServiceException', 500, `The function ${functionName} could not be started: ${reason}.`);
}
