import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeployedFunction } from '../../../../scripts/local/app/deployment';
import { noRoomForJava } from '../../../../scripts/local/lambda/runtimes/java';
import { Runtimes } from '../../../../scripts/local/lambda/runtimes/runtimes';
import { SandboxGuard } from '../../../../scripts/local/lambda/sandboxGuard';
import type { LambdaServiceOptions } from '../../../../scripts/local/lambda/service';
import { cleanUp, deployed, eventually, serveLambda, surroundings } from './lambdaFixture';

afterAll(cleanUp);

const counting = `
  let n = 0;
  exports.handler = async ({ wait = 0 }) => {
    n += 1;
    await new Promise((resolve) => setTimeout(resolve, wait));
    return { pid: process.pid, n };
  }`;

interface Count {
  pid: number;
  n: number;
}

test('one invocation after the other uses a warm sandbox, whose module keeps its state', async () => {
  const lambda = await serveLambda([deployed(counting)]);
  const first = await lambda.invoke({});
  const second = await lambda.invoke({});
  expect(second.payload).toEqual({ pid: (first.payload as Count).pid, n: 2 });
  expect([first.log, second.log].map((log) => log.includes('Init Duration: '))).toEqual([true, false]);
  await lambda.close();
});

test('an invocation does not get the sandbox of a function that has ended after its last answer', async () => {
  const source = 'exports.handler = async () => { setTimeout(() => process.exit(1), 10); return process.pid; }';
  const lambda = await serveLambda([deployed(source)]);
  const first = await lambda.invoke();
  await eventually(() => !isThere(first.payload as number));
  const second = await lambda.invoke();
  expect(second.functionError).toBeUndefined();
  expect(second.payload).not.toBe(first.payload);
  await lambda.close();
});

test('invocations at the same time have a sandbox each', async () => {
  const lambda = await serveLambda([deployed(counting)]);
  const answers = await Promise.all([1, 2, 3, 4].map(() => lambda.invoke({ wait: 400 })));
  const counts = answers.map(({ payload }) => payload as Count);
  expect(new Set(counts.map(({ pid }) => pid)).size).toBe(4);
  expect(counts.map(({ n }) => n)).toEqual([1, 1, 1, 1]);
  await lambda.close();
});

test('versions of a function do not share sandboxes', async () => {
  const lambda = await serveLambda([deployed(counting, { versions: ['1'] })]);
  await lambda.invoke({});
  expect((await lambda.invoke({}, { Qualifier: '1' })).payload).toMatchObject({ n: 1 });
  await lambda.close();
});

test('many invocations at once each get their own answer and their own log', async () => {
  const source = 'exports.handler = async ({ id }) => { console.log(`this is ${id}.`); return id; }';
  const lambda = await serveLambda([deployed(source)]);
  const ids = Array.from({ length: 300 }, (_, index) => index);
  const waiting = [...ids];
  const answers = new Map<number, { payload: unknown; log: string }>();
  const worker = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) answers.set(id, await lambda.invoke({ id }));
  };
  await Promise.all(Array.from({ length: 40 }, worker));
  for (const id of ids) {
    const { payload, log } = answers.get(id)!;
    expect(payload).toBe(id);
    expect(log.match(/this is \d+\./g)).toEqual([`this is ${id}.`]);
  }
  await lambda.close();
});

test("a sandbox has the function's environment and Lambda's, and nothing of the caller's", async () => {
  process.env.SECRET_OF_THE_CALLER = 'secret';
  const source = 'exports.handler = async () => ({ env: process.env, cwd: process.cwd(), send: typeof process.send })';
  const lambda = await serveLambda([deployed(source, { environment: { STAGE: 'test', AWS_REGION: 'mine' } })], {
    surroundings: { cwd: '/app', env: { PATH: '/programs', SECRET_OF_THE_CALLER: 'secret' } },
  });
  const { payload } = await lambda.invoke();
  delete process.env.SECRET_OF_THE_CALLER;
  const { env, cwd, send } = payload as { env: Record<string, string>; cwd: string; send: string };
  expect(JSON.stringify(env)).not.toContain('secret');
  expect(Object.keys(env).sort()).toEqual([
    'AWS_ACCESS_KEY_ID',
    'AWS_CONFIG_FILE',
    'AWS_DEFAULT_REGION',
    'AWS_EXECUTION_ENV',
    'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
    'AWS_LAMBDA_FUNCTION_NAME',
    'AWS_LAMBDA_FUNCTION_VERSION',
    'AWS_LAMBDA_INITIALIZATION_TYPE',
    'AWS_LAMBDA_LOG_FORMAT',
    'AWS_LAMBDA_LOG_GROUP_NAME',
    'AWS_LAMBDA_LOG_STREAM_NAME',
    'AWS_LAMBDA_RUNTIME_API',
    'AWS_REGION',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'AWS_SHARED_CREDENTIALS_FILE',
    'AWS_XRAY_CONTEXT_MISSING',
    'LAMBDA_RUNTIME_DIR',
    'LAMBDA_TASK_ROOT',
    'LANG',
    'LD_LIBRARY_PATH',
    'NODE_PATH',
    'PATH',
    'STAGE',
    'TZ',
    '_HANDLER',
    '_X_AMZN_TRACE_ID',
  ]);
  expect(env).toMatchObject({
    STAGE: 'test',
    AWS_REGION: 'eu-central-1',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    TZ: ':UTC',
    LAMBDA_TASK_ROOT: cwd,
    PATH: '/programs',
    NODE_PATH: '/app/node_modules',
  });
  expect(send).toBe('undefined');
  await lambda.close();
});

test('a sandbox whose credentials end too soon for an invocation is replaced by one with new ones', async () => {
  const clock = { time: 0, now: () => clock.time, sleep: () => Promise.resolve() };
  let given = 0;
  const lambda = await serveLambda([deployed('exports.handler = async () => process.env.AWS_ACCESS_KEY_ID')], {
    clock,
    access: (neededMs) => {
      given += 1;
      if (given > 2) return Promise.reject(new Error('it gets no valid credentials any more'));
      const credentials = { accessKeyId: `KEY${given}`, secretAccessKey: 'secret' };
      return Promise.resolve({ credentials, expiresAt: clock.time + neededMs + 1_000 });
    },
  });
  expect((await lambda.invoke()).payload).toBe('KEY1');
  clock.time += 1_000;
  expect((await lambda.invoke()).payload).toBe('KEY1');
  clock.time += 1;
  expect((await lambda.invoke()).payload).toBe('KEY2');
  clock.time += 3_600_000;
  await expect(lambda.invoke()).rejects.toMatchObject({
    name: 'ServiceException',
    message: 'The function reports could not be run: it gets no valid credentials any more.',
  });
  await lambda.close();
});

describe("what this machine lacks is trouble of the platform, not the function's", () => {
  const fails = 'exports.handler = async () => { throw new Error("mine"); }';
  const bootstrap = (source: string) => join(deployed({ 'bootstrap.js': source }).codeDirectory, 'bootstrap.js');

  test.each<[string, string, () => Partial<LambdaServiceOptions>, () => Partial<DeployedFunction>]>([
    [
      'no thread for it',
      'its process ended before it was up: Runtime exited with error: signal: aborted.',
      () => ({ bootstrapFile: bootstrap('process.abort()') }),
      () => ({}),
    ],
    ['no process', 'spawn ', () => ({}), () => ({ codeDirectory: join(deployed(fails).codeDirectory, 'index.js') })],
    ['no folder for temporary files', 'ENOENT', () => ({ temporaryFolder: join(__dirname, 'nowhere') }), () => ({})],
  ])('%s', async (_name, reason, options, overrides) => {
    const lambda = await serveLambda([deployed(fails, overrides())], options());
    const error: unknown = await lambda.invoke().catch((e: unknown) => e);
    expect(error).toMatchObject({ name: 'ServiceException', $metadata: { httpStatusCode: 500 } });
    expect((error as Error).message).toContain(`The function reports could not be run: ${reason}`);
    await lambda.close();
  });

  test('no memory, so that its kernel kills the process', async () => {
    const killed = 'exports.handler = () => { process.kill(process.pid, "SIGKILL"); return new Promise(() => {}); };';
    let killedForMemory = 7;
    const lambda = await serveLambda([deployed(killed)], { killedForMemory: () => killedForMemory++ });
    await expect(lambda.invoke()).rejects.toMatchObject({
      name: 'ServiceException',
      message:
        'The function reports could not be run: this machine ran out of memory, and its kernel killed the process.',
    });
    await lambda.close();
  });

  test.each([
    ['room for its Java', 'Could not reserve enough space for 8001536KB object heap', 'ServiceException'],
    ['nothing, but its own options', 'Unrecognized VM option', undefined],
  ])('%s', async (_name, said, name) => {
    const runtimes = new Runtimes(surroundings);
    jest.spyOn(runtimes, 'launch').mockResolvedValue({
      command: '/bin/sh',
      args: ['-c', `echo "${said}"; exit 1`],
      env: {},
      directory: '/',
      connectsFirst: false,
      startTroubleOf: noRoomForJava,
    });
    const lambda = await serveLambda([deployed(fails)], { runtimes });
    const ended = await lambda.invoke().then(
      ({ log }) => ({ name: undefined, said: log }),
      (error: unknown) => ({ name: (error as Error).name, said: (error as Error).message }),
    );
    expect(ended).toEqual({ name, said: expect.stringContaining(said) });
    await lambda.close();
  });

  test('no room for its log', async () => {
    const temporaryFolder = mkdtempSync(join(tmpdir(), 'log-'));
    const lambda = await serveLambda([deployed(fails)], { temporaryFolder });
    expect((await lambda.invoke()).payload).toMatchObject({ errorMessage: 'mine' });
    rmSync(temporaryFolder, { recursive: true });
    const error: unknown = await lambda.invoke().catch((e: unknown) => e);
    expect(error).toMatchObject({ name: 'ServiceException' });
    expect((error as Error).message).toContain('The log of the function reports could not be kept: ENOENT');
    await lambda.close();
  });

  test.each([
    ['while it runs', 'exports.handler = async () => { console.log(1); return 2; }'],
    ['while it is loaded', 'console.log(1); exports.handler = async () => 2;'],
  ])('no room for its log %s, even if there is some again when it has ended', async (_name, source) => {
    const full = `require('node:fs').writeSync = () => { throw Object.assign(new Error('full'), { code: 'ENOSPC' }); };`;
    const lambda = await serveLambda([deployed(full + source)]);
    const error: unknown = await lambda.invoke().catch((e: unknown) => e);
    expect(error).toMatchObject({
      name: 'ServiceException',
      message: expect.stringContaining('The log of the function reports could not be kept: ENOSPC'),
    });
    await lambda.close();
  });

  test('but not where the function itself keeps Node.js from starting', async () => {
    const environment = { NODE_OPTIONS: '--require=./missing.js' };
    const lambda = await serveLambda([deployed(fails, { environment })]);
    expect((await lambda.invoke()).payload).toMatchObject({ errorType: 'Runtime.ExitError' });
    await lambda.close();
  });

  test('and a guard that does not end by itself holds nobody up', async () => {
    const guard = new SandboxGuard(bootstrap('setInterval(() => {}, 1000)'), 1);
    guard.watch(process.pid);
    await expect(guard.close()).resolves.toBeUndefined();
  });
});

test('a closed service leaves no process behind, not even one that a function started', async () => {
  const source = `
    const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    exports.handler = async () => [process.pid, child.pid]`;
  const lambda = await serveLambda([deployed(source)]);
  const pids = (await lambda.invoke()).payload as number[];
  expect(pids.map(isRunning)).toEqual([true, true]);
  await lambda.close();
  await eventually(() => !pids.some(isRunning));
  expect(pids.map(isRunning)).toEqual([false, false]);
});

test('a service that is killed leaves no process behind, not even one that blocks its event loop', async () => {
  const source =
    'exports.handler = async () => { require("node:fs").writeFileSync("pid", `${process.pid}`); for (;;); }';
  const orphaned = deployed(source, { timeoutSeconds: 60 });
  const parent = spawn(
    process.execPath,
    ['--import', 'tsx', join(__dirname, 'invokingParent.ts'), JSON.stringify(orphaned)],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const file = join(orphaned.codeDirectory, 'pid');
  await eventually(() => existsSync(file) && readFileSync(file, 'utf8') !== '');
  const pid = Number(readFileSync(file, 'utf8'));
  expect(isRunning(pid)).toBe(true);
  parent.kill('SIGKILL');
  await eventually(() => !isRunning(pid));
  expect(isRunning(pid)).toBe(false);
});

/** A process that has ended, but that nobody has waited for yet, doesn't run. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync(`/proc/${pid}/stat`) || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Whether there is such a process; one that has ended is there until it was waited for. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
