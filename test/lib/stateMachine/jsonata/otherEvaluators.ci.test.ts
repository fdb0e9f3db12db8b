import type { Json } from '../../../../lib/wire';
import { cases } from './cases';
import { type Answer, evaluateHere } from './evaluateHere';
import { others } from './otherEvaluators';

const evaluations = cases.map(([, evaluation]) => evaluation);
/** Of the local endpoint, each evaluated once. */
const here: Answer[] = [];
beforeAll(async () => {
  for (const evaluation of evaluations) here.push(await evaluateHere(evaluation));
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
