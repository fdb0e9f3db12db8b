import type { AggregatedResult, ConfigurationResult } from '../../../lib/wire';
import type { ExecutionDescription, HistoryEvent } from '../../../scripts/aws/stepFunctions';
import { disagreements, inputOf } from '../../../scripts/execution/disagreements';
import { ExecutionTracker } from '../../../scripts/execution/executionTracker';
import { FakeClock } from '../fakeClock';
import { aggregated, configurations, executionArn, FakeExecution, machineArn } from '../fakeExecution';

const tested = [...configurations(2, [1]), { identifier: 'bad', seconds: 1, status: 'FAILED' as const }];
const clock = new FakeClock();
const execution = new FakeExecution(clock, tested, 2);
const { signal } = new AbortController();
const input = JSON.stringify({ configurations: tested.map(({ identifier }) => identifier), max_concurrency: 2 });

let events: HistoryEvent[];
let described: ExecutionDescription;
beforeAll(async () => {
  await clock.sleep(60_000);
  ({ events } = await execution.history({ executionArn, maxResults: 1000 }));
  described = { ...(await execution.describe(executionArn, signal)), input };
});

interface Told {
  result: AggregatedResult;
  description?: Partial<ExecutionDescription>;
  /** Of the execution. */
  asked?: object;
  /** Changes the history. */
  history?: (event: HistoryEvent) => HistoryEvent;
}

function found({ result, description, asked, history = (event) => event }: Told): string[] {
  const tracker = new ExecutionTracker();
  const started = { type: 'ExecutionStarted', executionStartedEventDetails: { input } } as const;
  tracker.apply(events.map((event) => history(event.type === 'ExecutionStarted' ? { ...event, ...started } : event)));
  return disagreements({ tracker, description: description && { ...described, ...description } }, result, {
    executionArn,
    input: asked === undefined ? input : JSON.stringify(asked),
  });
}

const truth = aggregated(tested, 2);
const [first, second, third] = truth.results as [ConfigurationResult, ConfigurationResult, ConfigurationResult];
const results = (...changed: ConfigurationResult[]): Told => ({ result: { ...truth, results: changed } });

/** The history of an execution that started the third first, and says so, or something else. */
const startedAs = (order: unknown) => (event: HistoryEvent) => {
  if (event.type === 'ExecutionStarted') {
    const assignedVariables = { checked: JSON.stringify({ order }) };
    return { ...event, stateExitedEventDetails: { name: 'Check input', assignedVariables } };
  }
  const placed = ({ index = 0 }) => ({ index: [2, 0, 1].indexOf(index) });
  const { mapIterationStartedEventDetails: began, mapIterationSucceededEventDetails: ended } = event;
  return {
    ...event,
    ...(began && { mapIterationStartedEventDetails: placed(began) }),
    ...(ended && { mapIterationSucceededEventDetails: placed(ended) }),
  };
};

describe('what is told of an execution', () => {
  test.each<[string, Partial<Told>]>([
    ['nothing is described', {}],
    ['it is described alike', { description: {} }],
    ['it is described as one of an alias', { description: { stateMachineArn: `${machineArn}:live` } }],
    ['the description lags behind', { description: { status: 'RUNNING' } }],
    ['it is described with the error of its end', { description: { error: 'SystemTestFailed' } }],
    ['no more than one was to run at once', { result: { ...truth, max_concurrency: 1 } }],
    [
      'one was asked for by no more than its identifier, which the state machine gave the keys of the construct',
      {
        asked: { configurations: ['config_0', { configuration_identifier: 'config_1' }, 'bad'] },
        history: (event) => ({ ...event, executionStartedEventDetails: undefined }),
      },
    ],
    ['the input is the same but for its spaces and order', { description: { input: input.replaceAll(',', ' , ') } }],
  ])('agrees where %s', (_, told) => {
    expect(found({ result: truth, ...told })).toEqual([]);
  });

  test('agrees where some were started first, and names each iteration by its place in the input', () => {
    expect(found({ result: truth, history: startedAs([2, 0, 1]) })).toEqual([]);
  });

  test.each([[[0, 1, 2]], [[1, 0, 2]], [undefined]])(
    'does not where they were not started in the order %j',
    (order) => {
      expect(found({ result: truth, history: startedAs(order) })).toContainEqual(
        expect.stringMatching(/^iteration . got/),
      );
    },
  );

  test.each([
    [[2, 0]],
    [[2, 0, 1, 3]],
    [[2, 0, 0]],
    [[2, 0, 3]],
    [[2, 0, -1]],
    [[2, 0, 0.5]],
    [[2, 0, 1, 1]],
    [[2, 0, '1']],
    ['201'],
    [null],
  ])('does not where the order is %j', (order) => {
    expect(found({ result: truth, history: startedAs(order) })).toContain(
      'the history has an order of start that does not hold each configuration once',
    );
  });

  test('agrees where it was redriven, and the history shows no result of what was tested before', () => {
    const redriven = (event: HistoryEvent): HistoryEvent =>
      event.type === 'MapStateSucceeded' ? { ...event, type: 'ExecutionRedriven' } : event;
    const unattributed = (event: HistoryEvent): HistoryEvent =>
      redriven(event.type === 'TaskStateExited' ? { ...event, previousEventId: undefined } : event);

    expect(found({ result: truth, history: unattributed })).toEqual([]);
    expect(found({ ...results(first, second, { ...third, status: 'PASSED' }), history: redriven })).not.toEqual([]);
  });

  test.each<[string, Told]>([
    ['the result names no configuration', results()],
    ['the result names 2 configurations, not the 3 that were asked for', results(first, second)],
    ['the result names "config_0" where "config_1" was asked for', results(first, first, third)],
    ['the result names "config_1" where "config_0" was asked for', results(second, first, third)],
    [
      'the result says PASSED with an error of "bad", the history FAILED with an error',
      results(first, second, { ...third, status: 'PASSED' }),
    ],
    [
      'the result says FAILED without an error of "bad", the history FAILED with an error',
      results(first, second, { ...third, error: undefined }),
    ],
    ['the result counts 3 passed, 1 failed and 0 errored of 3, and holds others', { result: { ...truth, passed: 3 } }],
    ['the result counts 2 passed, 1 failed and 0 errored of 4, and holds others', { result: { ...truth, total: 4 } }],
    ['the result tolerates 1 failures, not 0', { result: { ...truth, tolerated_failures: 1 } }],
    ['the result says that 3 ran at once, of at most 2', { result: { ...truth, max_concurrency: 3 } }],
    ['the result says that 0 ran at once, of at most 2', { result: { ...truth, max_concurrency: 0 } }],
    [
      'the execution ended with SystemTestFailed, where its result asks for SUCCEEDED',
      { result: { ...truth, failed: 0 } },
    ],
    [
      'the result tolerates 0 failures, not 34%',
      { result: truth, asked: { ...(JSON.parse(input) as object), tolerated_failures: '34%' } },
    ],
    [
      'the history is of an execution with another input',
      { result: truth, asked: { configurations: ['config_0', 'config_1', 'bad'], max_concurrency: 3 } },
    ],
    [
      'the history shows other configurations than were asked for',
      {
        result: truth,
        asked: { configurations: ['config_0', { configuration_identifier: 'config_1', region: 'eu' }, 'bad'] },
      },
    ],
    ...[
      ['config_0', 'other', 'bad'],
      ['config_0', 'config_1'],
      ['config_0', 'config_1', 'bad', 'more'],
    ].map((named): [string, Told] => [
      'the history shows other configurations than were asked for',
      { result: truth, asked: { configurations: named, max_concurrency: 2 } },
    ]),
    ['the result says that 2 ran at once, of at most 1', { result: truth, asked: { max_concurrency: 1 } }],
    [
      'the result says that 3 ran at once, of at most 2',
      { result: { ...truth, max_concurrency: 3 }, asked: { max_concurrency: 40 } },
    ],
    ['the result says that 3 ran at once, of at most 2', { result: { ...truth, max_concurrency: 3 }, asked: {} }],
    [
      'the result of "config_0" is that of "config_1" in the history',
      {
        result: truth,
        history: ({ stateExitedEventDetails: details, ...event }) => ({
          ...event,
          ...(details && {
            stateExitedEventDetails: { ...details, output: details.output?.replace('config_0', 'config_1') },
          }),
        }),
      },
    ],
    [
      'the execution is described with another output than in its history',
      {
        result: truth,
        description: { status: 'SUCCEEDED', output: '{"failed":0}' },
        history: (event) =>
          event.type === 'ExecutionFailed'
            ? { ...event, type: 'ExecutionSucceeded', executionSucceededEventDetails: { output: '{"failed":1}' } }
            : event,
      },
    ],
    ['the description is of arn:other', { result: truth, description: { executionArn: 'arn:other' } }],
    [
      'the execution is described as one of arn:other',
      { result: truth, description: { stateMachineArn: 'arn:other' } },
    ],
    ['the execution is described with another input', { result: truth, description: { input: '{}' } }],
    [
      'the execution is described as SUCCEEDED, and ended as FAILED in its history',
      { result: truth, description: { status: 'SUCCEEDED' } },
    ],
    [
      'the execution is described as ended with States.Timeout, and ended with SystemTestFailed in its history',
      { result: truth, description: { error: 'States.Timeout' } },
    ],
    [
      'the Map has 4 iterations for 3 configurations',
      {
        result: truth,
        history: (event) =>
          event.mapStateStartedEventDetails ? { ...event, mapStateStartedEventDetails: { length: 4 } } : event,
      },
    ],
    [
      'iteration 1 got "other", not "config_1"',
      {
        result: truth,
        history: (event) =>
          event.stateEnteredEventDetails?.input === '"config_1"'
            ? { ...event, stateEnteredEventDetails: { name: 'Invoke function', input: '"other"' } }
            : event,
      },
    ],
    [
      'the history shows no result of "config_0"',
      {
        result: truth,
        history: (event) =>
          event.stateExitedEventDetails?.output?.includes('config_0')
            ? { ...event, stateExitedEventDetails: { name: 'Invoke function' } }
            : event,
      },
    ],
    [
      'the history does not show which configurations were tested',
      {
        result: truth,
        history: (event) => (event.type === 'MapStateEntered' ? { ...event, type: 'PassStateEntered' } : event),
      },
    ],
  ])('does not: %s', (sentence, told) => {
    expect(found(told)).toContain(sentence);
  });
});

test.each<[string, object]>([
  ['"config_0"', {}],
  ['no JSON', {}],
  ['{"configurations":"config_0","max_concurrency":"2","tolerated_failures":true}', {}],
  ['{"configurations":["config_0",7],"max_concurrency":2}', { max_concurrency: 2 }],
  ['{"configurations":[],"tolerated_failures":"5%"}', { configurations: [], tolerated_failures: '5%' }],
])('of the input %s no more is asked for than %j', (given, expected) => {
  expect(inputOf({ executionArn, input: given })).toEqual(expected);
});
