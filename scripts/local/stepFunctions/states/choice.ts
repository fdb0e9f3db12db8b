import type { ChoiceState } from '../definition/definition';
import { InterpreterFailure } from '../failure';
import type { Outcome, StateRun } from '../stateRun';
import { evaluateAs } from '../payloadTemplate';

/** Takes the first rule whose condition is true; the rules after it are not evaluated. */
export async function runChoice(state: ChoiceState, run: StateRun): Promise<Outcome> {
  const bindings = run.bindings();
  for (const rule of state.choices) {
    if (await evaluateAs(rule.condition, 'boolean', bindings)) return { exit: rule };
  }
  if (state.default) return { exit: state.default };
  // Measured: not States.NoChoiceMatched, which is reserved.
  throw new InterpreterFailure(
    'States.Runtime',
    'Failed to transition out of the state. The state does not point to a next state.',
  );
}
