/** What a function in Python gets and says, the same by AWS's own client and by ours. */
import { spawnSync } from 'node:child_process';
import type { DeployedFunction } from '../../../../scripts/local/app/deployment';
import { Runtimes, type RuntimesOptions } from '../../../../scripts/local/lambda/runtimes/runtimes';
import { cleanUp, deployed, serveLambda, surroundings, type ServedLambda } from './lambdaFixture';

const asked = spawnSync('python3', ['-c', 'import sys; print(sys.version_info[1])'], { encoding: 'utf8' });
/** The runtime that this machine's `python3` serves; python3.0 where there is none. */
// eslint-disable-next-line jest/no-export -- two files run the table, one of them in CI
export const runtime = asked.status === 0 ? `python3.${asked.stdout.trim()}` : 'python3.0';

/** Does what its event says. */
const acting = `
import collections, ctypes, decimal, json, logging, os, signal, sys, time
print('loaded')
Named = collections.namedtuple('Named', 'a b')
invocations = 0

class Mine(Exception):
    pass

def circular():
    loop = []
    loop.append(loop)
    return loop

def logs():
    print('printed', 'first')
    logging.warning('warned %s', 'by root')
    logging.getLogger('own').info('quiet')
    sys.stderr.write('to stderr\\n')
    try:
        raise KeyError('k')
    except KeyError:
        logging.getLogger('own').exception('caught')
    logging.getLogger('own').warning({'dict': 1}, extra={'more': 'yes'})
    print('Größe: 漢字 🎉')

acts = {
    'count': lambda c: invocations,
    'nothing': lambda c: None,
    'unicode': lambda c: {'Größe': '漢字 🎉 \\u2028'},
    'values': lambda c: {'d': decimal.Decimal('1.5'), 'i': decimal.Decimal(7), 'b': b'bytes', 'n': Named(1, b'x'), 't': (1, 2), 1: None},
    'bytes': lambda c: b'{"raw": true}',
    'mine': lambda c: exec("raise Mine('bäd')"),
    'silent': lambda c: exec('raise Mine()'),
    'zero': lambda c: 1 / 0,
    'import': lambda c: exec('import not_there'),
    'set': lambda c: {1, 2},
    'circular': lambda c: circular(),
    'key': lambda c: {(1, 2): 3},
    'exit0': lambda c: sys.exit(0),
    'exit7': lambda c: sys.exit(7),
    'osExit': lambda c: os._exit(9),
    'kill': lambda c: os.kill(os.getpid(), signal.SIGKILL),
    'segv': lambda c: ctypes.string_at(0),
    'hang': lambda c: [print('still here'), time.sleep(60)],
    'large': lambda c: 'a' * 6_291_555,
    'logs': lambda c: logs(),
    'environment': lambda c: {'env': dict(os.environ), 'cwd': os.getcwd(), 'path': sys.path, 'argv': sys.argv[1:]},
    'builtins': lambda c: [str(exit), str(quit), sys.version_info[0]],
    'context': lambda c: {
        **{name: getattr(c, name) for name in ('aws_request_id', 'log_group_name', 'log_stream_name', 'function_name',
            'memory_limit_in_mb', 'function_version', 'invoked_function_arn', 'tenant_id')},
        'identity': [c.identity.cognito_identity_id, c.identity.cognito_identity_pool_id],
        'client': c.client_context and [c.client_context.custom, c.client_context.env,
            c.client_context.client and [c.client_context.client.app_title, c.client_context.client.installation_id]],
        'remaining': c.get_remaining_time_in_millis(),
        'type': type(c).__name__,
    },
}

def handler(event, context):
    global invocations
    invocations += 1
    print('before', event)
    return acts[event](context)
`;

/** The table; `options` say which client serves it. */
// eslint-disable-next-line jest/no-export -- as above
export function describePython(options: () => Partial<RuntimesOptions>): void {
  let lambda: ServedLambda;
  let invoke: (act: string, FunctionName?: string) => ReturnType<ServedLambda['invoke']>;
  let functions = 0;
  const notes: string[] = [];

  /** The answer of a new function. */
  const invokeOnce = (source: string | Record<string, string>, overrides: Partial<DeployedFunction> = {}) => {
    functions += 1;
    const functionName = `function-${functions}`;
    const files = typeof source === 'string' ? { 'index.py': source } : source;
    lambda.add(deployed(files, { runtime, functionName, ...overrides }));
    return lambda.invoke({}, { FunctionName: functionName });
  };

  beforeAll(async () => {
    const runtimes = new Runtimes({ ...surroundings, note: (line) => notes.push(line), ...options() });
    const files = { 'index.py': acting };
    lambda = await serveLambda(
      [
        deployed(files, { runtime, memoryMb: 256, environment: { STAGE: 'test', AWS_REGION: 'mine' } }),
        deployed(files, { runtime, functionName: 'short', timeoutSeconds: 1 }),
        deployed(files, { runtime, functionName: 'json', logFormat: 'JSON' }),
      ],
      { runtimes },
    );
    invoke = (act, FunctionName) => lambda.invoke(act, FunctionName === undefined ? {} : { FunctionName });
  });
  afterAll(cleanUp);

  test.each<[string, unknown]>([
    ['nothing', null],
    ['unicode', { Größe: '漢字 🎉 \u2028' }],
    ['values', { d: 1.5, i: 7, b: 'bytes', n: { a: 1, b: 'x' }, t: [1, 2], 1: null }],
    ['bytes', { raw: true }],
    ['builtins', [expect.stringContaining('Use exit()'), expect.stringContaining('Use quit()'), 3]],
  ])('a function returns %s', async (act, payload) => {
    expect(await invoke(act)).toMatchObject({ status: 200, functionError: undefined, payload });
  });

  test('one invocation after the other uses a warm sandbox', async () => {
    const { payload } = await invoke('count');
    const second = await invoke('count');
    expect(second.payload).toBe((payload as number) + 1);
    expect(second.log).not.toContain('Init Duration');
  });

  test.each<[string, string, unknown, RegExp]>([
    ['mine', 'Mine', 'bäd', /^\[ERROR\] Mine: bäd\nTraceback \(most recent call last\):\n\u00a0\u00a0File "/m],
    ['silent', 'Mine', '', /^\[ERROR\] Mine\nTraceback/m],
    ['zero', 'ZeroDivisionError', 'division by zero', /^\[ERROR\] ZeroDivisionError: division by zero\n/m],
    ['import', 'ModuleNotFoundError', "No module named 'not_there'", /^\[ERROR\] ModuleNotFoundError: No module/m],
    ['unknown act', 'KeyError', "'unknown act'", /^\[ERROR\] KeyError: 'unknown act'\n/m],
  ])(
    'a function that raises (%s) answers with its error, logs it, and lives on',
    async (act, errorType, message, log) => {
      const before = (await invoke('count')).payload as number;
      const answer = await invoke(act);
      expect(answer).toMatchObject({
        status: 200,
        functionError: 'Unhandled',
        payload: { errorType, errorMessage: message },
      });
      const { requestId, stackTrace } = answer.payload as { requestId: string; stackTrace: string[] };
      expect(stackTrace[0]).toMatch(
        /^ {2}File ".*index\.py", line \d+, in handler\n {4}return acts\[event\]\(context\)\n/,
      );
      expect(answer.log).toMatch(log);
      expect(answer.log).toContain(`START RequestId: ${requestId} `);
      expect(answer.log).toContain(`before ${act}\n[ERROR]`);
      expect(answer.log).not.toContain('Status:');
      expect((await invoke('count')).payload).toBe(before + 2);
    },
  );

  test.each([
    ['set', 'Object of type set is not JSON serializable'],
    ['circular', 'Circular reference detected'],
    ['key', 'keys must be str, int, float, bool or None, not tuple'],
  ])('a result that is no JSON (%s) is Runtime.MarshalError', async (act, reason) => {
    const answer = await invoke(act);
    expect(answer).toMatchObject({
      functionError: 'Unhandled',
      payload: {
        errorType: 'Runtime.MarshalError',
        errorMessage: `Unable to marshal response: ${reason}`,
        stackTrace: [],
      },
    });
    expect(answer.log).toContain(`\n[ERROR] Runtime.MarshalError: Unable to marshal response: ${reason}\nTraceback`);
  });

  test.each([
    ['exit0', 'Runtime exited without providing a reason'],
    ['exit7', 'Runtime exited with error: exit status 7'],
    ['osExit', 'Runtime exited with error: exit status 9'],
    ['kill', 'Runtime exited with error: signal: killed'],
    ['segv', 'Runtime exited with error: signal: segmentation fault'],
  ])(
    'a function that ends its process (%s) is Runtime.ExitError, and the next one a new sandbox',
    async (act, reason) => {
      const answer = await invoke(act);
      expect(answer).toMatchObject({
        functionError: 'Unhandled',
        payload: {
          errorType: 'Runtime.ExitError',
          errorMessage: expect.stringMatching(`^RequestId: \\S+ Error: ${reason}$`),
        },
      });
      expect(answer.log).toContain(`before ${act}\n`);
      expect(answer.log).toMatch(/\tStatus: error\tError Type: Runtime.ExitError\n$/);
      expect((await invoke('count')).payload).toBe(1);
    },
  );

  test('a function that takes too long is killed, with its log so far', async () => {
    const { payload, log } = await invoke('hang', 'short');
    expect(payload).toMatchObject({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringContaining('Task timed out after 1.00 seconds'),
    });
    expect(log).toContain('before hang\nstill here\n');
  });

  test('a response above 6 MB is refused', async () => {
    expect((await invoke('large')).payload).toEqual({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    });
    expect((await invoke('nothing')).functionError).toBeUndefined();
  });

  test('what it prints and logs stands in the order in which it was written', async () => {
    const { log } = await invoke('logs');
    const id = /START RequestId: (\S+)/.exec(log)?.[1] ?? '';
    const lines = log.slice(log.indexOf('before')).replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME');
    expect(lines.replaceAll(id, 'ID')).toMatch(
      new RegExp(
        [
          'before logs',
          'printed first',
          '\\[WARNING\\]\tTIME\tID\twarned by root',
          'to stderr',
          '\\[ERROR\\]\tTIME\tID\tcaught',
          'Traceback \\(most recent call last\\):',
          '  File .*index.py", line \\d+, in logs',
          "    raise KeyError\\('k'\\)",
          "KeyError: 'k'",
          "\\[WARNING\\]\tTIME\tID\t\\{'dict': 1\\}",
          'Größe: 漢字 🎉',
          'END RequestId: ID',
        ].join('\n'),
      ),
    );
  });

  test('with the log format JSON it logs objects from INFO up, and prints as it is', async () => {
    const { log } = await invoke('logs', 'json');
    const written = log.split('\n').filter((line) => !line.includes('"platform.'));
    const told = written.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as object);
    expect(written).toEqual(expect.arrayContaining(['loaded', 'printed first', 'to stderr', 'Größe: 漢字 🎉']));
    const common = {
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      requestId: expect.stringMatching(/^\S{36}$/),
    };
    expect(told).toEqual([
      { ...common, level: 'WARNING', message: 'warned by root', logger: 'root' },
      { ...common, level: 'INFO', message: 'quiet', logger: 'own' },
      {
        ...common,
        level: 'ERROR',
        message: 'caught',
        logger: 'own',
        errorType: 'KeyError',
        errorMessage: "'k'",
        stackTrace: [expect.stringContaining("raise KeyError('k')")],
        location: expect.stringMatching(/index\.py:logs:\d+$/),
      },
      { ...common, level: 'WARNING', message: { dict: 1 }, logger: 'own', more: 'yes' },
    ]);
    const failed = await invoke('mine', 'json');
    const error = failed.log.split('\n').find((line) => line.includes('"errorType"')) ?? '';
    expect(JSON.parse(error)).toEqual({
      timestamp: common.timestamp,
      level: 'ERROR',
      ...(failed.payload as object),
    });
  });

  test('the context says what is invoked and how long it may take', async () => {
    const ClientContext = Buffer.from('{"custom":{"a":1},"env":{"locale":"de"},"client":{"app_title":"App"}}').toString(
      'base64',
    );
    const { payload, log } = await lambda.invoke('context', { ClientContext });
    expect(payload).toEqual({
      aws_request_id: /START RequestId: (\S+)/.exec(log)?.[1],
      log_group_name: '/aws/lambda/reports',
      log_stream_name: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
      function_name: 'reports',
      memory_limit_in_mb: '256',
      function_version: '$LATEST',
      invoked_function_arn: 'arn:aws:lambda:eu-central-1:123456789012:function:reports',
      tenant_id: null,
      identity: [null, null],
      client: [{ a: 1 }, { locale: 'de' }, ['App', null]],
      remaining: expect.any(Number),
      type: 'LambdaContext',
    });
    const { remaining } = payload as { remaining: number };
    expect(remaining).toBeGreaterThan(4_000);
    expect(remaining).toBeLessThanOrEqual(10_000);
    expect((await invoke('context')).payload).toMatchObject({ client: null });
  });

  test("has its own environment and Lambda's, nothing of the caller's, and no package of this machine", async () => {
    const { payload } = await invoke('environment');
    const { env, cwd, path, argv } = payload as {
      env: Record<string, string>;
      cwd: string;
      path: string[];
      argv: string[];
    };
    expect(env).toMatchObject({
      STAGE: 'test',
      AWS_REGION: 'eu-central-1',
      AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
      LAMBDA_TASK_ROOT: cwd,
      _X_AMZN_TRACE_ID: expect.stringContaining('Root=1-'),
    });
    // LC_CTYPE is Python's own, where this machine has not the locale of LANG.
    expect(
      Object.keys(env)
        .filter((name) => !/^(AWS_|LAMBDA_|_X_AMZN_TRACE_ID|LC_CTYPE)/.test(name))
        .sort(),
    ).toEqual(['LANG', 'LD_LIBRARY_PATH', 'PATH', 'STAGE', 'TZ', '_HANDLER']);
    expect(path[0]).toBe(cwd);
    const { runtimeCache = '' } = options();
    const ofThisMachine = path.filter((folder) => /packages|dist/.test(folder) && !folder.startsWith(runtimeCache));
    expect(ofThisMachine).toEqual([]);
    expect(argv).toEqual(['index.handler']);
  });

  test.each<[string, string, string, string | Record<string, string>, Partial<DeployedFunction>]>([
    [
      'missing module',
      'Runtime.ImportModuleError',
      "Unable to import module 'index': No module named 'not_there'",
      'import not_there',
      {},
    ],
    [
      'missing file',
      'Runtime.ImportModuleError',
      "Unable to import module 'other': No module named 'other'",
      '',
      { handler: 'other.handler' },
    ],
    [
      'syntax error',
      'Runtime.UserCodeSyntaxError',
      "Syntax error in module 'index': invalid syntax (index.py, line 1)",
      'def :',
      {},
    ],
    ['missing handler', 'Runtime.HandlerNotFound', "Handler 'handler' missing on module 'index'", 'x = 1', {}],
    [
      'malformed handler',
      'Runtime.MalformedHandlerName',
      "Bad handler 'index': not enough values to unpack (expected 2, got 1)",
      '',
      { handler: 'index' },
    ],
    [
      'built-in module',
      'Runtime.BuiltInModuleConflict',
      'Cannot use built-in module sys as a handler module',
      '',
      { handler: 'sys.exit' },
    ],
    ['ValueError', 'ValueError', 'not today', 'raise ValueError("not today")', {}],
  ])(
    'a function that can not be loaded for a %s says so before it is invoked',
    async (_name, errorType, errorMessage, source, overrides) => {
      const answer = await invokeOnce(source, overrides);
      expect(answer).toMatchObject({ functionError: 'Unhandled', payload: { errorType, errorMessage, requestId: '' } });
      expect(answer.log).toContain(`[ERROR] ${errorType}: ${errorMessage}\nTraceback (most recent call last):\n`);
      expect(answer.log).toContain(`Phase: init\tStatus: error\tError Type: ${errorType}\n`);
    },
  );

  test('a function that ends its process while it is loaded is Runtime.ExitError', async () => {
    expect((await invokeOnce('import sys; sys.exit(3)')).payload).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining('exit status 3'),
    });
  });

  test('finds its handler in a folder, and its modules before those of its layers and of Python', async () => {
    const layer = deployed({
      [`python/lib/${runtime}/site-packages/both.py`]: 'where = "site-packages"',
      'python/both.py': 'where = "python"',
      'python/mine.py': 'where = "layer"',
      'python/colorsys.py': 'where = "layer"',
    }).codeDirectory;
    const source =
      'import both, colorsys, mine\ndef run(event, context): return [both.where, mine.where, colorsys.where]';
    const overrides = { handler: 'app/main.run', layersDirectory: layer };
    const files = { 'app/main.py': source, 'mine.py': 'where = "function"' };
    expect((await invokeOnce(files, overrides)).payload).toEqual(['site-packages', 'function', 'layer']);
    const own = { ...overrides, environment: { PYTHONPATH: '/elsewhere' } };
    expect((await invokeOnce(files, own)).payload).toEqual(['site-packages', 'function', 'layer']);
  });

  test('leaves its code as it is, without compiled files', async () => {
    const { payload } = await invokeOnce({
      'index.py': 'import os, other\ndef handler(event, context): return sorted(os.listdir())',
      'other.py': '',
    });
    expect(payload).toEqual(['index.py', 'other.py']);
  });

  test('may start processes of its own that import the program', async () => {
    const source = `
import multiprocessing
from work import double
def handler(event, context):
    spawn = multiprocessing.get_context('spawn')
    queue = spawn.SimpleQueue()
    process = spawn.Process(target=double, args=(queue, 21))
    process.start()
    process.join()
    return queue.get()`;
    const work = 'def double(queue, number): queue.put(2 * number)';
    expect((await invokeOnce({ 'index.py': source, 'work.py': work })).payload).toBe(42);
  });

  test('says once which Python runs it', () => {
    const about = notes.filter((line) => line.startsWith(`${runtime} functions run on Python ${runtime.slice(6)}.`));
    expect(about).toHaveLength(1);
  });
}
