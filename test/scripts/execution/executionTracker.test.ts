import type { HistoryEvent } from '../../../scripts/aws/stepFunctions';
import { ExecutionTracker } from '../../../scripts/execution/executionTracker';

/** Events of which each follows the one before. */
function chained(...events: Partial<HistoryEvent>[]): HistoryEvent[] {
  return events.map((event, index) => ({
    id: index + 1,
    previousEventId: index,
    timestamp: new Date(index * 1000),
    type: undefined,
    ...event,
  }));
}

function fails(input: string): Partial<HistoryEvent>[] {
  return [
    { type: 'FailStateEntered', stateEnteredEventDetails: { name: 'Failed', input } },
    { type: 'ExecutionFailed', executionFailedEventDetails: { error: 'SystemTestFailed' } },
  ];
}

describe('a redriven execution', () => {
  const redriven = [
    { type: 'ExecutionStarted' as const },
    ...fails('1 failed'),
    { type: 'ExecutionRedriven' as const },
  ];

  test('has neither an end nor a result until it ends again', () => {
    const tracker = new ExecutionTracker();

    tracker.apply(chained(...redriven));

    expect([tracker.end, tracker.failInput]).toEqual([undefined, undefined]);
  });

  test('has the result of its last failure', () => {
    const tracker = new ExecutionTracker();

    tracker.apply(chained(...redriven, ...fails('2 failed')));

    expect(tracker.failInput).toBe('2 failed');
  });
});

test('an iteration that was aborted is not the one that runs longest', () => {
  const began = (index: number) => ({ name: 'Map', index });
  const entered = (identifier: string) => ({ name: 'Invoke', input: JSON.stringify(identifier) });
  const tracker = new ExecutionTracker();
  tracker.apply(
    chained(
      { type: 'ExecutionStarted' },
      { type: 'MapIterationStarted', mapIterationStartedEventDetails: began(0) },
      { type: 'TaskStateEntered', stateEnteredEventDetails: entered('aborted') },
      { type: 'MapIterationStarted', mapIterationStartedEventDetails: began(1) },
      { type: 'TaskStateEntered', stateEnteredEventDetails: entered('running') },
      { type: 'MapIterationAborted', mapIterationAbortedEventDetails: began(0) },
    ),
  );

  expect(tracker.progress().begun).toEqual([{ identifier: 'running', startedAfterMs: 3000 }]);
});

test.each(['MapIterationFailed', 'MapIterationAborted'] as const)(
  'a configuration has no result where its iteration ended with a %s, whatever its last state said',
  (type) => {
    const began = { name: 'Map', index: 0 };
    const output = JSON.stringify({ configuration_identifier: 'a', status: 'PASSED', duration_ms: 1 });
    const tracker = new ExecutionTracker();
    tracker.apply(
      chained(
        { type: 'MapIterationStarted', mapIterationStartedEventDetails: began },
        { type: 'TaskStateExited', stateExitedEventDetails: { name: 'Invoke', output } },
        { type, mapIterationFailedEventDetails: began },
      ),
    );

    expect([...tracker.results()]).toEqual([]);
    expect(tracker.wholeResult(0)).toBeUndefined();
    expect(tracker.progress()).toMatchObject({ done: 0, passed: 0, results: [] });
    expect(tracker.times(0)).toHaveProperty('stopped_at');
  },
);

test('a configuration that is none by the rules of today costs the others neither their names nor their keys', () => {
  const configurations = [
    'a',
    { configuration_identifier: 'b', system_test: false },
    7,
    { configuration_identifier: 'c', d: 1 },
  ];
  const tracker = new ExecutionTracker();

  tracker.apply(
    chained({
      type: 'MapStateEntered',
      stateEnteredEventDetails: { name: 'Map', input: JSON.stringify({ configurations }) },
    }),
  );

  expect(tracker.configurations()).toEqual(['a', { configuration_identifier: 'c', d: 1 }]);
  expect(tracker.identifiers()).toEqual(['a', 'b', undefined, 'c']);
});

test('a result that the state machine cut is whole, from what Lambda answered last', () => {
  const began = { name: 'Map', index: 0 };
  const answer = (message: string) => ({
    Payload: JSON.stringify({ errorType: 'Error', errorMessage: message }),
    FunctionError: 'Unhandled',
    LogResult: Buffer.from('the whole log').toString('base64'),
  });
  const answered = (message: string): Partial<HistoryEvent> => ({
    type: 'TaskSucceeded',
    taskSucceededEventDetails: {
      resourceType: 'aws-sdk:lambda',
      resource: 'invoke',
      output: JSON.stringify(answer(message)),
    },
  });
  const cut = {
    configuration_identifier: 'a',
    status: 'FAILED',
    duration_ms: 7,
    error: { type: 'Error', message: 'went' },
    truncated: true,
  };
  const tracker = new ExecutionTracker();
  tracker.apply(
    chained(
      { type: 'MapIterationStarted', mapIterationStartedEventDetails: began },
      { type: 'TaskStateEntered', stateEnteredEventDetails: { name: 'Invoke', input: '"a"' } },
      answered('earlier'),
      answered('went wrong'),
      { type: 'TaskStateExited', stateExitedEventDetails: { name: 'Invoke', output: JSON.stringify(cut) } },
      { type: 'MapIterationSucceeded', mapIterationSucceededEventDetails: began },
    ),
  );

  expect(tracker.results().get(0)).toEqual(cut);
  expect(tracker.wholeResult(0)).toEqual({
    configuration_identifier: 'a',
    status: 'FAILED',
    duration_ms: 7,
    error: { type: 'Error', message: 'went wrong' },
    log_tail: 'the whole log',
  });
});

test('the versions of the function are those that Lambda says it ran for configurations', () => {
  const answered = (ExecutedVersion: string): Partial<HistoryEvent> => ({
    type: 'TaskSucceeded',
    taskSucceededEventDetails: {
      resourceType: 'lambda',
      resource: 'invoke',
      output: JSON.stringify({ ExecutedVersion, Payload: { ExecutedVersion: '3' } }),
    },
  });
  const iteration = (index: number) => ({
    type: 'MapIterationStarted' as const,
    mapIterationStartedEventDetails: { name: 'Map', index },
  });
  const tracker = new ExecutionTracker();

  // The first is the answer of what lists the configurations.
  tracker.apply(chained(answered('1'), iteration(0), answered('7')));
  expect(tracker.functionVersion()).toBe('7');
  tracker.apply(chained(answered('1'), iteration(0), answered('7'), iteration(1), answered('8')));
  expect(tracker.functionVersion()).toBe('7, 8');
});
