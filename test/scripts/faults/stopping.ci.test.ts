import { systemClock, type Clock } from '../../../scripts/io/clock';
import type { Fault, FaultOf } from '../../proxy';
import { deploy, outcomes, seen, startRun, type DeployedTest } from './faultyLine';
import { quickClock } from '../quickClock';

let deployed: DeployedTest;
beforeAll(async () => {
  deployed = await deploy();
});
afterAll(() => deployed.close());

const throttled: Fault = { answer: 400, type: 'ThrottlingException' };
const never = new Promise<undefined>(() => undefined);

/** A run that is interrupted while a configuration is held. */
async function interrupted(identifier: string, faultOf: FaultOf, clock: Clock = systemClock) {
  const { proxy, ended, interrupt } = await startRun(deployed, ['good', identifier], { faultOf, clock });
  // The last execution's history may be read before.
  await seen(proxy, 'StartExecution');
  await seen(proxy, 'GetExecutionHistory', 2);
  const [executionArn] = await deployed.executions();
  interrupt();
  const { code, result, stderr } = await ended;
  const status = await deployed.statusOf(executionArn!);
  deployed.release(identifier);
  return { code, outcomes: outcomes(result), stderr, status, proxy, executionArn: executionArn! };
}

/** The calls that stop an execution suffer a fault. */
function stops(fault: (index: number) => Fault | undefined | Promise<undefined>): FaultOf {
  return ({ operation, index }) => (operation === 'StopExecution' ? fault(index) : undefined);
}

describe('an interrupted run', () => {
  test.each<[string, Fault]>([
    ['throttled', throttled],
    ['answered with 500', { answer: 500, type: 'InternalFailure' }],
    ['cut off before it is taken', 'reset before'],
    ['cut off after it was taken', 'reset after'],
    ['answered by a proxy', { status: 200, contentType: 'text/html', body: '<html>' }],
  ])('stops its execution although the call is %s at first', async (how, fault) => {
    const faultOf = stops((index) => (index < 2 ? fault : undefined));

    const { code, stderr, status } = await interrupted(`held-${how}`, faultOf, quickClock(5));

    expect({ code, status }).toEqual({ code: 130, status: 'ABORTED' });
    expect(stderr).toMatch(
      /error: The trigger was interrupted, so the execution was stopped and there is no verdict\.\n$/,
    );
  });

  test.each<[string, string, FaultOf]>([
    ['refused', 'AccessDeniedException', stops(() => ({ answer: 400, type: 'AccessDeniedException' }))],
    ['throttled all the time', 'ThrottlingException', stops(() => throttled)],
    ['never answered', 'no answer', stops(() => never)],
    [
      'refused with expired credentials',
      'ExpiredTokenEx',
      stops(() => ({ answer: 400, type: 'ExpiredTokenException' })),
    ],
  ])('ends within 15 s and says that the execution may still run when the call is %s', async (how, why, faultOf) => {
    const clock = quickClock(50);
    const since = clock.now();

    const { code, stderr, status, executionArn } = await interrupted(`held-${how}`, faultOf, clock);

    expect({ code, status }).toEqual({ code: 130, status: 'RUNNING' });
    expect(stderr).toContain(`error: Could not stop the execution: ${why}`);
    expect(stderr).toContain(
      `. The execution may still run; look it up with: system-test report ${executionArn} --follow\n`,
    );
    expect(clock.now() - since).toBeLessThan(120_000);
  });

  test('ends although the endpoint has gone', async () => {
    const { proxy, ended, interrupt } = await startRun(deployed, ['held-gone'], { clock: quickClock(50) });
    await seen(proxy, 'GetExecutionHistory', 2);
    await proxy.down();

    interrupt();

    const { code, result, stderr } = await ended;
    deployed.release('held-gone');
    expect({ code, outcomes: outcomes(result) }).toEqual({ code: 130, outcomes: [['held-gone', 'ERRORED']] });
    expect(stderr).toMatch(/error: Could not stop the execution: .*ECONNREFUSED.* The execution may still run/);
  });

  test('runs nothing again when its first execution has just ended', async () => {
    const before = (await deployed.executions()).length;
    let interruptIt = (): void => undefined;
    // The description is asked for once the history has told the end.
    const faultOf: FaultOf = ({ operation }) => {
      if (operation === 'DescribeExecution') interruptIt();
      return undefined;
    };
    const { ended, interrupt } = await startRun(deployed, ['bad', '--retries', '1'], { faultOf });
    interruptIt = interrupt;

    const { code, result } = await ended;

    expect({ code, outcomes: outcomes(result) }).toEqual({ code: 130, outcomes: [['bad', 'FAILED']] });
    await expect(deployed.executions()).resolves.toHaveLength(before + 1);
  });

  test('does not wait for the answer to a poll that does not come', async () => {
    let polls = 0;
    const faultOf: FaultOf = ({ operation, body }) =>
      // What reads the last execution is no poll.
      operation === 'GetExecutionHistory' && !body.includes('"reverseOrder":true') && polls++ === 1 ? never : undefined;

    await expect(interrupted('held-poll', faultOf)).resolves.toMatchObject({ code: 130, status: 'ABORTED' });
  });
});

describe('a deadline', () => {
  test('is let go of as soon as all has passed', async () => {
    let deadline: AbortSignal | undefined;
    const clock: Clock = {
      now: () => systemClock.now(),
      sleep: (ms, signal) => {
        if (ms !== 60_000) return systemClock.sleep(ms, signal);
        deadline = signal;
        return new Promise(() => undefined);
      },
    };
    const { ended } = await startRun(deployed, ['good', '--timeout', '60'], { clock });

    await expect(ended).resolves.toMatchObject({ code: 0 });
    expect(deadline?.aborted).toBe(true);
  });
});
