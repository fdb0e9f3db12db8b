import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** One call of an AWS client that went through the proxy. */
export interface Call {
  /** The operation, such as `StartExecution` or `Invoke` (`DryRun` where it invokes nothing); else the path. */
  operation: string;
  /** How many calls of this operation came before. */
  index: number;
  /** Milliseconds since the epoch. */
  at: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What the proxy does instead of passing a call on and its answer back. */
export type Fault =
  /** Answers an error by itself, in the form of the call's protocol. */
  | { answer: number; type: string; message?: string }
  /** Answers anything by itself, such as the page of a proxy. */
  | { status: number; contentType: string; body: string }
  /** Closes the connection before the endpoint gets the call. */
  | 'reset before'
  /** Passes the call on, and closes the connection instead of answering. */
  | 'reset after'
  /** Answers only the first half of the body. */
  | 'truncate'
  /** Answers the first half of the body and then nothing more. */
  | 'stall'
  /** Changes what the endpoint answers, in JSON. */
  | { rewrite: (answer: never) => unknown }
  /**
   * The service's clock is this many milliseconds ahead: it refuses what was signed more than 5 minutes from its time,
   * and says its time in each answer
   * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html).
   */
  | { serviceClock: number };

/** May wait before it answers; one that never does leaves the call without an answer. */
export type FaultOf = (call: Call) => Fault | undefined | Promise<Fault | undefined>;

const signedWithin = 300_000;

export interface Proxy {
  url: string;
  calls: Call[];
  /** How many calls of an operation there were. */
  count(operation: string): number;
  /** Refuses connections, until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

/** Stands between a client and the local endpoint: records the calls, and does what `faultOf` says. */
export async function startProxy(upstream: string, faultOf: FaultOf = () => undefined): Promise<Proxy> {
  const calls: Call[] = [];
  const count = (operation: string) => calls.filter((call) => call.operation === operation).length;
  const server = createServer((request, response) => {
    void handle(request, response);
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = Date.now();
    const body = await readAll(request);
    const operation = operationOf(request, body);
    const call = { operation, index: count(operation), at, headers: request.headers, body: body.toString() };
    calls.push(call);
    const fault = await faultOf(call);
    if (fault === 'reset before') {
      request.socket.destroy();
      return;
    }
    const answered = typeof fault === 'object' ? ownAnswer(fault, request) : undefined;
    if (answered) {
      response.writeHead(answered.status, answered.headers);
      response.end(answered.body);
      return;
    }
    const { host } = new URL(upstream);
    const passed = httpRequest(upstream + request.url!, {
      method: request.method,
      headers: { ...request.headers, host },
    });
    passed.on('error', () => request.socket.destroy());
    passed.on('response', (answer) => {
      void readAll(answer).then((content) => passBack(answer, content, fault, response));
    });
    passed.end(body);
  }

  const listen = (onPort: number) => new Promise<void>((resolve) => server.listen(onPort, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, calls, count, down: close, up: () => listen(port), close };
}

interface OwnAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** What the proxy answers without asking the endpoint. */
function ownAnswer(fault: Exclude<Fault, string>, request: IncomingMessage): OwnAnswer | undefined {
  if ('body' in fault) {
    return { status: fault.status, headers: { 'content-type': fault.contentType }, body: fault.body };
  }
  if ('answer' in fault) {
    return awsError(request, fault.answer, fault.type, fault.message);
  }
  if ('serviceClock' in fault) {
    const now = Date.now() + fault.serviceClock;
    if (Math.abs(signedAt(request) - now) > signedWithin) {
      const refused = awsError(request, 400, 'InvalidSignatureException', 'Signature expired: it is not now');
      return { ...refused, headers: { ...refused.headers, date: new Date(now).toUTCString() } };
    }
  }
  return undefined;
}

function awsError({ headers }: IncomingMessage, status: number, type: string, message = type): OwnAnswer {
  if (headers['content-type'] === 'application/x-www-form-urlencoded') {
    const error = `<Error><Type>Sender</Type><Code>${type}</Code><Message>${message}</Message></Error>`;
    return { status, headers: { 'content-type': 'text/xml' }, body: `<ErrorResponse>${error}</ErrorResponse>` };
  }
  return {
    status,
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amzn-errortype': type,
      'x-amzn-requestid': '5c9b7b8e-0000-4000-8000-000000000000',
    },
    body: JSON.stringify({ __type: type, message }),
  };
}

/** `20260131T120000Z` */
function signedAt({ headers }: IncomingMessage): number {
  const [, year, month, day, hour, minute, second] = /^(....)(..)(..)T(..)(..)(..)Z$/.exec(
    String(headers['x-amz-date']),
  )!;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function passBack(answer: IncomingMessage, received: Buffer, fault: Fault | undefined, response: ServerResponse): void {
  const { socket } = response;
  if (fault === 'reset after') {
    socket?.destroy();
    return;
  }
  const headers = { ...answer.headers };
  let content = received;
  if (typeof fault === 'object' && 'serviceClock' in fault) {
    headers.date = new Date(Date.now() + fault.serviceClock).toUTCString();
  }
  if (typeof fault === 'object' && 'rewrite' in fault) {
    content = Buffer.from(JSON.stringify(fault.rewrite(JSON.parse(received.toString()) as never)));
    headers['content-length'] = String(content.length);
  }
  response.writeHead(answer.statusCode!, headers);
  if (fault === 'truncate' || fault === 'stall') {
    response.write(content.subarray(0, content.length / 2), () => fault === 'truncate' && socket?.destroy());
  } else {
    response.end(content);
  }
}

function operationOf(request: IncomingMessage, body: Buffer): string {
  const target = request.headers['x-amz-target'];
  return (
    (typeof target === 'string' ? target.split('.').pop() : undefined) ??
    new URLSearchParams(body.toString()).get('Action') ??
    (/^\/2015-03-31\/functions\/[^/]+\/invocations$/.test(request.url!)
      ? request.headers['x-amz-invocation-type'] === 'DryRun'
        ? 'DryRun'
        : 'Invoke'
      : request.url!)
  );
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
