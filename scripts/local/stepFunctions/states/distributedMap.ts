import { limits, type Json } from '../../../../lib/wire';
import type { DistributedMapState, ItemReader } from '../definition/definition';
import type { Document } from '../document';
import { EvaluationFailure, StateFailure } from '../failure';
import { ChildInputs, type Batching } from '../mapRun/childInputs';
import { type ItemLocation, locationOf, readItems, sourceName } from '../mapRun/itemReader';
import type { MapRun, MapRunSettings } from '../mapRun/mapRun';
import { evaluateAs, type Template } from '../payloadTemplate';
import type { Outcome, StateRun } from '../stateRun';
import { itemsOf } from './map';
import { runMockedMap } from './mockedMap';

/** Runs its processor as executions of their own, in a Map Run. */
export async function runDistributedMap(state: DistributedMapState, run: StateRun): Promise<Outcome> {
  const { branch } = run;
  const again = run.redrivenMapRun;
  // A retry starts a Map Run of its own.
  run.redrivenMapRun = undefined;
  if (again?.mapRun.isRedrivable) return follow(redrive(again, run), state, run);
  const { reader } = state.distributed;
  const dataset = reader ? await readerOf(reader, run) : datasetOf(await itemsOf(state, run));
  const settings = await settingsOf(state, run);
  const batching = await batchingOf(state, run);
  if (run.trial?.mock) {
    const { source, parts } = dataset;
    const items: Json[] = [];
    for await (const part of parts) items.push(...part);
    return runMockedMap(state, run, run.trial.mock, { items, source, batching, ...settings });
  }
  const startedEventId = branch.record('MapStateStarted', { mapStateStartedEventDetails: { length: dataset.length } });
  const mapRun = run.runtime.startMapRun(state, settings);
  branch.record('MapRunStarted', { mapRunStartedEventDetails: { mapRunArn: mapRun.mapRunArn } });
  const result = mapRun.run(new ChildInputs(dataset, { selector: state.itemSelector, batching }, run));
  return follow({ mapRun, startedEventId, result }, state, run);
}

/** A Map Run that runs. */
interface Attempt {
  mapRun: MapRun;
  /** MapStateStarted */
  startedEventId: number;
  result: Promise<Document>;
}

/** Its event follows the one that the start of the Map Run followed. */
function redrive({ mapRun, startedEventId }: Omit<Attempt, 'result'>, { branch }: StateRun): Attempt {
  const result = mapRun.redrive();
  const { mapRunArn, redriveCount } = mapRun;
  branch.continueFrom(startedEventId);
  branch.record('MapRunRedriven', { mapRunRedrivenEventDetails: { mapRunArn, redriveCount } });
  return { mapRun, startedEventId, result };
}

async function follow(
  { mapRun, startedEventId, result }: Attempt,
  state: DistributedMapState,
  run: StateRun,
): Promise<Outcome> {
  const { branch } = run;
  const onEnd = () => mapRun.abort();
  branch.signal.addEventListener('abort', onEnd, { once: true });
  run.mapRun = { mapRun, startedEventId };
  try {
    const document = await result;
    branch.record('MapRunSucceeded');
    // Recorded: the exit follows the same event as the success.
    const exitsFrom = branch.lastEventId;
    branch.record('MapStateSucceeded');
    return { exit: state, result: document, exitsFrom };
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    const failure = run.report(error);
    const { errorName, causeText: cause } = failure;
    branch.record('MapRunFailed', { mapRunFailedEventDetails: { error: errorName, cause } });
    throw failure;
  } finally {
    branch.signal.removeEventListener('abort', onEnd);
  }
}

function datasetOf(items: Json[]) {
  return { source: 'STATE_DATA', length: items.length, parts: [items] };
}

async function readerOf(reader: ItemReader, run: StateRun) {
  const location = await evaluateLocation(reader.arguments, 'ItemReader/Arguments', run);
  const maxItems = await evaluateInteger(reader.maxItems, 'ItemReader/ReaderConfig/MaxItems', { min: 1 }, run);
  const parts = readItems(reader, location, maxItems ?? Infinity, run.runtime.objects);
  // Recorded: no length is known.
  return { source: sourceName(location), length: 0, parts };
}

async function settingsOf(
  { maxConcurrency, distributed }: DistributedMapState,
  run: StateRun,
): Promise<MapRunSettings> {
  const { toleratedFailureCount, toleratedFailurePercentage, writer } = distributed;
  return {
    maxConcurrency: (await evaluateInteger(maxConcurrency, 'MaxConcurrency', { min: 0 }, run)) ?? 0,
    toleratedFailureCount: await evaluateInteger(toleratedFailureCount, 'ToleratedFailureCount', { min: 0 }, run),
    toleratedFailurePercentage: await evaluatePercentage(toleratedFailurePercentage, run),
    resultLocation: writer?.arguments && (await evaluateLocation(writer.arguments, 'ResultWriter/Arguments', run)),
  };
}

async function batchingOf(
  { distributed: { batcher } }: DistributedMapState,
  run: StateRun,
): Promise<Batching | undefined> {
  if (batcher === undefined) return undefined;
  const most = limits.payloadBytes;
  const bytes = await evaluateInteger(
    batcher.maxBytes,
    'ItemBatcher/MaxInputBytesPerBatch',
    { min: 1, max: most },
    run,
  );
  return {
    maxItems: (await evaluateInteger(batcher.maxItems, 'ItemBatcher/MaxItemsPerBatch', { min: 1 }, run)) ?? Infinity,
    maxBytes: bytes ?? most,
    input: await batcher.input?.evaluate(run.bindings()),
  };
}

async function evaluateInteger(
  template: Template | undefined,
  field: string,
  { min, max = Number.MAX_SAFE_INTEGER }: { min: number; max?: number },
  run: StateRun,
): Promise<number | undefined> {
  if (template === undefined) return undefined;
  const value = await evaluateAs(template, 'number', run.bindings());
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  const upTo = max === Number.MAX_SAFE_INTEGER ? 'up' : `up to ${max}`;
  throw new EvaluationFailure(field, `${field} must be an integer from ${min} ${upTo}, but was ${value}.`);
}

async function evaluatePercentage(template: Template | undefined, run: StateRun): Promise<number | undefined> {
  if (template === undefined) return undefined;
  const value = await evaluateAs(template, 'number', run.bindings());
  if (value >= 0 && value <= 100) return value;
  const field = 'ToleratedFailurePercentage';
  throw new EvaluationFailure(field, `${field} must be a number from 0 to 100, but was ${value}.`);
}

/** The Bucket, and the Key or Prefix in it. */
async function evaluateLocation(template: Template, field: string, run: StateRun): Promise<ItemLocation> {
  const value = await template.evaluate(run.bindings());
  const location = locationOf(value);
  if (location) return location;
  const expected = 'an object of texts with a Bucket';
  throw new EvaluationFailure(field, `${field} must be ${expected}, but was ${JSON.stringify(value)}.`);
}
