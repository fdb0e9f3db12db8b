import {
  type Ended,
  functionArn,
  invokerOf,
  machine,
  outputOf,
  returning,
  runMachine,
  sdkResource,
  serveMachines,
} from './fixture';

const item = {
  Type: 'Task',
  Resource: sdkResource,
  Arguments: { FunctionName: functionArn, Payload: '{% $states.input %}' },
  Output: '{% $parse($states.result.Payload) %}',
  End: true,
};
const map = (more: object = {}, state: object = item) =>
  machine({
    Each: {
      Type: 'Map',
      Items: '{% $states.input.items %}',
      ItemProcessor: { StartAt: 'Item', States: { Item: state } },
      End: true,
      ...more,
    },
  });
const numbers = (n: number) => Array.from({ length: n }, (_, index) => index);
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** An invoker that knows how many calls were under way at most. */
function counting() {
  const counts = { now: 0, most: 0, all: 0 };
  const invoker = returning(async (event) => {
    counts.now += 1;
    counts.all += 1;
    counts.most = Math.max(counts.most, counts.now);
    // The later ones return first.
    for (let turn = 0; turn < (Number(event) % 3) + 1; turn += 1) await nextTurn();
    counts.now -= 1;
    return event;
  });
  return { counts, invoker };
}

describe('a Map', () => {
  it.each([
    ['1', { MaxConcurrency: 1 }, 1],
    ['4', { MaxConcurrency: 4 }, 4],
    ['as many as an expression says', { MaxConcurrency: '{% $states.input.n %}' }, 7],
    ['40 by default', {}, 40],
    ['40 for 0', { MaxConcurrency: 0 }, 40],
    ['40 for more', { MaxConcurrency: 100 }, 40],
  ])('runs at most %s at once, and gives the results in the order of the items', async (_, more, most) => {
    const { counts, invoker } = counting();
    const ended = await runMachine(map(more), { items: numbers(100), n: 7 }, { invoker });

    expect(outputOf(ended)).toEqual(numbers(100));
    expect(counts).toEqual({ now: 0, most, all: 100 });
  });

  it('runs over its input where it names no items', async () => {
    expect(outputOf(await runMachine(map({ Items: undefined }), [1, 2]))).toEqual([1, 2]);
    expect(await runMachine(map({ Items: undefined }), {})).toMatchObject({ error: 'States.QueryEvaluationError' });
  });

  it('gives each iteration what its selector makes of the item', async () => {
    const more = {
      ItemSelector: {
        value: '{% $states.context.Map.Item.Value %}',
        index: '{% $states.context.Map.Item.Index %}',
        all: '{% $count($states.input.items) %}',
      },
    };

    expect(outputOf(await runMachine(map(more), { items: ['a', 'b'] }))).toEqual([
      { value: 'a', index: 0, all: 2 },
      { value: 'b', index: 1, all: 2 },
    ]);
  });

  it('shows the item in the context of the states inside it', async () => {
    const state = { Type: 'Pass', Output: '{% $states.context.Map.Item %}', End: true };

    expect(outputOf(await runMachine(map({}, state), { items: ['a'] }))).toEqual([{ Index: 0, Value: 'a' }]);
  });

  it('may hold another Map', async () => {
    const inner = {
      Type: 'Map',
      ItemProcessor: {
        StartAt: 'Inner',
        States: { Inner: { ...item, Output: '{% [$states.context.Map.Item.Index, $states.input] %}' } },
      },
      End: true,
    };

    expect(outputOf(await runMachine(map({}, inner), { items: [['a', 'b'], ['c']] }))).toEqual([
      [
        [0, 'a'],
        [1, 'b'],
      ],
      [[0, 'c']],
    ]);
  });

  it('sums its results up in its output', async () => {
    const more = { Output: { sum: '{% $sum($states.result) %}', of: '{% $states.input.items %}' } };

    expect(outputOf(await runMachine(map(more), { items: [1, 2] }))).toEqual({ sum: 3, of: [1, 2] });
  });

  it.each<[string, object, object, string, string]>([
    ['items that are none', {}, {}, 'Items', 'returned nothing (undefined).'],
    [
      'items that are no list',
      {},
      { items: { a: 1 } },
      'Items',
      `returned an unexpected result type. Expected 'array', but was 'object' for value: {"a":1}`,
    ],
    [
      'a concurrency that is no number',
      { MaxConcurrency: '{% $states.input.n %}' },
      { items: [], n: 'x' },
      'MaxConcurrency',
      `returned an unexpected result type. Expected 'number', but was 'string' for value: "x"`,
    ],
    [
      'a negative concurrency',
      { MaxConcurrency: '{% $states.input.n %}' },
      { items: [], n: -1 },
      'MaxConcurrency',
      'MaxConcurrency must be a non-negative integer, but was -1.',
    ],
    [
      'a selector that gives nothing',
      { ItemSelector: { v: '{% $states.input.v %}' } },
      { items: [1] },
      'ItemSelector/v',
      'returned nothing (undefined).',
    ],
  ])('fails with %s, and a Catch gets it', async (_, more, input, location, message) => {
    const ended = await runMachine(map(more), input as never);

    expect(ended.error).toBe('States.QueryEvaluationError');
    expect(ended.cause).toContain(message);
    expect(ended.events.find(({ type }) => type === 'EvaluationFailed')!.evaluationFailedEventDetails!.location).toBe(
      location,
    );
    expect(ended.events.at(-2)!.type).toBe('MapStateFailed');

    const caught = machine({
      Each: {
        ...(map(more) as { States: { Each: object } }).States.Each,
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Rescue' }],
      },
      Rescue: { Type: 'Pass', End: true },
    });
    expect((await runMachine(caught, input as never)).status).toBe('SUCCEEDED');
  });

  it('ends its other iterations when one fails, and they leave no trace afterwards', async () => {
    const invoker = invokerOf(async (event) => {
      await nextTurn();
      if (event === 1) throw new Error('unreachable');
      return {};
    });
    const failing = {
      Type: 'Choice',
      Choices: [{ Condition: '{% $states.input = 1 %}', Next: 'Boom' }],
      Default: 'Call',
    };
    const definition = machine({
      Each: {
        Type: 'Map',
        MaxConcurrency: 2,
        ItemProcessor: {
          StartAt: 'Which',
          States: { Which: failing, Boom: { Type: 'Fail', Error: 'Boom' }, Call: { ...item, Output: 1 } },
        },
        Catch: [{ ErrorEquals: ['Boom'], Next: 'Rest' }],
        End: true,
      },
      Rest: { Type: 'Wait', Seconds: 1, End: true },
    });
    const ended: Ended = await runMachine(definition, [0, 1, 2, 3], { invoker });
    const types = ended.events.map(({ type }) => type);

    expect(ended.status).toBe('SUCCEEDED');
    expect(types.filter((type) => type === 'MapIterationStarted')).toHaveLength(2);
    expect(types).toContain('MapIterationAborted');
    const failed = types.indexOf('MapStateFailed');
    expect(types.slice(failed)).toEqual([
      'MapStateFailed',
      'MapStateExited',
      'WaitStateEntered',
      'WaitStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('fails with what failed first and starts nothing more, whatever the others are doing at that moment', async () => {
    const outcomes = new Set<string>();
    for (let length = 1; length <= 20; length += 1) {
      const definition = machine({
        Each: {
          Type: 'Map',
          MaxConcurrency: 2,
          // The third item's selector takes more or less long than the second item's way to its failure.
          ItemSelector: `{% ${Array(length).fill('0').join('+')} + $states.context.Map.Item.Value %}`,
          ItemProcessor: {
            StartAt: 'Which',
            States: {
              Which: {
                Type: 'Choice',
                Choices: [{ Condition: '{% $states.input = 1 %}', Next: 'Before' }],
                Default: 'Good',
              },
              Before: { Type: 'Pass', Output: '{% 1+1+1+1 %}', Next: 'Boom' },
              Boom: { Type: 'Fail', Error: 'Boom' },
              Good: { Type: 'Succeed' },
            },
          },
          End: true,
        },
      });
      const { error, events } = await runMachine(definition, [0, 1, 2, 3, 4]);
      const types = events.map(({ type }) => type!);
      outcomes.add([error, ...types.slice(types.indexOf('MapIterationFailed'))].join(' '));
    }

    // The other slot is between two iterations.
    expect([...outcomes]).toEqual(['Boom MapIterationFailed MapStateFailed ExecutionFailed']);
  });

  it('records what was running inside its iterations: a Wait, a Parallel, a Map', async () => {
    const wait = (name: string) => ({ StartAt: name, States: { [name]: { Type: 'Wait', Seconds: 50, End: true } } });
    const definition = machine({
      Fork: {
        Type: 'Parallel',
        Branches: [
          wait('Wait 1'),
          {
            StartAt: 'Inner fork',
            States: { 'Inner fork': { Type: 'Parallel', Branches: [wait('Wait 2')], End: true } },
          },
          { StartAt: 'Inner map', States: { 'Inner map': { Type: 'Map', ItemProcessor: wait('Wait 3'), End: true } } },
          {
            StartAt: 'Later',
            States: { Later: { Type: 'Wait', Seconds: 1, Next: 'Boom' }, Boom: { Type: 'Fail', Error: 'Boom' } },
          },
        ],
        End: true,
      },
    });
    const { events } = await runMachine(definition, [0]);
    const boom = events.find(({ type }) => type === 'FailStateEntered')!.id;
    const after = events.filter(({ previousEventId }) => previousEventId === boom).map(({ type }) => type);

    expect(after).toEqual([
      'WaitStateAborted',
      'WaitStateAborted',
      'ParallelStateAborted',
      'MapIterationAborted',
      'WaitStateAborted',
      'MapStateAborted',
      'ParallelStateFailed',
    ]);
  });

  it('is stopped with its execution: nothing is recorded any more', async () => {
    const { counts, invoker } = counting();
    const fixture = await serveMachines(map({ MaxConcurrency: 5 }), { invoker });
    const arn = await fixture.start({ items: numbers(1000) });
    await fixture.service.close();
    const { status, events } = await fixture.ended(arn);
    const called = counts.all;
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();

    expect(status).toBe('ABORTED');
    expect((await fixture.ended(arn)).events).toHaveLength(events.length);
    expect(counts.all).toBe(called);
    await fixture.close();
  });
});
