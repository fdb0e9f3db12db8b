/** What the Lambda service and a sandbox, its child process, tell each other over Node's IPC channel. */

/** Service to sandbox: run the handler once. Sent only while the sandbox is idle. */
export interface InvokeMessage {
  requestId: string;
  /** As the caller named the function: with its qualifier, if any. */
  invokedFunctionArn: string;
  /** Milliseconds since the epoch; the service kills the sandbox then. */
  deadline: number;
  /** JSON text. */
  payload: string;
  /** JSON text, from the X-Amz-Client-Context header. */
  clientContext?: string;
}

/** Sandbox to service. Everything that the function wrote before is in its log by then. */
export type SandboxMessage = BootedMessage | OutcomeMessage;
export type OutcomeMessage = ReadyMessage | ResponseMessage | ErrorMessage;

/** Node.js is up; the handler is about to be loaded. */
export interface BootedMessage {
  type: 'booted';
}

/** The handler is loaded; the sandbox waits for invocations. */
export interface ReadyMessage {
  type: 'ready';
  /** Since the process started. */
  durationMs: number;
  memoryMb: number;
}

/** The handler returned. */
export interface ResponseMessage {
  type: 'response';
  /** JSON text. */
  payload: string;
  durationMs: number;
  memoryMb: number;
}

/** The handler, or the code that loads it, threw. */
export interface ErrorMessage {
  type: 'error';
  errorType: string;
  /** JSON text: what the caller gets. */
  payload: string;
  durationMs: number;
  memoryMb: number;
  /** The process can't be used again: the handler could not be loaded, or an error left it in an unknown state. */
  fatal: boolean;
}

/** The first argument of the bootstrap where it is to be the guard of the sandboxes, not a sandbox. */
export const guardArgument = 'guard';
