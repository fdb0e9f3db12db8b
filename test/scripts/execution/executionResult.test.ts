import type { AggregatedResult, ConfigurationResult, RunResult } from '../../../lib/wire';
import type { ExecutionDescription, HistoryEvent } from '../../../scripts/aws/stepFunctions';
import { executionResult, parsed, reasonOf, whyNoVerdict } from '../../../scripts/execution/executionResult';
import { ExecutionTracker, type ExecutionEnd } from '../../../scripts/execution/executionTracker';
import type { FollowedExecution } from '../../../scripts/execution/followExecution';
import { NoVerdictError } from '../../../scripts/io/noVerdictError';
import { FakeClock } from '../fakeClock';
import { aggregated, configurations, executionArn, FakeExecution, machineArn, resultOf } from '../fakeExecution';

const [good, bad] = [configurations(2, [1]), { identifier: 'bad', seconds: 1, status: 'FAILED' as const }];
const input = '{}';
const description: ExecutionDescription = {
  ...{ executionArn, stateMachineArn: machineArn, status: 'RUNNING', startDate: new Date(0) },
};

interface Told extends Partial<Omit<FollowedExecution, 'tracker'>> {
  tested?: typeof good;
  tolerated?: number;
  /** In place of the last event. */
  end?: Partial<HistoryEvent>;
  /** Changes the history. */
  history?: (event: HistoryEvent) => HistoryEvent[];
  asked?: string;
}

async function told({ tested = [...good, bad], tolerated = 0, end, history, asked = input, ...rest }: Told) {
  const clock = new FakeClock();
  const startedAt = new Date(clock.now());
  const execution = new FakeExecution(clock, tested, 2, tolerated);
  await clock.sleep(60_000);
  const { events } = await execution.history({ executionArn, maxResults: 1000 });
  const tracker = new ExecutionTracker();
  const all = end ? [...events.slice(0, -1), { ...events.at(-1)!, ...end }] : events;
  tracker.apply(all.flatMap((event) => history?.(event) ?? [event]));
  return executionResult({ tracker, ...rest }, { executionArn, input: asked, startedAt, now: new Date(clock.now()) });
}

const stopped = { error: 'SystemTest.MaxFailures', cause: '1 configuration failed.', maxFailures: 1 } as const;
const aborted = (error: string): Partial<HistoryEvent> => ({
  ...{ type: 'ExecutionAborted', executionAbortedEventDetails: { error } },
});
const timedOut = (error: string): Partial<HistoryEvent> => ({
  ...{ type: 'ExecutionTimedOut', executionTimedOutEventDetails: { error } },
});

describe('the verdict of an execution', () => {
  test.each<[string, Told, Partial<RunResult>]>([
    ['is that of the machine', {}, { verdict: 'FAILED' }],
    ['passes with as many failures as the construct tolerates', { tolerated: 1 }, { verdict: 'PASSED', failed: 1 }],
    [
      'is none where what else is told of it does not agree',
      { tested: good, description: { ...description, executionArn: 'arn:other' } },
      { verdict: 'ERRORED', passed: 2, disagreement: 'the description is of arn:other' },
    ],
    [
      'is none where it was stopped with the error of a verdict',
      { end: aborted('SystemTestFailed') },
      { verdict: 'ERRORED' },
    ],
    [
      'is none where it timed out with the error of a verdict',
      { end: timedOut('SystemTestFailed') },
      { verdict: 'ERRORED' },
    ],
    [
      'is that enough failed where this command stopped it for that',
      { stopped, end: aborted(stopped.error) },
      { verdict: 'FAILED', max_failures: 1 },
    ],
    [
      'is none where it was stopped for failures of which there are none',
      { tested: good, stopped, end: aborted(stopped.error) },
      { verdict: 'ERRORED', passed: 2 },
    ],
    [
      'is none where it was stopped for failures that are tolerated',
      { tolerated: 1, stopped, end: aborted(stopped.error) },
      { verdict: 'ERRORED', failed: 1 },
    ],
    [
      'is none where it timed out meanwhile',
      { stopped, end: timedOut(stopped.error) },
      { verdict: 'ERRORED', failed: 1 },
    ],
    [
      'is none where it was stopped for something else',
      { stopped: { ...stopped, maxFailures: undefined }, end: aborted(stopped.error) },
      { verdict: 'ERRORED', failed: 1 },
    ],
  ])('%s', async (_, given, expected) => {
    const { verdict, passed, failed, max_failures, disagreement } = await told(given);

    expect({ verdict, passed, failed, max_failures, disagreement }).toMatchObject({
      ...{ max_failures: undefined, disagreement: undefined },
      ...expected,
    });
  });

  test('is read from the description where the history leaves out what the execution came to', async () => {
    const output = JSON.stringify(aggregated(good, 2));
    const result = await told({
      tested: good,
      description: { ...description, output },
      end: { type: 'ExecutionSucceeded', executionSucceededEventDetails: {} },
    });

    expect(result).toMatchObject({ verdict: 'PASSED', passed: 2 });
    expect(result).not.toHaveProperty('disagreement');
  });
});

describe('the results of an execution', () => {
  test('are whole where the state machine cut them, and its own where it did not', async () => {
    const whole = { errorType: 'Error', errorMessage: 'Something went wrong, and this is all of it!' };
    const cut = (one: ConfigurationResult) => (one.status === 'FAILED' ? { ...one, truncated: true } : one);
    const result = await told({
      history: (event) => {
        const { stateExitedEventDetails: exited, stateEnteredEventDetails: entered } = event;
        if (event.type === 'FailStateEntered') {
          const own = JSON.parse(entered!.input!) as AggregatedResult;
          const results = own.results.map((one) => ({ ...cut(one), billed_ms: 7 }));
          return [{ ...event, stateEnteredEventDetails: { name: '', input: JSON.stringify({ ...own, results }) } }];
        }
        if (!exited) return [event];
        const output = JSON.stringify(cut(JSON.parse(exited.output!) as ConfigurationResult));
        const answer = JSON.stringify({ Payload: JSON.stringify(whole), LogResult: '', FunctionError: 'Unhandled' });
        return [
          {
            ...{ ...event, stateExitedEventDetails: { ...exited, output } },
            taskSucceededEventDetails: { resourceType: 'lambda', resource: 'invoke', output: answer },
          },
        ];
      },
    });

    expect(
      result.results.map(({ configuration_identifier: one, status, error, truncated, billed_ms }) => [
        ...[one, status, error?.message, truncated, billed_ms],
      ]),
    ).toEqual([
      ['config_0', 'PASSED', undefined, undefined, 7],
      ['config_1', 'PASSED', undefined, undefined, 7],
      ['bad', 'FAILED', whole.errorMessage, undefined, undefined],
    ]);
  });

  test('have the keys that were asked for, and names for those that have none, where the Map never began', async () => {
    const asked = JSON.stringify({
      configurations: [{ configuration_identifier: 'a', d: 1 }, 'b'],
      max_concurrency: 7,
    });
    const { results, ...run } = await told({
      ...{ asked, end: timedOut('States.Timeout') },
      history: (event) => (/Map|State/.test(event.type!) ? [] : [event]),
    });

    expect(results.map((one) => [one.configuration_identifier, one.configuration, one.error?.type])).toEqual([
      ['a', { d: 1 }, 'SystemTest.NotFinished'],
      ['b', undefined, 'SystemTest.NotFinished'],
    ]);
    expect(run).toMatchObject({ verdict: 'ERRORED', errored: 2, max_concurrency: 7, tolerated_failures: 0 });
  });
});

const at = (startDate: number, stopDate: number) => ({
  description: { ...description, startDate: new Date(startDate), stopDate: new Date(stopDate) },
});
test.each<[string, Told, RunResult['status'], number]>([
  ['as it is described', at(1000, 4500), 'FAILED', 3.5],
  ['as its history has it where it is not described', {}, 'FAILED', 2],
  ['at the same moment where it is described as if it had ended before', at(4500, 1000), 'FAILED', 0],
  ['not yet, and runs since then', { end: { type: 'PassStateEntered' } }, 'RUNNING', 60],
])('an execution began and ended %s', async (_, given, status, seconds) => {
  const run = await told(given);
  expect(run).toMatchObject({ status, duration_seconds: seconds });
});

describe('why there is no verdict', () => {
  const end = (rest: Partial<ExecutionEnd>): ExecutionEnd => ({ status: 'FAILED', at: new Date(0), ...rest });

  test.each<[ExecutionEnd | undefined, string]>([
    [undefined, 'the execution was last looked at'],
    [end({ error: 'States.Runtime', cause: 'No such key.' }), 'the execution failed (States.Runtime: No such key)'],
    [end({ error: 'States.Runtime', cause: '' }), 'the execution failed (States.Runtime)'],
    [end({ status: 'ABORTED' }), 'the execution was stopped'],
    [end({ status: 'TIMED_OUT', cause: 'v1.2 took long' }), 'the execution timed out (v1.2 took long)'],
    [end({ status: 'SUCCEEDED' }), 'the execution ended, as its history has it'],
  ])('is told by how it ended: %j', (given, reason) => {
    expect(reasonOf(given)).toBe(reason);
  });

  const trouble = new NoVerdictError('No answer from v1.2 of it.');
  const look = `look it up with: system-test report ${executionArn} --follow`;
  test.each<[string, Partial<FollowedExecution>, { local?: boolean }, string]>([
    ['nobody could follow it', { trouble }, {}, `No answer from v1.2 of it. The execution may still run; ${look}`],
    ['what runs here is gone', { trouble }, { local: true }, 'No answer from v1.2 of it.'],
    [
      'it was stopped',
      { stopped },
      { local: true },
      '1 configuration failed, so the execution was stopped and there is no verdict.',
    ],
    ['it is looked at', {}, { local: true }, 'There is no verdict, as the execution was last looked at.'],
  ])('is told where %s', async (_, followed, options, sentence) => {
    const tracker = new ExecutionTracker();
    expect(whyNoVerdict({ tracker, ...followed }, await told({}), options)).toBe(sentence);
  });

  test.each<[ExecutionEnd]>([
    [end({ status: 'SUCCEEDED' })],
    [end({ error: 'SystemTestFailed' })],
    [end({ error: 'SystemTestErrored' })],
  ])('is told by what could not be tested where the machine gave one: %j', async (given) => {
    const tracker = Object.assign(new ExecutionTracker(), { end: given });
    const untested = { ...good[0]!, status: 'ERRORED' as const };
    expect(whyNoVerdict({ tracker }, { ...(await told({})), results: [resultOf(untested)] }, {})).toBe(
      'There is no verdict, as 1 configuration could not be tested.',
    );
  });
});

test('a defect of what reads a result is not taken for a result that can not be read', () => {
  const defect = new TypeError('x is undefined');
  expect(() =>
    parsed('{}', () => {
      throw defect;
    }),
  ).toThrow(defect);
});
