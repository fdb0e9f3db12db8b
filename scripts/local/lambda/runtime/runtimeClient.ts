/** The runtime's end of AWS's Lambda Runtime API: see ../runtimeApi.ts. */
import { Agent, request } from 'node:http';

// A function may replace these, such as by a library that records HTTP calls; the runtime keeps its own.
const httpRequest = request;
const rss = process.memoryUsage.rss.bind(process);
const exit = process.exit.bind(process);

/** What the function is invoked with. */
export interface RuntimeEvent {
  requestId: string;
  /** As the caller named the function: with its qualifier, if any. */
  invokedFunctionArn: string;
  /** Milliseconds since the epoch; the service kills the sandbox then. */
  deadline: number;
  /** JSON text. */
  payload: string;
  /** JSON text in ASCII. */
  clientContext?: string;
  /** X-Ray's tracing header. */
  traceId: string;
}

interface Answer {
  status: number | undefined;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export class RuntimeClient {
  /** `127.0.0.1:51234` */
  readonly #address: string;
  // One connection for all. While no call is under way it doesn't keep the event loop from running empty.
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #connected = false;

  constructor(address: string) {
    this.#address = address;
  }

  /** Connects, before anything of the function runs. */
  async connect(): Promise<void> {
    await this.#call('GET', 'ping');
  }

  /** Waits for the next event. */
  async next(): Promise<RuntimeEvent> {
    const { status, headers, body } = await this.#call('GET', 'runtime/invocation/next');
    if (status !== 200) exit(1);
    const header = (name: string) => headers[`lambda-runtime-${name}`]?.toString();
    return {
      requestId: header('aws-request-id') ?? '',
      invokedFunctionArn: header('invoked-function-arn') ?? '',
      deadline: Number(header('deadline-ms')),
      payload: body,
      clientContext: header('client-context'),
      traceId: header('trace-id') ?? '',
    };
  }

  /** Answers an event. The service has the last word on it: a response that it refuses is an error by then. */
  async respond(requestId: string, payload: string): Promise<void> {
    await this.#call('POST', `runtime/invocation/${requestId}/response`, payload);
  }

  /** Tells the error of an event, else that of the initialization. */
  async fail(requestId: string | undefined, payload: string): Promise<void> {
    const what = requestId === undefined ? 'init' : `invocation/${requestId}`;
    await this.#call('POST', `runtime/${what}/error`, payload);
  }

  #call(method: string, path: string, body?: string): Promise<Answer> {
    return new Promise((resolve) => {
      const call = httpRequest(
        `http://${this.#address}/2018-06-01/${path}`,
        {
          method,
          agent: this.#agent,
          headers: { 'system-test-memory-mb': rss() / 1_048_576 },
          maxHeaderSize: 131_072,
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (part: string) => (text += part));
          response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: text }));
        },
      );
      // The sandbox ends with its service.
      call.on('error', () => exit(1));
      if (!this.#connected) call.once('socket', (socket) => socket.once('close', () => exit(1)));
      this.#connected = true;
      call.end(body);
    });
  }
}
