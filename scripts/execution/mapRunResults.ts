/** Reads what a Map Run came to: the results that its children left in a bucket, and those of children that were lost. */
import { setMaxListeners } from 'node:events';
import { isJsonObject, type ConfigurationResult, type ResultsLocation } from '../../lib/wire';
import { parseResults, shown, WireFormatError } from '../../lib/wire/parsers';
import { isNamed, kindOf, summary } from '../aws/errors';
import { patiently } from '../aws/patience';
import type { ResultBucket } from '../aws/resultBucket';
import type { MapRunDescription, StepFunctions } from '../aws/stepFunctions';
import { memoryMbOf, reportedMemoryMb } from '../cost/reportedMemory';
import type { Clock } from '../io/clock';
import { ResultSpool } from '../result/resultSpool';
import { unless } from './disagreements';
import { IdentifierSet } from './identifierSet';
import { inOrder } from './inOrder';
import { parseJson } from './jsonText';
import { repairLogTail } from './logTail';
import { lostChildren, resultsOfLost } from './lostChildren';

/** How many objects are read at once: fewer than the SDK's connections, 50. */
const objectsAtOnce = 32;
/** How many objects that can't be believed are read past, before the reading ends. */
const mostProblems = 100;
/** Milliseconds that the counts of a Map Run get to settle after its end, and between two looks. */
const settlesWithin = 15_000;
const settleSpacing = 1_000;

/** Where to read. */
export interface MapRunSource {
  api: Pick<StepFunctions, 'describeMapRun' | 'children' | 'describe' | 'history'>;
  bucket: ResultBucket;
  mapRunArn: string;
  location: ResultsLocation;
  /** Whether it came to its end by itself, so that nothing of it is still under way. */
  ended: boolean;
  /** Completes "Not finished when …". */
  reason: string;
}

/** What was read, as far as it could be. */
export interface MapRunResults {
  spool: ResultSpool;
  identifiers: IdentifierSet;
  /** Of how many lost configurations the identifier is not known. */
  unnamed: number;
  description?: MapRunDescription;
  /** The function's memory, as the log of an invocation tells it. */
  memoryMb?: number;
  /** Sentences without their full stop: what could not be read or can't be believed, in the order in which it was found. */
  problems: string[];
}

/** How to read. */
export interface ReadingOptions {
  clock: Clock;
  /** Ends the reading. */
  stop: AbortSignal;
}

/**
 * Reads all results of a Map Run into a spool. Calls are tried again as all others are. What goes wrong is among the
 * problems; what was read before is kept.
 */
export async function readMapRun(source: MapRunSource, o: ReadingOptions): Promise<MapRunResults> {
  const into: MapRunResults = { spool: new ResultSpool(), identifiers: new IdentifierSet(), unnamed: 0, problems: [] };
  const { mapRunArn } = source;
  // Each call listens to it, and Node.js takes more than ten for a leak.
  setMaxListeners(0, o.stop);
  try {
    const description = await attempt(`describe the Map Run ${mapRunArn}`, () => settled(source, o));
    into.description = description;
    const lost = await attempt(`list the children of the Map Run ${mapRunArn}`, () =>
      lostChildren(source, description.items, o),
    );
    await readObjects(source, new Set(lost.map(({ name }) => name)), into, o);
    for await (const { result, named } of resultsOfLost(source, lost, o)) {
      into.unnamed += named ? 0 : 1;
      into.problems.push(...keep(result, into));
    }
  } catch (error) {
    if (!(error instanceof ReadingEnded)) throw error;
    into.problems.push(o.stop.aborted ? 'the reading of the results was interrupted' : error.message);
  }
  return into;
}

/**
 * The function's memory, from the history of a child. Undefined where that can't be had: EXPRESS children have none, and
 * only the cost depends on it.
 */
export async function memoryOfChild(
  { api, mapRunArn }: Pick<MapRunSource, 'api' | 'mapRunArn'>,
  stop: AbortSignal,
): Promise<number | undefined> {
  try {
    const { executions } = await api.children({ mapRunArn, statusFilter: 'SUCCEEDED', maxResults: 1 }, stop);
    const [child] = executions;
    if (!child) return undefined;
    const { events } = await api.history({ executionArn: child.executionArn, maxResults: 100 }, stop);
    for (const { taskSucceededEventDetails: succeeded } of events) {
      const memoryMb = memoryMbOf(parseJson(succeeded?.output));
      if (memoryMb !== undefined) return memoryMb;
    }
    return undefined;
  } catch {
    return undefined;
  }
}

/** What ends the reading, as a sentence. */
class ReadingEnded extends Error {}

async function attempt<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ReadingEnded) throw error;
    throw new ReadingEnded(
      `${kindOf(error) === 'denied' ? 'the trigger may not' : 'the trigger could not'} ${what} (${summary(error)})`,
      { cause: error },
    );
  }
}

/** The description once its counts have caught up with the end of the execution. */
async function settled({ api, mapRunArn, ended }: MapRunSource, o: ReadingOptions): Promise<MapRunDescription> {
  const since = o.clock.now();
  for (;;) {
    const description = await patiently(() => api.describeMapRun(mapRunArn, o.stop), o);
    const { pending, running } = description.items;
    if (!ended || pending + running === 0 || o.clock.now() - since >= settlesWithin) return description;
    await o.clock.sleep(settleSpacing, o.stop);
  }
}

/** An object of a child, as it was read; undefined text where it is missing. */
interface ReadObject {
  key: string;
  text?: string;
}

async function readObjects(
  { bucket, location }: MapRunSource,
  lost: ReadonlySet<string>,
  into: MapRunResults,
  o: ReadingOptions,
): Promise<void> {
  const at = `s3://${location.bucket}/${location.prefix}`;
  const pattern = /^(?<folder>passed|not_passed)\/(?<child>[^/]+)\.json$/;
  const read = async (key: string): Promise<ReadObject> => {
    try {
      const text = await patiently(() => bucket.read({ bucket: location.bucket, key }, o.stop), o);
      return { key, text };
    } catch (error) {
      if (isNamed(error, 'NoSuchKey')) return { key };
      return attempt(`read the results in ${at}`, () => Promise.reject(error as Error));
    }
  };
  for await (const { key, text } of inOrder(keysIn(bucket, location, o), objectsAtOnce, read)) {
    const { folder, child = '' } = pattern.exec(key.slice(location.prefix.length))?.groups ?? {};
    // Such a child wrote its results and failed after that: the machine counts it as lost.
    if (lost.has(child)) continue;
    const problem =
      folder === undefined
        ? `the object ${JSON.stringify(key)} among the results is none of this execution`
        : text === undefined
          ? `the object ${JSON.stringify(key)} is listed among the results, and is not there`
          : takeIn(text, { key, folder }, into);
    if (problem === undefined) continue;
    into.problems.push(problem);
    if (into.problems.length === mostProblems) throw new ReadingEnded('the results hold too much that is none');
  }
}

async function* keysIn(
  bucket: ResultBucket,
  { bucket: name, prefix }: ResultsLocation,
  o: ReadingOptions,
): AsyncGenerator<string> {
  let token: string | undefined;
  do {
    const page = await attempt(`list the results in s3://${name}/${prefix}`, () =>
      patiently(() => bucket.list({ bucket: name, prefix, token }, o.stop), o),
    );
    yield* page.keys;
    token = page.nextToken;
  } while (token !== undefined);
}

/** Keeps all results of an object. @returns a sentence where they can't be believed */
function takeIn(
  text: string,
  { key, folder }: { key: string; folder: string },
  into: MapRunResults,
): string | undefined {
  let results: ConfigurationResult[];
  try {
    results = parseResults(JSON.parse(text), 'the list of results');
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof WireFormatError)) throw error;
    const cut = 'it is no JSON, or ends in its middle: ';
    const why = error instanceof WireFormatError ? error.message : cut + error.message.replace(/\s+/g, ' ');
    return `the object ${JSON.stringify(key)} holds no results (${why})`;
  }
  const folders = results.some(({ status }) => status !== 'PASSED') ? 'not_passed' : 'passed';
  const problems = [
    ...unless(results.length > 0, `the object ${JSON.stringify(key)} holds no result`),
    ...unless(
      folder === folders,
      `the object ${JSON.stringify(key)} belongs among those that have ${folders.replace('_', ' ')}`,
    ),
    ...results.flatMap((one) => [...unless(fitsItsStatus(one), contradiction(one)), ...keep(one, into)]),
  ];
  return problems[0];
}

/** Whether what a result holds is what the machine gives one of that status. */
function fitsItsStatus({ status, error, response, truncated = false }: ConfigurationResult): boolean {
  if (status !== 'PASSED') return error !== undefined || truncated;
  const succeeded = isJsonObject(response) ? response.system_test_successful === true : truncated;
  return error === undefined && succeeded;
}

function contradiction({ configuration_identifier: identifier, status }: ConfigurationResult): string {
  return `the result of ${shown(identifier)} says ${status}, and holds something else`;
}

/** @returns a sentence where it is the second one of a configuration, which is not kept */
function keep(result: ConfigurationResult, into: MapRunResults): string[] {
  const { configuration_identifier: identifier, log_tail: log } = result;
  if (!into.identifiers.add(identifier)) {
    return [`the configuration ${shown(identifier)} was tested more than once, as where its list has it twice`];
  }
  if (log !== undefined) {
    into.memoryMb ??= reportedMemoryMb(log);
  }
  into.spool.append(log === undefined ? result : { ...result, log_tail: repairLogTail(log) });
  return [];
}
