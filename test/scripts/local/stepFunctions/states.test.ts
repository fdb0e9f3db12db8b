import { type Clock } from '../../../../scripts/io/clock';
import { ServiceError } from '../../../../scripts/local/http/service';
import { FakeClock } from '../../fakeClock';
import {
  type Ended,
  functionArn,
  invokerOf,
  machine,
  optimizedResource,
  outputOf,
  pass,
  returning,
  runMachine,
  sdkResource,
  task,
} from './fixture';

/** How long the execution waited between its first and its last event, in milliseconds. */
const elapsed = ({ events }: Ended) => events.at(-1)!.timestamp!.getTime() - events[0]!.timestamp!.getTime();
const failsWith = (error: string, cause: string) => ({ status: 'FAILED', error, cause });
const prefix = (state: string, id: number) =>
  `An error occurred while executing the state '${state}' (entered at the event id #${id}). `;

describe('a Pass state', () => {
  it('gives its input where it says no output', async () => {
    expect(outputOf(await runMachine(machine({ Same: pass() }), { a: [1] }))).toEqual({ a: [1] });
  });

  it('gives its output with expressions at any depth, and leaves other strings alone', async () => {
    const output = { list: ['{% $states.input.a %}', { b: '{%$states.input.a%}' }], text: ' {% x %} ', none: null };
    const ended = await runMachine(machine({ Make: pass({ Output: output }) }), { a: 1 });

    expect(outputOf(ended)).toEqual({ list: [1, { b: 1 }], text: ' {% x %} ', none: null });
  });

  it('shows the context of the execution', async () => {
    const ended = await runMachine(machine({ Show: pass({ Output: '{% $states.context %}' }) }), { a: 1 });

    expect(outputOf(ended)).toEqual({
      Execution: {
        Id: ended.executionArn,
        Input: { a: 1 },
        StartTime: '2026-01-01T00:00:00.000Z',
        Name: ended.name,
        RoleArn: 'arn:aws:iam::123456789012:role/Machine',
        RedriveCount: 0,
      },
      StateMachine: { Id: ended.stateMachineArn, Name: 'Machine' },
      State: { Name: 'Show', EnteredTime: '2026-01-01T00:00:00.000Z' },
    });
  });
});

describe('variables', () => {
  it('are seen by the states after the one that assigns them, all from the old values', async () => {
    const ended = await runMachine(
      machine({
        Seed: pass({ Assign: { x: 3, a: 6 }, End: undefined, Next: 'Swap' }),
        Swap: pass({
          Assign: { x: '{% $a %}', nextX: '{% $x %}' },
          Output: { seen: '{% $x %}' },
          End: undefined,
          Next: 'Show',
        }),
        Show: pass({ Output: ['{% $states.input.seen %}', '{% $x %}', '{% $nextX %}'] }),
      }),
    );

    expect(outputOf(ended)).toEqual([3, 6, 3]);
  });

  it('of a Map or Parallel can read the outer ones, and end with it', async () => {
    const inner = {
      StartAt: 'Assign inner',
      States: {
        'Assign inner': pass({ Assign: { inner: '{% $outer + 1 %}' }, End: undefined, Next: 'Read inner' }),
        'Read inner': pass({ Output: '{% $inner %}' }),
      },
    };
    const ended = await runMachine(
      machine({
        Outer: pass({ Assign: { outer: 41 }, End: undefined, Next: 'Each' }),
        Each: { Type: 'Map', Items: [1, 2], ItemProcessor: inner, Next: 'Show' },
        Show: pass({ Output: ['{% $states.input %}', '{% $exists($inner) %}'] }),
      }),
    );

    expect(outputOf(ended)).toEqual([[42, 42], false]);
  });

  it('can be larger together than a payload only in several states', async () => {
    const text = 'x'.repeat(200_000);
    const ended = await runMachine(machine({ Set: pass({ Assign: { a: text, b: text } }) }));

    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });
});

describe('a Choice state', () => {
  const choice = (choices: object[], more: object = { Default: 'Else' }) =>
    machine({
      Which: { Type: 'Choice', Choices: choices, ...more },
      Then: pass({ Output: { then: '{% $states.input %}' } }),
      ...('Default' in more && { Else: pass({ Output: { otherwise: '{% $states.input %}' } }) }),
    });

  it.each([
    [5, { then: 5 }],
    [1, { otherwise: 1 }],
  ])('leads on by the first rule that holds, else to the default: %j', async (input, output) => {
    const rules = [{ Condition: '{% $states.input > 2 %}', Next: 'Then' }];

    expect(outputOf(await runMachine(choice(rules), input))).toEqual(output);
  });

  it('does not evaluate the rules after the one that holds', async () => {
    const rules = [
      { Condition: true, Next: 'Then' },
      { Condition: '{% $states.input.missing %}', Next: 'Then' },
    ];

    expect((await runMachine(choice(rules))).status).toBe('SUCCEEDED');
  });

  it('assigns and gives what the rule says, or what the state says for the default', async () => {
    const rules = [{ Condition: '{% $states.input %}', Next: 'Then', Output: 'by rule', Assign: { by: 'rule' } }];
    const definition = choice(rules, { Default: 'Else', Output: 'by default', Assign: { by: 'default' } });

    expect(outputOf(await runMachine(definition, true))).toEqual({ then: 'by rule' });
    expect(outputOf(await runMachine(definition, false))).toEqual({ otherwise: 'by default' });
  });

  it('fails where a condition gives nothing or no boolean, naming the rule', async () => {
    const rules = [
      { Condition: '{% false %}', Next: 'Then' },
      { Condition: '{% $states.input.x %}', Next: 'Then' },
    ];
    const field = "The JSONata expression '$states.input.x' specified for the field 'Choices[1]/Condition'";

    expect(await runMachine(choice(rules), {})).toMatchObject(
      failsWith('States.QueryEvaluationError', `${prefix('Which', 2)}${field} returned nothing (undefined).`),
    );
    expect(await runMachine(choice(rules), { x: 'yes' })).toMatchObject(
      failsWith(
        'States.QueryEvaluationError',
        `${prefix('Which', 2)}${field} returned an unexpected result type. Expected 'boolean', but was 'string' for ` +
          'value: "yes"',
      ),
    );
  });

  it('fails where no rule holds and there is no default', async () => {
    const rules = [{ Condition: false, Next: 'Then' }];

    expect(await runMachine(choice(rules, {}))).toMatchObject(
      failsWith(
        'States.Runtime',
        `${prefix('Which', 2)}Failed to transition out of the state. The state does not point to a next state.`,
      ),
    );
  });
});

describe('a Wait state', () => {
  it.each([
    ['a number of seconds', { Seconds: 90 }, 90_000],
    ['an expression for it', { Seconds: '{% $states.input.s %}' }, 7_000],
    ['no time', { Seconds: 0 }, 0],
    ['a time', { Timestamp: '2026-01-01T01:00:00Z' }, 3_600_000],
    ['an expression for a time', { Timestamp: '{% $states.input.at %}' }, 2_000],
    ['a time that is over', { Timestamp: '2025-01-01T00:00:00+01:00' }, 0],
  ])('waits for %s', async (_, fields, milliseconds) => {
    const ended = await runMachine(machine({ Wait: { Type: 'Wait', ...fields, End: true } }), {
      s: 7,
      at: '2026-01-01T00:00:02Z',
    });

    expect(elapsed(ended)).toBe(milliseconds);
    expect(outputOf(ended)).toEqual({ s: 7, at: '2026-01-01T00:00:02Z' });
  });

  it.each([
    ['Seconds', -1, 'Seconds must be an integer'],
    ['Seconds', 1.5, 'Seconds must be an integer'],
    ['Seconds', '5', "Expected 'number', but was 'string'"],
    [
      'Timestamp',
      '2016-12-05 21:29:29Z',
      'The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: 2016-12-05 21:29:29Z',
    ],
  ])('fails where the %s turn out to be %j', async (field, value, cause) => {
    const ended = await runMachine(
      machine({ Wait: { Type: 'Wait', [field]: '{% $states.input %}', End: true } }),
      value,
    );

    expect(ended).toMatchObject(failsWith('States.QueryEvaluationError', expect.stringContaining(cause) as string));
    expect(ended.events.find(({ type }) => type === 'EvaluationFailed')!.evaluationFailedEventDetails).toMatchObject({
      location: field,
      state: 'Wait',
    });
  });
});

describe('Succeed and Fail states', () => {
  it('end the execution', async () => {
    const output = { all: '{% $states.input %}' };

    expect(outputOf(await runMachine(machine({ Good: { Type: 'Succeed', Output: output } }), 1))).toEqual({ all: 1 });
    expect(
      await runMachine(machine({ Bad: { Type: 'Fail', Error: 'Mine', Cause: '{% "n=" & $states.input %}' } }), 1),
    ).toMatchObject(failsWith('Mine', 'n=1'));
  });

  it('may fail without a word', async () => {
    const ended = await runMachine(machine({ Bad: { Type: 'Fail' } }));

    expect(ended.status).toBe('FAILED');
    expect(ended).not.toHaveProperty('error');
    expect(ended.events.at(-1)!.executionFailedEventDetails).toEqual({});
  });

  it('fail differently where their words cannot be evaluated', async () => {
    const ended = await runMachine(machine({ Bad: { Type: 'Fail', Error: 'Mine', Cause: '{% $states.input.x %}' } }));

    expect(ended).toMatchObject({ error: 'States.QueryEvaluationError', cause: expect.stringContaining("'Cause'") });
  });
});

describe('Retry', () => {
  const failing = (name: string, times: number) => {
    let calls = 0;
    return invokerOf(() => {
      calls += 1;
      if (calls <= times) throw new ServiceError(name, 429, 'Rate Exceeded.');
      return {};
    });
  };
  const retried = (...retry: object[]) => machine({ Invoke: task({ Retry: retry }) });
  const run = async (definition: object, times: number, random = () => 1) => {
    const invoker = failing('TooManyRequestsException', times);
    return runMachine(definition, {}, { invoker, random });
  };

  it.each([
    ['by default 3 times after 1, 2 and 4 seconds', {}, 3, 7_000],
    ['after the interval, growing by the rate', { IntervalSeconds: 2, BackoffRate: 3 }, 2, 8_000],
    ['never longer than the greatest delay', { IntervalSeconds: 10, MaxDelaySeconds: 15 }, 3, 40_000],
    ['after a random share of the delay', { IntervalSeconds: 8, JitterStrategy: 'FULL' }, 2, 6_000],
  ])('tries again %s', async (_, retrier, times, milliseconds) => {
    const ended = await run(retried({ ErrorEquals: ['States.ALL'], ...retrier }), times, () => 0.25);

    expect(ended.status).toBe('SUCCEEDED');
    expect(elapsed(ended)).toBe(milliseconds);
  });

  it('gives up after the attempts', async () => {
    const ended = await run(retried({ ErrorEquals: ['States.ALL'], MaxAttempts: 2 }), 3);

    expect(ended).toMatchObject({ status: 'FAILED', error: 'Lambda.TooManyRequestsException' });
    expect(ended.events.filter(({ type }) => type === 'TaskScheduled')).toHaveLength(3);
  });

  it('does not try again with no attempts', async () => {
    expect((await run(retried({ ErrorEquals: ['States.ALL'], MaxAttempts: 0 }), 1)).status).toBe('FAILED');
  });

  it('takes the first retrier that names the error, each with its own count', async () => {
    const ended = await run(
      retried(
        { ErrorEquals: ['Other'], MaxAttempts: 9 },
        { ErrorEquals: ['Lambda.TooManyRequestsException'], MaxAttempts: 1, IntervalSeconds: 30 },
        { ErrorEquals: ['States.ALL'], MaxAttempts: 9 },
      ),
      2,
    );

    expect(ended.status).toBe('FAILED');
    expect(elapsed(ended)).toBe(30_000);
  });

  it('counts the retries in the context', async () => {
    const seen: unknown[] = [];
    const invoker = invokerOf((event) => {
      seen.push(event);
      if (seen.length < 3) throw new ServiceError('ServiceException', 500, 'Broken.');
      return {};
    });
    const values = { FunctionName: functionArn, Payload: '{% $states.context.State.RetryCount %}' };
    await runMachine(
      machine({ Invoke: task({ Arguments: values, Retry: [{ ErrorEquals: ['States.TaskFailed'] }] }) }),
      {},
      { invoker },
    );

    expect(seen).toEqual([0, 1, 2]);
  });
});

describe('Catch', () => {
  const caught = (more: object = {}, taskMore: object = {}) =>
    machine({
      Invoke: task({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Handle', ...more }], ...taskMore }),
      Handle: pass(),
    });
  const broken = invokerOf(() => {
    throw new ServiceError('ServiceException', 500, 'Broken.');
  });
  const endless = invokerOf(() => new Promise(() => undefined));
  const huge = returning(() => 'x'.repeat(300_000));

  it('leads on with the error and its cause', async () => {
    expect(outputOf(await runMachine(caught(), {}, { invoker: broken }))).toEqual({
      Error: 'Lambda.ServiceException',
      Cause: expect.stringMatching(/^Broken\. \(Service: Lambda, Status Code: 500, Request ID: /),
    });
  });

  it('leads on with what it says, and assigns', async () => {
    const definition = machine({
      Invoke: task({
        Catch: [
          {
            ErrorEquals: ['Lambda.ServiceException'],
            Next: 'Handle',
            Output: ['{% $states.input %}', '{% $states.errorOutput.Error %}'],
            Assign: { error: '{% $states.errorOutput.Error %}' },
          },
        ],
      }),
      Handle: pass({ Output: ['{% $states.input %}', '{% $error %}'] }),
    });

    expect(outputOf(await runMachine(definition, 'in', { invoker: broken }))).toEqual([
      ['in', 'Lambda.ServiceException'],
      'Lambda.ServiceException',
    ]);
  });

  it.each([
    ['a timeout', { TimeoutSeconds: 3 }, endless, { Error: 'States.Timeout', Cause: '' }],
    [
      'an expression that gives nothing',
      { Arguments: { FunctionName: functionArn, Payload: '{% $states.input.x %}' } },
      broken,
      { Error: 'States.QueryEvaluationError', Cause: expect.stringContaining("'Arguments/Payload'") as string },
    ],
    [
      'an Output that gives nothing',
      { Output: '{% $states.result.x %}' },
      returning(() => 1),
      { Error: 'States.QueryEvaluationError', Cause: expect.stringContaining("'Output'") as string },
    ],
  ])('gets %s', async (_, more, invoker, output) => {
    expect(outputOf(await runMachine(caught({}, more), {}, { invoker }))).toEqual(output);
  });

  it.each([
    [['States.ALL'], 'FAILED'],
    [['States.TaskFailed'], 'FAILED'],
    [['States.DataLimitExceeded'], 'SUCCEEDED'],
  ])('%j with a result above 256 KiB: the execution has %s', async (errors, status) => {
    const ended = await runMachine(caught({ ErrorEquals: errors }), {}, { invoker: huge });

    expect(ended.status).toBe(status);
    expect(ended.events.find(({ type }) => type === 'TaskFailed')!.taskFailedEventDetails).toEqual({
      resource: 'invoke',
      resourceType: 'aws-sdk:lambda',
      error: 'States.DataLimitExceeded',
      cause:
        "The state/task 'aws-sdk:lambda' returned a result with a size exceeding the maximum number of bytes service limit.",
    });
  });

  it('States.TaskFailed does not get a timeout', async () => {
    const definition = caught({ ErrorEquals: ['States.TaskFailed'] }, { TimeoutSeconds: 3 });

    expect((await runMachine(definition, {}, { invoker: endless })).error).toBe('States.Timeout');
  });

  it('never gets a States.Runtime, not even by its name', async () => {
    const which = { Type: 'Choice', Choices: [{ Condition: false, Next: 'End' }] };
    const branch = { StartAt: 'Which', States: { Which: which, End: { Type: 'Succeed' } } };
    const definition = machine({
      Both: {
        Type: 'Parallel',
        Branches: [branch],
        Catch: [{ ErrorEquals: ['States.Runtime'], Next: 'Handle' }],
        End: true,
      },
      Handle: pass(),
    });

    expect(await runMachine(definition)).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });
});

describe('a timeout', () => {
  it('of a task counts from its start and lets the function go', async () => {
    const invoker = invokerOf(() => new Promise(() => undefined));
    const ended = await runMachine(machine({ Invoke: task({ TimeoutSeconds: '{% 2 + 2 %}' }) }), {}, { invoker });

    expect(elapsed(ended)).toBe(4_000);
    expect(ended.events[2]!.taskScheduledEventDetails!.timeoutInSeconds).toBe(4);
  });

  it('leaves no timer behind: neither a task nor a machine that is through waits for it', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const clock: Clock = {
      now: () => 0,
      sleep: (_ms, signal) => {
        signals.push(signal);
        return new Promise(() => undefined);
      },
    };
    await runMachine(machine({ Invoke: task({ TimeoutSeconds: 9 }) }, { TimeoutSeconds: 60 }), {}, { clock });

    expect(signals.map((signal) => signal?.aborted)).toEqual([true, true]);
  });

  it.each([
    [sdkResource, { Error: 'Lambda.SdkClientException', Cause: 'Unable to execute HTTP request: Read timed out' }, 50],
    [optimizedResource, { Error: 'States.Timeout', Cause: '' }, 60],
  ])('of the client fails a task of the SDK integration alone: %s', async (Resource, output, seconds) => {
    const invoker = invokerOf(() => new Promise(() => undefined));
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Caught', Output: '{% $states.errorOutput %}' }];
    const states = { Invoke: task({ Resource, TimeoutSeconds: 60, Catch }), Caught: pass() };
    const ended = await runMachine(machine(states), {}, { invoker, sdkReadTimeoutSeconds: 50 });

    expect(outputOf(ended)).toEqual(output);
    expect(elapsed(ended)).toBe(seconds * 1000);
  });

  it.each([0, 1.5, 'x'])('of a task can not turn out to be %j', async (timeout) => {
    const ended = await runMachine(machine({ Invoke: task({ TimeoutSeconds: '{% $states.input %}' }) }), timeout);

    expect(ended).toMatchObject({ error: 'States.QueryEvaluationError' });
  });

  it('of the machine ends the execution, without error and cause', async () => {
    const wait = { Type: 'Wait', Seconds: 100, End: true };
    const ended = await runMachine(machine({ Wait: wait }, { TimeoutSeconds: 60 }));

    expect(ended.status).toBe('TIMED_OUT');
    expect(ended).not.toHaveProperty('error');
    expect(elapsed(ended)).toBe(60_000);
    expect(ended.events.at(-1)).toMatchObject({
      type: 'ExecutionTimedOut',
      id: 3,
      previousEventId: 0,
      executionTimedOutEventDetails: { error: 'States.Timeout' },
    });
  });

  it('of the machine does not matter to an execution that is over', async () => {
    const clock: Clock = new FakeClock();
    const ended = await runMachine(machine({ Quick: pass() }, { TimeoutSeconds: 60 }), {}, { clock });
    await clock.sleep(120_000);

    expect(ended.status).toBe('SUCCEEDED');
    expect(ended.events.at(-1)!.type).toBe('ExecutionSucceeded');
  });
});

describe('payloads above 256 KiB', () => {
  const large = '{% $pad("x", 300000, "x") %}';
  const limit = (name: string) =>
    `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`;

  it.each([
    ['an output', machine({ Large: pass({ Output: large }) })],
    [
      'the results of a Map',
      machine({
        Large: {
          Type: 'Map',
          Items: [1, 2],
          ItemProcessor: { StartAt: 'Item', States: { Item: pass({ Output: '{% $pad("x", 150000, "x") %}' }) } },
          Output: 'short',
          End: true,
        },
      }),
    ],
    [
      'what a selector makes of an item',
      machine({
        Each: {
          Type: 'Map',
          Items: [1],
          ItemSelector: large,
          ItemProcessor: { StartAt: 'Large', States: { Large: { Type: 'Succeed', Output: 1 } } },
          End: true,
        },
      }),
    ],
    ['the arguments of a task', machine({ Large: task({ Arguments: { FunctionName: functionArn, Payload: large } }) })],
  ])('end the execution: %s', async (_, definition) => {
    expect(await runMachine(definition)).toMatchObject(failsWith('States.DataLimitExceeded', limit('Large')));
  });

  it('are counted in bytes of UTF-8', async () => {
    const characters = (n: number) => machine({ Text: pass({ Output: `{% $pad("ü", ${n}, "ü") %}` }) });

    expect((await runMachine(characters(131_071))).status).toBe('SUCCEEDED');
    expect((await runMachine(characters(131_072))).status).toBe('FAILED');
  });
});

describe('a response that nests 2,000 deep', () => {
  it.each([
    [sdkResource, '{% $parse($states.result.Payload) %}', 'States.QueryEvaluationError'],
    [optimizedResource, '{% $states.result.Payload.a %}', 'States.QueryEvaluationError'],
    [optimizedResource, '{% $type($states.result.Payload) %}', 'string'],
  ])('costs one item of a Map, by %s with the Output %s', async (Resource, Output, deep) => {
    const invoker = invokerOf((event) => {
      const levels = (event as { levels: number }).levels;
      return { payload: Buffer.from(`${'{"a":'.repeat(levels)}{}${'}'.repeat(levels)}`) };
    });
    const Catch = [
      { ErrorEquals: ['States.QueryEvaluationError'], Output: '{% $states.errorOutput.Error %}', Next: 'End' },
    ];
    const Arguments = { FunctionName: functionArn, Payload: '{% $states.input %}' };
    const States = { Invoke: task({ Resource, Arguments, Output, Catch, End: undefined, Next: 'End' }), End: pass() };
    const each = { Type: 'Map', ItemProcessor: { StartAt: 'Invoke', States }, End: true };
    const ended = await runMachine(machine({ Each: each }), [{ levels: 2000 }, { levels: 900 }], { invoker });

    expect(ended.status).toBe('SUCCEEDED');
    expect((outputOf(ended) as string[])[0]).toBe(deep);
  });
});

describe('a fault of this program', () => {
  it('ends the execution with its message instead of leaving it running', async () => {
    const invoker = { invoke: () => Promise.reject(new TypeError('x is not a function')) };
    const definition = machine({
      Invoke: task({ Resource: optimizedResource, Retry: [{ ErrorEquals: ['States.ALL'] }] }),
    });

    expect(await runMachine(definition, {}, { invoker })).toMatchObject(
      failsWith('States.Runtime', 'x is not a function'),
    );
  });
});
