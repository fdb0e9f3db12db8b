import type { Assignment, State, StateGraph } from './definition';
import type { Refuse } from './fields';
import { innerGraphs } from './graph';

/** What Unicode lets an identifier consist of, at most 80 characters (developer guide, "Passing data with variables"). */
const variableName = /^(?=.{1,80}$)[\p{ID_Start}_][\p{ID_Continue}]*$/u;

/**
 * Refuses names that no variable can have, and an inner scope (a Map's or Parallel's states) that assigns a variable of an
 * outer one: it can only read it.
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
  for (const inner of [...graph.states.values()].flatMap(innerGraphs)) checkVariables(inner, refuse, assigned);
}

function assignmentsOf(state: State): Assignment[] {
  const exits = [];
  if ('assign' in state) exits.push(state);
  if ('catch' in state) exits.push(...state.catch);
  if (state.type === 'Choice') exits.push(...state.choices, ...(state.default ? [state.default] : []));
  return exits.flatMap(({ assign }) => (assign ? [assign] : []));
}
