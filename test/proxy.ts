import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One call of an AWS client that went through the proxy. */
export interface Call {
  /** The operation, such as `StartExecution`; the path where the protocol doesn't name one. */
  operation: string;
  /** How many calls of this operation came before. */
  index: number;
  /** Milliseconds since the epoch. */
  at: number;
}

/** What the proxy does instead of passing a call on and its answer back. */
export type Fault =
  /** Answers an error by itself, in the JSON protocols' form. */
  | { answer: number; type: string; message?: string }
  /** Closes the connection before the endpoint gets the call. */
  | 'reset before'
  /** Passes the call on, and closes the connection instead of answering. */
  | 'reset after'
  /** Answers only the first half of the body. */
  | 'truncate'
  /** Shifts the Date header of the answer by this many milliseconds. */
  | { clockSkew: number };

export interface Proxy {
  url: string;
  calls: Call[];
  close(): Promise<void>;
}

/** Stands between a client and the local endpoint: records the calls, and does what `faultOf` says. */
export async function startProxy(
  upstream: string,
  faultOf: (call: Call) => Fault | undefined | Promise<Fault | undefined> = () => undefined,
): Promise<Proxy> {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    void handle(request, response);
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = Date.now();
    const body = await readAll(request);
    const operation = operationOf(request, body);
    const call = { operation, index: calls.filter((other) => other.operation === operation).length, at };
    calls.push(call);
    const fault = await faultOf(call);
    if (fault === 'reset before') {
      request.socket.destroy();
      return;
    }
    if (typeof fault === 'object' && 'answer' in fault) {
      response.writeHead(fault.answer, {
        'content-type': 'application/x-amz-json-1.0',
        'x-amzn-errortype': fault.type,
      });
      response.end(JSON.stringify({ __type: fault.type, message: fault.message ?? fault.type }));
      return;
    }
    const { host } = new URL(upstream);
    const passed = httpRequest(upstream + request.url!, {
      method: request.method,
      headers: { ...request.headers, host },
    });
    passed.on('error', () => request.socket.destroy());
    passed.on('response', (answer) => {
      void readAll(answer).then((content) => {
        if (fault === 'reset after') {
          request.socket.destroy();
          return;
        }
        const headers = { ...answer.headers };
        if (typeof fault === 'object' && 'clockSkew' in fault) {
          headers.date = new Date(Date.now() + fault.clockSkew).toUTCString();
        }
        response.writeHead(answer.statusCode!, headers);
        if (fault === 'truncate') {
          response.write(content.subarray(0, content.length / 2), () => request.socket.destroy());
        } else {
          response.end(content);
        }
      });
    });
    passed.end(body);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function operationOf(request: IncomingMessage, body: Buffer): string {
  const target = request.headers['x-amz-target'];
  return (
    (typeof target === 'string' ? target.split('.').pop() : undefined) ??
    new URLSearchParams(body.toString()).get('Action') ??
    request.url!
  );
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
