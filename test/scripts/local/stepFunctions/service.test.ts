import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  StartExecutionCommand,
  type StartExecutionCommandInput,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { ServiceError } from '../../../../scripts/local/http/service';
import { StepFunctionsService } from '../../../../scripts/local/stepFunctions/service';
import { UserError } from '../../../../scripts/io/userError';
import { type Clock, systemClock } from '../../../../scripts/io/clock';
import {
  chain,
  deploymentOf,
  type Fixture,
  functionArn,
  invokerOf,
  machine,
  noObjects,
  returning,
  sdkResource,
  serveMachines,
  stateMachine,
} from './fixture';

const stateMachineArn = stateMachine({}).stateMachineArn;
const executionArn = (name: string) => `${stateMachineArn.replace('stateMachine', 'execution')}:${name}`;

const pass = machine({ Only: { Type: 'Pass', Output: { seen: '{% $states.input %}' }, End: true } });
const task = { Type: 'Task', Resource: sdkResource, Arguments: { FunctionName: functionArn }, End: true };
const invoke = machine({ Invoke: task });

/** Starts a machine whose task doesn't return before it is told to. */
async function serveBlocked(): Promise<Fixture & { release: () => void }> {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const invoker = invokerOf(async () => {
    await released;
    return {};
  });
  return { ...(await serveMachines(invoke, { invoker })), release };
}

describe('an execution', () => {
  let fixture: Fixture;

  beforeAll(async () => {
    fixture = await serveMachines(pass);
  });
  afterAll(() => fixture.close());

  it('is started with a name and an input, and described', async () => {
    const started = await fixture.client.send(
      new StartExecutionCommand({ stateMachineArn, name: 'first-1.2_3', input: '{ "a": 1 }', traceHeader: 'Root=1' }),
    );
    const { $metadata, events, ...described } = await fixture.ended(started.executionArn!);

    expect(started).toMatchObject({ executionArn: executionArn('first-1.2_3'), startDate: expect.any(Date) });
    expect($metadata.httpStatusCode).toBe(200);
    expect(events.at(-1)!.type).toBe('ExecutionSucceeded');
    expect(described).toEqual({
      executionArn: started.executionArn,
      stateMachineArn,
      name: 'first-1.2_3',
      status: 'SUCCEEDED',
      startDate: started.startDate,
      stopDate: expect.any(Date),
      input: '{ "a": 1 }',
      inputDetails: { included: true },
      output: '{"seen":{"a":1}}',
      outputDetails: { included: true },
      traceHeader: 'Root=1',
      redriveCount: 0,
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
    });
  });

  it('gets a UUID and an empty object when it is started without name and input', async () => {
    const { executionArn: arn } = await fixture.client.send(new StartExecutionCommand({ stateMachineArn }));
    const { name, output } = await fixture.ended(arn!);

    expect(name).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(output).toBe('{"seen":{}}');
  });

  it('takes any JSON value as its input', async () => {
    for (const input of ['1', '"text"', 'null', '[]']) {
      const { executionArn: arn } = await fixture.client.send(new StartExecutionCommand({ stateMachineArn, input }));
      expect((await fixture.ended(arn!)).output).toBe(`{"seen":${input}}`);
    }
  });

  it('is described without its data when only metadata is wanted', async () => {
    const arn = await fixture.start({ secret: 1 });
    await fixture.ended(arn);
    const described = await fixture.client.send(
      new DescribeExecutionCommand({ executionArn: arn, includedData: 'METADATA_ONLY' }),
    );

    expect(described).toMatchObject({ inputDetails: { included: false }, outputDetails: { included: false } });
    expect(described).not.toHaveProperty('input');
    expect(described).not.toHaveProperty('output');
  });

  it('has a state machine of its own', async () => {
    const arn = await fixture.start();
    const described = await fixture.client.send(new DescribeStateMachineForExecutionCommand({ executionArn: arn }));

    expect(described).toMatchObject({
      stateMachineArn,
      name: 'Machine',
      definition: JSON.stringify(pass),
      roleArn: 'arn:aws:iam::123456789012:role/Machine',
      updateDate: new Date('2026-01-01T00:00:00Z'),
    });
  });

  const tooLong = 'n'.repeat(81);
  const refusals: [string, StartExecutionCommandInput, string, string][] = [
    [
      'a name of 81 characters',
      { stateMachineArn, name: tooLong },
      'ValidationException',
      `1 validation error detected: Value '${tooLong}' at 'name' failed to satisfy constraint: Member must have length ` +
        'less than or equal to 80',
    ],
    ...[
      ' a b',
      'a*b',
      'a:b',
      'a/b',
      'a"b',
      'a\u0000b',
      'a\u0085b',
      '<a>',
      '{a}',
      '[a]',
      '#a',
      'a%',
      'a\\b',
      '^',
      '|',
      '~',
      '`',
      '$',
      '&',
      ',',
      ';',
      '?',
    ].map((name): [string, StartExecutionCommandInput, string, string] => [
      `the name ${JSON.stringify(name)}`,
      { stateMachineArn, name },
      'InvalidName',
      `Invalid Name: '${name}'`,
    ]),
    [
      'an input that is not JSON',
      { stateMachineArn, input: '{' },
      'InvalidExecutionInput',
      expect.stringMatching(/^Invalid State Machine Execution Input: '.+'$/s) as string,
    ],
    [
      'an input that nests 8,000 deep',
      { stateMachineArn, input: `${'['.repeat(8000)}${']'.repeat(8000)}` },
      'InvalidExecutionInput',
      "Invalid State Machine Execution Input: 'Document nesting depth exceeds the maximum allowed (1000)'",
    ],
    [
      'an empty input',
      { stateMachineArn, input: '' },
      'InvalidExecutionInput',
      "Invalid State Machine Execution Input: 'Invalid execution input.'",
    ],
    [
      'an input above 256 KiB',
      { stateMachineArn, input: JSON.stringify('ü'.repeat(131_072)) },
      'ValidationException',
      "1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have size less than or " +
        'equal to 262144 bytes in UTF-8 encoding',
    ],
    [
      'another state machine',
      { stateMachineArn: `${stateMachineArn}2` },
      'StateMachineDoesNotExist',
      `State Machine Does Not Exist: '${stateMachineArn}2'`,
    ],
    ['no ARN', { stateMachineArn: 'Machine' }, 'InvalidArn', "Invalid Arn: 'Invalid ARN prefix: Machine'"],
    [
      'the ARN of something else',
      { stateMachineArn: functionArn },
      'InvalidArn',
      `Invalid Arn: 'Resource type not valid in this context: ${functionArn}'`,
    ],
    [
      'no state machine at all',
      { stateMachineArn: undefined },
      'ValidationException',
      "1 validation error detected: Value null at 'stateMachineArn' failed to satisfy constraint: Member must not be null",
    ],
  ];
  it.each(refusals)('is not started with %s', async (_, input, name, message) => {
    await expect(fixture.client.send(new StartExecutionCommand(input))).rejects.toMatchObject({
      name,
      message,
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('can take exactly 256 KiB', async () => {
    const input = JSON.stringify('x'.repeat(262_142));

    await expect(fixture.client.send(new StartExecutionCommand({ stateMachineArn, input }))).resolves.toMatchObject({});
  });
});

describe('starting twice under one name', () => {
  const named = (input: string) => new StartExecutionCommand({ stateMachineArn, name: 'same', input });

  it('gives the running execution for the same input, and refuses another input', async () => {
    const { client, release, ended, close } = await serveBlocked();
    try {
      const first = await client.send(named('{}'));
      const again = await client.send(named('{}'));
      const message = `Execution Already Exists: '${executionArn('same')}'`;

      expect(again.executionArn).toBe(first.executionArn);
      expect(again.startDate).toEqual(first.startDate);
      await expect(client.send(named('{"a":1}'))).rejects.toMatchObject({ name: 'ExecutionAlreadyExists', message });

      release();
      await ended(first.executionArn!);
      await expect(client.send(named('{}'))).rejects.toMatchObject({ name: 'ExecutionAlreadyExists', message });
    } finally {
      await close();
    }
  });
});

describe('stopping', () => {
  it('ends a running execution at once, with error and cause', async () => {
    const { client, start, ended, release, close } = await serveBlocked();
    try {
      const arn = await start();
      const stopped = await client.send(
        new StopExecutionCommand({ executionArn: arn, error: 'Interrupted', cause: 'Ctrl-C' }),
      );
      const { status, error, cause, stopDate, events, redriveStatus } = await ended(arn);

      expect({ status, error, cause, redriveStatus }).toEqual({
        status: 'ABORTED',
        error: 'Interrupted',
        cause: 'Ctrl-C',
        redriveStatus: 'REDRIVABLE',
      });
      expect(stopDate).toEqual(stopped.stopDate);
      expect(chain(events).at(-1)).toBe('5 ExecutionAborted ← 0');
      expect(events.at(-1)!.executionAbortedEventDetails).toEqual({ error: 'Interrupted', cause: 'Ctrl-C' });

      release();
      await new Promise((resolve) => setImmediate(resolve));
      expect((await ended(arn)).events).toHaveLength(5);
    } finally {
      await close();
    }
  });

  it.each<[string, (fixture: Fixture, executionArn: string) => Promise<unknown>]>([
    ['execution is stopped', ({ client }, arn) => client.send(new StopExecutionCommand({ executionArn: arn }))],
    ['service is closed', ({ service }) => service.close()],
  ])('ends the wait before a retry when the %s', async (_, end) => {
    let waits: (signal: AbortSignal | undefined) => void;
    const waiting = new Promise<AbortSignal | undefined>((resolve) => (waits = resolve));
    const clock: Clock = {
      ...systemClock,
      // Ends by the signal alone.
      sleep: (_ms, signal) => {
        waits(signal);
        return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));
      },
    };
    const Retry = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 60 }];
    const invoker = invokerOf(() =>
      Promise.reject(new ServiceError('TooManyRequestsException', 429, 'Rate Exceeded.')),
    );
    const fixture = await serveMachines(machine({ Invoke: { ...task, Retry } }), { invoker, clock });
    const arn = await fixture.start();
    const signal = await waiting;
    expect(signal?.aborted).toBe(false);

    await end(fixture, arn);

    expect(signal?.aborted).toBe(true);
    expect((await fixture.ended(arn)).status).toBe('ABORTED');
    await fixture.close();
  });

  it('changes nothing about an execution that has ended', async () => {
    const fixture = await serveMachines(pass);
    const { executionArn: arn, stopDate } = await fixture.run();
    const stopped = await fixture.client.send(new StopExecutionCommand({ executionArn: arn }));

    expect(stopped.stopDate).toEqual(stopDate);
    expect((await fixture.ended(arn!)).status).toBe('SUCCEEDED');
    await fixture.close();
  });

  it('happens to all executions when the service is closed', async () => {
    const invoker = invokerOf(() => new Promise(() => undefined));
    const fixture = await serveMachines(invoke, { invoker });
    const arns = [await fixture.start(), await fixture.start()];
    await fixture.service.close();

    const statuses = await Promise.all(arns.map(async (arn) => (await fixture.ended(arn)).status));
    expect(statuses).toEqual(['ABORTED', 'ABORTED']);
    await fixture.close();
  });
});

describe('the history', () => {
  let fixture: Fixture;
  let arn: string;
  const history = (more: object) => fixture.client.send(new GetExecutionHistoryCommand({ executionArn: arn, ...more }));

  beforeAll(async () => {
    fixture = await serveMachines(pass);
    arn = await fixture.start({ a: 1 });
    await fixture.ended(arn);
  });
  afterAll(() => fixture.close());

  it('comes in pages', async () => {
    const first = await history({ maxResults: 3 });
    const second = await history({ maxResults: 3, nextToken: first.nextToken });

    expect(first.events!.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(second.events!.map(({ id }) => id)).toEqual([4]);
    expect(second.nextToken).toBeUndefined();
    expect((await history({ maxResults: 4 })).nextToken).toBeUndefined();
  });

  it('comes backwards', async () => {
    const first = await history({ maxResults: 3, reverseOrder: true });
    const second = await history({ maxResults: 3, reverseOrder: true, nextToken: first.nextToken });

    expect(first.events!.map(({ id }) => id)).toEqual([4, 3, 2]);
    expect(second.events!.map(({ id }) => id)).toEqual([1]);
    expect(second.nextToken).toBeUndefined();
  });

  it('comes without inputs and outputs', async () => {
    const { events } = await history({ includeExecutionData: false });

    expect(events![0]!.executionStartedEventDetails).toEqual({ roleArn: expect.any(String) });
    expect(events![1]!.stateEnteredEventDetails).toEqual({ name: 'Only' });
    expect(events![2]!.stateExitedEventDetails).toEqual({ name: 'Only' });
    expect(events![3]!.executionSucceededEventDetails).toEqual({});
  });

  it.each([
    [
      'a token of another order',
      async () => ({ nextToken: (await history({ maxResults: 1, reverseOrder: true })).nextToken }),
    ],
    ['a token that is none', () => Promise.resolve({ nextToken: 'AAAA' })],
  ])('is refused for %s', async (_, request) => {
    await expect(history(await request())).rejects.toMatchObject({ name: 'InvalidToken' });
  });

  it.each([
    [
      { maxResults: 1001 },
      "Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000",
    ],
    [
      { maxResults: -1 },
      "Value '-1' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 0",
    ],
    [
      { nextToken: 'x'.repeat(1025) },
      `Value '${'x'.repeat(1025)}' at 'nextToken' failed to satisfy constraint: Member must have length less than or equal to 1024`,
    ],
  ])('is refused for %j', async (request, message) => {
    await expect(history(request)).rejects.toMatchObject({
      name: 'ValidationException',
      message: `1 validation error detected: ${message}`,
    });
  });

  it('is unknown for an execution that is', async () => {
    await expect(history({ executionArn: executionArn('none') })).rejects.toMatchObject({
      name: 'ExecutionDoesNotExist',
      message: `Execution Does Not Exist: '${executionArn('none')}'`,
    });
    await expect(history({ executionArn: stateMachineArn })).rejects.toMatchObject({ name: 'InvalidArn' });
  });

  it('shows a client that keeps the token of the last, partial page what was recorded since', async () => {
    const blocked = await serveBlocked();
    const running = await blocked.start();
    const page = (nextToken?: string) =>
      blocked.client.send(new GetExecutionHistoryCommand({ executionArn: running, maxResults: 3, nextToken }));

    const first = await page();
    const partial = await page(first.nextToken);
    expect(partial.events!.map(({ type }) => type)).toEqual(['TaskStarted']);
    expect(partial.nextToken).toBeUndefined();

    blocked.release();
    await blocked.ended(running);
    const grown = await page(first.nextToken);
    expect(grown.events!.map(({ type }) => type)).toEqual(['TaskStarted', 'TaskSucceeded', 'TaskStateExited']);
    expect((await page(grown.nextToken)).events!.map(({ type }) => type)).toEqual(['ExecutionSucceeded']);
    await blocked.close();
  });
});

describe('the lists', () => {
  let fixture: Fixture;

  beforeAll(async () => {
    const machines = ['Zebra', 'Machine', 'Ant'].map((name) => stateMachine(pass, name));
    fixture = await serveMachines(machines);
    for (const name of ['a', 'b', 'c']) {
      const started = await fixture.client.send(new StartExecutionCommand({ stateMachineArn, name }));
      await fixture.ended(started.executionArn!);
    }
  });
  afterAll(() => fixture.close());

  it('show the newest execution first, in pages', async () => {
    const list = (nextToken?: string) =>
      fixture.client.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 2, nextToken }));
    const first = await list();
    const second = await list(first.nextToken);

    expect(first.executions!.map(({ name }) => name)).toEqual(['c', 'b']);
    expect(second.executions).toEqual([
      {
        executionArn: executionArn('a'),
        stateMachineArn,
        name: 'a',
        status: 'SUCCEEDED',
        startDate: expect.any(Date),
        stopDate: expect.any(Date),
        redriveCount: 0,
      },
    ]);
    expect(second.nextToken).toBeUndefined();
  });

  it('are not moved by what is started between two pages', async () => {
    const list = (nextToken?: string) =>
      fixture.client.send(new ListExecutionsCommand({ stateMachineArn: machineArn, maxResults: 1, nextToken }));
    const machineArn = stateMachineArn.replace(/Machine$/, 'Ant');
    const start = (name: string) =>
      fixture.client.send(new StartExecutionCommand({ stateMachineArn: machineArn, name }));
    await start('a');
    await start('b');
    const first = await list();
    await start('c');
    const second = await list(first.nextToken);

    expect([...first.executions!, ...second.executions!].map(({ name }) => name)).toEqual(['b', 'a']);
    expect(second.nextToken).toBeUndefined();
  });

  it('show the executions of one status', async () => {
    const list = (statusFilter: string) =>
      fixture.client.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: statusFilter as 'RUNNING' }));

    expect((await list('RUNNING')).executions).toEqual([]);
    expect((await list('SUCCEEDED')).executions).toHaveLength(3);
    await expect(list('succeeded')).rejects.toMatchObject({
      name: 'ValidationException',
      message:
        "1 validation error detected: Value 'succeeded' at 'statusFilter' failed to satisfy constraint: Member must " +
        'satisfy enum value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]',
    });
  });

  it('want a state machine that exists', async () => {
    const list = (arn?: string) => fixture.client.send(new ListExecutionsCommand({ stateMachineArn: arn }));

    await expect(list(`${stateMachineArn}2`)).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
    await expect(list()).rejects.toMatchObject({ name: 'ValidationException' });
  });

  const mapRunArn = 'arn:aws:states:eu-central-1:123456789012:mapRun:Machine/Each:1';
  it.each<[object, string, string]>([
    [{ mapRunArn }, 'ResourceNotFound', `Resource not found: '${mapRunArn}'`],
    [{ stateMachineArn, mapRunArn }, 'ValidationException', 'Must provide State Machine ARN or Map Run ARN, not both'],
    [
      { stateMachineArn, redriveFilter: 'NOT_REDRIVEN' },
      'ValidationException',
      'redriveFilter can not be provided with a State Machine ARN',
    ],
  ])('refuse %j', async (input, name, message) => {
    await expect(fixture.client.send(new ListExecutionsCommand(input))).rejects.toMatchObject({ name, message });
  });

  it('show the state machines in the order of their names', async () => {
    const first = await fixture.client.send(new ListStateMachinesCommand({ maxResults: 2 }));
    const second = await fixture.client.send(new ListStateMachinesCommand({ nextToken: first.nextToken }));

    expect(first.stateMachines!.map(({ name }) => name)).toEqual(['Ant', 'Machine']);
    expect(second.stateMachines).toEqual([
      {
        stateMachineArn: stateMachineArn.replace(/Machine$/, 'Zebra'),
        name: 'Zebra',
        type: 'STANDARD',
        creationDate: new Date('2026-01-01T00:00:00Z'),
      },
    ]);
  });
});

describe('a state machine', () => {
  it('is described with its logging', async () => {
    const loggingConfiguration = {
      level: 'ALL',
      includeExecutionData: true,
      destinations: [
        { cloudWatchLogsLogGroup: { logGroupArn: 'arn:aws:logs:eu-central-1:123456789012:log-group:x:*' } },
      ],
    };
    const fixture = await serveMachines([{ ...stateMachine(pass), loggingConfiguration }, stateMachine(pass, 'Quiet')]);
    const describe = (arn: string, more: object = {}) =>
      fixture.client.send(new DescribeStateMachineCommand({ stateMachineArn: arn, ...more }));
    const described = await describe(stateMachineArn);
    const quiet = await describe(stateMachineArn.replace(/Machine$/, 'Quiet'), { includedData: 'METADATA_ONLY' });
    await fixture.close();

    expect(described).toMatchObject({
      stateMachineArn,
      name: 'Machine',
      status: 'ACTIVE',
      type: 'STANDARD',
      definition: JSON.stringify(pass),
      creationDate: new Date('2026-01-01T00:00:00Z'),
      tracingConfiguration: { enabled: true },
      loggingConfiguration,
    });
    expect(quiet.loggingConfiguration).toEqual({ level: 'OFF', includeExecutionData: false });
    expect(quiet.definition).toBe('{}');
  });

  it('that uses what is not supported stops the service from starting', () => {
    const unsupported = stateMachine(machine({ Old: { Type: 'Pass', Parameters: {}, End: true } }), 'Older');
    const construct = () =>
      new StepFunctionsService({
        deployment: deploymentOf(unsupported),
        invoker: returning(() => null),
        objects: noObjects,
      });

    expect(construct).toThrow(UserError);
    expect(construct).toThrow(
      'State machine "Older", state "Old", field "Parameters": belongs to JSONPath; only JSONata is supported.',
    );
  });
});

describe('the protocol', () => {
  let fixture: Fixture;

  beforeAll(async () => {
    fixture = await serveMachines(pass);
  });
  afterAll(() => fixture.close());

  const post = (operation: string, body: string) =>
    fetch(fixture.url, {
      method: 'POST',
      headers: { 'x-amz-target': `AWSStepFunctions.${operation}`, 'content-type': 'application/x-amz-json-1.0' },
      body,
    });

  it.each([
    ['StartExecution', '{}', 'com.amazon.coral.validate#ValidationException'],
    ['StartExecution', '[]', 'com.amazon.coral.service#SerializationException'],
    ['StartExecution', 'nonsense', 'com.amazon.coral.service#SerializationException'],
    ['StartExecution', '{"stateMachineArn":1}', 'com.amazon.coral.validate#ValidationException'],
    [
      'GetExecutionHistory',
      '{"executionArn":"x","reverseOrder":"yes"}',
      'com.amazon.coral.validate#ValidationException',
    ],
    ['GetExecutionHistory', '{"executionArn":"x","maxResults":"1"}', 'com.amazon.coral.validate#ValidationException'],
    ['DescribeExecution', '{"executionArn":"x"}', 'com.amazonaws.swf.service.v2.model#InvalidArn'],
    ['CreateStateMachine', '{}', 'com.amazon.coral.service#UnknownOperationException'],
    ['constructor', '{}', 'com.amazon.coral.service#UnknownOperationException'],
  ])('answers %s of %s with the error %s', async (operation, body, type) => {
    const response = await post(operation, body);

    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.0');
    expect(await response.json()).toEqual({ __type: type, message: expect.any(String) });
  });

  it('refuses a member that the operation does not have, by its name', async () => {
    const response = await post('StopExecution', '{"executionArn":"x","reason":"y"}');

    expect(await response.json()).toEqual({
      __type: 'com.amazon.coral.validate#ValidationException',
      message:
        "The local endpoint doesn't serve the parameter reason of StopExecution; it takes executionArn, error, cause.",
    });
  });

  it('answers a member that nests 8,000 deep with an error', async () => {
    const response = await post('StartExecution', `{"name":${'['.repeat(8000)}${']'.repeat(8000)}}`);

    expect(await response.json()).toMatchObject({ __type: 'com.amazon.coral.service#SerializationException' });
  });

  it('writes times as seconds with a fraction', async () => {
    const clock: Clock = { ...systemClock, now: () => 1_767_225_600_123 };
    const precise = await serveMachines(pass, { clock });
    const { executionArn: arn } = await precise.run();
    const [described, history] = await Promise.all(
      ['DescribeExecution', 'GetExecutionHistory'].map(async (operation) => {
        const response = await fetch(precise.url, {
          method: 'POST',
          headers: { 'x-amz-target': `AWSStepFunctions.${operation}` },
          body: JSON.stringify({ executionArn: arn }),
        });
        return (await response.json()) as { startDate: number; events: { timestamp: number }[] };
      }),
    );
    await precise.close();

    expect(described!.startDate).toBe(1_767_225_600.123);
    expect(history!.events[0]!.timestamp).toBe(1_767_225_600.123);
  });
});
