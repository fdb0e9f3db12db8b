/** What the runtime tells the service about the initialization and each event. */
import type { RuntimeClient } from './runtimeClient';
import type { RuntimeConsole } from './runtimeConsole';
import { RuntimeError, toErrorPayload } from './runtimeError';

// The runtime's own, whatever the function does to the global ones.
const exit = process.exit.bind(process);
const { stringify } = JSON;
const afterThis = setImmediate;

export class Answers {
  private requestId: string | undefined;
  private onEmptyLoop: (() => void) | undefined;
  private next: (() => void) | undefined;

  constructor(
    private readonly client: RuntimeClient,
    private readonly console: RuntimeConsole,
    private readonly nodeMajor: number,
  ) {
    process.on('beforeExit', () => this.onEmptyLoop?.());
  }

  /**
   * The function's code runs from now on, for this request or to be loaded. `onEmptyLoop` is called where nothing is
   * left to wait for and it has not come to its end.
   */
  begin(requestId: string | undefined, onEmptyLoop: () => void): void {
    this.requestId = requestId;
    this.onEmptyLoop = onEmptyLoop;
    this.client.pause();
  }

  /** Changes what happens when nothing is left to wait for. */
  whenLoopIsEmpty(onEmptyLoop: () => void): void {
    this.onEmptyLoop = onEmptyLoop;
  }

  /** The handler is loaded. `next` waits for the next event: now, and when each has been answered. */
  ready(next: () => void): void {
    this.next = next;
    this.onEmptyLoop = undefined;
    next();
  }

  /** The handler returned `result`. */
  respond(result: unknown): void {
    let payload: string;
    try {
      // Undefined for what JSON can't hold, such as undefined itself or a function.
      payload = (stringify as (value: unknown) => string | undefined)(result) ?? 'null';
    } catch {
      const message = 'Unable to stringify response body';
      this.fail(
        'Invoke Error',
        this.nodeMajor >= 24 ? new RuntimeError('JSONStringifyError', message) : new Error(message),
      );
      return;
    }
    this.onEmptyLoop = undefined;
    this.goOn();
    void this.client.respond(this.requestId ?? '', payload);
  }

  /** This machine has no room for the log: the process ends, as without its log nothing is known of the function. */
  giveUp(reason: string, exitCode: number): void {
    this.next = undefined;
    void this.client.giveUp(this.requestId, reason).then(() => exit(exitCode));
  }

  /** Something was thrown; it is logged under `label`. With an exit code it also ends the process. */
  fail(label: string, error: unknown, exitCode?: number): void {
    this.console.logError(label, error);
    this.onEmptyLoop = undefined;
    if (exitCode === undefined) this.goOn();
    else this.next = undefined;
    const told = this.client.fail(this.requestId, stringify(toErrorPayload(error)));
    if (exitCode !== undefined) void told.then(() => exit(exitCode));
  }

  /**
   * Waits for the next event, once what the function left behind has surfaced: where that ends the process, an event
   * that it took would fail for nothing of its own.
   */
  private goOn(): void {
    afterThis(() => this.next?.());
  }
}
