import type { Branch } from '../branch';
import type { ParallelState, StateGraph } from '../definition/definition';
import { Document } from '../document';
import { BranchEnded, dataLimitExceeded } from '../failure';
import type { Outcome, StateRun } from '../stateRun';
import { endSiblings } from './childFailure';

/** Runs its branches at once; the first failure ends the others. */
export async function runParallel(state: ParallelState, run: StateRun): Promise<Outcome> {
  const { branch, runtime } = run;
  const input = state.arguments ? new Document(await state.arguments.evaluate(run.bindings())) : run.input;
  if (!input.fits) throw dataLimitExceeded(state.name);
  if (run.trial?.mock) return { exit: state, result: new Document(run.trial.mock()) };

  const startedEventId = branch.record('ParallelStateStarted');
  // The others end because of it, and may be heard of earlier.
  let firstFailure: { error: unknown } | undefined;
  const runBranch = async (graph: StateGraph, child: Branch) => {
    try {
      const output = await run.runGraph(graph, input, child, runtime);
      // A sibling's failure may have ended it in this very moment.
      if (child.ended) throw new BranchEnded();
      branch.join(child);
      // Recorded: the state goes on from the last event that any of its branches recorded.
      branch.continueFrom(Math.max(branch.lastEventId, child.lastEventId));
      return output.value;
    } catch (error) {
      firstFailure ??= { error };
      endSiblings(error, child, branch);
      throw firstFailure.error;
    }
  };
  const children = state.branches.map((graph) => ({ graph, child: branch.fork(startedEventId) }));
  const result = new Document(await Promise.all(children.map(({ graph, child }) => runBranch(graph, child))));
  if (!result.fits) throw dataLimitExceeded(state.name);

  // Recorded: the exit follows the same event as the success.
  const exitsFrom = branch.lastEventId;
  branch.record('ParallelStateSucceeded');
  return { exit: state, result, exitsFrom };
}
