import { limits } from '../../../../lib/wire';
import { isDistributed, type Assignment, type State, type StateGraph } from './definition';
import type { Refuse } from './fields';

/** What Unicode lets an identifier consist of, at most 80 characters (developer guide, "Passing data with variables"). */
const variableName = /^(?=.{1,80}$)[\p{ID_Start}_][\p{ID_Continue}]*$/u;

/** Refuses a graph whose transitions lead nowhere, that never ends, or with states that nothing leads to, as AWS does. */
export function checkTransitions(graph: StateGraph, graphName: string, refuse: (state: string) => Refuse): void {
  const { startAt, states } = graph;
  if (!states.has(startAt)) {
    refuse('')('StartAt', `there is no state ${JSON.stringify(startAt)} in ${graphName}`);
  }
  for (const state of states.values()) {
    for (const { field, next } of transitionsOf(state)) {
      if (!states.has(next)) refuse(state.name)(field, `there is no state ${JSON.stringify(next)} in ${graphName}`);
    }
  }
  const reached = reachable(graph);
  for (const name of states.keys()) {
    if (!reached.has(name)) refuse(name)('Next', 'no transition leads to this state');
  }
  if (![...states.values()].some(ends)) refuse('')('States', `no state of ${graphName} ends it`);
}

/** The states of a graph and of all graphs inside it. */
export function allStates(graph: StateGraph): State[] {
  return [...graph.states.values()].flatMap((state) => [state, ...innerGraphs(state).flatMap(allStates)]);
}

/** The graphs inside a Map or Parallel. */
function innerGraphs(state: State): StateGraph[] {
  if (state.type === 'Map') return [state.itemProcessor];
  return state.type === 'Parallel' ? state.branches : [];
}

/** Refuses a name that a state can't have, and names and labels that two of a machine have. */
export function checkStateNames(graph: StateGraph, refuse: (state: string) => Refuse): void {
  const seen = new Set<string>();
  const labels = new Set<string>();
  for (const state of allStates(graph)) {
    const { name } = state;
    if (name === '' || name.length > limits.executionNameLength) {
      refuse(name)('States', `a state's name has 1 to ${limits.executionNameLength} characters`);
    }
    if (seen.has(name)) refuse(name)('States', 'another state of this machine has the same name');
    seen.add(name);
    if (!isDistributed(state)) continue;
    const { label } = state.distributed;
    if (label !== undefined && labels.has(label)) {
      refuse(name)('Label', 'another Map of this machine has the same label');
    }
    if (label !== undefined) labels.add(label);
    if (allStates(state.itemProcessor).some(isDistributed)) {
      refuse(name)('ItemProcessor', 'a Distributed Map inside a Distributed Map is not supported here');
    }
  }
}

/**
 * Refuses names that no variable can have, and an inner scope (a Map's or Parallel's states) that assigns a variable of
 * an outer one: it can only read it.
 */
export function checkVariables(
  graph: StateGraph,
  refuse: (state: string) => Refuse,
  outer: ReadonlySet<string> = new Set(),
): void {
  const assigned = new Set(outer);
  for (const state of graph.states.values()) {
    for (const { field, names } of assignmentsOf(state)) {
      for (const name of names) {
        const reject = (problem: string) => refuse(state.name)(`${field}/${name}`, problem);
        if (!variableName.test(name) || name === 'states') reject('is no name for a variable');
        if (outer.has(name)) reject('an outer scope assigns this variable; an inner one can only read it');
        assigned.add(name);
      }
    }
  }
  for (const state of graph.states.values()) {
    // A child of a Distributed Map does not see the variables around it (developer guide, the same page).
    const visible = isDistributed(state) ? undefined : assigned;
    for (const inner of innerGraphs(state)) checkVariables(inner, refuse, visible);
  }
}

function reachable({ startAt, states }: StateGraph): Set<string> {
  const reached = new Set([startAt]);
  // A set's iteration goes on with what is added meanwhile.
  for (const name of reached) {
    const state = states.get(name);
    if (state) for (const { next } of transitionsOf(state)) reached.add(next);
  }
  return reached;
}

function transitionsOf(state: State): { field: string; next: string }[] {
  const found: { field: string; next: string | undefined }[] = [];
  if ('next' in state) found.push({ field: 'Next', next: state.next });
  if (state.type === 'Choice') {
    found.push(...state.choices.map(({ next }, index) => ({ field: `Choices[${index}]/Next`, next })));
    found.push({ field: 'Default', next: state.default?.next });
  }
  if ('catch' in state) found.push(...state.catch.map(({ field, next }) => ({ field: `${field}/Next`, next })));
  return found.filter((transition): transition is { field: string; next: string } => transition.next !== undefined);
}

function ends(state: State): boolean {
  if (state.type === 'Succeed' || state.type === 'Fail') return true;
  return state.type !== 'Choice' && state.next === undefined;
}

function assignmentsOf(state: State): Assignment[] {
  const exits = [];
  if ('assign' in state) exits.push(state);
  if ('catch' in state) exits.push(...state.catch);
  if (state.type === 'Choice') exits.push(...state.choices, ...(state.default ? [state.default] : []));
  return exits.flatMap(({ assign }) => (assign ? [assign] : []));
}
