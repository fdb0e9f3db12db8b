import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { cleanEnv } from '../scripts/command';
import { type Fixture, serveMachines } from '../scripts/local/stepFunctions/fixture';
import { systemClock } from '../../scripts/io/clock';
import { type Ask, asking } from './ask';
import { branchesOf, branchesTaken, statesOf } from './branches';
import type { ProofCase, Shown } from './case';
import { cases } from './cases';
import { lacking } from './comparison';
import { type MachineName, synthesizeMachines } from './machines';
import { prove } from './proof';
import type { Json } from '../../lib/wire';

describe('The proof,', () => {
  let machines: Record<MachineName, string>;
  let served: Fixture;
  let here: Ask;
  const answers = new Map<ProofCase, Shown>();

  beforeAll(async () => {
    machines = synthesizeMachines('us-east-1');
    served = await serveMachines([], { clock: systemClock });
    const ask = asking(served.client, machines);
    here = async (proofCase) => {
      const known = answers.get(proofCase) ?? (await ask(proofCase));
      answers.set(proofCase, known);
      return known;
    };
  });
  afterAll(() => served.close());

  it.each(cases.map((one): [string, ProofCase] => [`${one.state} (${one.machine}): ${one.title}`, one]))(
    'by the local endpoint, has what is expected of %s',
    async (_, one) => {
      expect(lacking((await here(one)) as Json, one.expected)).toEqual([]);
    },
  );

  it('takes every branch of every state that is synthesized', async () => {
    // A state that another machine has in the same words is the same one.
    const open = new Map<string, string>();
    const keyOf = (state: object, branch: string) => `${JSON.stringify(state)} ${branch}`;
    for (const [machine, definition] of Object.entries(machines)) {
      for (const [name, state] of statesOf(definition)) {
        for (const branch of branchesOf(state)) open.set(keyOf(state, branch), `${name} (${machine}): ${branch}`);
      }
    }
    for (const one of cases) {
      const state = statesOf(machines[one.machine]).get(one.state)!;
      for (const branch of branchesTaken(state, await here(one))) open.delete(keyOf(state, branch));
    }
    expect([...open.values()]).toEqual([]);
  });

  it('says what differs elsewhere, and exits with 1', async () => {
    const [first, second] = cases.filter(({ state }) => state === 'All passed?') as [ProofCase, ProofCase];
    const there: Ask = async (one) => {
      const shown = await here(one);
      return one === first ? { ...shown, nextState: 'Failed', output: { total: 3, errored: 0 } } : shown;
    };
    let text = '';
    const code = await prove([first, second], { here, there: { name: 'AWS', ask: there } }, (more) => (text += more));
    expect({ code, text }).toEqual({
      code: 1,
      text: `
All passed? (inline)
  ! all passed
    nextState
      here  "Passed"
      AWS   "Failed"
    output.total
      here  2
      AWS   3
    output.failed
      here  0
      AWS   (nothing)
    output.tolerated_failures
      here  0
      AWS   (nothing)
  = as many failed as are tolerated

1 of 2 cases are the same - 1 differ
`,
    });
  });
});

describe('npm run prove', () => {
  const run = (args: string[], env: NodeJS.ProcessEnv) =>
    spawnSync(process.execPath, ['--import', 'tsx', join(__dirname, 'prove.ts'), ...args], { encoding: 'utf8', env });
  // No file of the user's and no machine is asked for credentials.
  const bare = { ...cleanEnv, AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nonexistent' };

  it('says in a sentence what it needs where there are no credentials, and exits with 2', () => {
    const { status, stdout, stderr } = run(['--region', 'eu-west-1'], bare);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^error: Expected valid AWS credentials, got none \(.*\n$/);
  });

  it('exits with 3 where nobody answers', () => {
    const keys = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' };
    const { status, stderr } = run(['--region', 'eu-west-1', '--endpoint-url', 'http://127.0.0.1:1'], {
      ...bare,
      ...keys,
    });
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: expect.stringMatching(/^error: Could not test a state, .*\n$/),
    });
  });

  it('explains itself, and refuses what it does not know with 2', () => {
    expect(run(['--help'], bare)).toMatchObject({ status: 0, stdout: expect.stringContaining('--role-arn') });
    expect(run(['--what'], bare)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("unknown option '--what'"),
    });
  });
});
