/* eslint-disable jest/no-export -- several files run them, some of them in CI */
/** What a function does and gets, whatever runtime it has: rows are behaviours, each runtime is a column. */
import type { DeployedFunction } from '../../../../scripts/local/app/deployment';
import type { Runtimes } from '../../../../scripts/local/lambda/runtimes/runtimes';
import { account, cleanUp, region, serveLambda, type ServedLambda } from './lambdaFixture';

/** What a function is asked to do, as the text that is its event; where it is loaded, by its variable `ON_LOAD`. */
export type Act =
  'succeed' | 'print' | 'context' | 'raise' | 'crash' | 'exit0' | 'exit7' | 'killed' | 'hang' | 'memory' | 'tooLarge';

export interface RuntimeColumn {
  /** The function that does what it is asked. */
  deployed: (overrides?: Partial<DeployedFunction>) => DeployedFunction;
  /** The error's type where it raises `Bäd`. */
  raised: string;
  /** Where it ends by an error that its runtime doesn't survive; left out where its runtime survives all. */
  crashed?: ErrorPayload;
  /** Where it takes more and more memory: by its runtime, or as the process is killed. */
  outOfMemory?: ErrorPayload;
  /** Where it raises as it is loaded. */
  raisedOnLoad: ErrorPayload;
  /** Of the service; default: this machine's own runtimes. */
  runtimes?: () => Runtimes;
}

interface ErrorPayload {
  errorType: string;
  errorMessage: unknown;
}

/** The rows, as tests within a `describe`. */
export function testBehaviours({
  deployed,
  raised,
  crashed,
  outOfMemory,
  raisedOnLoad,
  runtimes,
}: RuntimeColumn): void {
  let lambda: ServedLambda;
  beforeAll(async () => {
    const functions = [
      deployed({ environment: { STAGE: 'test' } }),
      deployed({ functionName: 'short', timeoutSeconds: 1 }),
      deployed({ functionName: 'raising', environment: { ON_LOAD: 'raise' } }),
      deployed({ functionName: 'exiting', environment: { ON_LOAD: 'exit7' } }),
    ];
    lambda = await serveLambda(functions, { runtimes: runtimes?.() });
  });
  afterAll(cleanUp);

  const invoke = (act: Act, functionName = 'reports') => lambda.invoke(act, { FunctionName: functionName });

  test('answers, and its process takes the next event', async () => {
    const first = await invoke('succeed');
    const { invocations } = first.payload as { invocations: number };
    const second = await invoke('succeed');
    expect([first.functionError, second.functionError]).toEqual([undefined, undefined]);
    expect(second.payload).toEqual({ system_test_successful: true, invocations: invocations + 1 });
    expect(second.log).not.toContain('Init Duration: ');
  });

  test('has what it prints in its log, in that order', async () => {
    const { log } = await invoke('print');
    expect(log).toMatch(/^START [^\n]*\n[^]*one[^]*two[^]*Größe[^]*\nEND [^]*\nREPORT /);
  });

  test('gets its request, its variables and its folder as on Lambda', async () => {
    const before = Date.now();
    const { payload, log } = await invoke('context');
    const { deadline, folder, ...rest } = payload as { deadline: number; folder: string };
    expect(rest).toEqual({
      requestId: requestIdOf(log),
      arn: `arn:aws:lambda:${region}:${account}:function:reports`,
      stage: 'test',
      taskRoot: folder,
    });
    expect(deadline).toBeGreaterThanOrEqual(before + 10_000);
    expect(deadline).toBeLessThanOrEqual(Date.now() + 10_000);
  });

  test('that raises answers with its error, and lives on', async () => {
    const answer = await invoke('raise');
    expect(answer.functionError).toBe('Unhandled');
    expect(answer.payload).toMatchObject({ errorType: raised, errorMessage: 'Bäd' });
    expect((await invoke('succeed')).log).not.toContain('Init Duration: ');
  });

  const ends: [act: Act, error: ErrorPayload | undefined][] = [
    ['crash', crashed],
    ['exit0', exitError('Runtime exited without providing a reason')],
    ['exit7', exitError('Runtime exited with error: exit status 7')],
    ['killed', exitError('Runtime exited with error: signal: killed')],
  ];
  test.each(ends.filter(([, error]) => error))(
    'that ends by %s says how, and gets a new process',
    async (act, error) => {
      const answer = await invoke(act);
      expect(answer.functionError).toBe('Unhandled');
      expect(answer.payload).toMatchObject({ ...error });
      expect(answer.log).toContain('one');
      expect(answer.log).toContain(`\tStatus: error\tError Type: ${error?.errorType}\n`);
      expect((await invoke('succeed')).payload).toMatchObject({ invocations: 1 });
    },
  );

  // Elsewhere the system doesn't tell what a process holds.
  const onLinux = process.platform === 'linux' ? test : test.skip;
  onLinux('that takes more memory than it has ends with that', async () => {
    const answer = await invoke('memory');
    expect(answer.payload).toMatchObject(outOfMemory ?? exitError('Runtime exited with error: signal: killed'));
    expect(answer.log).toMatch(/\tStatus: error\tError Type: (Runtime\.OutOfMemory|java\.lang\.OutOfMemoryError)\n$/);
    const { memory, held } =
      /Memory Size: (?<memory>\d+) MB\tMax Memory Used: (?<held>\d+) MB/.exec(answer.log)?.groups ?? {};
    expect(held).toBe(memory);
    expect((await invoke('succeed')).payload).toMatchObject({ invocations: 1 });
  });

  test('that answers with too much fails with the limit', async () => {
    expect(await invoke('tooLarge')).toMatchObject({
      functionError: 'Unhandled',
      payload: { errorType: 'Function.ResponseSizeTooLarge' },
    });
  });

  test('that takes too long is stopped', async () => {
    const answer = await invoke('hang', 'short');
    expect(answer.payload).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${requestIdOf(answer.log)} Error: Task timed out after 1.00 seconds`,
    });
    expect(answer.log).toContain('one');
    expect((await invoke('succeed', 'short')).payload).toMatchObject({ invocations: 1 });
  });

  test.each([
    ['raising', raisedOnLoad],
    ['exiting', exitError('Runtime exited with error: exit status 7')],
  ])('that fails by %s as it is loaded says so', async (functionName, error) => {
    const answer = await invoke('succeed', functionName);
    expect(answer.functionError).toBe('Unhandled');
    expect(answer.payload).toMatchObject(error);
    expect(answer.log).toMatch(/^INIT_REPORT [^\n]*\tPhase: init\tStatus: error/m);
  });
}

function exitError(reason: string): ErrorPayload {
  return { errorType: 'Runtime.ExitError', errorMessage: expect.stringMatching(new RegExp(` Error: ${reason}$`)) };
}

function requestIdOf(log: string): string {
  return /^START RequestId: (\S+)/m.exec(log)?.[1] ?? '';
}
