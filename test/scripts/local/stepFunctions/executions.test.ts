import { loadDefinition } from '../../../../scripts/local/stepFunctions/definition/loadDefinition';
import { Executions } from '../../../../scripts/local/stepFunctions/executions';
import { FakeClock } from '../../fakeClock';
import { machine, noObjects, returning, stateMachine } from './fixture';

const states = {
  Which: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.waits %}', Next: 'Wait' }], Default: 'Done' },
  Wait: { Type: 'Wait', Seconds: 3600, Next: 'Done' },
  Done: { Type: 'Succeed' },
};
/** Its wait doesn't end. */
const clock = Object.assign(new FakeClock(), { sleep: () => new Promise<void>(() => undefined) });
const deployed = stateMachine(machine(states));
const loaded = {
  deployed,
  definition: loadDefinition(deployed.name, deployed.definition, { clock, random: Math.random }),
};

/** About what one execution of the machine with an input of 10,000 characters takes. */
const keptBytes = 3 * 75_000;

async function runSome(names: string[]): Promise<Executions> {
  const surroundings = {
    clock,
    random: Math.random,
    invoker: returning(() => null),
    objects: noObjects,
    region: 'eu-west-1',
  };
  const executions = new Executions(surroundings, keptBytes);
  executions.start(loaded, { name: 'running', input: '{"waits": true}' });
  const input = JSON.stringify({ waits: false, text: 'x'.repeat(10_000) });
  for (const name of names) await executions.start(loaded, { name, input }).ended;
  return executions;
}

const arn = (name: string) => `arn:aws:states:eu-central-1:123456789012:execution:Machine:${name}`;
const namesOf = (executions: Executions) =>
  executions
    .of(deployed.stateMachineArn)
    .map(({ name }) => name)
    .reverse();

test('the last executions are kept as far as they fit, and all that run', async () => {
  expect(namesOf(await runSome(['a', 'b', 'c']))).toEqual(['running', 'a', 'b', 'c']);
  expect(namesOf(await runSome(['a', 'b', 'c', 'd', 'e']))).toEqual(['running', 'c', 'd', 'e']);
});

test('an older one is unknown, and its name is free again', async () => {
  const executions = await runSome(['a', 'b', 'c', 'd', 'e']);

  expect(() => executions.get(arn('a'))).toThrow(`Execution Does Not Exist: '${arn('a')}'`);
  expect(() => executions.start(loaded, { name: 'c' })).toThrow('Execution Already Exists');
  await executions.start(loaded, { name: 'a', input: '{"waits": false}' }).ended;
  expect(executions.get(arn('a')).status).toBe('SUCCEEDED');
});

test('the last one is kept whatever its size', async () => {
  const executions = await runSome(['a']);
  const input = JSON.stringify({ waits: false, text: 'x'.repeat(200_000) });
  await executions.start(loaded, { name: 'large', input }).ended;

  expect(namesOf(executions)).toEqual(['running', 'large']);
});

describe('the children of a Map Run', () => {
  const child = { StartAt: 'Which', States: { ...states, Wait: { Type: 'Fail', Error: 'Bad', Cause: 'meant' } } };
  const map = (ExecutionType: string) => ({
    Type: 'Map',
    Label: 'Each',
    ToleratedFailurePercentage: 100,
    Items: '{% $states.input.items %}',
    ItemSelector: { waits: '{% $states.context.Map.Item.Value %}', text: '{% $pad("", 10000) %}' },
    ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType }, ...child },
    Output: null,
    End: true,
  });

  it.each(['STANDARD', 'EXPRESS'])('are kept as far as they fit, and then as short records: %s', async (type) => {
    const several = stateMachine(machine({ Map: map(type) }), 'Several');
    const definition = loadDefinition(several.name, several.definition, { clock, random: Math.random });
    const surroundings = {
      clock,
      random: Math.random,
      invoker: returning(() => null),
      objects: noObjects,
      region: 'eu',
    };
    const executions = new Executions(surroundings, 4 * 90_000);
    const items = [true, ...Array.from({ length: 20 }, () => false)];
    const parent = executions.start(
      { deployed: several, definition },
      { name: 'all', input: JSON.stringify({ items }) },
    );
    await parent.ended;
    const children = [...parent.mapRuns[0]!.childrenBefore(Infinity)].reverse();
    const kept = children.flatMap(({ ordinal, output }) => (output === undefined ? [] : [ordinal]));
    const [failed, forgotten] = children;

    expect(kept).toEqual(type === 'STANDARD' ? [21] : [18, 19, 20, 21]);
    expect(children.map(({ ordinal, status }) => [ordinal, status])).toEqual(
      items.map((fails, index) => [index + 1, fails ? 'FAILED' : 'SUCCEEDED']),
    );
    expect(executions.facts(failed!.executionArn)).toMatchObject({ error: 'Bad', cause: 'meant' });
    expect(JSON.parse(executions.facts(failed!.executionArn).input!)).toMatchObject({ waits: true });
    expect(executions.facts(forgotten!.executionArn)).toEqual({
      ordinal: 2,
      name: forgotten!.name,
      executionArn: forgotten!.executionArn,
      machine: expect.anything(),
      child: expect.objectContaining({ itemCount: 1 }),
      status: 'SUCCEEDED',
      startedAt: expect.any(Number),
      stoppedAt: expect.any(Number),
      redriveCount: 0,
    });
    expect(() => executions.get(forgotten!.executionArn)).toThrow('Execution Does Not Exist');
    expect(executions.get(parent.executionArn)).toBe(parent);
  });
});
