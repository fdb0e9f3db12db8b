import fc from 'fast-check';
import type { JsonObject } from '../../../../lib/wire';
import { ordered, putBack, started } from './cases';
import { evaluateHere, type Evaluation } from './evaluateHere';
import { longCases, outcome } from './outcome';

describe('the state machine', () => {
  it.each(longCases)('%s', async (_, one) => {
    const { said, expected } = await outcome(one);
    expect({ said }).toMatchObject({ said: expected });
  });
});

const name = fc.constantFrom('a', 'b', 'c', 'é🎉', '__proto__', 'constructor', '0', '1', '10', '=a', '"', '\\');

test('whatever is to be first, each configuration is started once and each result is at its place', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(name, { minLength: 1 }), fc.array(name), async (names, first) => {
      const value = async (of: Evaluation) => (await evaluateHere(of)) as { value: JsonObject };
      const { value: checked } = await value(ordered(names, first));
      const order = checked.order as number[] | undefined;
      const { value: items } = await value(started(names, order));
      expect(items).toEqual([...new Set([...first.filter((one) => names.includes(one)), ...names])]);
      const { value: result } = await value(putBack(items as unknown as string[], order));
      expect((result.results as JsonObject[]).map((one) => one.configuration_identifier)).toEqual(names);
    }),
    { numRuns: 50 },
  );
});
