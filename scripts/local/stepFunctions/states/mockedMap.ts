import type { Json } from '../../../../lib/wire';
import type { MapState } from '../definition/definition';
import { Document } from '../document';
import { StateFailure } from '../failure';
import { ChildInputs, type Batching } from '../mapRun/childInputs';
import type { MapRunSettings } from '../mapRun/mapRun';
import type { Template } from '../payloadTemplate';
import type { Outcome, StateRun } from '../stateRun';

/** The fields of a Map as they were evaluated. */
interface Evaluated extends MapRunSettings {
  items: Json[];
  /** Of a Distributed Map. */
  source?: string;
  batching?: Batching;
}

/**
 * A Map as TestState runs it: the inputs of its iterations or children are made, and the mock takes the place of their
 * results. Recorded: too many failed ones count where the Map says how many it tolerates, and no error is mocked. That the
 * inputs are made where the Map is an inline one, and what a batch looks like, follows from the API reference alone.
 */
export async function runMockedMap(
  state: MapState,
  run: StateRun,
  mock: () => Json,
  { items, source, batching, maxConcurrency, toleratedFailureCount, toleratedFailurePercentage }: Evaluated,
): Promise<Outcome> {
  const { itemSelector: selector } = state;
  const inputs = (options: { selector?: Template; batching?: Batching }) =>
    inputsOf(new ChildInputs({ source, parts: [items] }, options, run));
  run.inspect({
    maxConcurrency,
    toleratedFailureCount,
    toleratedFailurePercentage,
    ...(selector && { afterItemSelector: await inputs({ selector }) }),
    ...(batching && { afterItemBatcher: await inputs({ selector, batching }) }),
  });
  const result = new Document(mock());
  const failed = run.trial?.failedIterations ?? 0;
  const share = (100 * failed) / Math.max(items.length, 1);
  if (failed > (toleratedFailureCount ?? Infinity) || share > (toleratedFailurePercentage ?? Infinity)) {
    const cause = 'The specified tolerated failure threshold was exceeded';
    throw new StateFailure('States.ExceedToleratedFailureThreshold', cause);
  }
  return { exit: state, result };
}

/** JSON of all. */
async function inputsOf(inputs: ChildInputs): Promise<string> {
  const texts: string[] = [];
  for (let next = await inputs.next(); next; next = await inputs.next()) texts.push(next.input.text);
  return `[${texts.join(',')}]`;
}
