import { isJsonObject } from '../../../../lib/wire';
import type { Case } from './cases';
import { type Answer, evaluateHere } from './evaluateHere';

function atLeast(expected: object | string | boolean): unknown {
  return typeof expected === 'string' ? expect.stringContaining(expected) : expected;
}

/** Holds what the local endpoint makes of them to what is expected. Each is evaluated once. */
export function describeCases(cases: Case[]): void {
  describe('the state machine', () => {
    const here: Answer[] = [];
    beforeAll(async () => {
      for (const [, evaluation] of cases) here.push(await evaluateHere(evaluation));
    });

    it.each(cases.map(([what, , expected], index) => [what, expected, index] as const))('%s', (_, expected, index) => {
      const answer = here[index]!;
      const value = 'error' in answer ? answer.error : answer.value;
      const said = isJsonObject(value) && typeof expected === 'string' ? value.refusal : value;
      expect({ said }).toMatchObject({ said: atLeast(expected) });
    });
  });
}
