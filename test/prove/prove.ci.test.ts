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

1 of 2 cases as on AWS - 1 differ
`,
    });
  });
});
