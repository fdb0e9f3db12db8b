import { isJsonObject, type Json } from '../../../lib/wire';
import { cases } from './cases';
import { type Answer, evaluateHere } from './evaluateHere';
import { others } from './evaluators';

const evaluations = cases.map(([, evaluation]) => evaluation);
/** Of the local endpoint, each evaluated once. */
const here: Answer[] = [];
beforeAll(async () => {
  for (const evaluation of evaluations) here.push(await evaluateHere(evaluation));
});

function atLeast(expected: object | string | boolean): unknown {
  return typeof expected === 'string' ? expect.stringContaining(expected) : expected;
}

describe('the state machine', () => {
  it.each(cases.map(([what, , expected], index) => [what, expected, index] as const))('%s', (_, expected, index) => {
    const answer = here[index]!;
    const value = 'error' in answer ? answer.error : answer.value;
    const said = isJsonObject(value) && typeof expected === 'string' ? value.refusal : value;
    expect({ said }).toMatchObject({ said: atLeast(expected) });
  });
});

/** Each words its errors in its own way. */
function comparable(answer: Answer): Json {
  return 'error' in answer ? 'an error' : answer.value;
}

describe.each(others)('the state machine,', (describeOther, name, evaluate) => {
  describeOther(`evaluated by ${name},`, () => {
    let answers: Answer[];
    beforeAll(() => {
      answers = evaluate(evaluations);
    });

    it.each(cases.map(([what], index) => [what, index] as const))('%s', (_, index) => {
      expect(comparable(answers[index]!)).toEqual(comparable(here[index]!));
    });
  });
});
