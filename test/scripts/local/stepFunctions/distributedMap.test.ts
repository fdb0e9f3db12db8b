import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  DescribeStateMachineForExecutionCommand,
  type ExecutionStatus,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  RedriveExecutionCommand,
  StopExecutionCommand,
  UpdateMapRunCommand,
} from '@aws-sdk/client-sfn';
import type { Json } from '../../../../lib/wire';
import type { Clock } from '../../../../scripts/io/clock';
import {
  chain,
  type Ended,
  type Fixture,
  type FixtureOptions,
  functionArn,
  historyOf,
  invokerOf,
  machine,
  optimizedResource,
  outputOf,
  sdkResource,
  serveMachines,
} from './fixture';
import { ObjectsInMemory } from './objectsInMemory';

const states = 'arn:aws:states:eu-central-1:123456789012';
const numbers = (n: number) => Array.from({ length: n }, (_, index) => index);
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A child that fails for a negative item, and for any other gives it back. */
const checking = {
  StartAt: 'Which',
  States: {
    Which: { Type: 'Choice', Choices: [{ Condition: '{% $states.input < 0 %}', Next: 'Bad' }], Default: 'Good' },
    Bad: { Type: 'Fail', Error: 'Negative', Cause: 'less than 0' },
    Good: { Type: 'Succeed' },
  },
};
const passing = { StartAt: 'Give', States: { Give: { Type: 'Succeed' } } };
const calling = {
  StartAt: 'Call',
  States: {
    Call: {
      Type: 'Task',
      Resource: sdkResource,
      Arguments: { FunctionName: functionArn, Payload: '{% $states.input %}' },
      Output: '{% $parse($states.result.Payload) %}',
      End: true,
    },
  },
};
const mapOf = (processor: object, more: object = {}, executionType = 'STANDARD') => ({
  Type: 'Map',
  Label: 'Each',
  Items: '{% $states.input %}',
  ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: executionType }, ...processor },
  End: true,
  ...more,
});
const distributed = (processor: object, more?: object, executionType?: string) =>
  machine({ Map: mapOf(processor, more, executionType) });

/** An ItemReader of an object in the bucket `things`, in place of the items. */
const readerOf = (config: object, key: string) => ({
  Items: undefined,
  ItemReader: {
    Resource: 'arn:aws:states:::s3:getObject',
    ReaderConfig: config,
    Arguments: { Bucket: 'things', Key: key },
  },
});

/** The counts that are not 0. */
const counted = (counts: object) => Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));

const served: Fixture[] = [];
afterEach(async () => {
  for (const fixture of served.splice(0)) await fixture.close();
});

async function serve(...args: Parameters<typeof serveMachines>): Promise<Fixture> {
  const fixture = await serveMachines(...args);
  served.push(fixture);
  return fixture;
}

async function mapRunOf({ client }: Fixture, executionArn: string) {
  const { mapRuns } = await client.send(new ListMapRunsCommand({ executionArn }));
  const mapRun = await client.send(new DescribeMapRunCommand({ mapRunArn: mapRuns![0]!.mapRunArn }));
  return { ...mapRun, items: counted(mapRun.itemCounts!), executions: counted(mapRun.executionCounts!) };
}

async function childrenOf({ client }: Fixture, mapRunArn: string, statusFilter?: ExecutionStatus) {
  const { executions } = await client.send(new ListExecutionsCommand({ mapRunArn, statusFilter, maxResults: 1000 }));
  return executions!;
}

/** Runs a machine once, and gives how it and its Map Run ended. */
async function run(definition: object, input: Json, options: FixtureOptions = {}) {
  const fixture = await serve(definition, options);
  const ended: Ended = await fixture.run(input);
  const mapRun = await mapRunOf(fixture, ended.executionArn!);
  return { ended, output: outputOf(ended), mapRun, children: await childrenOf(fixture, mapRun.mapRunArn!) };
}

/** A clock whose sleeps end when it rings. */
class ManualTimer implements Clock {
  /** Milliseconds of the sleeps so far. */
  readonly asked: number[] = [];
  private readonly sleepers: (() => void)[] = [];

  now(): number {
    return Date.UTC(2026, 0, 1);
  }

  sleep(ms: number): Promise<void> {
    this.asked.push(ms);
    return new Promise((resolve) => this.sleepers.push(resolve));
  }

  ring(): void {
    this.sleepers.splice(0).forEach((wake) => wake());
  }
}

/** An invoker whose answers wait until they are released, one by one. */
function holding() {
  const held: (() => void)[] = [];
  const counts = { now: 0, most: 0 };
  const invoker = invokerOf(async (event) => {
    counts.now += 1;
    counts.most = Math.max(counts.most, counts.now);
    await new Promise<void>((resolve) => held.push(resolve));
    counts.now -= 1;
    return { payload: Buffer.from(JSON.stringify(event)) };
  });
  const atWork = async (n: number) => {
    while (held.length < n) await nextTurn();
  };
  const release = (n: number) => held.splice(0, n).forEach((resolve) => resolve());
  return { invoker, counts, atWork, release };
}

describe('a Distributed Map', () => {
  it('records in its parent what AWS records, and gives the outputs in the order of the items', async () => {
    const { ended, output } = await run(distributed(passing), [3, 'x', { a: 1 }]);
    const [, , started, mapRunStarted] = ended.events;

    expect(output).toEqual([3, 'x', { a: 1 }]);
    // LocalStack's recording of AWS, test_map_state_config_distributed_item_selector, has these events and predecessors.
    expect(chain(ended.events)).toEqual([
      '1 ExecutionStarted ← 0',
      '2 MapStateEntered ← 0',
      '3 MapStateStarted ← 2',
      '4 MapRunStarted ← 3',
      '5 MapRunSucceeded ← 4',
      '6 MapStateSucceeded ← 5',
      '7 MapStateExited ← 5',
      '8 ExecutionSucceeded ← 7',
    ]);
    expect(started!.mapStateStartedEventDetails).toEqual({ length: 3 });
    expect(mapRunStarted!.mapRunStartedEventDetails!.mapRunArn).toMatch(
      /^arn:aws:states:eu-central-1:123456789012:mapRun:Machine\/Each:[0-9a-f-]{36}$/,
    );
  });

  it('is listed and described with its counts', async () => {
    const { ended, mapRun } = await run(
      distributed(checking, { MaxConcurrency: 5, ToleratedFailureCount: 2 }),
      [1, -1, 2],
    );
    const counts = { failed: 1, succeeded: 2, total: 3, resultsWritten: 3 };

    expect(mapRun).toMatchObject({
      executionArn: ended.executionArn,
      status: 'SUCCEEDED',
      maxConcurrency: 5,
      toleratedFailureCount: 2,
      toleratedFailurePercentage: 0,
      startDate: expect.any(Date),
      stopDate: expect.any(Date),
      items: counts,
      executions: counts,
    });
  });

  it('runs each child as an execution of its own, which does not see its parent', async () => {
    const looking = {
      StartAt: 'Look',
      States: {
        Look: { Type: 'Pass', Output: { context: '{% $states.context %}', outer: '{% $exists($outer) %}' }, End: true },
      },
    };
    const definition = machine({
      Before: { Type: 'Pass', Assign: { outer: 'of the parent' }, Next: 'Map' },
      Map: mapOf(looking, { ItemSelector: '{% $outer & $states.context.Map.Item.Value %}' }),
    });
    const { output, mapRun, children } = await run(definition, ['!']);
    const [child] = children;

    expect(child).toEqual({
      executionArn: expect.stringMatching(`^${states}:execution:Machine/Each:[0-9a-f-]{36}$`),
      mapRunArn: mapRun.mapRunArn,
      stateMachineArn: `${states}:stateMachine:Machine/Each`,
      name: child!.executionArn!.split(':')[7],
      status: 'SUCCEEDED',
      startDate: expect.any(Date),
      stopDate: expect.any(Date),
      itemCount: 1,
      redriveCount: 0,
    });
    expect(output).toEqual([
      {
        context: {
          Execution: expect.objectContaining({ Id: child!.executionArn, Name: child!.name, Input: 'of the parent!' }),
          State: { EnteredTime: expect.any(String), Name: 'Look' },
          StateMachine: { Id: child!.stateMachineArn, Name: 'Machine/Each' },
        },
        outer: false,
      },
    ]);
  });

  it.each([
    ['1', { MaxConcurrency: 1 }, 1],
    ['as many as an expression says', { MaxConcurrency: '{% 3 + $count([1]) %}' }, 4],
    ['as many as there are invocations here by default', {}, 100],
    ['as many for 0', { MaxConcurrency: 0 }, 100],
    ['as many for more', { MaxConcurrency: 1000 }, 100],
  ])('runs at most %s at once', async (_, more, most) => {
    const { invoker, counts, atWork, release } = holding();
    const fixture = await serve(distributed(calling, more), { invoker });
    const executionArn = await fixture.start(numbers(130));
    for (let left = 130; left > 0; left -= most) {
      await atWork(Math.min(most, left));
      release(most);
    }
    const ended = await fixture.ended(executionArn);

    expect(outputOf(ended)).toEqual(numbers(130));
    expect(counts.most).toBe(most);
  });

  it('is counted exactly while it runs, and takes new limits', async () => {
    const { invoker, atWork, release } = holding();
    const fixture = await serve(distributed(calling, { MaxConcurrency: 2 }), { invoker });
    const executionArn = await fixture.start(numbers(6));
    await atWork(2);
    const first = await mapRunOf(fixture, executionArn);
    release(1);
    await atWork(2);
    const second = await mapRunOf(fixture, executionArn);
    const { mapRunArn } = second;
    await fixture.client.send(
      new UpdateMapRunCommand({
        mapRunArn,
        maxConcurrency: 4,
        toleratedFailureCount: 1,
        toleratedFailurePercentage: 2.5,
      }),
    );
    await atWork(4);
    const third = await mapRunOf(fixture, executionArn);
    const running = await childrenOf(fixture, mapRunArn!, 'RUNNING');
    release(4);
    await atWork(1);
    release(1);
    await fixture.ended(executionArn);

    expect(first).toMatchObject({ status: 'RUNNING', items: { pending: 4, running: 2, total: 6 } });
    expect(first).not.toHaveProperty('stopDate');
    expect(second.executions).toEqual({ pending: 3, running: 2, succeeded: 1, total: 6 });
    expect(third).toMatchObject({
      maxConcurrency: 4,
      toleratedFailureCount: 1,
      toleratedFailurePercentage: 2.5,
      executions: { pending: 1, running: 4, succeeded: 1, total: 6 },
    });
    expect(running).toHaveLength(4);
    expect((await mapRunOf(fixture, executionArn)).executions).toEqual({ succeeded: 6, total: 6, resultsWritten: 6 });
    const late = fixture.client.send(new UpdateMapRunCommand({ mapRunArn, maxConcurrency: 1 }));
    await expect(late).rejects.toThrow('The Map Run is SUCCEEDED and cannot be updated');
  });

  it('says that without a limit of its own 10,000 children run at once', async () => {
    expect((await run(distributed(passing), [])).mapRun).toMatchObject({ maxConcurrency: 10_000, items: {} });
  });

  it('gives a child that failed as the object that the transformation NONE makes of it', async () => {
    const { output, children } = await run(distributed(checking, { ToleratedFailurePercentage: 50 }), [1, -1]);
    const [failed] = children;

    expect(output).toEqual([
      1,
      {
        Cause: 'less than 0',
        Error: 'Negative',
        ExecutionArn: failed!.executionArn,
        Input: '-1',
        InputDetails: { Included: true },
        Name: failed!.name,
        OutputDetails: { Included: true },
        RedriveCount: 0,
        RedriveStatus: 'REDRIVABLE_BY_MAP_RUN',
        StartDate: failed!.startDate!.toISOString(),
        StateMachineArn: failed!.stateMachineArn,
        Status: 'FAILED',
        StopDate: failed!.stopDate!.toISOString(),
      },
    ]);
  });

  const threshold = {
    error: 'States.ExceedToleratedFailureThreshold',
    cause: 'The specified tolerated failure threshold was exceeded',
  };
  it.each<[string, object, number[], boolean]>([
    ['one by default', {}, [1, -1], false],
    ['none by default', {}, [1, 2], true],
    ['as many as it tolerates', { ToleratedFailureCount: 2 }, [-1, 1, -1], true],
    ['one more than it tolerates', { ToleratedFailureCount: '{% 1 %}' }, [-1, 1, -1], false],
    ['the share that it tolerates', { ToleratedFailurePercentage: 50 }, [-1, 1, -1, 1], true],
    ['more than the share that it tolerates', { ToleratedFailurePercentage: '{% 49.9 %}' }, [-1, 1, -1, 1], false],
    ['all, as it tolerates them', { ToleratedFailurePercentage: 100 }, [-1, -1], true],
    [
      'more than the count but not the share',
      { ToleratedFailureCount: 0, ToleratedFailurePercentage: 50 },
      [-1, 1],
      false,
    ],
    [
      'more than the share but not the count',
      { ToleratedFailureCount: 5, ToleratedFailurePercentage: 5 },
      [-1, 1],
      false,
    ],
  ])('of whose items fail %s', async (_, more, items, succeeds) => {
    const { ended, mapRun } = await run(distributed(checking, more), items);

    expect(ended.status).toBe(succeeds ? 'SUCCEEDED' : 'FAILED');
    expect(mapRun.status).toBe(ended.status);
    if (succeeds) return;
    const [mapRunFailed, mapStateFailed, executionFailed] = ended.events.slice(-3);
    expect(mapRunFailed).toMatchObject({ type: 'MapRunFailed', mapRunFailedEventDetails: threshold });
    expect(mapStateFailed!.type).toBe('MapStateFailed');
    expect(executionFailed!.executionFailedEventDetails).toEqual(threshold);
  });

  it('stops the children that run when too many failed, and starts no more', async () => {
    const { invoker, atWork, release } = holding();
    const waiting = {
      StartAt: 'Which',
      States: { ...checking.States, Good: { ...calling.States.Call } },
    };
    const fixture = await serve(distributed(waiting, { MaxConcurrency: 2 }), { invoker });
    const executionArn = await fixture.start([1, 2, -1, 3]);
    await atWork(2);
    release(1);
    const { status } = await fixture.ended(executionArn);
    const mapRun = await mapRunOf(fixture, executionArn);
    const aborted = await childrenOf(fixture, mapRun.mapRunArn!, 'ABORTED');
    const { executionArn: childArn } = aborted[0]!;

    expect(status).toBe('FAILED');
    expect(mapRun.executions).toEqual({ aborted: 1, failed: 1, pending: 1, resultsWritten: 4, succeeded: 1, total: 4 });
    expect((await historyOf(fixture.client, childArn!)).at(-1)).toMatchObject({
      type: 'ExecutionAborted',
      executionAbortedEventDetails: { cause: 'The Map Run was stopped.' },
    });
    release(9);
  });

  it('may be caught, with what its Map Run failed with', async () => {
    const definition = machine({
      Map: mapOf(checking, { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Rest' }] }),
      Rest: { Type: 'Succeed' },
    });
    const { ended, output } = await run(definition, [-1]);

    expect(output).toEqual({ Error: threshold.error, Cause: threshold.cause });
    expect(ended.events.map(({ type }) => type).slice(4, 7)).toEqual([
      'MapRunFailed',
      'MapStateFailed',
      'MapStateExited',
    ]);
  });

  it('starts a Map Run of its own for each attempt, of which a redrive goes on with the last one', async () => {
    const definition = distributed(checking, { Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }] });
    const fixture = await serve(definition);
    const { executionArn } = await fixture.run([-1]);
    await fixture.client.send(new RedriveExecutionCommand({ executionArn }));
    const { events } = await fixture.ended(executionArn!);
    const { mapRuns } = await fixture.client.send(new ListMapRunsCommand({ executionArn }));
    const started = events.flatMap(({ mapRunStartedEventDetails: details }) => (details ? [details.mapRunArn] : []));
    const redriven = events.find(({ type }) => type === 'MapRunRedriven')!.mapRunRedrivenEventDetails!;

    expect(mapRuns!.map(({ mapRunArn }) => mapRunArn)).toEqual([...started].reverse());
    expect(started).toHaveLength(3);
    expect(redriven.mapRunArn).toBe(started[1]);
  });

  it('fails with more output than a state can have, after all of its children ran', async () => {
    const big = { StartAt: 'Big', States: { Big: { Type: 'Pass', Output: '{% $pad("", 30000, "ä") %}', End: true } } };
    const { ended, mapRun } = await run(distributed(big), numbers(6));

    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    expect(mapRun).toMatchObject({ status: 'FAILED', executions: { succeeded: 6, total: 6 } });
  });

  it.each([
    [
      'a child that its input does not fit into',
      { ItemSelector: '{% $pad("", 300000) %}' },
      'States.DataLimitExceeded',
      '',
    ],
    [
      'a selector that gives nothing',
      { ItemSelector: { a: '{% $states.input.none %}' } },
      'States.QueryEvaluationError',
      "An error occurred while executing the state 'Map' (entered at the event id #2). The JSONata expression",
    ],
  ])('fails its Map Run with %s', async (_, more, error, cause) => {
    const { ended, mapRun } = await run(distributed(passing, more), [1]);
    const failed = ended.events.find(({ type }) => type === 'MapRunFailed')!.mapRunFailedEventDetails!;

    expect(ended.error).toBe(error);
    expect(mapRun.status).toBe('FAILED');
    expect(failed).toEqual({ error, cause: ended.cause });
    expect(ended.cause).toContain(cause);
  });

  it.each([
    ['MaxConcurrency', -1],
    ['ToleratedFailureCount', 0.5],
    ['ToleratedFailurePercentage', 101],
  ])('starts no Map Run with an expression for %s that gives %d', async (field, value) => {
    const fixture = await serve(distributed(passing, { [field]: `{% ${value} %}` }));
    const { error, cause, executionArn } = await fixture.run([1]);

    expect(error).toBe('States.QueryEvaluationError');
    expect(cause).toContain(`${field} must be`);
    expect(cause).toContain(`but was ${value}.`);
    expect((await fixture.client.send(new ListMapRunsCommand({ executionArn }))).mapRuns).toEqual([]);
  });
});

describe('the parent of a Map Run', () => {
  it.each(['StopExecution', 'its timeout'])('that ends by %s aborts the Map Run and its children', async (way) => {
    const { invoker, atWork, release } = holding();
    const timer = new ManualTimer();
    const definition = { ...distributed(calling, { MaxConcurrency: 2 }), TimeoutSeconds: 60 };
    const fixture = await serve(definition, { invoker, clock: timer });
    const executionArn = await fixture.start(numbers(3));
    await atWork(2);
    if (way === 'StopExecution') await fixture.client.send(new StopExecutionCommand({ executionArn }));
    else timer.ring();
    const { status, events } = await fixture.ended(executionArn);
    const mapRun = await mapRunOf(fixture, executionArn);

    expect(status).toBe(way === 'StopExecution' ? 'ABORTED' : 'TIMED_OUT');
    expect(events.at(-2)!.type).toBe('MapRunStarted');
    expect(mapRun).toMatchObject({
      status: 'ABORTED',
      items: { aborted: 2, pending: 1, total: 3 },
      stopDate: expect.any(Date),
    });
    release(9);
    await nextTurn();
    expect((await mapRunOf(fixture, executionArn)).executions).toEqual({ aborted: 2, pending: 1, total: 3 });
  });

  it('aborts the Map Run of a branch whose sibling fails', async () => {
    const { invoker, atWork, release } = holding();
    const timer = new ManualTimer();
    const branch = (name: string, state: object) => ({ StartAt: name, States: { [name]: state } });
    const definition = machine({
      Fork: {
        Type: 'Parallel',
        Branches: [
          branch('Map', mapOf(calling)),
          {
            StartAt: 'Later',
            States: { Later: { Type: 'Wait', Seconds: 1, Next: 'Bad' }, Bad: { Type: 'Fail', Error: 'Bad' } },
          },
        ],
        End: true,
      },
    });
    const fixture = await serve(definition, { invoker, clock: timer });
    const executionArn = await fixture.start([1]);
    await atWork(1);
    timer.ring();
    const { events } = await fixture.ended(executionArn);

    expect(events.map(({ type }) => type).slice(-4)).toEqual([
      'MapStateAborted',
      'MapRunAborted',
      'ParallelStateFailed',
      'ExecutionFailed',
    ]);
    expect((await mapRunOf(fixture, executionArn)).status).toBe('ABORTED');
    release(9);
  });
});

describe('an Express child', () => {
  it('has an ARN of its own and no history, and is described', async () => {
    const fixture = await serve(distributed(checking, { ToleratedFailureCount: 1 }, 'EXPRESS'));
    const { executionArn } = await fixture.run([-1, 1]);
    const { mapRunArn } = await mapRunOf(fixture, executionArn!);
    const [succeeded, failed] = await childrenOf(fixture, mapRunArn!);
    const describe = (arn: string) => fixture.client.send(new DescribeExecutionCommand({ executionArn: arn }));

    expect(succeeded!.executionArn).toMatch(`${states}:express:Machine/Each:${succeeded!.name}:`);
    expect(await describe(succeeded!.executionArn!)).toMatchObject({
      status: 'SUCCEEDED',
      input: '1',
      output: '1',
      mapRunArn,
    });
    expect(await describe(failed!.executionArn!)).toMatchObject({ status: 'FAILED', input: '-1', error: 'Negative' });
    const history = fixture.client.send(new GetExecutionHistoryCommand({ executionArn: succeeded!.executionArn }));
    await expect(history).rejects.toThrow('Resource type not valid in this context');
  });

  it('is over after five minutes, and nothing stops it before', async () => {
    const { invoker, atWork, release } = holding();
    const timer = new ManualTimer();
    const fixture = await serve(distributed(calling, {}, 'EXPRESS'), { invoker, clock: timer });
    const executionArn = await fixture.start([1, 2]);
    await atWork(2);
    await fixture.client.send(new StopExecutionCommand({ executionArn }));
    const stopped = await mapRunOf(fixture, executionArn);
    timer.ring();
    await nextTurn();

    expect(stopped).toMatchObject({ status: 'ABORTED', executions: { running: 2, total: 2 } });
    expect(timer.asked).toEqual([300_000, 300_000]);
    expect((await mapRunOf(fixture, executionArn)).executions).toEqual({ timedOut: 2, total: 2 });
    release(9);
  });
});

describe('a child', () => {
  it('is found, described, stopped and has a history, and is not among the executions of its machine', async () => {
    const { invoker, atWork, release } = holding();
    const fixture = await serve(distributed(calling, { ToleratedFailureCount: 1 }), { invoker });
    const { client } = fixture;
    const parentArn = await fixture.start(['a', 'b']);
    await atWork(2);
    const { mapRunArn } = await mapRunOf(fixture, parentArn);
    const [second, first] = await childrenOf(fixture, mapRunArn!);
    const stopped = { executionArn: second!.executionArn!, error: 'Enough', cause: 'by hand' };
    await client.send(new StopExecutionCommand(stopped));
    release(2);
    const parent = await fixture.ended(parentArn);

    expect(outputOf(parent)).toEqual([
      'a',
      expect.objectContaining({ Status: 'ABORTED', Error: 'Enough', Cause: 'by hand' }),
    ]);
    expect(await client.send(new DescribeExecutionCommand({ executionArn: first!.executionArn }))).toMatchObject({
      executionArn: first!.executionArn,
      name: first!.name,
      stateMachineArn: first!.stateMachineArn,
      status: 'SUCCEEDED',
      input: '"a"',
      output: '"a"',
      mapRunArn,
      stopDate: expect.any(Date),
      redriveStatus: 'NOT_REDRIVABLE',
    });
    expect((await historyOf(client, first!.executionArn!)).map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    const described = await client.send(
      new DescribeStateMachineForExecutionCommand({ executionArn: first!.executionArn }),
    );
    expect(described).toMatchObject({ mapRunArn, label: 'Each', name: 'Machine/Each' });
    expect(JSON.parse(described.definition!)).toEqual({ QueryLanguage: 'JSONata', ...calling });
    const { executions } = await client.send(
      new ListExecutionsCommand({ stateMachineArn: `${states}:stateMachine:Machine` }),
    );
    expect(executions!.map(({ executionArn }) => executionArn)).toEqual([parentArn]);
  });

  it('is listed page by page, the newest first, by its status and by whether it was redriven', async () => {
    const fixture = await serve(distributed(checking, { ToleratedFailureCount: 9, MaxConcurrency: 1 }));
    const { executionArn } = await fixture.run([1, -2, 3, -4, -5]);
    const { mapRunArn } = await mapRunOf(fixture, executionArn!);
    const inputs: string[][] = [];
    let nextToken: string | undefined;
    do {
      const page = await fixture.client.send(
        new ListExecutionsCommand({
          mapRunArn,
          statusFilter: 'FAILED',
          redriveFilter: 'NOT_REDRIVEN',
          maxResults: 2,
          nextToken,
        }),
      );
      const described = page.executions!.map(
        async ({ executionArn: arn }) =>
          (await fixture.client.send(new DescribeExecutionCommand({ executionArn: arn }))).input!,
      );
      inputs.push(await Promise.all(described));
      nextToken = page.nextToken;
    } while (nextToken);

    expect(inputs).toEqual([['-5', '-4'], ['-2']]);
    const redriven = new ListExecutionsCommand({ mapRunArn, redriveFilter: 'REDRIVEN' });
    expect((await fixture.client.send(redriven)).executions).toEqual([]);
  });
});

describe('a redrive', () => {
  /** Serves a Map whose children fail for the items that are in this set. */
  async function serveFailing(bad: Set<Json>, more: object, executionType?: string, objects?: ObjectsInMemory) {
    const called: Json[] = [];
    const invoker = invokerOf((event) => {
      called.push(event);
      return bad.has(event) ? { functionError: 'Unhandled' } : { payload: Buffer.from(JSON.stringify(event)) };
    });
    const call = { ...calling.States.Call, Resource: optimizedResource, Output: '{% $states.result.Payload %}' };
    const definition = distributed({ StartAt: 'Call', States: { Call: call } }, more, executionType);
    return { called, fixture: await serve(definition, { invoker, objects }) };
  }

  it.each(['STANDARD', 'EXPRESS'])('of a failed execution runs the unsuccessful %s children again', async (type) => {
    const bad = new Set<Json>([2]);
    const { called, fixture } = await serveFailing(bad, { MaxConcurrency: 1 }, type);
    const { client } = fixture;
    const failed = await fixture.run([1, 2, 3]);
    const executionArn = failed.executionArn!;
    const before = await mapRunOf(fixture, executionArn);
    bad.clear();
    const clientToken = 'once';
    const { redriveDate } = await client.send(new RedriveExecutionCommand({ executionArn, clientToken }));
    const again = await client.send(new RedriveExecutionCommand({ executionArn, clientToken }));
    const ended = await fixture.ended(executionArn);
    const after = await mapRunOf(fixture, executionArn);
    const redriven = await client.send(
      new ListExecutionsCommand({ mapRunArn: after.mapRunArn, redriveFilter: 'REDRIVEN' }),
    );

    expect(failed.status).toBe('FAILED');
    expect(before.executions).toMatchObject({ succeeded: 1, failed: 1, pending: 1, total: 3 });
    expect(ended).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1, redriveDate });
    expect(again.redriveDate).toEqual(redriveDate);
    expect(outputOf(ended)).toEqual([1, 2, 3]);
    expect(called).toEqual([1, 2, 2, 3]);
    expect(chain(ended.events.slice(4))).toEqual([
      '5 MapRunFailed ← 4',
      '6 MapStateFailed ← 5',
      '7 ExecutionFailed ← 6',
      '8 ExecutionRedriven ← 7',
      '9 MapRunRedriven ← 3',
      '10 MapRunSucceeded ← 9',
      '11 MapStateSucceeded ← 10',
      '12 MapStateExited ← 10',
      '13 ExecutionSucceeded ← 12',
    ]);
    expect(ended.events[8]!.mapRunRedrivenEventDetails).toEqual({ mapRunArn: before.mapRunArn, redriveCount: 1 });
    expect(after).toMatchObject({
      mapRunArn: before.mapRunArn,
      maxConcurrency: 1,
      status: 'SUCCEEDED',
      redriveCount: 1,
      executions: { succeeded: 3, total: 3 },
    });
    expect(redriven.executions).toEqual([expect.objectContaining({ redriveCount: 1, status: 'SUCCEEDED' })]);
  });

  it('of a stopped execution goes on with the children that were stopped and those that were not started', async () => {
    const { invoker, atWork, release } = holding();
    const fixture = await serve(distributed(calling, { MaxConcurrency: 2 }), { invoker });
    const executionArn = await fixture.start(numbers(5));
    await atWork(2);
    await fixture.client.send(new StopExecutionCommand({ executionArn }));
    release(2);
    await fixture.client.send(new RedriveExecutionCommand({ executionArn }));
    await atWork(2);
    const during = await mapRunOf(fixture, executionArn);
    release(1);
    await atWork(2);
    // The two that were stopped go first, and one of them is through.
    const later = await mapRunOf(fixture, executionArn);
    for (let left = 4; left > 0; left -= 1) {
      await atWork(Math.min(left, 2));
      release(1);
    }

    expect(during.executions).toEqual({ pending: 3, running: 2, total: 5 });
    expect(later.executions).toEqual({ pending: 2, running: 2, succeeded: 1, total: 5 });
    expect(outputOf(await fixture.ended(executionArn))).toEqual(numbers(5));
  });

  it('goes on with an item that was read while the execution was stopped', async () => {
    let more: () => void = () => undefined;
    const paused = new Promise<void>((resolve) => (more = resolve));
    const objects = new ObjectsInMemory({ things: { file: '' } });
    const slowly = async function* () {
      yield Buffer.from('1\n');
      await paused;
      yield Buffer.from('2\n3');
    };
    objects.getObject = () => Promise.resolve({ size: 0, etag: '', lastModified: new Date(), content: slowly() });
    const fixture = await serve(distributed(passing, readerOf({ InputType: 'JSONL' }, 'file')), { objects });
    const executionArn = await fixture.start({});
    while ((await mapRunOf(fixture, executionArn)).executions.succeeded !== 1);
    await fixture.client.send(new StopExecutionCommand({ executionArn }));
    await fixture.client.send(new RedriveExecutionCommand({ executionArn }));
    more();

    expect(outputOf(await fixture.ended(executionArn))).toEqual([1, 2, 3]);
  });

  it('goes on with what was not started, also after that was written', async () => {
    const bad = new Set<Json>([1]);
    const objects = new ObjectsInMemory({ results: {} });
    const ResultWriter = { Resource: 'arn:aws:states:::s3:putObject', Arguments: { Bucket: 'results' } };
    const { fixture } = await serveFailing(bad, { ResultWriter, MaxConcurrency: 1 }, 'STANDARD', objects);
    const { executionArn } = await fixture.run([1, 2, 3]);
    bad.clear();
    await fixture.client.send(new RedriveExecutionCommand({ executionArn }));
    await fixture.ended(executionArn!);
    const written = Object.keys(objects.buckets.results!).find((key) => key.endsWith('SUCCEEDED_0.json'));

    expect(objects.json('results', written!)).toMatchObject([{ Input: '1' }, { Input: '2' }, { Input: '3' }]);
  });

  it('ends as its own attempt does, whatever one still writes that was stopped', async () => {
    const objects = new ObjectsInMemory({ results: {} });
    const facts = { etag: '', size: 0, lastModified: new Date() };
    const puts: { stored: () => void; refused: (error: Error) => void }[] = [];
    objects.putObject = () => new Promise((resolve, refused) => puts.push({ stored: () => resolve(facts), refused }));
    const atWork = async (n: number) => {
      while (puts.length < n) await nextTurn();
    };
    const ResultWriter = { Resource: 'arn:aws:states:::s3:putObject', Arguments: { Bucket: 'results' } };
    const fixture = await serve(distributed(passing, { ResultWriter }), { objects });
    const executionArn = await fixture.start([1]);
    await atWork(1);
    await fixture.client.send(new StopExecutionCommand({ executionArn }));
    await fixture.client.send(new RedriveExecutionCommand({ executionArn }));
    await atWork(2);
    puts[0]!.stored();
    await atWork(3);
    puts[2]!.stored();
    await nextTurn();
    puts[1]!.refused(new Error('The disk is full.'));
    const { error } = await fixture.ended(executionArn);

    expect(error).toBe('States.ResultWriterFailed');
    expect((await mapRunOf(fixture, executionArn)).status).toBe('FAILED');
  });

  it('counts what waits for its turn, and forgets it where the execution is stopped again', async () => {
    const { invoker, atWork, release } = holding();
    const fixture = await serve(distributed(calling, { MaxConcurrency: 2 }), { invoker });
    const executionArn = await fixture.start(numbers(2));
    await atWork(2);
    const { mapRunArn } = await mapRunOf(fixture, executionArn);
    await fixture.client.send(new UpdateMapRunCommand({ mapRunArn, maxConcurrency: 1 }));
    await fixture.client.send(new StopExecutionCommand({ executionArn }));
    release(2);
    await fixture.client.send(new RedriveExecutionCommand({ executionArn }));
    await atWork(1);
    const waiting = await mapRunOf(fixture, executionArn);
    const pending = await childrenOf(fixture, mapRunArn!, 'PENDING_REDRIVE');
    await fixture.client.send(new StopExecutionCommand({ executionArn }));

    expect(waiting.executions).toEqual({ pendingRedrive: 1, running: 1, total: 2 });
    expect(pending).toHaveLength(1);
    expect((await mapRunOf(fixture, executionArn)).executions).toEqual({ aborted: 2, total: 2 });
    release(9);
  });

  it('starts a Map Run of its own where the first one started no children', async () => {
    const objects = new ObjectsInMemory({ things: {} });
    const reader = readerOf({ InputType: 'JSON' }, 'late');
    const fixture = await serve(distributed(passing, reader), { objects });
    const { error, executionArn } = await fixture.run({});
    objects.buckets.things!.late = '[1]';
    await fixture.client.send(new RedriveExecutionCommand({ executionArn }));
    const ended = await fixture.ended(executionArn!);

    expect(error).toBe('States.ItemReaderFailed');
    expect(outputOf(ended)).toEqual([1]);
    expect(ended.events.filter(({ type }) => type === 'MapRunStarted')).toHaveLength(2);
  });

  it.each<[string, object, string]>([
    ['one that succeeded', distributed(passing), 'Execution is SUCCEEDED and cannot be redriven'],
    ['one that ended in another state', machine({ Bad: { Type: 'Fail' } }), 'only an execution that ended in a Distr'],
  ])('of %s is refused', async (_, definition, reason) => {
    const fixture = await serve(definition);
    const { executionArn } = await fixture.run([]);
    const redrive = fixture.client.send(new RedriveExecutionCommand({ executionArn }));

    await expect(redrive).rejects.toThrow(reason);
    await expect(redrive).rejects.toMatchObject({ name: 'ExecutionNotRedrivable' });
  });
});

describe('batches', () => {
  it.each<[string, object, unknown]>([
    ['of so many items', { MaxItemsPerBatch: 2 }, [{ Items: [1, 2] }, { Items: [3, 4] }, { Items: [5] }]],
    [
      'with an input of their own',
      { MaxItemsPerBatch: '{% 4 %}', BatchInput: { all: '{% $count($states.input) %}' } },
      [
        { BatchInput: { all: 5 }, Items: [1, 2, 3, 4] },
        { BatchInput: { all: 5 }, Items: [5] },
      ],
    ],
    // {"Items":[1,2,3]} has 17 bytes.
    ['of so many bytes', { MaxInputBytesPerBatch: 17 }, [{ Items: [1, 2, 3] }, { Items: [4, 5] }]],
    [
      'of so many items and bytes',
      { MaxItemsPerBatch: 4, MaxInputBytesPerBatch: 16 },
      [{ Items: [1, 2] }, { Items: [3, 4] }, { Items: [5] }],
    ],
  ])('%s are the inputs of the children', async (_, batcher, inputs) => {
    const { output, mapRun, children } = await run(distributed(passing, { ItemBatcher: batcher }), [1, 2, 3, 4, 5]);

    expect(output).toEqual(inputs);
    expect(mapRun.items).toEqual({ succeeded: 5, total: 5, resultsWritten: 5 });
    expect(mapRun.executions.succeeded).toBe(children.length);
    expect(children.reduce((sum, { itemCount }) => sum + itemCount!, 0)).toBe(5);
  });

  it('count with all of their items when they fail', async () => {
    const failing = { StartAt: 'Bad', States: { Bad: { Type: 'Fail' } } };
    const more = { ItemBatcher: { MaxItemsPerBatch: 3 }, ToleratedFailureCount: 2 };
    const { mapRun } = await run(distributed(failing, { ...more, MaxConcurrency: 1 }), [1, 2, 3, 4]);

    expect(mapRun).toMatchObject({ status: 'FAILED', items: { failed: 3, pending: 1, total: 4 } });
  });

  it('fail the Map Run where an item does not fit in', async () => {
    const { ended } = await run(distributed(passing, { ItemBatcher: { MaxInputBytesPerBatch: 20 } }), ['long enough']);

    expect(ended.error).toBe('States.DataLimitExceeded');
  });
});

describe('an ItemReader', () => {
  const csv = { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' };
  const rows = [
    { id: 'a', note: 'x, y' },
    { id: 'b', note: 'says "hi"\nand more' },
    { id: 'ü\\', note: '' },
  ];

  it.each<[string, object, string, unknown]>([
    ['a JSON array', { InputType: 'JSON' }, '[1, {"a": "ü"}, "x"]', [1, { a: 'ü' }, 'x']],
    ['JSON Lines', { InputType: 'JSONL' }, '{"a": "ü"}\r\n\n[1]\n"x"', [{ a: 'ü' }, [1], 'x']],
    ['JSON Lines with a byte order mark', { InputType: 'JSONL' }, '\ufeff1\n2\n', [1, 2]],
    ['CSV', csv, 'id,note\r\na,"x, y"\nb,"says ""hi""\nand more"\nü\\\\\n', rows],
    [
      'CSV with more and escaped fields',
      csv,
      'id\na\\,b,c\n"d"\\x\\\n"e\\""\n',
      [{ id: 'a,b' }, { id: 'dx' }, { id: 'e"' }],
    ],
    [
      'CSV with a given header and delimiter',
      { InputType: 'CSV', CSVHeaderLocation: 'GIVEN', CSVHeaders: ['n', 'm'], CSVDelimiter: 'PIPE' },
      '1|2\n3|4',
      [
        { n: '1', m: '2' },
        { n: '3', m: '4' },
      ],
    ],
    ['as many as are wanted', { InputType: 'JSONL', MaxItems: '{% 2 %}' }, '1\n2\n3\nnone', [1, 2]],
    ['nothing', { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' }, '', []],
  ])('reads %s', async (_, config, text, items) => {
    const objects = new ObjectsInMemory({ things: { file: text } });
    const { ended, output, mapRun } = await run(distributed(passing, readerOf(config, 'file')), {}, { objects });

    expect(ended.status).toBe('SUCCEEDED');
    expect(output).toEqual(items);
    expect(mapRun.itemCounts!.total).toBe((items as unknown[]).length);
    const started = ended.events.find(({ type }) => type === 'MapStateStarted')!;
    expect(started.mapStateStartedEventDetails).toEqual({ length: 0 });
  });

  it('lists the objects under a prefix, and says where an item is from', async () => {
    const objects = new ObjectsInMemory({ things: { 'a/1': 'one', 'a/2': '', b: '' } });
    const more = {
      Items: undefined,
      ItemReader: {
        Resource: 'arn:aws:states:::s3:listObjectsV2',
        Arguments: { Bucket: '{% $states.input.bucket %}', Prefix: 'a/' },
      },
      ItemSelector: '{% $states.context.Map.Item %}',
    };
    const { output } = await run(distributed(passing, more), { bucket: 'things' }, { objects });
    const object = {
      LastModified: 1767225600,
      StorageClass: 'STANDARD',
      Etag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
    };

    expect(output).toEqual([
      { Index: 0, Source: 's3://things', Value: { ...object, Key: 'a/1', Size: 3 } },
      { Index: 1, Source: 's3://things', Value: { ...object, Key: 'a/2', Size: 0 } },
    ]);
  });

  it.each<[string, object, string, string]>([
    [
      'a key that is not there',
      { InputType: 'JSON' },
      'none',
      'Reading s3://things/none failed. NoSuchKey: The specified',
    ],
    ['an array that is cut off', { InputType: 'JSON' }, 'cut', 'Reading s3://things/cut failed.'],
    [
      'an object in place of an array',
      { InputType: 'JSON' },
      'object',
      'reads an array of items, and this JSON is none',
    ],
    ['CSV that is cut off in a quoted field', csv, 'table', 'The file ends within a quoted field.'],
    ['a line that is no JSON', { InputType: 'JSONL' }, 'lines', 'Reading s3://things/lines failed. Line 2 is no JSON:'],
  ])('fails with %s', async (_, config, key, cause) => {
    const objects = new ObjectsInMemory({
      things: { cut: '[1, 2', object: '{}', table: 'id\na\n"b', lines: '1\n{"a":\n2' },
    });
    const { ended, mapRun } = await run(distributed(passing, readerOf(config, key)), {}, { objects });

    expect(ended.error).toBe('States.ItemReaderFailed');
    expect(ended.cause).toContain(cause);
    expect(mapRun.status).toBe('FAILED');
    expect(ended.events.find(({ type }) => type === 'MapRunFailed')!.mapRunFailedEventDetails!.error).toBe(ended.error);
  });

  it('fails with a bucket that is not there, and says where a text was expected', async () => {
    const reader = readerOf({ InputType: 'JSON' }, '{% $states.input.key %}');
    const { ended } = await run(distributed(passing, reader), { key: 'file' });
    const fixture = await serve(distributed(passing, reader));
    const wrong = await fixture.run({ key: 5 });

    expect(ended.cause).toContain('NoSuchBucket: The specified bucket does not exist');
    expect(wrong.error).toBe('States.QueryEvaluationError');
    expect(wrong.cause).toContain(
      'ItemReader/Arguments must be an object of texts with a Bucket, but was {"Bucket":"things","Key":5}.',
    );
  });
});

describe('a ResultWriter', () => {
  const writing = (config?: object, more: object = {}) => ({
    ResultWriter: {
      ...(config && { WriterConfig: config }),
      Resource: 'arn:aws:states:::s3:putObject',
      Arguments: { Bucket: 'results', Prefix: 'of/all' },
    },
    ...more,
  });

  it('writes what became of the children, and a manifest', async () => {
    const objects = new ObjectsInMemory({ results: {} });
    const { output, mapRun, children } = await run(
      distributed(checking, writing(undefined, { ToleratedFailureCount: 1 })),
      [1, -1],
      { objects },
    );
    const [failed, succeeded] = children;
    const id = mapRun.mapRunArn!.split(':').at(-1)!;
    const folder = `of/all/${id}`;
    const size = (name: string) => Buffer.byteLength(objects.buckets.results![`${folder}/${name}`]!);

    expect(output).toEqual({
      MapRunArn: mapRun.mapRunArn,
      ResultWriterDetails: { Bucket: 'results', Key: `${folder}/manifest.json` },
    });
    expect(objects.json('results', `${folder}/manifest.json`)).toEqual({
      DestinationBucket: 'results',
      MapRunArn: mapRun.mapRunArn,
      ResultFiles: {
        FAILED: [{ Key: `${folder}/FAILED_0.json`, Size: size('FAILED_0.json') }],
        PENDING: [],
        SUCCEEDED: [{ Key: `${folder}/SUCCEEDED_0.json`, Size: size('SUCCEEDED_0.json') }],
      },
    });
    expect(objects.json('results', `${folder}/SUCCEEDED_0.json`)).toEqual([
      expect.objectContaining({
        ExecutionArn: succeeded!.executionArn,
        Input: '1',
        Output: '1',
        RedriveStatus: 'NOT_REDRIVABLE',
        RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
        Status: 'SUCCEEDED',
      }),
    ]);
    expect(objects.json('results', `${folder}/FAILED_0.json`)).toEqual([
      expect.objectContaining({ ExecutionArn: failed!.executionArn, Status: 'FAILED', Error: 'Negative' }),
    ]);
    expect(mapRun.itemCounts!.resultsWritten).toBe(2);
  });

  it('writes also what was not started, where too many children failed', async () => {
    const objects = new ObjectsInMemory({ results: {} });
    const definition = distributed(checking, writing(undefined, { MaxConcurrency: 1 }));
    const { ended, mapRun } = await run(definition, [-1, 2, 3], { objects });
    const pending = Object.keys(objects.buckets.results!).find((key) => key.endsWith('PENDING_0.json'));

    expect(ended.error).toBe('States.ExceedToleratedFailureThreshold');
    expect(objects.json('results', pending!)).toEqual([
      { Input: '2', InputDetails: { Included: true }, Status: 'PENDING' },
      { Input: '3', InputDetails: { Included: true }, Status: 'PENDING' },
    ]);
    expect(mapRun.items).toMatchObject({ failed: 1, pending: 2, total: 3 });
  });

  const lists = { StartAt: 'Two', States: { Two: { Type: 'Pass', Output: '{% [$states.input, 0] %}', End: true } } };
  it.each<[object, string]>([
    [{ Transformation: 'COMPACT', OutputType: 'JSON' }, '[[1,0],[2,0]]'],
    [{ Transformation: 'FLATTEN', OutputType: 'JSON' }, '[1,0,2,0]'],
    [{ Transformation: 'COMPACT', OutputType: 'JSONL' }, '[1,0]\n[2,0]\n'],
  ])('writes outputs as %j says', async (config, text) => {
    const objects = new ObjectsInMemory({ results: {} });
    await run(distributed(lists, writing(config)), [1, 2], { objects });
    const key = Object.keys(objects.buckets.results!).find((name) => name.endsWith('SUCCEEDED_0.json'));

    expect(objects.buckets.results![key!]).toBe(text);
  });

  it('without a resource only forms the output', async () => {
    const config = (Transformation: string) => ({ ResultWriter: { WriterConfig: { Transformation } } });

    expect((await run(distributed(lists, config('FLATTEN')), [1, 2])).output).toEqual([1, 0, 2, 0]);
    expect((await run(distributed(passing, config('FLATTEN')), [[], 1, [2]])).output).toEqual([1, 2]);
    expect((await run(distributed(lists, config('NONE')), [1])).output).toEqual([
      expect.objectContaining({ Input: '1', Output: '[1,0]', Status: 'SUCCEEDED' }),
    ]);
  });

  it('fails the Map Run where it can not write', async () => {
    const { ended, mapRun } = await run(distributed(passing, writing()), [1]);

    expect(ended.error).toBe('States.ResultWriterFailed');
    expect(ended.cause).toMatch(
      /^Writing the results to s3:\/\/results\/of.* failed. NoSuchBucket: The specified bucket/,
    );
    expect(mapRun).toMatchObject({ status: 'FAILED', executions: { succeeded: 1, total: 1 } });
  });
});
