import type { RunResult } from '../../../lib/wire';
import { stepFunctions } from '../../../scripts/aws/stepFunctions';
import { systemClock } from '../../../scripts/io/clock';
import { followExecution } from '../../../scripts/execution/followExecution';
import { startExecution } from '../../../scripts/execution/startExecution';
import { startProxy, type Call, type Fault, type FaultOf } from '../../proxy';
import { awsEnv } from '../command';
import { FakeClock } from '../fakeClock';
import { deploy, outcomes, run, startRun, type DeployedTest } from './faultyLine';
import { quickClock } from '../quickClock';

let deployed: DeployedTest;
beforeAll(async () => {
  deployed = await deploy();
});
afterAll(() => deployed.close());

const throttled: Fault = { answer: 400, type: 'ThrottlingException', message: 'Rate exceeded' };
const unknown: Fault = { answer: 400, type: 'ExecutionDoesNotExist', message: 'Execution Does Not Exist' };
const badToken: Fault = { answer: 400, type: 'InvalidToken', message: 'Invalid Token' };
const tested = [
  ['good', 'PASSED'],
  ['bad', 'FAILED'],
];
/** Enough for several pages of history. */
const many = Array.from({ length: 60 }, (_, index) => `${index % 10 === 3 ? 'bad' : 'good'}-${index}`);

/** What the endpoint answers to GetExecutionHistory. */
interface Page {
  events: { id: number; previousEventId: number; type: string; timestamp: number }[];
  nextToken?: string;
}

/** Polls suffer a fault. */
function polls(fault: (call: Call) => Fault | undefined): FaultOf {
  return (call) => (call.operation === 'GetExecutionHistory' ? fault(call) : undefined);
}

describe('the history', () => {
  test('may be throttled for ten minutes', async () => {
    const faultOf = polls(({ index }) => {
      if (index === 60) deployed.release('held-back');
      return index >= 1 && index < 62 ? throttled : undefined;
    });

    const { code, result, proxy } = await run(deployed, ['bad', 'held-back'], { faultOf });

    expect(outcomes(result)).toEqual([
      ['bad', 'FAILED'],
      ['held-back', 'PASSED'],
    ]);
    expect(code).toBe(1);
    expect(proxy.count('GetExecutionHistory')).toBeGreaterThan(62);
  });

  test.each([
    ['throttled for a quarter of an hour', throttled, 'ThrottlingException', 900],
    ['out of reach for a minute', 'reset before', 'socket hang up', 60],
    ['unknown for 15 s', unknown, 'ExecutionDoesNotExist', 15],
    ['refused', { answer: 400, type: 'AccessDeniedException' }, 'AccessDeniedException', 0],
    ['answered with a bad token for 15 s', badToken, 'InvalidToken', 15],
    [
      'answered by something else for a minute',
      { status: 200, contentType: 'text/html', body: '<html>' },
      'not valid',
      60,
    ],
  ] satisfies [string, Fault, string, number][])(
    'that is %s ends the run with what is known, and how to look it up',
    async (_, fault, reason, seconds) => {
      const held = `held-${reason}`;
      const clock = new FakeClock();
      let since: number | undefined;
      const { faultOf } = once({ done: 2 }, () => {
        since ??= clock.now();
        return fault;
      });

      const { code, result, stderr } = await run(deployed, ['good', held, 'bad'], { faultOf, clock });

      deployed.release(held);
      const waited = (clock.now() - since!) / 1000;
      expect(waited).toBeGreaterThanOrEqual(seconds);
      expect(waited).toBeLessThan(seconds + 15);
      expect(code).toBe(3);
      expect(result).toMatchObject({
        status: 'RUNNING',
        verdict: 'ERRORED',
        total: 3,
        passed: 1,
        failed: 1,
        errored: 1,
      });
      expect(result?.results[1]).toMatchObject({
        configuration_identifier: held,
        error: {
          type: 'SystemTest.NotFinished',
          message: 'Not finished when the execution was last looked at.',
        },
      });
      expect(stderr).toContain('error: Could not read the history of the execution: ');
      expect(stderr).toContain(reason);
      expect(stderr).toMatch(/ The execution may still run; look it up with: system-test report .* --follow\n$/);
      expect(stderr).toContain(`system-test report ${result!.execution_arn} --follow\n`);
    },
  );

  test('may lag behind, go back and leave out events for a while', async () => {
    const answers: ((page: Page) => Page)[] = [
      // A replica that has the newer events but not yet those before.
      (page) => ({ ...page, events: page.events.filter(({ type }) => type !== 'MapIterationStarted') }),
      (page) => ({ events: page.events.slice(0, 1) }),
      (page) => ({ events: page.events.slice(0, -1) }),
      () => ({ events: [] }),
      (page) => ({ ...page, events: page.events.slice(3) }),
    ];
    const faultOf: FaultOf = async ({ operation, index }) => {
      if (operation !== 'GetExecutionHistory') return undefined;
      await ended(deployed);
      return index < 20 ? { rewrite: answers[index % answers.length]! } : undefined;
    };

    const { code, result } = await run(deployed, many, { faultOf });

    expectAll(result);
    expect(code).toBe(1);
  });

  test('is read again from its beginning when its page tokens expire', async () => {
    let tokens = 0;
    let expired = false;
    const faultOf = polls(({ body }) => {
      // Each fourth token is no longer valid, and stays so.
      expired = body.includes('nextToken') && (expired || ++tokens % 4 === 0);
      if (tokens === 10) deployed.release('held-token');
      return expired ? badToken : undefined;
    });

    const { code, result } = await run(deployed, [...many, 'held-token'], { faultOf });

    expectAll(result, [...many, 'held-token']);
    expect(code).toBe(1);
  });

  test('ends the run with what is known when a page of it can never be had', async () => {
    const faultOf: FaultOf = async ({ operation, body }) => {
      if (operation !== 'GetExecutionHistory') return undefined;
      await ended(deployed);
      return body.includes('nextToken') ? badToken : undefined;
    };

    const { code, result, stderr } = await run(deployed, many, { faultOf });

    expect(result?.results.map((one) => one.configuration_identifier)).toEqual(many);
    expect(result).toMatchObject({ verdict: 'ERRORED', total: 60 });
    expect(result?.passed).toBeGreaterThan(10);
    expect(stderr).toContain('error: Could not read the history of the execution: InvalidToken');
    expect(code).toBe(3);
  });

  test('is read in pages of one size where a token is good for that one only', async () => {
    const sizes = new Map<string, number>();
    const faultOf = polls(({ body }) => {
      const { nextToken, maxResults } = JSON.parse(body) as { nextToken?: string; maxResults: number };
      if (nextToken !== undefined && sizes.has(nextToken) && sizes.get(nextToken) !== maxResults) return badToken;
      return {
        rewrite: (page: Page) => {
          if (page.nextToken !== undefined && !sizes.has(page.nextToken)) sizes.set(page.nextToken, maxResults);
          return page;
        },
      };
    });

    const { code, result } = await run(deployed, many, { faultOf });

    expectAll(result);
    expect(code).toBe(1);
  });

  test('goes on after an endpoint that was out of reach for a while', async () => {
    const { faultOf, happened } = once({ done: 1 });
    const { proxy, ended } = await startRun(deployed, ['good', 'held-down'], { faultOf, clock: quickClock(50) });
    await happened;
    await proxy.down();
    deployed.release('held-down');
    await systemClock.sleep(300);
    await proxy.up();

    const { code, result } = await ended;

    expect({ code, passed: result?.passed, total: result?.total }).toEqual({ code: 0, passed: 2, total: 2 });
  });

  test('ends the run with what is known when it was lost with its endpoint', async () => {
    const mortal = await deploy();
    const { faultOf, happened } = once({ done: 1 });
    const { ended } = await startRun(mortal, ['good', 'held'], { faultOf });
    await happened;
    await mortal.close();

    const { code, result, stderr } = await ended;

    expect(code).toBe(3);
    expect(outcomes(result)).toEqual([
      ['good', 'PASSED'],
      ['held', 'ERRORED'],
    ]);
    expect(stderr).toMatch(
      /error: Could not read the history of the execution: .* The execution may still run; look it up/,
    );
  });

  test('is read to its end when all of it happens between two polls', async () => {
    const faultOf: FaultOf = async ({ operation, index }) => {
      if (operation === 'GetExecutionHistory' && index === 1) {
        deployed.release('held-between');
        await ended(deployed);
      }
      return undefined;
    };

    const { code, result, proxy } = await run(deployed, ['held-between'], { faultOf });

    expect({ code, outcomes: outcomes(result) }).toEqual({ code: 0, outcomes: [['held-between', 'PASSED']] });
    expect(proxy.count('GetExecutionHistory')).toBe(2);
  });
});

describe('an answer that does not come, or stops in its middle,', () => {
  test('is given up and asked for again', async () => {
    const never = new Promise<undefined>(() => undefined);
    const proxy = await startProxy(deployed.url, ({ operation, index }) => {
      const faults = ['GetExecutionHistory', 'StartExecution'].includes(operation) ? [never, 'stall' as const] : [];
      return faults[index];
    });
    const api = stepFunctions({ region: awsEnv.AWS_REGION, endpointUrl: proxy.url, answerWithin: 100 });
    const before = (await deployed.executions()).length;
    const stop = new AbortController().signal;
    const clock = new FakeClock();
    const stateMachineArn = machineOf((await deployed.executions())[0]!);
    const input = JSON.stringify({ configurations: ['good', 'bad'] });

    const { executionArn } = await startExecution(api, { stateMachineArn, input }, { clock, stop });
    const { tracker, trouble } = await followExecution(api, executionArn, {
      clock,
      stop,
      leave: stop,
      onProgress: () => undefined,
    });

    expect(trouble).toBeUndefined();
    expect(tracker.progress()).toMatchObject({ total: 2, passed: 1, failed: 1 });
    await expect(deployed.executions()).resolves.toHaveLength(before + 1);
    api.close();
    await proxy.close();
  });
});

describe('a description', () => {
  test.each<[string, Fault]>([
    ['that is not known yet', unknown],
    [
      'that still says RUNNING',
      { rewrite: (answer: object) => ({ ...answer, status: 'RUNNING', stopDate: undefined }) },
    ],
    ['that is throttled', throttled],
    ['that is refused', { answer: 400, type: 'AccessDeniedException' }],
    ['that is cut off', 'truncate'],
  ])('%s is done without, as the history says it all', async (_, fault) => {
    const { code, result } = await run(deployed, ['good', 'bad'], {
      faultOf: ({ operation }) => (operation === 'DescribeExecution' ? fault : undefined),
    });

    expect({ code, outcomes: outcomes(result) }).toEqual({ code: 1, outcomes: tested });
    expect(result).toMatchObject({ status: 'FAILED', verdict: 'FAILED' });
    expect(Date.parse(result!.stopped_at)).toBeGreaterThanOrEqual(Date.parse(result!.started_at));
  });
});

describe('an execution that is', () => {
  test('stopped from the console ends the run with what is known, and says who stopped it', async () => {
    const { faultOf, happened } = once({ done: 2 });
    const { ended: end } = await startRun(deployed, ['good', 'held-console', 'bad'], { faultOf });
    await happened;
    const [executionArn] = await deployed.executions();
    await deployed.stop(executionArn!);

    const { code, result, stderr } = await end;

    expect(code).toBe(3);
    expect(result).toMatchObject({ status: 'ABORTED', verdict: 'ERRORED', passed: 1, failed: 1, errored: 1 });
    expect(stderr).toMatch(
      /error: There is no verdict, as the execution was stopped \(Console: Stopped by a person\)\.\n$/,
    );
  });

  test.each([
    ['stopped from the console', () => deployed.executions().then(([newest]) => deployed.stop(newest!)), undefined],
    ['out of sight', () => Promise.resolve(), { answer: 400, type: 'AccessDeniedException' }],
  ] satisfies [string, () => Promise<void>, Fault | undefined][])(
    '%s is the last one, however many retries there may be',
    async (how, harm, fault) => {
      const held = `held-${how}`;
      let harmed = false;
      const { faultOf, happened } = once({ done: 1 }, () => (harmed ? fault : undefined));
      const before = (await deployed.executions()).length;
      const { ended: end } = await startRun(deployed, ['good', held, '--retries', '1'], { faultOf });
      await happened;
      await harm();
      harmed = true;

      const { code, result, stderr } = await end;

      deployed.release(held);
      expect({ code, verdict: result?.verdict }).toEqual({ code: 3, verdict: 'ERRORED' });
      expect(stderr).not.toContain('Running 1 configuration again');
      await expect(deployed.executions()).resolves.toHaveLength(before + 1);
    },
  );

  test('stopped and redriven between two polls is followed to its real end', async () => {
    const faultOf = polls(({ index }) => {
      if (index === 10) deployed.release('held-redriven');
      return { rewrite: (page: Page) => redriven(page, 3) };
    });

    const { code, result } = await run(deployed, ['held-redriven'], { faultOf });

    expect({ code, outcomes: outcomes(result) }).toEqual({ code: 0, outcomes: [['held-redriven', 'PASSED']] });
    expect(result).toMatchObject({ status: 'SUCCEEDED', verdict: 'PASSED' });
  });
});

/** The polls suffer a fault once they have told that so many configurations are done. */
function once(
  { done }: { done: number },
  fault: () => Fault | undefined = () => undefined,
): { faultOf: FaultOf; happened: Promise<void> } {
  const seenDone = new Set<number>();
  let tell = (): void => undefined;
  const happened = new Promise<void>((resolve) => (tell = resolve));
  const watch: Fault = {
    rewrite: (page: Page) => {
      page.events.filter(({ type }) => type === 'MapIterationSucceeded').forEach(({ id }) => seenDone.add(id));
      if (seenDone.size >= done) tell();
      return page;
    },
  };
  return { faultOf: polls(() => (seenDone.size >= done ? fault() : watch)), happened };
}

/** Resolves once the newest execution has ended. */
async function ended({ executions, statusOf }: DeployedTest): Promise<void> {
  const [newest] = await executions();
  while ((await statusOf(newest!)) === 'RUNNING') await systemClock.sleep(2);
}

/** The history as if the execution had been stopped after an event, and redriven. */
function redriven({ events, nextToken }: Page, after: number): Page {
  if ((events.at(-1)?.id ?? 0) <= after) {
    return { events, nextToken };
  }
  const moved = (id: number) => (id > after ? id + 2 : id);
  const at = events.findIndex(({ id }) => id > after);
  const { timestamp } = events[at]!;
  return {
    events: [
      ...events.slice(0, at),
      { id: after + 1, previousEventId: after, type: 'ExecutionAborted', timestamp },
      { id: after + 2, previousEventId: after + 1, type: 'ExecutionRedriven', timestamp },
      ...events.slice(at).map((event) => ({
        ...event,
        id: moved(event.id),
        previousEventId: moved(event.previousEventId),
      })),
    ],
    nextToken,
  };
}

/** Each configuration is there once, in order, with its outcome and its times; no event was taken twice. */
function expectAll(result: RunResult | undefined, given = many): void {
  expect(outcomes(result)).toEqual(given.map((one) => [one, one.startsWith('bad') ? 'FAILED' : 'PASSED']));
  expect(result?.results.filter((one) => one.started_at === undefined || one.stopped_at === undefined)).toEqual([]);
  expect(result?.cost?.state_transitions).toBe(given.length + 5);
}

function machineOf(executionArn: string): string {
  return executionArn.replace(':execution:', ':stateMachine:').replace(/:[^:]+$/, '');
}
