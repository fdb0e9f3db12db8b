import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { JsonObject } from '../../../lib/wire';
import type { Branch } from './branch';
import {
  isDistributed,
  type Catcher,
  type Exit,
  type Recoverable,
  type State,
  type StateGraph,
} from './definition/definition';
import { Document } from './document';
import { dataLimitExceeded, StateFailure } from './failure';
import { notTruncated } from './history';
import { handlerIndex, RetryCounter, retryDelay } from './retrier';
import { StateRun, type Outcome, type Runtime, type Trial } from './stateRun';
import { runDistributedMap } from './states/distributedMap';
import { runInlineMap } from './states/map';
import { runParallel } from './states/parallel';
import { runChoice, runFail, runPass, runSucceed } from './states/routing';
import { runTask } from './states/task';
import { runWait } from './states/wait';

/** Where a state led: its output, and the next state; undefined where the graph ends. */
interface Transition {
  output: Document;
  next: string | undefined;
}

/**
 * Runs the states of a graph on a branch, from its start to its end, and gives the output of the last one. Throws a
 * StateFailure that nothing caught, a HistoryLimitReached, or a BranchEnded where the branch was ended from outside.
 */
export function runGraph(graph: StateGraph, input: Document, branch: Branch, runtime: Runtime): Promise<Document> {
  return goOn(graph, { output: input, next: graph.startAt }, branch, runtime);
}

/** Goes on with a graph at the visit to a state that has failed or was ended. */
export async function resumeGraph(
  graph: StateGraph,
  visit: StateRun,
  branch: Branch,
  runtime: Runtime,
): Promise<Document> {
  return goOn(graph, await runState(visit.resumed(branch, runtime)), branch, runtime);
}

async function goOn(graph: StateGraph, from: Transition, branch: Branch, runtime: Runtime): Promise<Document> {
  let transition = from;
  while (transition.next !== undefined) {
    const state = graph.states.get(transition.next);
    if (state === undefined) throw new Error(`There is no state ${transition.next}.`);
    transition = await runState(enter(state, transition.output, branch, runtime));
  }
  branch.visit = undefined;
  return transition.output;
}

/** How a trial of a state ended. */
export interface Tried {
  /** Where it led; undefined where it failed, or would be tried again. */
  transition?: Transition;
  failure?: StateFailure;
  /** The first Retry that is meant, and after how many seconds it tries again; undefined: not any more. */
  retry?: { index: number; delay: number | undefined };
  /** The Catch that it went on by. */
  catchIndex?: number;
}

/** Visits a state once. Throws a BranchEnded where the branch was ended from outside. */
export async function tryState(
  state: State,
  input: Document,
  branch: Branch,
  runtime: Runtime,
  trial: Trial,
): Promise<Tried> {
  const run = enter(state, input, branch, runtime, trial);
  try {
    return { transition: await attempt(run) };
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    const failure = run.report(error);
    if (!('catch' in state)) return { failure };
    const index = handlerIndex(state.retry, failure);
    const retrier = state.retry[index];
    const retry = retrier && { index, delay: retryDelay(retrier, trial.retryCount) };
    const catchIndex = handlerIndex(state.catch, failure);
    if (retry?.delay !== undefined || catchIndex < 0) return { failure, retry };
    try {
      return { failure, retry, catchIndex, transition: await recover(failure, state, run) };
    } catch (second) {
      if (!(second instanceof StateFailure)) throw second;
      return { failure: second, retry, catchIndex };
    }
  }
}

function enter(state: State, input: Document, branch: Branch, runtime: Runtime, trial?: Trial): StateRun {
  const enteredEventId = branch.record(`${state.type}StateEntered`, {
    stateEnteredEventDetails: { name: state.name, input: input.text, inputDetails: notTruncated },
  });
  return new StateRun(state, input, branch, runtime, enteredEventId, runGraph, trial);
}

async function attempt(run: StateRun): Promise<Transition> {
  const { state, input } = run;
  if (!input.fits) throw dataLimitExceeded(state.name);
  return leave(run, await behave(state, run));
}

async function runState(run: StateRun): Promise<Transition> {
  const { state, branch, runtime } = run;
  branch.visit = run;
  const retries = new RetryCounter('retry' in state ? state.retry : [], runtime.random);
  for (;;) {
    try {
      return await attempt(run);
    } catch (error) {
      if (!(error instanceof StateFailure)) throw error;
      const failure = run.report(error);
      const delay = retries.next(failure);
      if (delay === undefined) {
        if ('catch' in state) return await recover(failure, state, run);
        throw failure;
      }
      await runtime.clock.sleep(delay, branch.signal);
      run.retryCount += 1;
    }
  }
}

function behave(state: State, run: StateRun): Promise<Outcome> {
  switch (state.type) {
    case 'Task':
      return runTask(state, run);
    case 'Pass':
      return runPass(state);
    case 'Choice':
      return runChoice(state, run);
    case 'Map':
      return isDistributed(state) ? runDistributedMap(state, run) : runInlineMap(state, run);
    case 'Wait':
      return runWait(state, run);
    case 'Parallel':
      return runParallel(state, run);
    case 'Succeed':
      return runSucceed(state);
    case 'Fail':
      return runFail(state, run);
  }
}

/** Output and Assign see the same old variables; then the state is left. */
async function leave(run: StateRun, outcome: Outcome): Promise<Transition> {
  const { state, branch } = run;
  const { exit, result = run.input, exitsFrom } = outcome;
  const { output, assigned } = await evaluateExit(run, exit, result, { result: outcome.result?.value });
  if (exitsFrom !== undefined) branch.continueFrom(exitsFrom);
  return exitState(state, branch, exit, output, assigned);
}

async function evaluateExit(
  run: StateRun,
  exit: Exit,
  defaultOutput: Document,
  states: Parameters<StateRun['bindings']>[0],
): Promise<{ output: Document; assigned?: Document }> {
  const bindings = run.bindings(states);
  const output = exit.output ? new Document(await exit.output.evaluate(bindings)) : defaultOutput;
  const assigned = exit.assign && new Document(await exit.assign.template.evaluate(bindings));
  if (!output.fits || assigned?.fits === false) throw dataLimitExceeded(run.state.name);
  return { output, assigned };
}

function exitState(
  state: State,
  branch: Branch,
  exit: Exit,
  output: Document,
  assigned: Document | undefined,
): Transition {
  const values = Object.entries((assigned?.value ?? {}) as JsonObject);
  branch.record(`${state.type}StateExited` as HistoryEventType, {
    stateExitedEventDetails: {
      name: state.name,
      output: output.text,
      outputDetails: notTruncated,
      ...(values.length > 0 && {
        assignedVariables: Object.fromEntries(values.map(([name, value]) => [name, JSON.stringify(value)])),
        assignedVariablesDetails: notTruncated,
      }),
    },
  });
  if (values.length > 0) branch.assign(Object.fromEntries(values));
  return { output, next: exit.next };
}

/** Goes on as the first Catch that matches says; throws the failure where none does. */
async function recover(failure: StateFailure, state: State & Recoverable, run: StateRun): Promise<Transition> {
  const { branch } = run;
  const failedAfter = branch.lastEventId;
  recordStateFailed(failure, state, branch);
  const catcher = state.catch[handlerIndex(state.catch, failure)];
  if (catcher === undefined) throw failure;
  try {
    return await leaveCaught(failure, catcher, run);
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    // Recorded: the clause's failure follows the event before the state's first failure, and the state fails once more.
    branch.continueFrom(failedAfter);
    const second = run.report(error);
    recordStateFailed(second, state, branch);
    throw second;
  }
}

async function leaveCaught(failure: StateFailure, catcher: Catcher, run: StateRun): Promise<Transition> {
  const errorOutput = new Document({ Error: failure.errorName ?? '', Cause: failure.causeText ?? '' });
  const { output, assigned } = await evaluateExit(run, catcher, errorOutput, { errorOutput: errorOutput.value });
  return exitState(run.state, run.branch, catcher, output, assigned);
}

/** A Map and a Parallel have an event for their failure; a States.Runtime ends the execution without it (measured). */
function recordStateFailed(failure: StateFailure, state: State, branch: Branch): void {
  const isComposite = state.type === 'Map' || state.type === 'Parallel';
  if (isComposite && failure.errorName !== 'States.Runtime') branch.record(`${state.type}StateFailed`);
}
