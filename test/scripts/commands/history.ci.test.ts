import type { History } from '../../../scripts/history/history';
import { inProcess, serveApp, type ServedApp } from '../command';

describe('the history of a state machine', () => {
  let app: ServedApp;
  const codes: (number | null)[] = [];
  beforeAll(async () => {
    app = await serveApp();
    const run = async (...args: string[]) =>
      codes.push((await inProcess(['run', '--endpoint-url', app.endpoint.url, ...args])).code);
    await run('good', 'bad', '--allow-unknown', '--name', 'first', '--retries', '1');
    await run('good', 'bad', '--allow-unknown', '--name', 'again', '--retries', '1');
    await run('good', '--allow-unknown', '--name', 'fine');
    // Its input is refused by the machine itself.
    await run('gut_0', '--name', 'refused');
  });
  afterAll(() => app.close());

  const historyOf = async (...flags: string[]) => {
    const { code, stdout, stderr } = await inProcess(['history', '--endpoint-url', app.endpoint.url, ...flags]);
    return { code, stderr, told: JSON.parse(stdout || 'null') as History };
  };

  it('is read over the wire, by the name of its stack, with the retries in their runs', async () => {
    const { code, told } = await historyOf('--report', 'json');

    expect(codes).toEqual([1, 1, 0, 2]);
    expect(code).toBe(0);
    expect(told).toMatchObject({
      state_machine_arn: app.machineArn,
      test: 'SystemTest/SystemTest',
      runs: [
        { name: 'refused', status: 'FAILED', error: 'SystemTestInputRefused', verdict: 'ERRORED' },
        { name: 'fine', verdict: 'PASSED', total: 1, passed: 1 },
        { name: 'again', verdict: 'FAILED', total: 2, failed: 1, retries: 1 },
        { name: 'first', verdict: 'FAILED', total: 2, failed: 1, retries: 1 },
      ],
      configurations: [
        {
          configuration_identifier: 'bad',
          outcomes: [null, null, { status: 'FAILED' }, { status: 'FAILED' }],
          failing: { runs: 2, or_longer: true },
        },
      ],
      steady: 1,
    });
  });

  it('has the newest ones alone where so many are asked for, of a version or an alias those of its machine', async () => {
    const { told } = await historyOf('--report', 'json', '--last', '2', '--state-machine', `${app.machineArn}:live`);

    expect(told.runs.map(({ name }) => name)).toEqual(['refused', 'fine']);
  });

  it('is told as text in which each run has its line', async () => {
    const { stdout } = await inProcess(['history', '--endpoint-url', app.endpoint.url]);

    expect(stdout).toMatch(/ FAILED {3}1 of 2, 1 failed {2}\S+ +first$/m);
    expect(stdout).toMatch(/^bad {3} {2}FF {2}failing in all 2 runs since /m);
  });

  it('is none of a state machine that is no system test', async () => {
    expect(
      await inProcess(['run', '--state-machine', app.otherMachineArn, '--endpoint-url', app.endpoint.url]),
    ).toMatchObject({ code: 3 });
    const { code, stderr } = await historyOf('--state-machine', app.otherMachineArn);

    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error: Expected a run of a system test that can be read among the last 1 of arn:.*:Other, got none: its result can't be read /,
    );
  });

  it('is refused of a state machine that there is not', async () => {
    const { code, stderr } = await historyOf('--state-machine', `${app.machineArn}Not`);

    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error: Expected a state machine with executions to list, got arn:\S+ \(StateMachineDoesNotExist: /,
    );
  });
});
