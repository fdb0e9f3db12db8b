import type { PassState, SucceedState } from '../definition/definition';
import type { Outcome } from '../stateRun';

/** Does nothing but give its output. */
export function runPass(state: PassState): Promise<Outcome> {
  return Promise.resolve({ exit: state });
}

/** Ends its graph. */
export function runSucceed(state: SucceedState): Promise<Outcome> {
  return Promise.resolve({ exit: { output: state.output } });
}
