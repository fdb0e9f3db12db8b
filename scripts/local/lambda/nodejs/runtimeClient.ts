/**
 * The runtime's end of AWS's Lambda Runtime API: see ../runtimeApi.ts. It speaks HTTP over one connection by itself,
 * because node:http makes each cold start longer, and functions patch it.
 */
import { connect, type Socket } from 'node:net';

// The runtime's own, whatever the function does to the global ones.
const exit = process.exit.bind(process);
const rss = process.memoryUsage.rss.bind(process);
const byteLength = Buffer.byteLength.bind(Buffer);
const concat = Buffer.concat.bind(Buffer);
const afterThis = setImmediate;

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

/** With an error: why this machine can't keep the log. It is this runtime's own, beyond AWS's API. */
export const logTroubleHeader = 'system-test-log-trouble';
/** With an answer: it asks for the next event as well, and is answered with that. Two calls take twice the time. */
export const nextHeader = 'system-test-next';

const nextPath = 'invocation/next';

interface Call {
  method: 'GET' | 'POST';
  path: string;
  body: string;
  header: string;
  resolve: (answer: Answer) => void;
}

interface Answer {
  /** Status line and headers. */
  head: string;
  body: string;
}

export class RuntimeClient {
  private readonly socket: Socket;
  /** What is yet to go out. */
  private calls: Call[] = [];
  private readonly waiting: ((answer: Answer) => void)[] = [];
  private parts: Buffer[] = [];
  private bytes = 0;
  private awaitedBytes = 0;

  /** Connects to `address` (`127.0.0.1:51234`), then calls `connected`. The process ends with its service. */
  constructor(
    private readonly address: string,
    connected: () => void,
  ) {
    const [host, port] = address.split(':');
    this.socket = connect({ host, port: Number(port), noDelay: true }, connected);
    this.socket.on('data', (part) => this.receive(part));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => exit(1));
  }

  /** The function's code runs: meanwhile the connection doesn't keep the event loop from running empty. */
  pause(): void {
    this.socket.unref();
  }

  /** Waits for the next event. */
  async next(): Promise<RuntimeEvent> {
    const { head, body } = await this.call('GET', nextPath);
    if (!head.startsWith('HTTP/1.1 200 ')) exit(1);
    const header = (name: string) => new RegExp(`^lambda-runtime-${name}: (.*)$`, 'm').exec(head)?.[1];
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
    await this.call('POST', `invocation/${requestId}/response`, payload);
  }

  /** Tells the error of an event, else that of the initialization. */
  async fail(requestId: string | undefined, payload: string): Promise<void> {
    await this.call('POST', errorPath(requestId), payload);
  }

  /** Tells that this machine, not the function, is in trouble. */
  async giveUp(requestId: string | undefined, reason: string): Promise<void> {
    await this.call('POST', errorPath(requestId), '', `${logTroubleHeader}: ${reason}\r\n`);
  }

  private call(method: Call['method'], path: string, body = '', header = ''): Promise<Answer> {
    this.socket.ref();
    if (this.calls.length === 0) afterThis(() => this.send());
    return new Promise((resolve) => this.calls.push({ method, path, body, header, resolve }));
  }

  /** The answer to an event and the request for the next one are one call. */
  private send(): void {
    let calls = this.calls;
    this.calls = [];
    const [answer, next] = calls as [Call, Call?];
    if (
      calls.length === 2 &&
      next?.path === nextPath &&
      answer.path.startsWith('invocation/') &&
      answer.header === ''
    ) {
      calls = [{ ...answer, header: `${nextHeader}: true\r\n`, resolve: next.resolve }];
    }
    const lines = calls.map(
      ({ method, path, body, header }) =>
        `${method} /2018-06-01/runtime/${path} HTTP/1.1\r\nhost: ${this.address}\r\ncontent-type: application/json\r\n` +
        `content-length: ${byteLength(body)}\r\nsystem-test-memory-mb: ${rss() / 1_048_576}\r\n${header}\r\n${body}`,
    );
    this.waiting.push(...calls.map(({ resolve }) => resolve));
    this.socket.write(lines.join(''));
  }

  /** Takes whole answers out of what has come; the service tells the length of each. */
  private receive(part: Buffer): void {
    this.parts.push(part);
    this.bytes += part.length;
    while (this.bytes > 0 && this.bytes >= this.awaitedBytes) {
      const received = concat(this.parts);
      const bodyAt = received.indexOf('\r\n\r\n') + 4;
      const head = received.toString('latin1', 0, bodyAt);
      const end = bodyAt + Number(/^content-length: (\d+)/m.exec(head)?.[1] ?? 0);
      const whole = bodyAt > 3 && end <= received.length;
      this.awaitedBytes = whole ? 0 : Math.max(end, received.length + 1);
      const rest = whole ? received.subarray(end) : received;
      this.parts = [rest];
      this.bytes = rest.length;
      if (whole) this.waiting.shift()?.({ head, body: received.toString('utf8', bodyAt, end) });
    }
  }
}

function errorPath(requestId: string | undefined): string {
  return requestId === undefined ? 'init/error' : `invocation/${requestId}/error`;
}
