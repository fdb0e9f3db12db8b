import { executionRuns } from '../../../scripts/history/executionRuns';
import { pastRuns } from '../../../scripts/execution/pastRuns';
import { FakeClock } from '../fakeClock';
import { aggregated, machineArn } from '../fakeExecution';
import { fakePastRuns, type FakeRun } from '../fakePastRuns';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 20, 2, minute));
const green = (...identifiers: string[]) => aggregated(identifiers.map((identifier) => ({ identifier, seconds: 1 })));
const red = (failing: string, ...identifiers: string[]) =>
  aggregated(
    [failing, ...identifiers].map((identifier) => ({
      identifier,
      seconds: 1,
      status: identifier === failing ? 'FAILED' : 'PASSED',
    })),
  );

async function runsOf(executions: FakeRun[], most = 20) {
  const { api, calls } = fakePastRuns(executions);
  const past = pastRuns(api, machineArn, { clock: new FakeClock(), stop: new AbortController().signal });
  return { runs: await executionRuns(past, most), calls };
}

describe('the runs of a state machine', () => {
  it('have their retries in them: what passed then is flaky, and the run passed', async () => {
    const { runs } = await runsOf([
      { name: 'ci-7-retry-2', startedAt: at(9), result: green('a') },
      { name: 'other', startedAt: at(8), result: green('a', 'b') },
      { name: 'ci-7-retry-1', startedAt: at(7), result: red('a') },
      { name: 'ci-7', startedAt: at(6), result: red('a', 'b') },
    ]);

    expect(runs.map(({ name, verdict, retries }) => [name, verdict, retries])).toEqual([
      ['other', 'PASSED', 0],
      ['ci-7', 'PASSED', 2],
    ]);
    expect(runs[1]!.result).toMatchObject({
      ...{ total: 2, passed: 2, failed: 0, flaky: 1 },
      results: [{ configuration_identifier: 'a', status: 'PASSED', flaky: true }, { configuration_identifier: 'b' }],
    });
  });

  it.each<[string, Partial<FakeRun>, string | undefined]>([
    ['that was stopped', { status: 'ABORTED' }, 'ERRORED'],
    ['whose result can not be read', { failure: new Error('gone') }, undefined],
  ])('have a retry %s for itself, so that it turns none green', async (_, retry, verdict) => {
    const { runs } = await runsOf([
      { name: 'ci-7-retry-1', startedAt: at(7), ...retry },
      { name: 'ci-7', startedAt: at(6), result: red('a') },
    ]);

    expect(runs.map((run) => [run.name, run.verdict])).toEqual([
      ['ci-7-retry-1', verdict],
      ['ci-7', 'FAILED'],
    ]);
  });

  it('are as many as were asked for, retries not counted, and cost one list and one call each', async () => {
    const { runs, calls } = await runsOf(
      [
        { name: 'c', startedAt: at(9), result: green('a') },
        { name: 'b-retry-1', startedAt: at(8), result: green('a') },
        { name: 'b', startedAt: at(7), result: red('a') },
        { name: 'a', startedAt: at(6), result: green('a') },
      ],
      2,
    );

    expect(runs.map(({ name }) => name)).toEqual(['c', 'b']);
    expect(calls).toHaveLength(1 + 3);
  });

  it('have no counts where the end of an execution and its counts do not agree', async () => {
    const { runs } = await runsOf([{ name: 'odd', startedAt: at(9), status: 'SUCCEEDED', result: red('a') }]);

    expect(runs).toMatchObject([{ name: 'odd', unread: 'its end and its counts do not agree' }]);
    expect(runs[0]).not.toHaveProperty('verdict');
    expect(runs[0]).not.toHaveProperty('result');
  });
});
