/**
 * AWS's Lambda Runtime API of one sandbox: by it a runtime takes events and answers them (AWS Lambda developer guide,
 * "Using the Lambda runtime API for custom runtimes"; states, statuses and error types as in AWS's
 * aws-lambda-runtime-interface-emulator).
 *
 * Each sandbox has a port of its own: AWS's clients take host and port apart, so no secret fits into the address. Other
 * users' processes are turned away. The first connection, that of the process just started, is the runtime's as long as
 * it lasts: no other gets an event or fails the initialization. An answer needs the id of the request, which can't be
 * guessed. The function's own code knows it and may answer as well, as on AWS; the first answer counts. Whatever is
 * said here costs that one invocation.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { isJsonObject, type JsonObject } from '../../../lib/wire';
import { logTroubleHeader, nextHeader, type RuntimeEvent } from './nodejs/runtimeClient';
import { isOfUser } from './peer';

const version = '/2018-06-01';
/** AWS's clients send up to 1 MB of X-Ray's error cause in a header. */
const maximumHeaderBytes = 2 * 1_048_576;
/** 6 MB and a little: Lambda's own limit on the response of a synchronous invocation, as its error message states it. */
export const maximumResponseBytes = 6_291_556;
/** What the caller gets instead of a response above the limit. */
const responseTooLarge = {
  errorType: 'Function.ResponseSizeTooLarge',
  errorMessage: `Response payload size exceeded maximum allowed payload size (${maximumResponseBytes} bytes).`,
};

/** The answer to an event, or the error of the initialization. */
export interface RuntimeAnswer {
  type: 'response' | 'error';
  /** What the caller gets; whatever was sent where it is a response, a JSON object where it is an error. */
  payload: Buffer;
  /** What the log shows; empty where it is a response. */
  errorType: string;
  /** Why this machine could not keep the log; then it is no answer of the function. */
  logTrouble?: string;
  /** When it came, on the clock of `performance.now()`. */
  at: number;
}

type State = 'Started' | 'InitError' | 'Ready' | 'Running' | 'ResponseSent';

export class RuntimeApi {
  /** `127.0.0.1:51234`, for AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /** Resolves when the process is up: it has connected. */
  readonly connected: Promise<void>;
  private state: State = 'Started';
  private runtime: Socket | undefined;
  private waiting: ServerResponse | undefined;
  private requestId: string | undefined;
  private firstAnswer: RuntimeAnswer | undefined;
  private onTurn: (() => void) | undefined;
  private reportedMemoryMb = 0;

  /** Starts to listen on a free port of 127.0.0.1. Rejects where none can be had. */
  static async open(): Promise<RuntimeApi> {
    // A function may run for longer than a connection is kept by default, and be silent meanwhile.
    const silence = { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 };
    const server = createServer({ ...silence, maxHeaderSize: maximumHeaderBytes });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new RuntimeApi(server);
  }

  private constructor(private readonly server: Server) {
    this.address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    let connected = (): void => undefined;
    this.connected = new Promise((resolve) => (connected = resolve));
    // An idle sandbox doesn't keep this process alive.
    server.unref();
    server.on('connection', (socket: Socket) => {
      socket.unref();
      if (!isOfUser(socket)) {
        socket.destroy();
        return;
      }
      connected();
      this.isRuntime(socket);
    });
    server.on('request', (request, response) => this.read(request, response));
    // Trouble of the channel, such as no descriptor for a connection, shows as the end of the process.
    server.on('error', () => undefined);
  }

  /** Whether the runtime waits for an event. */
  get ready(): boolean {
    return this.waiting !== undefined;
  }

  /** The first answer to the last event; before there was one, the error of the initialization. */
  get answer(): RuntimeAnswer | undefined {
    return this.firstAnswer;
  }

  /** The most that the runtime said to use, in MB; 0 where it doesn't say. */
  get memoryMb(): number {
    return this.reportedMemoryMb;
  }

  /** Resolves when the runtime next asks for an event, or has given up its initialization. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.onTurn = resolve;
    });
  }

  /** Gives the runtime, which is ready, its next event. */
  deliver(event: RuntimeEvent): void {
    const { requestId, clientContext } = event;
    this.requestId = requestId;
    this.firstAnswer = undefined;
    this.state = 'Running';
    this.waiting?.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(event.payload),
      'lambda-runtime-aws-request-id': requestId,
      'lambda-runtime-deadline-ms': String(event.deadline),
      'lambda-runtime-invoked-function-arn': event.invokedFunctionArn,
      'lambda-runtime-trace-id': event.traceId,
      ...(clientContext === undefined ? {} : { 'lambda-runtime-client-context': clientContext }),
    });
    this.waiting?.end(event.payload);
    this.waiting = undefined;
  }

  /**
   * Resolves when all has been read that the runtime, which has ended, had sent. A connection that lasts for longer than
   * `patienceMs` was not the runtime's.
   */
  async drained(patienceMs = 1_000): Promise<void> {
    const runtime = this.runtime;
    if (!runtime || runtime.closed) return;
    const patience = setTimeout(() => runtime.destroy(), patienceMs);
    await new Promise((resolve) => runtime.once('close', resolve));
    clearTimeout(patience);
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** Reads the body, of which no more is kept than an answer may hold, then answers. */
  private read(request: IncomingMessage, response: ServerResponse): void {
    response.sendDate = false;
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maximumResponseBytes) chunks.push(chunk);
    });
    // A client that goes away is told nothing.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    request.on('end', () => {
      const body = bytes <= maximumResponseBytes ? Buffer.concat(chunks) : undefined;
      const memoryMb = Number(request.headers['system-test-memory-mb']);
      if (memoryMb > this.reportedMemoryMb && memoryMb < 1_048_576) this.reportedMemoryMb = Math.ceil(memoryMb);
      this.route(request, response, body);
    });
  }

  private route(request: IncomingMessage, response: ServerResponse, body: Buffer | undefined): void {
    const { method, url = '', headers, socket } = request;
    const call = `${method} ${url}`;
    const [, requestId, kind] = /^POST \/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(call) ?? [];
    if (headers.host !== this.address || headers.origin !== undefined) {
      // A web page reaches loopback too, under a name of its own or with its Origin.
      refuse(response, 403, 'Forbidden', 'The Runtime API is for the process of the sandbox alone.');
    } else if (call === `GET ${version}/ping`) {
      // A process that is up, whose client connects later; this connection ends with the answer.
      response.shouldKeepAlive = false;
      end(response, 200, { status: 'OK' });
    } else if (call === `GET ${version}/runtime/invocation/next`) {
      this.next(response, socket);
    } else if (call === `POST ${version}/runtime/init/error`) {
      this.initError(request, response, body);
    } else if (requestId === undefined) {
      const extras =
        'Extensions, the Logs API, the Telemetry API and snapshots are not supported by the local endpoint';
      refuse(response, 404, 'NotFound', `${extras}; it serves the Runtime API of ${version.slice(1)}, not ${call}.`);
    } else if (headers[nextHeader] === undefined) {
      this.take(kind === 'error' ? 'error' : 'response', requestId, request, response, body);
    } else {
      this.take(kind === 'error' ? 'error' : 'response', requestId, request, undefined, body);
      this.next(response, socket);
    }
  }

  /** Takes an answer to an event. Where there is no `response`, the runtime hears nothing of what comes of it. */
  private take(
    type: 'response' | 'error',
    requestId: string,
    request: IncomingMessage,
    response: ServerResponse | undefined,
    body: Buffer | undefined,
  ): void {
    if (requestId !== this.requestId) {
      refuse(response, 400, 'InvalidRequestID', 'Invalid request ID');
    } else if (this.state !== 'Running') {
      this.refuseTransition(response, type === 'error' ? 'InvocationErrorResponse' : 'InvocationResponse');
    } else {
      this.answerWith(type, request, response, body);
    }
  }

  /** One that connects for each call, such as curl, may be back before the end of its last connection is seen here. */
  private isRuntime(socket: Socket): boolean {
    if (!this.runtime || this.runtime.readableEnded || this.runtime.destroyed) this.runtime = socket;
    return this.runtime === socket;
  }

  private next(response: ServerResponse, socket: Socket): void {
    const mayAsk = this.state === 'Started' || this.state === 'ResponseSent';
    if (!mayAsk || !this.isRuntime(socket)) {
      this.refuseTransition(response, 'Ready');
      return;
    }
    this.state = 'Ready';
    this.waiting = response;
    response.once('close', () => {
      if (this.waiting === response) this.waiting = undefined;
    });
    this.onTurn?.();
  }

  private initError(request: IncomingMessage, response: ServerResponse, body: Buffer | undefined): void {
    if (this.state !== 'Started' || !this.isRuntime(request.socket)) {
      this.refuseTransition(response, 'InitError');
      return;
    }
    this.state = 'InitError';
    this.firstAnswer = errorAnswer(request.headers, body);
    accept(response);
    this.onTurn?.();
  }

  private answerWith(
    type: 'response' | 'error',
    request: IncomingMessage,
    response: ServerResponse | undefined,
    body: Buffer | undefined,
  ): void {
    this.state = 'ResponseSent';
    const mode = request.headers['lambda-runtime-function-response-mode'];
    // aws-lambda-go announces trailers with every answer, and sends them where a stream broke off.
    const { 'lambda-runtime-function-error-type': brokeOff, 'lambda-runtime-function-error-body': error = '' } =
      request.trailers;
    if (mode !== undefined) {
      const errorMessage = 'Response streaming is not supported by the local endpoint.';
      this.firstAnswer = platformAnswer({ errorType: 'Runtime.InvalidResponseModeHeader', errorMessage });
      refuse(response, 400, 'InvalidFunctionResponseMode', errorMessage);
    } else if (body === undefined) {
      this.firstAnswer = platformAnswer(responseTooLarge);
      const message = `Exceeded maximum allowed payload size (${maximumResponseBytes} bytes).`;
      refuse(response, 413, 'RequestEntityTooLarge', message);
    } else if (brokeOff !== undefined) {
      this.firstAnswer = errorAnswer(request.trailers, Buffer.from(error, 'base64'));
      accept(response);
    } else {
      this.firstAnswer =
        type === 'error'
          ? errorAnswer(request.headers, body)
          : { type, payload: body, errorType: '', at: performance.now() };
      accept(response);
    }
  }

  private refuseTransition(response: ServerResponse | undefined, to: string): void {
    const message = `State transition from ${this.state} to ${to} failed for runtime. Error: State transition is not allowed`;
    refuse(response, 403, 'InvalidStateTransition', message);
  }
}

function accept(response: ServerResponse | undefined): void {
  end(response, 202, { status: 'OK' });
}

function refuse(response: ServerResponse | undefined, status: number, errorType: string, errorMessage: string): void {
  end(response, status, { errorMessage, errorType });
}

function end(response: ServerResponse | undefined, status: number, body: object): void {
  if (!response) return;
  const text = `${JSON.stringify(body)}\n`;
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text);
}

function platformAnswer(error: { errorType: string; errorMessage: string }): RuntimeAnswer {
  const { errorType } = error;
  return { type: 'error', payload: Buffer.from(JSON.stringify(error)), errorType, at: performance.now() };
}

/**
 * An error as the runtime told it. Where its body is no JSON object, Lambda makes one from the header (the Runtime API's
 * OpenAPI document). The type is shown in the log, so only what looks like one counts.
 */
function errorAnswer(headers: NodeJS.Dict<string | string[]>, body: Buffer | undefined): RuntimeAnswer {
  const logTrouble = headers[logTroubleHeader];
  const text = body?.toString() ?? '';
  const told = parseObject(text);
  const errorType = [told?.errorType, headers['lambda-runtime-function-error-type']].find(isErrorType);
  const known = errorType ?? 'Runtime.Unknown';
  if (typeof logTrouble === 'string') {
    return { ...platformAnswer({ errorType: known, errorMessage: text }), logTrouble };
  }
  if (!told) return platformAnswer({ errorType: known, errorMessage: text });
  return { type: 'error', payload: Buffer.from(text), errorType: known, at: performance.now() };
}

function isErrorType(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.$<>:-]{1,256}$/.test(value);
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
