import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { listen, type Handler, type Listener } from '../../../../scripts/local/http/listener';
import { UserError } from '../../../../scripts/io/userError';

const log: string[] = [];
let handler: Handler;
let listener: Listener;

beforeAll(async () => {
  listener = await listen((request, id) => handler(request, id), { log: (line) => log.push(line) });
});
afterAll(() => listener.close());
beforeEach(() => {
  log.length = 0;
  handler = (request) =>
    Promise.resolve({
      status: 200,
      headers: { 'content-type': 'text/plain' },
      body: `${request.method} ${request.path} ${request.query.toString()} ${request.body.toString()}`,
    });
});

/** fetch sets Host and Origin itself. */
async function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: Buffer | string } = {},
): Promise<{ status: number; headers: IncomingMessage['headers']; body: string }> {
  const { method = 'GET', headers = {}, body } = options;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    httpRequest(listener.url + path, { method, headers, agent: false }, resolve)
      .once('error', reject)
      .end(body);
  });
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await text(answer) };
}

test('hands over method, path as it was sent, query and body, and answers with a request id', async () => {
  const answer = await ask('/a%2Fb?c=d%20e', { method: 'POST', body: 'body' });
  expect(answer.status).toBe(200);
  expect(answer.body).toBe('POST /a%2Fb c=d+e body');
  expect(answer.headers['content-length']).toBe(String(answer.body.length));
  expect(answer.headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
});

test('answers 204 without a body or its length', async () => {
  handler = () => Promise.resolve({ status: 204, headers: {}, body: '' });
  const answer = await ask('/');
  expect(answer.status).toBe(204);
  expect(answer.headers['content-length']).toBeUndefined();
});

describe('who may ask', () => {
  const port = () => new URL(listener.url).port;

  test.each(['127.0.0.1', 'localhost', '[::1]'])('the host %s with the right port', async (name) => {
    expect((await ask('/', { headers: { host: `${name}:${port()}` } })).status).toBe(200);
  });

  test.each<[string, () => string]>([
    ['a foreign name, as after DNS rebinding', () => `evil.example:${port()}`],
    ['a name that begins like a loopback one', () => `localhost.evil.example:${port()}`],
    ['a loopback name in the user part', () => `localhost@evil.example:${port()}`],
    ['another port', () => 'localhost:1'],
    ['no port', () => 'localhost'],
    ['a path', () => `localhost:${port()}/x`],
  ])('not a Host header with %s', async (_, host) => {
    const answer = await ask('/', { headers: { host: host() } });
    expect(answer.status).toBe(403);
    expect(answer.body).toContain('AccessDeniedException');
  });

  test('not a page of another origin', async () => {
    expect((await ask('/', { headers: { origin: 'https://evil.example' } })).status).toBe(403);
    expect((await ask('/', { headers: { origin: 'null' } })).status).toBe(403);
    expect((await ask('/', { headers: { origin: listener.url } })).status).toBe(200);
  });
});

describe('a body', () => {
  const limit = 8 * 1024 * 1024;

  test('of 8 MiB is taken', async () => {
    handler = ({ body }) => Promise.resolve({ status: 200, headers: {}, body: String(body.length) });
    expect((await ask('/', { method: 'POST', body: Buffer.alloc(limit) })).body).toBe(String(limit));
  });

  test('above 8 MiB is answered with 413 after it was sent', async () => {
    const answer = await ask('/', { method: 'POST', body: Buffer.alloc(limit + 1) });
    expect(answer.status).toBe(413);
    expect(answer.body).toContain('RequestEntityTooLargeException');
  });
});

test('an unexpected exception is answered without its stack, and logged with it', async () => {
  handler = () => Promise.reject(new Error('secret of the house'));
  const answer = await ask('/x');
  expect(answer.status).toBe(500);
  expect(JSON.parse(answer.body)).toEqual({
    __type: 'InternalFailure',
    message: 'The local endpoint failed; its log says why.',
  });
  expect(log).toEqual([expect.stringMatching(/^GET \/x failed: Error: secret of the house\n {4}at /)]);
});

test('a client that goes away aborts what it asked for, and is not logged', async () => {
  const aborted = new Promise<void>((resolve) => {
    handler = ({ signal }) =>
      new Promise((_, reject) => {
        client.destroy();
        signal.addEventListener('abort', () => {
          resolve();
          reject(signal.reason as Error);
        });
      });
  });
  const client = httpRequest(listener.url, { agent: false }).on('error', () => undefined);
  client.end();
  await aborted;
  expect(log).toEqual([]);
});

test('a client that goes away in the middle of its body is not logged', async () => {
  const { port } = new URL(listener.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(`POST / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 10\r\n\r\nabc`);
  await new Promise<void>((resolve) => socket.end(resolve));
  expect((await ask('/')).status).toBe(200);
  expect(log).toEqual([]);
});

test('closing ends connections that are kept alive and aborts what is under way', async () => {
  const other = await listen(
    ({ signal }) =>
      // Never answers, whatever the signal says.
      new Promise(() => {
        signal.addEventListener('abort', () => (isAborted = true));
        closed = other.close();
      }),
  );
  let isAborted = false;
  let closed: Promise<void> | undefined;
  await expect(fetch(other.url)).rejects.toThrow('fetch failed');
  await closed;
  expect(isAborted).toBe(true);
  await expect(fetch(other.url)).rejects.toThrow('fetch failed');
});

test('a port in use is refused in one sentence', async () => {
  const port = Number(new URL(listener.url).port);
  const started = listen(handler, { port });
  await expect(started).rejects.toThrow(UserError);
  await expect(started).rejects.toThrow(
    `Port ${port} of 127.0.0.1 is in use by another program: choose another with --port, or 0 for any free one.`,
  );
});
