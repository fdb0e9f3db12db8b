/** The branches of a state machine that a case can take, and those that it takes. */
import type { Shown } from './case';

interface StateJson {
  Type: string;
  Choices?: { Next: string }[];
  Default?: string;
  Retry?: object[];
  Catch?: object[];
  ItemProcessor?: { States: Record<string, StateJson> };
}

/** The states of a definition and those inside them, by name. */
export function statesOf(definition: string): Map<string, StateJson> {
  const found = new Map<string, StateJson>();
  const add = (states: Record<string, StateJson>) => {
    for (const [name, state] of Object.entries(states)) {
      found.set(name, state);
      if (state.ItemProcessor) add(state.ItemProcessor.States);
    }
  };
  add((JSON.parse(definition) as { States: Record<string, StateJson> }).States);
  return found;
}

/** What a state can come to: each rule, each retry and its end, each catch, and its own end. */
export function branchesOf({ Type, Choices = [], Default, Retry = [], Catch = [] }: StateJson): string[] {
  return [
    ...(Type === 'Choice' ? [] : [Type === 'Fail' ? 'FAILED' : 'SUCCEEDED']),
    ...[...Choices.map(({ Next }) => Next), ...(Default === undefined ? [] : [Default])].map((next) => `to ${next}`),
    ...Retry.flatMap((_, index) => [`Retry[${index}]`, `Retry[${index}], no more`]),
    ...Catch.map((_, index) => `Catch[${index}]`),
  ];
}

/** What a visit to the state came to, in the same words. */
export function branchesTaken(
  { Type }: StateJson,
  { status = '', nextState, retryIndex, catchIndex }: Shown,
): string[] {
  return [
    ...(Type === 'Choice' ? [`to ${nextState}`] : [status]),
    ...(retryIndex === undefined ? [] : [`Retry[${retryIndex}]${status === 'RETRIABLE' ? '' : ', no more'}`]),
    ...(catchIndex === undefined ? [] : [`Catch[${catchIndex}]`]),
  ];
}
