import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import type { Configuration, RunResult } from '../../../lib/wire';
import type { InvocationAnswer, Lambda } from '../../../scripts/aws/lambda';
import { testDirectly } from '../../../scripts/direct/testDirectly';
import { stopSignal } from '../../../scripts/io/stopSignal';
import { failureLimit } from '../../../scripts/result/failureLimit';
import { createRedactor } from '../../../scripts/result/redaction';
import { parseRunResult } from '../../../scripts/result/runResultFile';
import { notFinished } from '../../../scripts/result/untested';
import { Talk } from '../../../scripts/terminal/talk';
import { FakeClock } from '../fakeClock';
import { FakeExecution, type FakeConfiguration } from '../fakeExecution';
import { fakeMapRun, reportOf, result, runFake } from '../fakeMapRun';

const directory = mkdtempSync(join(tmpdir(), 'max-failures-'));
afterAll(() => rmSync(directory, { recursive: true }));

const known = join(directory, 'known.json');
writeFileSync(known, JSON.stringify([{ configuration_identifier: 'c1', reason: 'Down.', expires: '2026-12-31' }]));

/** Ten that take a second each, one after the other; `F` failed, `E` could not be tested. */
const letters = { F: 'FAILED', E: 'ERRORED', '.': 'PASSED' } as const;
const tested = (statuses: string): FakeConfiguration[] =>
  (statuses.split('') as (keyof typeof letters)[]).map((letter, index) => ({
    ...{ identifier: `c${index}`, seconds: 1 },
    status: letters[letter],
  }));

/** Without a list of known failures. */
const judge = Object.assign((same: RunResult) => same, { excuses: () => false });

interface FakeRun {
  statuses: string;
  maxFailures?: number;
  tolerated?: number;
  options?: object;
  /** Changes what is told of the execution. */
  tell?: (execution: FakeExecution) => void;
  /** Whether it is joined when all is over. */
  late?: boolean;
}

async function run({ statuses, maxFailures = 2, tolerated = 0, options, tell, late }: FakeRun) {
  const clock = new FakeClock();
  const execution = new FakeExecution(clock, tested(statuses), 1, tolerated);
  tell?.(execution);
  await clock.sleep(late ? 60_000 : 0);
  const api = {
    start: execution.start,
    describe: execution.describe,
    history: (request: Parameters<FakeExecution['history']>[0]) => execution.history(request),
    stop: (reason: { error: string; cause: string }) => execution.stop(reason),
  };
  const ended = await runFake(fakeMapRun([[]]), { api, clock, options: { maxFailures, ...options } });
  return { ...ended, execution, report: reportOf(ended) };
}

function untested({ results }: RunResult): number {
  return results.filter(({ error }) => error?.type === notFinished).length;
}

describe('a run with --max-failures', () => {
  test.each<[string, FakeRun, number]>([
    ['once so many failed', { statuses: '.FF.......' }, 2],
    ['not before more failed than are tolerated', { statuses: 'FFFF......', tolerated: 3 }, 4],
    ['but runs nothing again', { statuses: '.FF.......', options: { retries: 3 } }, 2],
    ['by those that are not known to fail', { statuses: '.FFF......', options: { knownFailures: known } }, 2],
  ])('stops early, has failed and says how many were not tested: %s', async (_, given, failures) => {
    const { code, stderr, stdout, execution, report } = await run(given);

    const cause = `${failures} configurations failed, enough for --max-failures 2.`;
    expect(execution.stopReason).toMatchObject({ error: 'SystemTest.MaxFailures', cause });
    expect(stderr).toContain(`${cause} Stopping the execution.\n`);
    expect(execution.count('StartExecution')).toBe(1);
    expect(report).toMatchObject({
      verdict: 'FAILED',
      status: 'ABORTED',
      failed: failures,
      max_failures: 2,
      total: 10,
    });
    expect(untested(report)).toBeGreaterThanOrEqual(4);
    expect(code).toBe(1);
    expect(parseRunResult(stdout, 'r.json')).toEqual(report);
  });

  test.each<[string, FakeRun, number]>([
    ['fewer failed', { statuses: '.F........' }, 1],
    ['those that failed are known to', { statuses: 'FF........', options: { knownFailures: known } }, 1],
    ['those are tolerated that failed', { statuses: '.FF.......', tolerated: 2 }, 0],
    ['some could not be tested', { statuses: '.EEF......' }, 1],
    ['the last one failed', { statuses: '.F.......F' }, 1],
  ])('goes on to the end where %s', async (_, given, code) => {
    const ended = await run(given);

    expect(ended.execution.stopReason).toBeUndefined();
    expect(untested(ended.report)).toBe(0);
    expect(ended.report).not.toHaveProperty('max_failures');
    expect(ended.code).toBe(code);
  });

  test('stops nothing that has ended', async () => {
    const aborted = { error: 'Console', cause: 'By hand.' };
    const { code, stderr, execution } = await run({
      statuses: '.FF.......',
      late: true,
      tell: (told) => told.endWith({ type: 'ExecutionAborted', executionAbortedEventDetails: aborted }, 4500),
    });

    expect(execution.stopReason).toBeUndefined();
    expect(stderr).not.toContain('Stopping');
    expect(code).toBe(3);
  });

  test.each<[string, FakeRun['tell'], string]>([
    [
      'somebody else stopped it at the same time',
      (execution) => {
        const stop = execution.stop.bind(execution);
        execution.stop = () => stop({ error: 'Console', cause: 'By hand.' });
      },
      'enough for --max-failures 2, so the execution was stopped and there is no verdict',
    ],
    [
      'it may not be stopped',
      (execution) =>
        (execution.failures.StopExecution = [Object.assign(new Error('No.'), { name: 'AccessDeniedException' })]),
      'Could not stop the execution: AccessDeniedException: No.',
    ],
    [
      'what is told of it does not agree',
      (execution) => {
        const { describe } = execution;
        execution.describe = async (arn) => ({ ...(await describe(arn)), input: '{"configurations":["other"]}' });
      },
      'the execution is described with another input',
    ],
  ])('has no verdict where %s', async (_, tell, why) => {
    const { code, stderr, report } = await run({ statuses: '.FF.......', tell });

    expect(report).toMatchObject({ verdict: 'ERRORED', failed: 2 });
    expect(report).not.toHaveProperty('max_failures');
    expect(stderr).toContain(why);
    expect(code).toBe(3);
  });

  test('counts what the verdict tolerates of a run that is joined with it', () => {
    const reached = failureLimit(1, judge, 2);
    const results = Array.from({ length: 3 }, (_, index) => result(`c${index}`, 'FAILED'));
    const progress = { total: 9, errored: 0, running: 0, begun: [], tolerated: 1 };

    expect(reached({ ...progress, done: 2, results: results.slice(0, 2) })).toBeUndefined();
    expect(reached({ ...progress, done: 3, results })).toMatchObject({ maxFailures: 1 });
  });

  test('says of a Map Run that it can not stop it, as soon as it runs', async () => {
    const fake = fakeMapRun([[result('good')], [result('bad', 'FAILED')], [result('bad-2', 'FAILED')]]);
    let polls = 0;
    const history = () => Promise.resolve({ events: polls++ === 0 ? fake.events.slice(0, -2) : fake.events });

    const { code, stderr } = await runFake(fake, { api: { history }, options: { maxFailures: 1 } });

    expect(stderr).toContain(
      'A Map Run tells failures at its end, so --max-failures can not stop this one early.\nReading the results',
    );
    expect(code).toBe(1);
  });
});

describe('an invoke with --max-failures', () => {
  /** Two at once: `bad…` fails after a second, `long` passes after five. */
  async function invoke(configurations: Configuration[], { interruptedAfter }: { interruptedAfter?: number } = {}) {
    const [clock, interrupt] = [new FakeClock(), new AbortController()];
    const invoked: string[] = [];
    const api: Partial<Lambda> = {
      region: () => Promise.resolve('eu-west-1'),
      invoke: async ({ payload }, signal): Promise<InvocationAnswer> => {
        const { configuration_identifier: identifier } = JSON.parse(payload) as { configuration_identifier: string };
        invoked.push(identifier);
        await clock.sleep(identifier === 'long' ? 5000 : 1000, signal);
        const raised = identifier.startsWith('bad');
        return { payload: raised ? '{"errorType":"E","errorMessage":"m"}' : '{"system_test_successful":true}', raised };
      },
    };
    let stderr = '';
    const io = {
      ...{ env: {}, cwd: () => process.cwd(), stdin: Readable.from([]), stdout: new PassThrough(), clock },
      ...{ stop: interrupt.signal, leave: new AbortController().signal },
      stderr: new PassThrough().on('data', (chunk: Buffer) => (stderr += chunk.toString())),
    };
    if (interruptedAfter !== undefined) {
      void clock.sleep(interruptedAfter).then(() => interrupt.abort());
    }
    const redact = createRedactor();
    const round = await testDirectly(
      {
        ...{ api: api as Lambda, functionName: 'f', maxConcurrency: 2, io, redact, stop: stopSignal(io) },
        options: { progress: false, cost: true },
        talk: new Talk(io.stderr, 'normal', redact),
      },
      configurations,
      failureLimit(1, judge),
    );
    return { ...round, invoked, stderr };
  }

  test('begins nothing more, waits for what runs, which counts as it ends, and has failed', async () => {
    const { result: ended, repeatable, invoked, stderr } = await invoke(['long', 'bad', 'good-1', 'good-2']);

    expect(invoked).toEqual(['long', 'bad']);
    expect(stderr).toBe(
      '1 configuration failed, enough for --max-failures 1. Nothing more is invoked; still running: 1.\n',
    );
    expect(ended).toMatchObject({
      verdict: 'FAILED',
      status: 'ABORTED',
      passed: 1,
      failed: 1,
      errored: 2,
      max_failures: 1,
    });
    expect(untested(ended)).toBe(2);
    expect(repeatable).toBe(false);
  });

  test('is like any other where all were tested by then', async () => {
    const { result: ended, stderr } = await invoke(['good', 'bad']);

    expect(stderr).toBe('');
    expect(ended).toMatchObject({ verdict: 'FAILED', status: 'FAILED', errored: 0 });
    expect(ended).not.toHaveProperty('max_failures');
  });

  test('has no verdict where it is interrupted while it waits', async () => {
    const { result: ended, stopped } = await invoke(['long', 'bad', 'good'], { interruptedAfter: 3000 });

    expect(ended).toMatchObject({ verdict: 'ERRORED', status: 'ABORTED', failed: 1, errored: 2 });
    expect(ended).not.toHaveProperty('max_failures');
    expect(stopped?.error).toBe('SystemTest.Interrupted');
  });
});
