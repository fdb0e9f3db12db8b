import type { DeployedFunction } from '../../../../scripts/local/app/deployment';
import { cleanUp, deployed, serveLambda, type Answer, type ServedLambda } from './lambdaFixture';

let lambda: ServedLambda;
beforeAll(async () => {
  lambda = await serveLambda([]);
});
afterAll(cleanUp);

let functions = 0;
/** Invokes a new function. */
function invokeOnce(
  source: string | Record<string, string>,
  overrides: Partial<DeployedFunction> = {},
): Promise<Answer> {
  functions += 1;
  const { functionName = `function-${functions}` } = overrides;
  lambda.add(deployed(source, { ...overrides, functionName }));
  return lambda.invoke({ a: 1 }, { FunctionName: functionName });
}

describe('a handler is found', () => {
  const commonJs = 'exports.handler = async () => "found"; exports.api = { v1: { get: async () => "found" } };';
  const module = 'export const handler = async () => "found"; export default { other: async () => "found" };';
  test.each<[string, Record<string, string>, string]>([
    ['in a .js file', { 'index.js': commonJs }, 'index.handler'],
    ['in a .cjs file', { 'index.cjs': commonJs }, 'index.handler'],
    ['in a .mjs file', { 'index.mjs': module }, 'index.handler'],
    ['in a .js file of a module package', { 'index.js': module, 'package.json': '{"type":"module"}' }, 'index.handler'],
    ['in a .mjs file with top-level await', { 'index.mjs': `await null; ${module}` }, 'index.handler'],
    ['in a folder', { 'src/api/users.js': commonJs }, 'src/api/users.handler'],
    [
      'in a folder below a module package',
      { 'package.json': '{"type":"module"}', 'src/users.js': module },
      'src/users.handler',
    ],
    ['in a nested export', { 'index.js': commonJs }, 'index.api.v1.get'],
    ['in the default export', { 'index.mjs': module }, 'index.other'],
    ['in a package', { 'node_modules/app/index.js': commonJs }, 'app.handler'],
  ])('%s', async (_name, files, handler) => {
    expect(await invokeOnce(files, { handler })).toMatchObject({ functionError: undefined, payload: 'found' });
  });
});

describe('a function that cannot be loaded', () => {
  test.each<[string, Record<string, string>, string, string, string]>([
    ['no file', {}, 'index.handler', 'Runtime.ImportModuleError', "Error: Cannot find module 'index'"],
    [
      'a missing dependency',
      { 'index.js': 'require("no-such-module")' },
      'index.handler',
      'Runtime.ImportModuleError',
      "Error: Cannot find module 'no-such-module'",
    ],
    [
      'a syntax error',
      { 'index.js': 'exports.handler = async () => {' },
      'index.handler',
      'Runtime.UserCodeSyntaxError',
      'SyntaxError: Unexpected',
    ],
    [
      'no such export',
      { 'index.js': 'exports.other = 1' },
      'index.handler',
      'Runtime.HandlerNotFound',
      'index.handler is undefined or not exported',
    ],
    [
      'an export that is no function',
      { 'index.js': 'exports.handler = {}' },
      'index.handler',
      'Runtime.HandlerNotFound',
      'index.handler is not a function',
    ],
    ['a handler without an export', {}, 'index', 'Runtime.MalformedHandlerName', 'Bad handler'],
    [
      'a handler outside',
      {},
      '../index.handler',
      'Runtime.MalformedHandlerName',
      "'../index.handler' is not a valid handler name",
    ],
    [
      'an error of its own',
      { 'index.js': 'throw new TypeError("no configuration")' },
      'index.handler',
      'TypeError',
      'no configuration',
    ],
    [
      'a callback',
      { 'index.js': 'exports.handler = (event, context, callback) => callback()' },
      'index.handler',
      'Runtime.CallbackHandlerDeprecated',
      'ERROR: AWS Lambda has removed support for callback-based function handlers',
    ],
    [
      'a streaming handler',
      { 'index.js': 'exports.handler = awslambda.streamifyResponse(async () => {})' },
      'index.handler',
      'Error',
      'Response streaming (awslambda.streamifyResponse) is not supported by the local endpoint.',
    ],
  ])('for %s says so, in the payload and before START', async (_name, files, handler, errorType, message) => {
    const answer = await invokeOnce(files, { handler });
    expect(answer.functionError).toBe('Unhandled');
    expect(answer.payload).toMatchObject({ errorType, errorMessage: expect.stringContaining(message) });
    const lines = answer.log.split('\n');
    expect(lines[0]).toMatch(/^\S+Z\t\tERROR\tInit Error \t\{/);
    expect(lines[1]).toMatch(`Phase: init\tStatus: error\tError Type: ${errorType}`);
    expect(lines[2]).toMatch(/^START RequestId: /);
    expect(lines[4]).toMatch(`\tStatus: error\tError Type: ${errorType}`);
  });

  test('because it ends its process says so', async () => {
    expect((await invokeOnce('process.exit(3)')).payload).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining('Runtime exited with error: exit status 3'),
    });
  });

  test('because it waits for nothing says so', async () => {
    expect((await invokeOnce({ 'index.mjs': 'await new Promise(() => {})' })).payload).toMatchObject({
      errorMessage: expect.stringContaining('Runtime exited with error: exit status 13'),
    });
  });

  test('is loaded anew by the next invocation', async () => {
    const source = 'throw new Error("not today")';
    const first = await invokeOnce(source, { functionName: 'broken' });
    const logs = [first, await lambda.invoke({}, { FunctionName: 'broken' })].map(({ log }) => log);
    expect(logs).toEqual([expect.stringContaining('INIT_REPORT'), expect.stringContaining('INIT_REPORT')]);
  });
});

describe('a function that finds no module', () => {
  const sources: Record<string, string>[] = [
    { 'index.js': 'require("powertools")' },
    { 'index.mjs': 'import "powertools"' },
    { 'index.js': 'exports.handler = async () => require("powertools")' },
  ];

  test.each(sources)('could not be tested where a layer is left out: %j', async (source) => {
    const run = invokeOnce(source, { leftOut: ['the layer arn:aws:lambda:eu-west-1:1:layer:powertools:7'] });
    await expect(run).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: expect.stringMatching(
        /^The local endpoint can't serve the function function-\d+: [^\n]+Cannot find (module|package) 'powertools'[^\n]*; here it runs without the layer arn:aws:lambda:eu-west-1:1:layer:powertools:7: put the layer into the app as an asset$/,
      ),
    });
  });

  test.each<string[][]>([
    [[]],
    [['the layer arn:aws:lambda:eu-west-1:1:layer:LambdaInsightsExtension:7', 'the extension x']],
  ])('has failed where what it lacks brings no modules: %j', async (leftOut) => {
    const answers = await Promise.all(sources.map((source) => invokeOnce(source, { leftOut })));
    expect(answers.map(({ functionError }) => functionError)).toEqual(['Unhandled', 'Unhandled', 'Unhandled']);
  });
});

describe('below nodejs24.x', () => {
  const runtime = 'nodejs22.x';
  test.each([
    ['a callback answers', '(event, context, callback) => { setTimeout(() => callback(null, "done"), 5); }', 'done'],
    [
      'a callback waits for the event loop to be empty',
      '(event, context, callback) => { const result = {}; callback(null, result); setTimeout(() => { result.late = true; }, 5); }',
      { late: true },
    ],
    [
      'a callback need not wait',
      '(event, context, callback) => { context.callbackWaitsForEmptyEventLoop = false; callback(null, "now"); setTimeout(() => {}, 60_000); }',
      'now',
    ],
    ['context.succeed answers', '(event, context) => context.succeed("done")', 'done'],
    ['context.done answers', '(event, context) => { setTimeout(() => context.done(null, "done"), 5); }', 'done'],
    [
      'the first answer counts',
      '(event, context, callback) => { context.succeed(1); callback(null, 2); context.fail(3); }',
      1,
    ],
    ['an event loop without an answer is null', '(event) => event', null],
    ['a promise answers', '(event) => Promise.resolve("done")', 'done'],
    ['an async function answers', 'async () => "done"', 'done'],
  ])('%s', async (_name, handler, payload) => {
    expect(await invokeOnce(`exports.handler = ${handler}`, { runtime })).toMatchObject({
      functionError: undefined,
      payload,
    });
  });

  test.each([
    ['a callback', '(event, context, callback) => callback(new RangeError("bad"))', 'RangeError', 'bad'],
    ['a callback with text', '(event, context, callback) => callback("bad")', 'string', 'bad'],
    ['context.fail', '(event, context) => context.fail(new RangeError("bad"))', 'RangeError', 'bad'],
    ['context.fail without an error', '(event, context) => context.fail()', 'string', 'handled'],
    ['a throw', '() => { throw new RangeError("bad"); }', 'RangeError', 'bad'],
    ['a rejection', '() => Promise.reject(new RangeError("bad"))', 'RangeError', 'bad'],
    [
      'a promise that never settles',
      'async () => new Promise(() => {})',
      'Runtime.NodeJsExit',
      'The Lambda runtime client detected',
    ],
  ])('%s fails the invocation', async (_name, handler, errorType, message) => {
    const answer = await invokeOnce(`exports.handler = ${handler}`, { runtime });
    expect(answer.functionError).toBe('Unhandled');
    expect(answer.payload).toMatchObject({ errorType, errorMessage: expect.stringContaining(message) });
  });
});

describe('the context', () => {
  const source = `exports.handler = async (event, context) => ({
    ...context, remaining: context.getRemainingTimeInMillis(), keys: Object.keys(context),
  })`;

  test('says what is invoked and how long it may take', async () => {
    const { payload, log } = await invokeOnce(source, { timeoutSeconds: 5, memoryMb: 256 });
    const context = payload as { remaining: number; keys: string[] };
    expect(context).toMatchObject({
      functionName: expect.stringMatching(/^function-\d+$/),
      functionVersion: '$LATEST',
      memoryLimitInMB: '256',
      logGroupName: expect.stringMatching(/^\/aws\/lambda\/function-\d+$/),
      logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
      invokedFunctionArn: expect.stringMatching(/^arn:aws:lambda:eu-central-1:123456789012:function:function-\d+$/),
      awsRequestId: /START RequestId: (\S+)/.exec(log)?.[1],
    });
    expect(context.remaining).toBeGreaterThan(4_000);
    expect(context.remaining).toBeLessThanOrEqual(5_000);
    expect(context.keys).not.toContain('succeed');
  });

  test('has the callbacks of old below nodejs24.x', async () => {
    const { payload } = await invokeOnce(source, { runtime: 'nodejs22.x' });
    expect(payload).toMatchObject({
      callbackWaitsForEmptyEventLoop: true,
      keys: expect.arrayContaining(['succeed', 'fail', 'done']),
    });
  });
});
