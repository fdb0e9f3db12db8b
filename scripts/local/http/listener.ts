/** HTTP on loopback: who may ask, how much a request may hold, and how an answer goes out. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../../io/userError';
import type { ServiceRequest, ServiceResponse, StreamingService } from './service';

/** Answers one request. It should answer every error itself; what it throws becomes a 500. */
export type Handler = (request: ServiceRequest, requestId: string) => Promise<ServiceResponse>;

export interface ListenerOptions {
  /** 0 to 65535; 0, the default, takes a free one. */
  port?: number;
  /** Gets the requests that it takes, before the handler. */
  streaming?: StreamingService;
  /** Gets one line for each request that failed unexpectedly. */
  log?: (line: string) => void;
}

export interface Listener {
  /** `http://127.0.0.1:8123` */
  url: string;
  /** Stops listening and closes all connections, which aborts what is under way. */
  close(): Promise<void>;
}

/** Above Lambda's 6 MB of payload, which the Lambda service checks itself, in the service's words. */
const maximumBodyBytes = 8 * 1024 * 1024;
const maximumConnections = 1024;

/** Starts a server on 127.0.0.1. Throws a UserError where the port can't be had. */
export async function listen(handler: Handler, options: ListenerOptions = {}): Promise<Listener> {
  const { streaming, log = () => undefined } = options;
  const server = createServer(
    // The whole request has to arrive in a minute; answers may take as long as a function runs. A connection is kept
    // longer than a client that polls is silent, or its next request would meet a connection that is being closed.
    { headersTimeout: 10_000, requestTimeout: 60_000, keepAliveTimeout: 75_000 },
    (request, response) => {
      void respond(handler, streaming, request, response, log);
    },
  );
  server.maxConnections = maximumConnections;
  await start(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function start(server: Server, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason =
      code === 'EADDRINUSE'
        ? 'is in use by another program'
        : code === 'EACCES'
          ? 'may not be opened by this user'
          : `could not be opened (${(error as Error).message})`;
    throw new UserError(`Port ${port} of 127.0.0.1 ${reason}: choose another with --port, or 0 for any free one.`, {
      cause: error,
    });
  }
}

async function respond(
  handler: Handler,
  streaming: StreamingService | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  log: (line: string) => void,
): Promise<void> {
  const requestId = randomUUID();
  const gone = new AbortController();
  response.once('close', () => gone.abort(new Error('The connection was closed.')));
  // A client that goes away in the middle of its answer is its own affair.
  response.on('error', () => undefined);
  let answer: ServiceResponse;
  try {
    answer = refuseForeign(request) ?? (await answerFor(handler, streaming, request, requestId, gone.signal));
  } catch (error) {
    if (gone.signal.aborted || !request.complete) {
      response.destroy();
      return;
    }
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log(`${request.method ?? ''} ${request.url ?? ''} failed: ${reason}`);
    answer = json(500, { __type: 'InternalFailure', message: 'The local endpoint failed; its log says why.' });
  }
  // S3 has a header of its own for it, and the SDKs look for this one first.
  const id = 'x-amz-request-id' in answer.headers ? {} : { 'x-amzn-requestid': requestId };
  const headers = { ...id, ...answer.headers };
  // What is left of a body that was not wanted: the client sends it before it reads the answer.
  request.resume();
  if (answer.body instanceof Readable) {
    response.writeHead(answer.status, headers);
    await sendStream(answer.body, response, Number(answer.headers['content-length']));
    return;
  }
  const body = Buffer.isBuffer(answer.body) ? answer.body : Buffer.from(answer.body);
  const length = [204, 304].includes(answer.status) ? {} : { 'content-length': body.length };
  response.writeHead(answer.status, { ...length, ...headers });
  response.end(body);
}

/** A client must not take for whole what ended too soon. */
async function sendStream(body: Readable, response: ServerResponse, length: number): Promise<void> {
  let sent = 0;
  const counted = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      sent += chunk.length;
      yield chunk;
    }
  };
  try {
    await pipeline(body, counted, response, { end: false });
  } catch {
    response.destroy();
  }
  if (sent === length) response.end();
  else response.destroy();
}

async function answerFor(
  handler: Handler,
  streaming: StreamingService | undefined,
  request: IncomingMessage,
  requestId: string,
  signal: AbortSignal,
): Promise<ServiceResponse> {
  const { pathname, query } = splitTarget(request.url ?? '/');
  const head = { method: request.method ?? 'GET', path: pathname, query, headers: singleHeaders(request), signal };
  if (streaming?.takes(head)) {
    // What is not read of it must not cost the connection, which the answer needs.
    const incoming = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    return streaming.handle(head, incoming, requestId);
  }
  const body = await readBody(request);
  if (!body) {
    const message = `The body of a request may hold ${maximumBodyBytes} bytes.`;
    return json(413, { __type: 'RequestEntityTooLargeException', message });
  }
  return handler({ ...head, body }, requestId);
}

/**
 * Undefined where the body is too large. It is read to its end all the same and dropped: a client that is still sending
 * would see a broken connection instead of the answer.
 */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maximumBodyBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return bytes <= maximumBodyBytes ? Buffer.concat(chunks) : undefined;
}

/** The path stays as it was sent: an ARN in it is percent-encoded, and a slash inside one must not become a separator. */
function splitTarget(target: string): { pathname: string; query: URLSearchParams } {
  const mark = target.indexOf('?');
  return mark < 0
    ? { pathname: target, query: new URLSearchParams() }
    : { pathname: target.slice(0, mark), query: new URLSearchParams(target.slice(mark + 1)) };
}

function singleHeaders(request: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

/**
 * A page in a browser can reach loopback: under a name of its own that resolves to 127.0.0.1 (DNS rebinding: a foreign
 * Host), or with a plain form post (a foreign Origin). Neither may start executions or run functions here.
 */
function refuseForeign(request: IncomingMessage): ServiceResponse | undefined {
  const port = request.socket.localPort;
  const host = request.headers.host ?? '';
  if (!isLoopback(`http://${host}`, port)) {
    return json(403, {
      __type: 'AccessDeniedException',
      message: `This endpoint serves 127.0.0.1 and localhost on port ${port ?? 0} only, not the host ${JSON.stringify(host)}.`,
    });
  }
  const { origin } = request.headers;
  // What a page shows or loads as a script has no Origin.
  const isCrossSite = request.headers['sec-fetch-site'] === 'cross-site';
  if (isCrossSite || (origin !== undefined && !isLoopback(origin, port))) {
    return json(403, { __type: 'AccessDeniedException', message: 'This endpoint serves no other web pages.' });
  }
  return undefined;
}

function isLoopback(address: string, port: number | undefined): boolean {
  if (!URL.canParse(address)) return false;
  const parsed = new URL(address);
  return (
    ['127.0.0.1', 'localhost', '[::1]'].includes(parsed.hostname) &&
    Number(parsed.port || 80) === port &&
    parsed.username === '' &&
    parsed.pathname === '/'
  );
}

/** An answer in JSON. */
export function json(status: number, body: unknown): ServiceResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
