import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { ServiceError } from '../../../../scripts/local/http/service';
import { chain, functionArn, invokerOf, machine, runMachine, sdkResource } from './fixture';

/** The chains are those that AWS was recorded with; see the design's facts. */
const invoke = (more: object = {}) => ({
  Type: 'Task',
  Resource: sdkResource,
  Arguments: { FunctionName: functionArn, Payload: '{% $states.input %}' },
  End: true,
  ...more,
});

const map = (states: Record<string, object>, more: object = {}) => ({
  Type: 'Map',
  Items: '{% $states.input %}',
  ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, StartAt: Object.keys(states)[0], States: states },
  End: true,
  ...more,
});

const throttled = new ServiceError('TooManyRequestsException', 429, 'Rate Exceeded.');

/** A branch that fails. */
const boom = { StartAt: 'Boom', States: { Boom: { Type: 'Fail', Error: 'MyError', Cause: 'my cause' } } };

describe('the history of an execution', () => {
  it('holds every detail of a task as AWS reports it', async () => {
    const { events } = await runMachine(machine({ Invoke: invoke({ TimeoutSeconds: 7 }) }), { a: 1 });

    const timestamp = new Date('2026-01-01T00:00:00.000Z');
    const roleArn = 'arn:aws:iam::123456789012:role/Machine';
    const details = { truncated: false };
    const resource = { resource: 'invoke', resourceType: 'aws-sdk:lambda' };
    const parameters = JSON.stringify({ FunctionName: functionArn, Payload: { a: 1 } });
    const output = JSON.stringify({ ExecutedVersion: '$LATEST', Payload: '{"a":1}', StatusCode: 200 });
    const expected: HistoryEvent[] = [
      {
        timestamp,
        type: 'ExecutionStarted',
        id: 1,
        previousEventId: 0,
        executionStartedEventDetails: { input: '{"a":1}', inputDetails: details, roleArn },
      },
      {
        timestamp,
        type: 'TaskStateEntered',
        id: 2,
        previousEventId: 0,
        stateEnteredEventDetails: { name: 'Invoke', input: '{"a":1}', inputDetails: details },
      },
      {
        timestamp,
        type: 'TaskScheduled',
        id: 3,
        previousEventId: 2,
        taskScheduledEventDetails: { ...resource, region: 'eu-central-1', parameters, timeoutInSeconds: 7 },
      },
      { timestamp, type: 'TaskStarted', id: 4, previousEventId: 3, taskStartedEventDetails: resource },
      {
        timestamp,
        type: 'TaskSucceeded',
        id: 5,
        previousEventId: 4,
        taskSucceededEventDetails: { ...resource, output, outputDetails: details },
      },
      {
        timestamp,
        type: 'TaskStateExited',
        id: 6,
        previousEventId: 5,
        stateExitedEventDetails: { name: 'Invoke', output, outputDetails: details },
      },
      {
        timestamp,
        type: 'ExecutionSucceeded',
        id: 7,
        previousEventId: 6,
        executionSucceededEventDetails: { output, outputDetails: details },
      },
    ];
    expect(events).toEqual(expected);
  });

  it('tells which variables a state assigned, as JSON texts', async () => {
    const { events } = await runMachine(
      machine({ Set: { Type: 'Pass', Assign: { text: 'a', none: null, list: [1] }, End: true } }),
    );

    expect(events[2]!.stateExitedEventDetails).toEqual({
      name: 'Set',
      output: '{}',
      outputDetails: { truncated: false },
      assignedVariables: { text: '"a"', none: 'null', list: '[1]' },
      assignedVariablesDetails: { truncated: false },
    });
  });

  it('chains the iterations of a Map: first those of the free slots, then each after the one that freed its slot', async () => {
    const { events } = await runMachine(machine({ Each: map({ One: invoke() }, { MaxConcurrency: 1 }) }), [1, 2]);

    expect(chain(events)).toEqual([
      '1 ExecutionStarted ← 0',
      '2 MapStateEntered ← 0',
      '3 MapStateStarted ← 2',
      '4 MapIterationStarted ← 3',
      '5 TaskStateEntered ← 4',
      '6 TaskScheduled ← 5',
      '7 TaskStarted ← 6',
      '8 TaskSucceeded ← 7',
      '9 TaskStateExited ← 8',
      '10 MapIterationSucceeded ← 9',
      '11 MapIterationStarted ← 9',
      '12 TaskStateEntered ← 11',
      '13 TaskScheduled ← 12',
      '14 TaskStarted ← 13',
      '15 TaskSucceeded ← 14',
      '16 TaskStateExited ← 15',
      '17 MapIterationSucceeded ← 16',
      '18 MapStateSucceeded ← 17',
      '19 MapStateExited ← 17',
      '20 ExecutionSucceeded ← 19',
    ]);
    expect(events[2]!.mapStateStartedEventDetails).toEqual({ length: 2 });
    expect(events[10]!.mapIterationStartedEventDetails).toEqual({ name: 'Each', index: 1 });
    expect(events[16]!.mapIterationSucceededEventDetails).toEqual({ name: 'Each', index: 1 });
  });

  it('takes all free slots before the first state is entered', async () => {
    const { events } = await runMachine(machine({ Each: map({ One: invoke() }, { MaxConcurrency: 2 }) }), [1, 2, 3]);

    expect(chain(events).slice(3, 5)).toEqual(['4 MapIterationStarted ← 3', '5 MapIterationStarted ← 3']);
    const third = events.filter(({ type }) => type === 'MapIterationStarted')[2]!;
    const freed = events.find(({ type }) => type === 'MapIterationSucceeded')!;
    expect(third.previousEventId).toBe(freed.previousEventId);
  });

  it('leaves a Map over no items from its start', async () => {
    const { events, output } = await runMachine(machine({ Each: map({ One: invoke() }) }), []);

    expect(output).toBe('[]');
    expect(chain(events)).toEqual([
      '1 ExecutionStarted ← 0',
      '2 MapStateEntered ← 0',
      '3 MapStateStarted ← 2',
      '4 MapStateSucceeded ← 3',
      '5 MapStateExited ← 3',
      '6 ExecutionSucceeded ← 5',
    ]);
  });

  it('repeats the events of the task for a retry', async () => {
    let calls = 0;
    const invoker = invokerOf(() => {
      calls += 1;
      if (calls === 1) throw throttled;
      return {};
    });
    const retry = { Retry: [{ ErrorEquals: ['Lambda.TooManyRequestsException'] }] };
    const { events } = await runMachine(machine({ Invoke: invoke(retry) }), {}, { invoker });

    expect(chain(events)).toEqual([
      '1 ExecutionStarted ← 0',
      '2 TaskStateEntered ← 0',
      '3 TaskScheduled ← 2',
      '4 TaskStarted ← 3',
      '5 TaskFailed ← 4',
      '6 TaskScheduled ← 5',
      '7 TaskStarted ← 6',
      '8 TaskSucceeded ← 7',
      '9 TaskStateExited ← 8',
      '10 ExecutionSucceeded ← 9',
    ]);
    expect(events[4]!.taskFailedEventDetails).toEqual({
      resource: 'invoke',
      resourceType: 'aws-sdk:lambda',
      error: 'Lambda.TooManyRequestsException',
      cause: expect.stringMatching(
        /^Rate Exceeded\. \(Service: Lambda, Status Code: 429, Request ID: [0-9a-f-]{36}\)$/,
      ),
    });
  });

  it('shows who was aborted when tasks of a Map time out and nobody catches it', async () => {
    const invoker = invokerOf(() => new Promise(() => undefined));
    const states = { One: invoke({ TimeoutSeconds: 5 }) };
    const { events, status, error, cause } = await runMachine(machine({ Each: map(states) }), [1, 2, 3], { invoker });

    expect({ status, error, cause }).toEqual({ status: 'FAILED', error: 'States.Timeout', cause: undefined });
    const timedOut = events.find(({ type }) => type === 'TaskTimedOut')!;
    expect(timedOut.taskTimedOutEventDetails).toEqual({
      resource: 'invoke',
      resourceType: 'aws-sdk:lambda',
      error: 'States.Timeout',
    });
    const k = timedOut.id!;
    expect(chain(events).slice(k)).toEqual([
      `${k + 1} MapIterationFailed ← ${k}`,
      `${k + 2} TaskStateAborted ← ${k}`,
      `${k + 3} MapIterationAborted ← ${k}`,
      `${k + 4} TaskStateAborted ← ${k}`,
      `${k + 5} MapIterationAborted ← ${k}`,
      `${k + 6} TaskStateAborted ← ${k}`,
      `${k + 7} MapStateFailed ← ${k}`,
      `${k + 8} ExecutionFailed ← ${k + 7}`,
    ]);
    expect(events.at(-1)!.executionFailedEventDetails).toEqual({ error: 'States.Timeout' });
  });

  it('chains each branch of a Parallel for itself', async () => {
    const branch = (name: string) => ({
      StartAt: `${name}1`,
      States: { [`${name}1`]: { Type: 'Pass', Next: `${name}2` }, [`${name}2`]: { Type: 'Pass', End: true } },
    });
    const { events, output } = await runMachine(
      machine({ Fork: { Type: 'Parallel', Branches: [branch('A'), branch('B')], End: true } }),
      'x',
    );

    expect(output).toBe('["x","x"]');
    expect(events.map(({ type }) => type).slice(0, 3)).toEqual([
      'ExecutionStarted',
      'ParallelStateEntered',
      'ParallelStateStarted',
    ]);
    for (const name of ['A', 'B']) {
      const inBranch = events.filter((event) =>
        (event.stateEnteredEventDetails ?? event.stateExitedEventDetails)?.name?.startsWith(name),
      );
      expect(inBranch.map(({ type }) => type)).toEqual(Array(2).fill(['PassStateEntered', 'PassStateExited']).flat());
      expect(inBranch.map(({ previousEventId }) => previousEventId)).toEqual([
        3,
        ...inBranch.slice(0, 3).map(({ id }) => id),
      ]);
    }
    expect(chain(events).slice(-3)).toEqual([
      '12 ParallelStateSucceeded ← 11',
      '13 ParallelStateExited ← 11',
      '14 ExecutionSucceeded ← 13',
    ]);
  });

  it('starts a Parallel again for a retry and records its failure once, in the end', async () => {
    const { events } = await runMachine(
      machine({
        Both: {
          Type: 'Parallel',
          Branches: [boom],
          Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }],
          End: true,
        },
      }),
    );

    expect(chain(events)).toEqual([
      '1 ExecutionStarted ← 0',
      '2 ParallelStateEntered ← 0',
      '3 ParallelStateStarted ← 2',
      '4 FailStateEntered ← 3',
      '5 ParallelStateStarted ← 4',
      '6 FailStateEntered ← 5',
      '7 ParallelStateFailed ← 6',
      '8 ExecutionFailed ← 7',
    ]);
    expect(events.at(-1)!.executionFailedEventDetails).toEqual({ error: 'MyError', cause: 'my cause' });
  });

  it('records a failed expression inside a branch, and the error output of the Catch around it', async () => {
    const undefinedOutput = { Type: 'Pass', Output: { v: '{% $states.input.missing %}' }, End: true };
    const { events } = await runMachine(
      machine({
        Both: {
          Type: 'Parallel',
          Branches: [{ StartAt: 'Undef', States: { Undef: undefinedOutput } }],
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Handled' }],
          End: true,
        },
        Handled: { Type: 'Pass', End: true },
      }),
      { x: 'a' },
    );

    expect(chain(events)).toEqual([
      '1 ExecutionStarted ← 0',
      '2 ParallelStateEntered ← 0',
      '3 ParallelStateStarted ← 2',
      '4 PassStateEntered ← 3',
      '5 EvaluationFailed ← 4',
      '6 ParallelStateFailed ← 5',
      '7 ParallelStateExited ← 6',
      '8 PassStateEntered ← 7',
      '9 PassStateExited ← 8',
      '10 ExecutionSucceeded ← 9',
    ]);
    const cause =
      "An error occurred while executing the state 'Undef' (entered at the event id #4). The JSONata expression " +
      "'$states.input.missing' specified for the field 'Output/v' returned nothing (undefined).";
    expect(events[4]!.evaluationFailedEventDetails).toEqual({
      error: 'States.QueryEvaluationError',
      cause,
      location: 'Output/v',
      state: 'Undef',
    });
    expect(JSON.parse(events[6]!.stateExitedEventDetails!.output!)).toEqual({
      Error: 'States.QueryEvaluationError',
      Cause: cause,
    });
  });

  it('records a task that ends its branch as aborted', async () => {
    const invoker = invokerOf(() => {
      throw throttled;
    });
    const { events } = await runMachine(
      machine({
        Both: { Type: 'Parallel', Branches: [{ StartAt: 'Send', States: { Send: invoke() } }], End: true },
      }),
      {},
      { invoker },
    );

    expect(chain(events).slice(6)).toEqual([
      '7 TaskFailed ← 6',
      '8 TaskStateAborted ← 7',
      '9 ParallelStateFailed ← 7',
      '10 ExecutionFailed ← 9',
    ]);
  });

  it('records the failure of a Catch from where the state stood before it failed', async () => {
    const { events } = await runMachine(
      machine({
        Both: {
          Type: 'Parallel',
          Branches: [boom],
          Catch: [
            { ErrorEquals: ['Other'], Next: 'Done' },
            { ErrorEquals: ['States.ALL'], Output: { v: '{% $states.input.missing %}' }, Next: 'Done' },
          ],
          End: true,
        },
        Done: { Type: 'Pass', End: true },
      }),
    );

    expect(chain(events).slice(3)).toEqual([
      '4 FailStateEntered ← 3',
      '5 ParallelStateFailed ← 4',
      '6 EvaluationFailed ← 4',
      '7 ParallelStateFailed ← 6',
      '8 ExecutionFailed ← 7',
    ]);
    expect(events[5]!.evaluationFailedEventDetails!.location).toBe('Catch[1]/Output/v');
  });

  it('leaves no failed events behind for a States.Runtime inside a Map', async () => {
    const choice = { Type: 'Choice', Choices: [{ Condition: false, Next: 'End' }] };
    const { events, error, cause } = await runMachine(
      machine({ Each: map({ Which: choice, End: { Type: 'Succeed' } }, { MaxConcurrency: 1 }) }),
      [1, 2],
    );

    expect(chain(events).slice(3)).toEqual([
      '4 MapIterationStarted ← 3',
      '5 ChoiceStateEntered ← 4',
      '6 ExecutionFailed ← 5',
    ]);
    expect(error).toBe('States.Runtime');
    expect(cause).toBe(
      "An error occurred while executing the state 'Which' (entered at the event id #5). Failed to transition out of " +
        'the state. The state does not point to a next state.',
    );
  });

  it('ends an execution that has no place for another event', async () => {
    const { events, error, cause } = await runMachine(
      machine({
        Loop: { Type: 'Pass', Next: 'Again' },
        Again: {
          Type: 'Choice',
          Choices: [
            { Condition: true, Next: 'Loop' },
            { Condition: false, Next: 'End' },
          ],
        },
        End: { Type: 'Succeed' },
      }),
    );

    expect(events).toHaveLength(25_000);
    expect(chain(events).at(-1)).toBe('25000 ExecutionFailed ← 24999');
    expect(error).toBe('States.Runtime');
    expect(cause).toBe('The execution reached the maximum number of history events (25000).');
  });
});
