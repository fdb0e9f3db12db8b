/** What the runtime tells the service about the initialization and each invocation. */
import type { OutcomeMessage, SandboxMessage } from '../messages';
import { maximumResponseBytes, responseTooLarge } from '../responseSize';
import type { RuntimeConsole } from './runtimeConsole';
import { RuntimeError, toErrorPayload } from './runtimeError';

export class Answers {
  readonly #console: RuntimeConsole;
  readonly #nodeMajor: number;
  readonly #send = takeChannel();
  #startedAt = 0;
  #onEmptyLoop: (() => void) | undefined;

  constructor(runtimeConsole: RuntimeConsole, nodeMajor: number) {
    this.#console = runtimeConsole;
    this.#nodeMajor = nodeMajor;
    process.on('beforeExit', () => this.#onEmptyLoop?.());
    this.#send({ type: 'booted' });
  }

  /**
   * The function's code runs from now on. `onEmptyLoop` is called where nothing is left to wait for and it has not come to
   * its end: meanwhile the channel to the service doesn't count.
   */
  begin(startedAt: number, onEmptyLoop: () => void): void {
    this.#startedAt = startedAt;
    this.#onEmptyLoop = onEmptyLoop;
    process.channel?.unref();
  }

  /** Changes what happens when nothing is left to wait for. */
  whenLoopIsEmpty(onEmptyLoop: () => void): void {
    this.#onEmptyLoop = onEmptyLoop;
  }

  ready(): void {
    this.#finish({ type: 'ready', ...this.#measures() });
  }

  /** The handler returned `result`. */
  respond(result: unknown): void {
    let payload: string;
    try {
      payload = stringify(result) ?? 'null';
    } catch {
      const message = 'Unable to stringify response body';
      this.fail(
        'Invoke Error',
        this.#nodeMajor >= 24 ? new RuntimeError('JSONStringifyError', message) : new Error(message),
      );
      return;
    }
    if (Buffer.byteLength(payload) <= maximumResponseBytes) {
      this.#finish({ type: 'response', payload, ...this.#measures() });
    } else {
      const { errorType } = responseTooLarge;
      const tooLarge = JSON.stringify(responseTooLarge);
      this.#finish({ type: 'error', errorType, payload: tooLarge, ...this.#measures(), fatal: false });
    }
  }

  /** Something was thrown; it is logged under `label`. With an exit code it also ends the process. */
  fail(label: string, error: unknown, exitCode?: number): void {
    this.#console.logError(label, error);
    const payload = toErrorPayload(error);
    const { errorType } = payload;
    const fatal = exitCode !== undefined;
    this.#finish(
      { type: 'error', errorType, payload: JSON.stringify(payload), ...this.#measures(), fatal },
      fatal ? () => process.exit(exitCode) : undefined,
    );
  }

  #finish(message: OutcomeMessage, sent?: () => void): void {
    this.#onEmptyLoop = undefined;
    process.channel?.ref();
    this.#send(message, sent);
  }

  #measures(): { durationMs: number; memoryMb: number } {
    return {
      durationMs: performance.now() - this.#startedAt,
      memoryMb: Math.ceil(process.memoryUsage.rss() / 1_048_576),
    };
  }
}

/** The channel is the runtime's alone: the function must not find `process.send`. */
function takeChannel(): (message: SandboxMessage, sent?: () => void) => void {
  const send = process.send?.bind(process);
  Object.assign(process, { send: undefined });
  return (message, sent) => {
    if (process.connected) send?.(message, undefined, undefined, sent);
    else process.exit();
  };
}

/** Undefined for what JSON can't hold, such as undefined itself or a function. */
function stringify(value: unknown): string | undefined {
  return JSON.stringify(value);
}
