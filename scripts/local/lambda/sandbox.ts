/** One execution environment of a function: a child process that runs one invocation at a time. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Clock } from '../../io/clock';
import type { DeployedFunction } from '../app/deployment';
import { exitText, type ProcessEnd } from './functionError';
import type { FunctionAccess, FunctionAccessSource } from './functionAccess';
import { cannotRun } from './machineTrouble';
import { RuntimeApi, type RuntimeAnswer } from './runtimeApi';
import type { RuntimeEvent } from './nodejs/runtimeClient';
import type { Launch, Surroundings } from './runtimes/runtime';
import type { Runtimes } from './runtimes/runtimes';
import { newLogStreamName, sandboxEnvironment } from './sandboxEnvironment';
import type { SandboxGuard } from './sandboxGuard';
import { SandboxLog } from './sandboxLog';
import { SandboxMemory } from './sandboxMemory';

/** Lambda gives initialization 10 s, then starts it again within the function's timeout ("Init phase"). */
const initTimeoutMs = 10_000;
/** Of the log of a process that did not come up, as much as tells why. */
const startLogBytes = 16_384;
/** How often a running function's log and memory are kept within their bounds: a heap is soon full, a long run costs little. */
const watchIntervalMs = { first: 10, growth: 1.2, last: 100 };
/** Variables that Node.js, Python or the loader of programs heeds before anything of the bootstrap runs. */
const isEarly = (name: string) => /^((NODE|LD|DYLD|OPENSSL)_|PYTHON)/.test(name);

/** The handler is loaded; the sandbox waits for invocations. */
export interface Ready {
  type: 'ready';
  durationMs: number;
}

/** What the runtime answered: a response, or the error of the function or of its initialization. */
export interface Answered extends RuntimeAnswer {
  durationMs: number;
  /** The runtime did not ask for the next event, so that the sandbox can't be used again. */
  fatal: boolean;
  /** What this machine lacks, where the error comes of that. */
  trouble?: string;
}

/** The process ended without an answer, by itself or by a signal such as SIGABRT. */
export interface Exit extends ProcessEnd {
  type: 'exit';
  durationMs: number;
  /** It was killed because it held more memory than the function has. */
  outOfMemory?: boolean;
  /** What this machine did to it, where its end is not the function's doing. */
  trouble?: string;
}

/** The process was killed because it took too long. */
export interface Timeout {
  type: 'timeout';
  durationMs: number;
}

export type Outcome = Ready | Answered | Exit | Timeout;

export interface SandboxOptions {
  deployed: DeployedFunction;
  /** `$LATEST` or a number. */
  version: string;
  runtimes: Runtimes;
  guard: SandboxGuard;
  surroundings: Surroundings;
  access: FunctionAccessSource;
  /** For the log. */
  temporaryFolder: string;
  /** See `killedForMemory` of sandboxMemory.ts. */
  killedForMemory: () => number;
  clock: Clock;
}

/** Milliseconds for which credentials have to be good for an invocation, beyond its function's timeout. */
const accessMarginMs = 60_000;

function accessNeededMs({ timeoutSeconds }: DeployedFunction): number {
  return timeoutSeconds * 1_000 + accessMarginMs;
}

export class Sandbox {
  /** Resolves when the process is up and about to load the handler, or has ended; never rejects. */
  readonly booted: Promise<unknown>;
  /** How the initialization ended; never rejects. */
  readonly initialized: Promise<Outcome>;
  private readonly child: ChildProcess;
  private readonly closed: Promise<Exit>;
  private readonly memory: SandboxMemory;
  /** Told of the end. A sandbox outlives its invocations: a handler of each on `closed` would keep them all in memory. */
  private onExit: ((exit: Exit) => void) | undefined;
  private readonly startedAt = performance.now();
  private running = true;
  private reported = false;
  private disposed: Promise<void> | undefined;

  /** Starts a process. Rejects with ServiceException where the function's code is missing or this machine has no room. */
  static async start(options: SandboxOptions): Promise<Sandbox> {
    const { functionName, codeDirectory } = options.deployed;
    if (!existsSync(codeDirectory)) {
      throw cannotRun(functionName, `its code directory ${codeDirectory} is missing`);
    }
    let log: SandboxLog | undefined;
    let api: RuntimeApi | undefined;
    try {
      const launch = await options.runtimes.launch(options.deployed);
      const access = await options.access(accessNeededMs(options.deployed));
      log = new SandboxLog(options.temporaryFolder);
      api = await RuntimeApi.open();
      return new Sandbox(options, launch, access, log, api);
    } catch (error) {
      log?.close();
      api?.close();
      throw cannotRun(functionName, (error as Error).message);
    }
  }

  private constructor(
    private readonly options: SandboxOptions,
    private readonly launch: Launch,
    private readonly access: FunctionAccess,
    private readonly log: SandboxLog,
    private readonly api: RuntimeApi,
  ) {
    const { deployed, version, surroundings, clock } = options;
    const logStreamName = newLogStreamName(version, new Date(clock.now()));
    this.child = spawn(launch.command, launch.args, {
      cwd: deployed.codeDirectory,
      env: {
        ...sandboxEnvironment(deployed, version, logStreamName, launch, surroundings, access),
        AWS_LAMBDA_RUNTIME_API: api.address,
      },
      stdio: ['ignore', log.descriptor, log.descriptor],
      // A process group of its own: Ctrl-C in a terminal doesn't reach it, and it is killed with what it started.
      detached: true,
      windowsHide: true,
    });
    this.memory = new SandboxMemory(this.child.pid, deployed.memoryMb);
    // An idle sandbox doesn't keep this process alive; a running invocation does, by its deadline.
    this.child.unref();
    this.closed = this.watch(launch.connectsFirst && !Object.keys(deployed.environment).some(isEarly));
    void this.closed.then((exit) => this.onExit?.(exit));
    this.booted = Promise.race([api.connected, this.closed]);
    this.initialized = this.outcome(initTimeoutMs + deployed.timeoutSeconds * 1_000);
  }

  /** How the initialization ended, once: for the first invocation, whose log shows it. */
  takeInitialization(): Promise<Outcome> | undefined {
    const taken = this.reported ? undefined : this.initialized;
    this.reported = true;
    return taken;
  }

  /** Whether it can take an invocation. */
  get alive(): boolean {
    return this.running && this.api.ready;
  }

  /** Whether it can take another one: its credentials, which it can't change, have to outlast it. */
  get reusable(): boolean {
    const { clock, deployed } = this.options;
    const { expiresAt = Infinity } = this.access;
    return this.alive && clock.now() + accessNeededMs(deployed) <= expiresAt;
  }

  /** The most memory that it held, in MB. Where the system doesn't tell, as its runtime says; 0 where it doesn't either. */
  get memoryMb(): number {
    return this.memory.peakMb || this.api.memoryMb;
  }

  /**
   * Runs one invocation, and kills the process when it takes longer than `timeoutMs`. As on Lambda ("Invoke phase") the
   * invocation ends when the runtime asks for the next one. Never rejects.
   */
  invoke(event: RuntimeEvent, timeoutMs: number): Promise<Outcome> {
    if (!this.alive) {
      const trouble = 'its process ended before it took the event';
      return Promise.resolve({ type: 'exit', code: null, signal: null, durationMs: 0, trouble });
    }
    this.api.deliver(event);
    return this.outcome(timeoutMs);
  }

  /** What it wrote since the last call, at most the last `maximumBytes`. */
  takeLog(maximumBytes: number): Buffer {
    return this.log.take(maximumBytes);
  }

  /** Throws where its log may have had no room. */
  requireLogRoom(): void {
    this.log.requireRoom();
  }

  /** Ends the process and what it started. */
  async kill(): Promise<void> {
    this.running = false;
    // It has to end before its event comes; without this the event loop could run empty meanwhile.
    this.child.ref();
    if (this.child.exitCode === null && this.child.signalCode === null) this.killGroup();
    await this.closed;
  }

  /** Kills the process and lets go of its log and its address. */
  dispose(): Promise<void> {
    this.disposed ??= this.kill().then(() => {
      this.log.close();
      this.api.close();
      this.memory.close();
    });
    return this.disposed;
  }

  private killGroup(): void {
    const { pid } = this.child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      this.child.kill('SIGKILL');
    }
  }

  /** Resolves when the process has ended, what it started too, and all that it had sent was read. */
  private watch(connectsFirst: boolean): Promise<Exit> {
    const { guard, killedForMemory } = this.options;
    const child = this.child;
    const { pid } = child;
    if (pid !== undefined) guard.watch(pid);
    const killedBefore = killedForMemory();
    let up = false;
    // Without a thread to be had, Node.js has been seen to hang as it starts. What a function's own program does until it
    // connects is its initialization.
    const patience = connectsFirst ? setTimeout(() => this.killGroup(), initTimeoutMs) : undefined;
    void this.api.connected.then(() => {
      up = true;
      clearTimeout(patience);
    });
    return new Promise((resolve) => {
      const ended = (exit: Omit<Exit, 'type' | 'durationMs'>) =>
        resolve({ type: 'exit', durationMs: performance.now() - this.startedAt, ...exit });
      child.once('exit', (code, signal) => {
        const outOfMemory = this.running && signal === 'SIGKILL' && killedForMemory() > killedBefore;
        this.running = false;
        clearTimeout(patience);
        this.killGroup();
        if (pid !== undefined) guard.forget(pid);
        let trouble: string | undefined;
        if (outOfMemory) trouble = 'this machine ran out of memory, and its kernel killed the process';
        else if (connectsFirst && !up) trouble = `its process ended before it was up: ${exitText({ code, signal })}`;
        else if (!up) trouble = this.launch.startTroubleOf?.(this.log.peek(startLogBytes).toString());
        void this.api.drained().then(() => ended({ code, signal, trouble }));
      });
      child.on('error', ({ message }) => {
        if (pid !== undefined) return;
        clearTimeout(patience);
        ended({ code: null, signal: null, trouble: message });
      });
    });
  }

  /** What is being ended, as at a timeout, ends by that and not by its memory. */
  private exceedsMemory(): boolean {
    return this.running && this.memory.exceeds();
  }

  /** What comes first: the runtime asks for its next event, the process ends, or it has to be killed. */
  private async outcome(timeoutMs: number): Promise<Outcome> {
    const startedAt = performance.now();
    const elapsed = () => performance.now() - startedAt;
    let outOfMemory = false;
    let watching: NodeJS.Timeout | undefined;
    const watchAfter = (delayMs: number): void => {
      watching = setTimeout(() => {
        this.log.trim();
        outOfMemory ||= this.exceedsMemory();
        if (outOfMemory) this.killGroup();
        watchAfter(Math.min(delayMs * watchIntervalMs.growth, watchIntervalMs.last));
      }, delayMs);
    };
    watchAfter(watchIntervalMs.first);
    let deadline: NodeJS.Timeout | undefined;
    try {
      const turn = this.api.turn().then((): Ready => ({ type: 'ready', durationMs: elapsed() }));
      const timeout = new Promise<Timeout>((resolve) => {
        // A timer may be a fraction of a millisecond early.
        deadline = setTimeout(
          () => resolve({ type: 'timeout', durationMs: Math.max(elapsed(), timeoutMs) }),
          timeoutMs,
        );
      });
      const exit = new Promise<Exit>((resolve) => {
        this.onExit = (end) => resolve({ ...end, durationMs: elapsed() });
      });
      const end = await Promise.race([turn, timeout, exit]);
      outOfMemory ||= this.exceedsMemory();
      if (end.type === 'timeout' || outOfMemory) await this.kill();
      // On Lambda it would not have come to an answer.
      if (outOfMemory) return { type: 'exit', code: null, signal: 'SIGKILL', durationMs: elapsed(), outOfMemory };
      const { answer } = this.api;
      if (!answer) return end;
      const trouble = answer.type === 'error' ? await this.launch.troubleOf?.(answer) : undefined;
      return { ...answer, durationMs: answer.at - startedAt, fatal: !this.api.ready, trouble };
    } finally {
      clearTimeout(deadline);
      clearTimeout(watching);
      this.onExit = undefined;
    }
  }
}
