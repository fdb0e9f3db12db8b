import { cleanUp, deployed, serveLambda, type Answer, type ServedLambda } from './lambdaFixture';

/** Does what its event says. */
const misbehaving = `
  let invocations = 0;
  let held;
  const late = (f) => new Promise((resolve) => setTimeout(() => resolve(f()), 1));
  const acts = {
    succeed: () => ({ invocations }),
    throw: () => { throw Object.assign(new TypeError('Bäd'), { code: 'E_BAD' }); },
    throwString: () => { throw 'only text'; },
    throwNothing: () => { throw undefined; },
    throwTrap: () => { throw { get name() { throw new Error('trap'); }, toString() { throw new Error('trap'); } }; },
    reject: () => late(() => Promise.reject(new RangeError('too late'))),
    nothing: () => undefined,
    bigint: () => ({ n: 1n }),
    circular: () => { const a = {}; a.a = a; return a; },
    uncaught: () => { setTimeout(() => { throw new Error('from a timer'); }); return new Promise((r) => setTimeout(r, 5000)); },
    unhandled: () => { Promise.reject(new Error('nobody cares')); return new Promise((r) => setTimeout(r, 5000)); },
    unhandledReturn: () => { Promise.reject(new Error('nobody cares')); return 'well'; },
    exit0: () => process.exit(0),
    exit7: () => process.exit(7),
    abort: () => process.abort(),
    killed: () => { process.kill(process.pid, 'SIGKILL'); return new Promise((r) => setTimeout(r, 5000)); },
    never: () => new Promise(() => {}),
    memory: () => { const kept = []; for (;;) kept.push(new Array(1e5).fill(kept.length)); },
    buffers: () => { const kept = []; for (;;) kept.push(Buffer.alloc(1e6, 1)); },
    hold: () => { held = Buffer.alloc(80e6, 1); return 'held'; },
    spike: () => { Buffer.alloc(400e6, 1); return 'well'; },
    hang: () => { console.log('still here'); for (;;); },
    sleep: () => new Promise((resolve) => setTimeout(resolve, 60_000)),
  };
  exports.handler = async (event) => { invocations += 1; console.log('before', event); return acts[event](); };
`;

let lambda: ServedLambda;
beforeAll(async () => {
  lambda = await serveLambda([
    deployed(misbehaving),
    deployed(misbehaving, { functionName: 'short', timeoutSeconds: 1 }),
    deployed(misbehaving, {
      functionName: 'wide',
      memoryMb: 256,
      environment: { NODE_OPTIONS: '--max-old-space-size=64' },
    }),
  ]);
});
afterAll(cleanUp);

function requestIdOf(answer: Answer): string {
  return /^START RequestId: (\S+)/m.exec(answer.log)?.[1] ?? '';
}

describe('a function that fails', () => {
  test.each([
    ['throw', 'TypeError', 'Bäd'],
    ['throwString', 'string', 'only text'],
    ['throwNothing', 'undefined', 'undefined'],
    ['reject', 'RangeError', 'too late'],
    ['bigint', 'Runtime.JSONStringifyError', 'Unable to stringify response body'],
    ['circular', 'Runtime.JSONStringifyError', 'Unable to stringify response body'],
    ['throwTrap', 'handled', expect.stringContaining('there was a problem while retrieving')],
    ['never', 'Runtime.NodeJsExit', expect.stringContaining('a Promise that was never settled')],
  ])('by %s answers with its error, keeps its log, and lives on', async (act, errorType, errorMessage) => {
    const before = (await lambda.invoke('succeed')).payload as { invocations: number };
    const answer = await lambda.invoke(act);
    expect(answer).toMatchObject({ status: 200, functionError: 'Unhandled', executedVersion: '$LATEST' });
    expect(answer.payload).toMatchObject({ errorType, errorMessage });
    expect(answer.log).toContain(`before ${act}`);
    expect(answer.log).toMatch(/\tERROR\tInvoke Error \t\{"errorType":/);
    expect(answer.log).not.toContain('Status:');
    expect((await lambda.invoke('succeed')).payload).toEqual({ invocations: before.invocations + 2 });
  });

  test.each([
    ['exit0', 'Runtime exited without providing a reason'],
    ['exit7', 'Runtime exited with error: exit status 7'],
    ['abort', 'Runtime exited with error: signal: aborted'],
    ['killed', 'Runtime exited with error: signal: killed'],
  ])('by %s ends as on Lambda, with the log so far, and the next invocation has a new sandbox', async (act, reason) => {
    const answer = await lambda.invoke(act);
    expect(answer.functionError).toBe('Unhandled');
    expect(answer.payload).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${requestIdOf(answer)} Error: ${reason}`,
    });
    expect(answer.log).toMatch(/\tStatus: error\tError Type: Runtime.ExitError\n$/);
    // What V8 writes when its heap is full is longer than the tail.
    expect(answer.log.length > 3_000 || answer.log.includes(`before ${act}`)).toBe(true);
    expect((await lambda.invoke('succeed')).payload).toEqual({ invocations: 1 });
  });

  test.each([
    ['uncaught', 'Error', 'from a timer', 'Uncaught Exception'],
    ['unhandled', 'Runtime.UnhandledPromiseRejection', 'Error: nobody cares', 'Unhandled Promise Rejection'],
    ['unhandledReturn', 'Runtime.UnhandledPromiseRejection', 'Error: nobody cares', 'Unhandled Promise Rejection'],
  ])('by an error that it leaves %s answers with it and gets a new sandbox', async (act, type, message, label) => {
    const answer = await lambda.invoke(act);
    expect(answer.payload).toMatchObject({ errorType: type, errorMessage: message });
    expect(answer.log).toContain(`\tERROR\t${label} \t{"errorType":"${type}"`);
    expect(answer.log).toContain(`\tStatus: error\tError Type: ${type}\n`);
    expect((await lambda.invoke('succeed')).payload).toEqual({ invocations: 1 });
  });

  test('by its timeout is stopped, whether it waits or computes', async () => {
    const short = { FunctionName: 'short' };
    const answers = await Promise.all([lambda.invoke('hang', short), lambda.invoke('sleep', short)]);
    for (const answer of answers) {
      expect(answer.functionError).toBe('Unhandled');
      expect(answer.payload).toEqual({
        errorType: 'Sandbox.Timedout',
        errorMessage: `RequestId: ${requestIdOf(answer)} Error: Task timed out after 1.00 seconds`,
      });
      expect(answer.log).toMatch(/\tDuration: 1\d{3}\.\d\d ms\t.*\tStatus: timeout\n$/);
    }
    expect(answers[0].log).toContain('still here');
    expect((await lambda.invoke('succeed', short)).payload).toEqual({ invocations: 1 });
  });

  test.each(['buffers', 'spike'])('by %s beyond its memory is killed, and says so', async (act) => {
    const answer = await lambda.invoke(act);
    expect(answer.payload).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${requestIdOf(answer)} Error: Runtime exited with error: signal: killed`,
    });
    expect(answer.log).toContain(`before ${act}`);
    expect(answer.log).toMatch(
      /\tMemory Size: 128 MB\tMax Memory Used: 128 MB\t.*Status: error\tError Type: Runtime.OutOfMemory\n$/,
    );
    expect((await lambda.invoke('succeed')).payload).toEqual({ invocations: 1 });
  });

  test('by a heap that V8 limits aborts, with what its process held', async () => {
    await lambda.invoke('hold', { FunctionName: 'wide' });
    const answer = await lambda.invoke('memory', { FunctionName: 'wide' });
    expect(answer.payload).toMatchObject({ errorMessage: expect.stringContaining('signal: aborted') });
    expect(Number(/Max Memory Used: (\d+) MB\t.*Error Type: Runtime.ExitError/.exec(answer.log)?.[1])).toBeGreaterThan(
      80,
    );
  });

  test('by returning nothing does not fail: that is null', async () => {
    expect(await lambda.invoke('nothing')).toMatchObject({ functionError: undefined, payload: null });
  });

  test('shows the stack and further properties of its error in the log', async () => {
    const { log, payload } = await lambda.invoke('throw');
    const logged: unknown = JSON.parse(/Invoke Error \t(.*)$/m.exec(log)?.[1] ?? '');
    expect(logged).toMatchObject({
      errorType: 'TypeError',
      code: 'E_BAD',
      stack: expect.arrayContaining(['TypeError: Bäd']),
    });
    expect(payload).toMatchObject({ trace: expect.arrayContaining([expect.stringContaining('index.js')]) });
  });
});

test('an error before nodejs24.x has the name that it had there', async () => {
  const older = await serveLambda([deployed(misbehaving, { runtime: 'nodejs22.x' })]);
  expect((await older.invoke('bigint')).payload).toMatchObject({
    errorType: 'Error',
    errorMessage: 'Unable to stringify response body',
  });
  await older.close();
});

test('an error that nobody handles after the answer before nodejs24.x costs no other invocation', async () => {
  const older = await serveLambda([deployed(misbehaving, { runtime: 'nodejs22.x' })]);
  expect((await older.invoke('unhandledReturn')).payload).toBe('well');
  expect((await older.invoke('succeed')).payload).toEqual({ invocations: 1 });
  await older.close();
});

describe('whatever a function does to its channel', () => {
  const hostile = `
    const fs = require('node:fs');
    const api = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/';
    const post = (path, body) => fetch(api + path, { method: 'POST', body }).then(({ status }) => status);
    const acts = {
      scribble: () => { for (let fd = 3; fd < 64; fd += 1) try { fs.writeSync(fd, 'no JSON\\n{"type":1}\\n\\n'); } catch {} },
      steal: () => fetch(api + 'invocation/next').then(({ status }) => status),
      failInit: () => post('init/error', '{"errorType":"Fake"}'),
      replace: () => {
        JSON.stringify = JSON.parse = Buffer.concat = Buffer.byteLength = process.exit = () => { throw new Error('replaced'); };
        globalThis.setImmediate = globalThis.fetch = undefined;
        return 'as before';
      },
      answerFirst: async (id) => { await post('invocation/' + id + '/response', '"first"'); throw new Error('second'); },
      answerNonsense: (id) => post('invocation/' + id + '/error', 'nonsense'),
    };
    exports.handler = async (event, { awsRequestId }) => acts[event] ? acts[event](awsRequestId) : event;
  `;
  beforeAll(() => lambda.add(deployed(hostile, { functionName: 'hostile' })));
  test.each<[string, unknown]>([
    ['scribble', { errorType: 'Runtime.ExitError' }],
    ['steal', 403],
    ['failInit', 403],
    // As on AWS, where the function's code reaches the Runtime API too.
    ['answerFirst', 'first'],
    ['answerNonsense', { errorType: 'Runtime.Unknown', errorMessage: 'nonsense' }],
    ['replace', 'as before'],
  ])('%s costs at most that invocation', async (act, payload) => {
    const invoke = (event: string) => lambda.invoke(event, { FunctionName: 'hostile' });
    expect(await invoke(act)).toMatchObject({ payload });
    expect((await invoke('fine')).payload).toBe('fine');
  });
});
