import { limits, type Json } from '../../../../lib/wire';
import type { Branch } from '../branch';
import type { MapState } from '../definition/definition';
import { Document } from '../document';
import { BranchEnded, dataLimitExceeded, EvaluationFailure } from '../failure';
import type { Outcome, StateRun } from '../stateRun';
import { evaluateAs } from '../payloadTemplate';
import { endSiblings } from './childFailure';
import { runMockedMap } from './mockedMap';

/** Runs its processor once for each item, at most `MaxConcurrency` and never more than 40 at once, in the items' order. */
export async function runInlineMap(state: MapState, run: StateRun): Promise<Outcome> {
  const { branch } = run;
  const items = await itemsOf(state, run);
  const maxConcurrency = await concurrencyOf(state, run);
  if (run.trial?.mock) return runMockedMap(state, run, run.trial.mock, { items, maxConcurrency });
  // 0 stands for no limit of its own.
  const concurrency = Math.min(maxConcurrency || limits.inlineConcurrency, limits.inlineConcurrency);
  const startedEventId = branch.record('MapStateStarted', { mapStateStartedEventDetails: { length: items.length } });

  const result = new Document(await new Iterations(state, run, items).run(concurrency, startedEventId));
  if (!result.fits) throw dataLimitExceeded(state.name);

  // Recorded: the exit follows the same event as the success.
  const exitsFrom = branch.lastEventId;
  branch.record('MapStateSucceeded');
  return { exit: state, result, exitsFrom };
}

/** What a Map without an ItemReader runs over. */
export async function itemsOf({ items }: MapState, run: StateRun): Promise<Json[]> {
  if (items) return evaluateAs(items, 'array', run.bindings());
  const input = run.input.value;
  if (Array.isArray(input)) return input;
  throw new EvaluationFailure('Items', `The input of a Map state without Items must be an array: ${run.input.text}`);
}

async function concurrencyOf({ maxConcurrency }: MapState, run: StateRun): Promise<number> {
  if (maxConcurrency === undefined) return 0;
  const value = await evaluateAs(maxConcurrency, 'number', run.bindings());
  if (!Number.isInteger(value) || value < 0) {
    throw new EvaluationFailure('MaxConcurrency', `MaxConcurrency must be a non-negative integer, but was ${value}.`);
  }
  return value;
}

interface Iteration {
  index: number;
  input: Document;
  child: Branch;
}

/** The iterations of one Map. A slot that an iteration leaves takes the next item. */
class Iterations {
  private readonly results: Json[];
  private nextIndex = 0;
  /** What failed first. The others end because of it, and may be heard of earlier. */
  private firstFailure: { error: unknown } | undefined;

  constructor(
    private readonly state: MapState,
    private readonly stateRun: StateRun,
    private readonly items: Json[],
  ) {
    this.results = new Array<Json>(items.length);
  }

  /** Runs them all and gives their outputs in the items' order. */
  async run(concurrency: number, startedEventId: number): Promise<Json[]> {
    const first: Iteration[] = [];
    // Recorded: the free slots are all taken before the first state is entered.
    for (let slot = 0; slot < concurrency && this.nextIndex < this.items.length; slot += 1) {
      first.push(await this.start(startedEventId));
    }
    await Promise.all(first.map((iteration) => this.runSlot(iteration)));
    return this.results;
  }

  private async runSlot(first: Iteration): Promise<void> {
    let iteration: Iteration | undefined = first;
    while (iteration) {
      const lastEventId = await this.runIteration(iteration);
      iteration = this.nextIndex < this.items.length ? await this.start(lastEventId) : undefined;
    }
  }

  /** Takes the next item; its iteration follows this event. */
  private async start(previousEventId: number): Promise<Iteration> {
    const { name, itemSelector } = this.state;
    const { branch } = this.stateRun;
    const index = this.nextIndex++;
    const value = this.items[index] as Json;
    const context = { Item: { Index: index, Value: value } };
    try {
      const input = itemSelector ? await itemSelector.evaluate(this.stateRun.bindings({ item: context })) : value;
      if (this.firstFailure) throw new BranchEnded();
      const startedEventId = branch.recordAfter(previousEventId, 'MapIterationStarted', {
        mapIterationStartedEventDetails: { name, index },
      });
      return {
        index,
        input: new Document(input),
        child: branch.fork(startedEventId, { mapName: name, index, context }),
      };
    } catch (error) {
      this.firstFailure ??= { error };
      branch.endChildren();
      throw this.firstFailure.error;
    }
  }

  /** Gives the last event of the iteration, which its success and the next iteration of the slot both follow. */
  private async runIteration({ index, input, child }: Iteration): Promise<number> {
    const { name, itemProcessor } = this.state;
    const { branch, runtime, runGraph } = this.stateRun;
    try {
      const output = await runGraph(itemProcessor, input, child, runtime);
      const { lastEventId } = child;
      // A sibling's failure may have ended it in this very moment.
      if (child.ended) throw new BranchEnded();
      this.results[index] = output.value;
      branch.join(child);
      const succeeded = { mapIterationSucceededEventDetails: { name, index } };
      branch.continueFrom(branch.recordAfter(lastEventId, 'MapIterationSucceeded', succeeded));
      return lastEventId;
    } catch (error) {
      this.firstFailure ??= { error };
      endSiblings(error, child, branch, { name, index });
      throw this.firstFailure.error;
    }
  }
}
