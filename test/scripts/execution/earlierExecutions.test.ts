import type { ExecutionDescription } from '../../../scripts/aws/stepFunctions';
import { EarlierExecutions } from '../../../scripts/execution/earlierExecutions';
import { RunComparer } from '../../../scripts/result/comparison';
import type { DistributedResult } from '../../../lib/wire';
import { FakeClock } from '../fakeClock';
import { aggregated, machineArn } from '../fakeExecution';
import { fakePastRuns, type FakeRun } from '../fakePastRuns';
import { failed, passed, runResultOf } from '../runResults';

const day = (date: number) => new Date(Date.UTC(2026, 10, date));
const arnOf = (name: string) => `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
const cameTo = (...statuses: ('PASSED' | 'FAILED')[]) =>
  aggregated(statuses.map((status, index) => ({ identifier: 'abc'.charAt(index), seconds: 1, status })));
const good = cameTo('PASSED');
const bad = cameTo('FAILED');
const distributed: DistributedResult = {
  ...{ schema_version: 1, total: 2, passed: 1, failed: 1, errored: 0, max_concurrency: 10, tolerated_failures: 0 },
  mode: 'DISTRIBUTED',
  results_location: { bucket: 'b', prefix: 'run/' },
};
const named = (name: string) => Object.assign(new Error('Something is wrong'), { name });
const { signal } = new AbortController();

/** Of some days, the newest first: each a day before the other, the first on the 26th. */
function executions(
  runs: Omit<FakeRun, 'name' | 'startedAt'>[],
  { inputs = {}, listing }: { inputs?: Record<string, string | Error>; listing?: Error } = {},
) {
  const past = runs.map((run, index) => ({ name: `run-${26 - index}`, startedAt: day(26 - index), ...run }));
  const { api, calls } = fakePastRuns(past, { listing });
  const describe = (arn: string): Promise<ExecutionDescription> => {
    const name = arn.split(':').at(-1)!;
    calls.push(`describe ${name}`);
    const input = inputs[name] ?? '{}';
    const { status = 'SUCCEEDED', startedAt = day(1) } = past.find((run) => run.name === name) ?? {};
    return typeof input === 'string'
      ? Promise.resolve({ executionArn: arn, stateMachineArn: machineArn, status, startDate: startedAt, input })
      : Promise.reject(input);
  };
  return { earlier: new EarlierExecutions({ ...api, describe }, machineArn, new FakeClock()), calls };
}

async function compared(found: ReturnType<typeof executions>, results = [failed('a')], whole = true) {
  const comparer = new RunComparer(runResultOf(results), whole);
  const unread = await found.earlier.addTo(comparer, signal);
  return { unread, comparison: comparer.comparison(), calls: found.calls.map((call) => call.replace(/arn:\S+ /, '')) };
}

describe('of the executions before a run', () => {
  test('as many are read as tell since when it fails', async () => {
    const { comparison, calls } = await compared(executions([bad, bad, good, bad].map((result) => ({ result }))));
    expect(comparison).toMatchObject({
      with: { execution_arn: arnOf('run-26'), started_at: day(26).toISOString(), verdict: 'FAILED' },
      still_failing: [{ configuration_identifier: 'a', since: day(25).toISOString(), runs: 3 }],
    });
    expect(calls).toEqual(['list from 0', 'read run-26', 'describe run-26', 'read run-25', 'read run-24']);
  });

  test('one is read where all passed', async () => {
    const { calls } = await compared(executions([{ result: good }, { result: good }]), [passed('a')]);
    expect(calls).toEqual(['list from 0', 'read run-26', 'describe run-26']);
  });

  test('ten are read at most', async () => {
    const { calls } = await compared(executions(Array.from({ length: 20 }, () => ({ result: bad }))));
    expect(calls.filter((call) => call.startsWith('read'))).toHaveLength(10);
  });

  test('its own are none, nor any that started later', async () => {
    const found = executions([{ result: good }, { result: bad }, { result: bad }, { result: good }]);
    found.earlier.leaveOut({ execution_arn: arnOf('run-25'), started_at: day(25).toISOString() });
    // A retry of it, and by the clock of this machine before it.
    found.earlier.leaveOut({ execution_arn: arnOf('run-24'), started_at: day(26).toISOString() });
    const { comparison } = await compared(found);
    expect(comparison).toMatchObject({ with: { execution_arn: arnOf('run-23') }, newly_failing: ['a'] });
  });

  test.each<[string, string | Error, string[] | undefined]>([
    ['all, so what is gone is told', '{"max_concurrency": 5}', ['b']],
    ['a selection', '{"configurations": ["a", "b"]}', undefined],
    ['nobody knows what', named('AccessDeniedException'), undefined],
    ['nobody can read what', '…', undefined],
  ])('one tested %s', async (_, input, gone) => {
    const found = executions([{ result: cameTo('PASSED', 'PASSED') }], { inputs: { 'run-26': input } });
    expect((await compared(found)).comparison?.gone).toEqual(gone);
  });

  test('none is asked whether it tested all, where this run did not', async () => {
    const { calls, comparison } = await compared(executions([{ result: good }]), [failed('a')], false);
    expect(calls).toEqual(['list from 0', 'read run-26']);
    expect(comparison).not.toHaveProperty('gone');
  });

  test.each<[string, Omit<FakeRun, 'name' | 'startedAt'>, string | undefined]>([
    ['was stopped', { status: 'ABORTED' }, undefined],
    ['was refused its input', { error: 'SystemTestInputRefused', result: '{}' }, undefined],
    ['does not agree with its counts', { status: 'SUCCEEDED', result: bad }, undefined],
    ['may not be read', { failure: named('AccessDeniedException') }, 'AccessDeniedException: Something is wrong'],
  ])('one that %s is passed over', async (_, run, unread) => {
    const found = await compared(executions([run, { result: good }]));
    expect(found).toMatchObject({ comparison: { newly_failing: ['a'], with: { execution_arn: arnOf('run-25') } } });
    expect(found.unread).toBe(unread);
  });

  test('none is compared with beyond one that was distributed: what its configurations came to is not known', async () => {
    await expect(compared(executions([{ result: distributed }, { result: good }]))).resolves.toMatchObject({
      comparison: undefined,
      unread: undefined,
    });
  });

  test('none can be had where the list is refused', async () => {
    await expect(compared(executions([], { listing: named('AccessDeniedException') }))).rejects.toMatchObject({
      name: 'NoVerdictError',
      message: `Not allowed to read the executions of ${machineArn} before this one: AccessDeniedException: Something is wrong`,
    });
  });
});

describe('the execution of an ARN', () => {
  test('is what it came to', async () => {
    const { earlier } = executions([{ result: good }], { inputs: { 'run-26': '{"configurations": ["a"]}' } });
    await expect(earlier.find(arnOf('run-26'), signal)).resolves.toEqual({
      executionArn: arnOf('run-26'),
      startedAt: day(26).toISOString(),
      verdict: 'PASSED',
      results: good.results,
      whole: false,
    });
  });

  test.each<[string, Omit<FakeRun, 'name' | 'startedAt'>, string]>([
    ['it still runs', { status: 'RUNNING' }, 'it still runs'],
    ['it was stopped', { status: 'ABORTED' }, 'it came to no result (ABORTED)'],
    ['it was distributed', { result: distributed, status: 'FAILED' }, 'its results are in a bucket'],
    ['it says what its counts do not', { result: bad, status: 'SUCCEEDED' }, 'its result does not agree with its end'],
    ['it may not be read', { failure: named('AccessDeniedException') }, 'AccessDeniedException: Something is wrong'],
  ])('is nothing to compare with where %s', async (_, run, why) => {
    await expect(executions([run]).earlier.find(arnOf('run-26'), signal)).resolves.toBe(why);
  });

  test('is refused where it is of another state machine, before anything is asked', async () => {
    const { earlier, calls } = executions([{ result: good }]);
    const other = arnOf('run-26').replace('SystemTest', 'Other');
    await expect(earlier.find(other, signal)).rejects.toMatchObject({
      name: 'UserError',
      message: `Expected --compare to name an execution of ${machineArn}, got one of another state machine, ${other}.`,
    });
    expect(calls).toEqual([]);
  });

  test('is refused where there is none any more', async () => {
    const { earlier } = executions([], { inputs: { old: named('ExecutionDoesNotExist') } });
    await expect(earlier.find(arnOf('old'), signal)).rejects.toMatchObject({
      name: 'UserError',
      message: `Expected --compare to name an execution that is kept, which AWS does for 90 days, got ${arnOf('old')}.`,
    });
  });
});
