import type { FailState } from '../definition/definition';
import { StateFailure } from '../failure';
import type { StateRun } from '../stateRun';
import { evaluateAs } from '../payloadTemplate';

/** Ends its graph with an error and a cause; both may be missing. */
export async function runFail(state: FailState, run: StateRun): Promise<never> {
  const bindings = run.bindings();
  const error = state.error && (await evaluateAs(state.error, 'string', bindings));
  const cause = state.cause && (await evaluateAs(state.cause, 'string', bindings));
  throw new StateFailure(error, cause);
}
