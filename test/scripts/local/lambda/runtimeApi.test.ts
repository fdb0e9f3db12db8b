import { once } from 'node:events';
import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { maximumResponseBytes, RuntimeApi } from '../../../../scripts/local/lambda/runtimeApi';

const requestId = '8476a536-e9f4-41e8-9739-2dfe598c3fcd';
const event = {
  requestId,
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:reports:live',
  deadline: 1_764_222_222_222,
  payload: '{"text":"Größe"}',
  clientContext: '{"custom":{}}',
  traceId: 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0',
};

interface Answer {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Calls of one client, on one connection. */
type Client = (method: string, path: string, body?: string, headers?: Record<string, string>) => Promise<Answer>;

let api: RuntimeApi;
let agents: Agent[] = [];
beforeEach(async () => {
  api = await RuntimeApi.open();
});
afterEach(() => {
  agents.forEach((agent) => agent.destroy());
  agents = [];
  api.close();
});

function client(): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agents.push(agent);
  return (method, path, body, headers) =>
    new Promise((resolve, reject) => {
      const call = request(`http://${api.address}${path}`, { method, agent, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: text }));
      });
      call.on('error', reject).end(body);
    });
}

const runtime = (path: string) => `/2018-06-01/runtime/${path}`;
const response = runtime(`invocation/${requestId}/response`);
const error = runtime(`invocation/${requestId}/error`);

/** A runtime that has got the event. */
async function running(): Promise<Client> {
  const call = client();
  const turn = api.turn();
  const next = call('GET', runtime('invocation/next'));
  await turn;
  api.deliver(event);
  await next;
  return call;
}

function refusal({ status, body }: Answer): unknown {
  return [status, (JSON.parse(body) as { errorType: string }).errorType];
}

test('a runtime gets the event with the headers of Lambda, and its answer is accepted', async () => {
  const call = client();
  const turn = api.turn();
  const next = call('GET', runtime('invocation/next'));
  await turn;
  api.deliver(event);
  const { status, headers, body } = await next;
  expect([status, body]).toEqual([200, event.payload]);
  expect(headers).toMatchObject({
    'lambda-runtime-aws-request-id': requestId,
    'lambda-runtime-deadline-ms': '1764222222222',
    'lambda-runtime-invoked-function-arn': event.invokedFunctionArn,
    'lambda-runtime-trace-id': event.traceId,
    'lambda-runtime-client-context': event.clientContext,
  });
  expect(await call('POST', response, '{"ok":true}')).toMatchObject({ status: 202, body: '{"status":"OK"}\n' });
  expect(api.answer).toMatchObject({ type: 'response', payload: Buffer.from('{"ok":true}') });
});

test('the first answer counts, and only one with the id of the request', async () => {
  const call = await running();
  const other = runtime('invocation/00000000-0000-4000-8000-000000000000/response');
  expect(refusal(await call('POST', other, '1'))).toEqual([400, 'InvalidRequestID']);
  expect(await call('POST', error, '{"errorType":"First","errorMessage":"m"}')).toMatchObject({ status: 202 });
  expect(refusal(await call('POST', response, '{"system_test_successful":true}'))).toEqual([
    403,
    'InvalidStateTransition',
  ]);
  expect(api.answer).toMatchObject({ type: 'error', errorType: 'First' });
});

test('a runtime may ask for the next event with its answer, whatever comes of that, and no other connection may', async () => {
  const asking = { 'system-test-next': 'true' };
  const call = await running();
  expect(refusal(await client()('POST', error, '{}', asking))).toEqual([403, 'InvalidStateTransition']);
  expect(api.answer).toMatchObject({ type: 'error', errorType: 'Runtime.Unknown' });
  const turn = api.turn();
  const next = call('POST', response, '{"system_test_successful":true}', asking);
  await turn;
  expect(api.answer).toMatchObject({ type: 'error' });
  api.deliver({ ...event, payload: '{"n":2}' });
  expect(await next).toMatchObject({ status: 200, body: '{"n":2}' });
});

test('a process may say that it is up before its runtime connects, whose connection is then the first', async () => {
  const [host, port] = api.address.split(':');
  // Its end of the connection is seen late.
  const pinging = connect({ host, port: Number(port), allowHalfOpen: true });
  pinging.write(`GET /2018-06-01/ping HTTP/1.1\r\nhost: ${api.address}\r\n\r\n`);
  expect(String(await once(pinging, 'data'))).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  await api.connected;
  const turn = api.turn().then(() => 'ready');
  const next = client()('GET', runtime('invocation/next')).then(refusal, () => undefined);
  expect(await Promise.race([turn, next])).toBe('ready');
  expect(refusal(await client()('GET', runtime('invocation/next')))).toEqual([403, 'InvalidStateTransition']);
  pinging.destroy();
});

test('no other connection gets the event or fails the initialization, but the function may answer by its own', async () => {
  const call = client();
  await call('GET', '/');
  const stranger = client();
  expect(refusal(await stranger('GET', runtime('invocation/next')))).toEqual([403, 'InvalidStateTransition']);
  expect(refusal(await stranger('POST', runtime('init/error'), '{}'))).toEqual([403, 'InvalidStateTransition']);
  const turn = api.turn();
  const next = call('GET', runtime('invocation/next'));
  await turn;
  expect(refusal(await stranger('GET', runtime('invocation/next')))).toEqual([403, 'InvalidStateTransition']);
  api.deliver(event);
  expect((await next).status).toBe(200);
  expect(await stranger('POST', response, 'null')).toMatchObject({ status: 202 });
});

test('a runtime that connects for each call, as curl does, is the same one even if it is back at once', async () => {
  const first = connect(Number(api.address.split(':')[1]), '127.0.0.1');
  await api.connected;
  const turn = api.turn();
  await new Promise((resolve) => first.once('close', resolve).destroy());
  void client()('GET', runtime('invocation/next')).catch(() => undefined);
  await expect(turn).resolves.toBeUndefined();
});

test('a connection that outlives the process of the runtime holds nobody up', async () => {
  const stranger = client();
  await stranger('GET', '/');
  await expect(api.drained(1)).resolves.toBeUndefined();
});

test.each<[string, [string, string, string?, Record<string, string>?], number, string, string]>([
  [
    'the next event before the answer',
    ['GET', runtime('invocation/next')],
    403,
    'InvalidStateTransition',
    'from Running to Ready',
  ],
  [
    'an error of an initialization that is over',
    ['POST', runtime('init/error'), '{}'],
    403,
    'InvalidStateTransition',
    'from Running to InitError',
  ],
  [
    'a web page under another name',
    ['POST', error, '{}', { host: 'evil.example' }],
    403,
    'Forbidden',
    'the process of the sandbox alone',
  ],
  [
    'a web page of another origin',
    ['POST', error, '{}', { origin: 'http://evil.example' }],
    403,
    'Forbidden',
    'the process of the sandbox alone',
  ],
  ['an extension', ['POST', '/2020-01-01/extension/register', '{}'], 404, 'NotFound', 'Extensions'],
  ['the Telemetry API', ['PUT', '/2022-07-01/telemetry', '{}'], 404, 'NotFound', 'not PUT /2022-07-01/telemetry'],
  ['the Logs API', ['PUT', '/2020-08-15/logs', '{}'], 404, 'NotFound', 'the Logs API'],
  ['another method', ['PUT', response, '{}'], 404, 'NotFound', 'not PUT /2018-06-01/runtime/invocation'],
])('refuses %s, and the invocation goes on', async (_name, request, status, errorType, message) => {
  const call = await running();
  const answer = await call(...request);
  expect(refusal(answer)).toEqual([status, errorType]);
  expect(answer.body).toContain(message);
  expect(await call('POST', response, 'null')).toMatchObject({ status: 202 });
});

test.each<[string, [string, string, Record<string, string>?], number, string, string]>([
  [
    'a response that is too large',
    [response, 'x'.repeat(maximumResponseBytes + 1)],
    413,
    'RequestEntityTooLarge',
    'Function.ResponseSizeTooLarge',
  ],
  [
    'an error that is too large',
    [error, 'x'.repeat(maximumResponseBytes + 1)],
    413,
    'RequestEntityTooLarge',
    'Function.ResponseSizeTooLarge',
  ],
  [
    'a streamed response',
    [response, '{}', { 'lambda-runtime-function-response-mode': 'streaming' }],
    400,
    'InvalidFunctionResponseMode',
    'Runtime.InvalidResponseModeHeader',
  ],
])('makes an error of %s', async (_name, [path, body, headers], status, refused, errorType) => {
  const call = await running();
  expect(refusal(await call('POST', path, body, headers))).toEqual([status, refused]);
  expect(api.answer).toMatchObject({ type: 'error', errorType });
});

test.each([
  [
    'trailers that were only announced, as aws-lambda-go does',
    {},
    { type: 'response', payload: Buffer.from('{"a":1}') },
  ],
  [
    'trailers that tell why its stream broke off',
    {
      'Lambda-Runtime-Function-Error-Type': 'Boom',
      'Lambda-Runtime-Function-Error-Body': Buffer.from('{"errorType":"Boom","errorMessage":"m"}').toString('base64'),
    },
    { type: 'error', errorType: 'Boom', payload: Buffer.from('{"errorType":"Boom","errorMessage":"m"}') },
  ],
])('a response is what it says, with %s', async (_name, trailers, expected) => {
  await running();
  const trailer = 'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body';
  await new Promise<void>((resolve) => {
    const sent = request(`http://${api.address}${response}`, { method: 'POST', headers: { trailer } }, (answer) => {
      answer.resume().once('end', resolve);
    });
    sent.write('{"a":1}');
    sent.addTrailers(trailers);
    sent.end();
  });
  expect(api.answer).toMatchObject(expected);
});

test.each([
  ['an error', '{"errorType":"TypeError","errorMessage":"m"}', 'TypeError', undefined],
  ['no type', '{"errorMessage":"m"}', 'Function.Broken', undefined],
  ['a type that forges log lines', '{"errorType":"E\\nREPORT Duration: 1 ms"}', 'Function.Broken', undefined],
  ['a type that is none', '{"errorType":{"a":1}}', 'Function.Broken', undefined],
  ['no JSON', 'nonsense', 'Function.Broken', { errorType: 'Function.Broken', errorMessage: 'nonsense' }],
  ['no object', '["a"]', 'Function.Broken', { errorType: 'Function.Broken', errorMessage: '["a"]' }],
  ['nothing', '', 'Function.Broken', { errorType: 'Function.Broken', errorMessage: '' }],
])('an error whose body is %s costs that invocation only', async (_name, body, errorType, payload) => {
  const call = await running();
  await call('POST', error, body, { 'lambda-runtime-function-error-type': 'Function.Broken' });
  expect(api.answer).toMatchObject({ type: 'error', errorType });
  expect(JSON.parse(api.answer?.payload.toString() ?? '')).toEqual(payload ?? JSON.parse(body));
});
