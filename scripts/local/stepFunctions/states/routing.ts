/** The states that do nothing but lead on, or end their graph. */
import type { ChoiceState, FailState, PassState, SucceedState } from '../definition/definition';
import { InterpreterFailure, StateFailure } from '../failure';
import { evaluateAs } from '../payloadTemplate';
import type { Outcome, StateRun } from '../stateRun';

/** Does nothing but give its output. */
export function runPass(state: PassState): Promise<Outcome> {
  return Promise.resolve({ exit: state });
}

/** Ends its graph. */
export function runSucceed(state: SucceedState): Promise<Outcome> {
  return Promise.resolve({ exit: { output: state.output } });
}

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

/** Ends its graph with an error and a cause; both may be missing. */
export async function runFail(state: FailState, run: StateRun): Promise<never> {
  const bindings = run.bindings();
  const error = state.error && (await evaluateAs(state.error, 'string', bindings));
  const cause = state.cause && (await evaluateAs(state.cause, 'string', bindings));
  throw new StateFailure(error, cause);
}
