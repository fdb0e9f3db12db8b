import { impatientClock } from '../../localSystemTest';
import { deploy, outcomes, run, seen, startRun } from './faultyLine';

describe('a configuration that could not be tested is no failure', () => {
  test('when Lambda throttles the function for ever', async () => {
    const deployed = await deploy({ function: { reservedConcurrentExecutions: 0 }, clock: impatientClock });

    const { code, result, stderr } = await run(deployed, ['good', 'bad']);

    await deployed.close();
    expect({ code, verdict: result?.verdict, errored: result?.errored }).toEqual({
      code: 3,
      verdict: 'ERRORED',
      errored: 2,
    });
    expect(result?.results.map(({ error }) => error?.type)).toEqual(Array(2).fill('Lambda.TooManyRequestsException'));
    expect(stderr).toMatch(/error: There is no verdict, as 2 configurations could not be tested\.\n$/);
  });

  test('when the function is deleted in the middle', async () => {
    const deployed = await deploy({ props: { maxConcurrency: 1 } });
    const { proxy, ended } = await startRun(deployed, ['held', 'good', 'bad']);
    await seen(proxy, 'GetExecutionHistory', 2);
    deployed.deleteFunction();
    deployed.release('held');

    const { code, result } = await ended;

    await deployed.close();
    expect({ code, outcomes: outcomes(result) }).toEqual({
      code: 3,
      outcomes: [
        ['held', 'PASSED'],
        ['good', 'ERRORED'],
        ['bad', 'ERRORED'],
      ],
    });
    expect(result?.results[1]?.error?.type).toBe('Lambda.ResourceNotFoundException');
  });
});
