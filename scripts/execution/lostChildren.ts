/** The child executions of a Map Run that left no results: which they are, and what became of their configurations. */
import { isJsonObject, type ConfigurationResult, type Json } from '../../lib/wire';
import { patiently } from '../aws/patience';
import type { ChildExecution, ExecutionDescription, ItemCounts } from '../aws/stepFunctions';
import { itemOfChild } from '../result/unnamed';
import { notFinished } from '../result/untested';
import { identifierIn } from './executionTracker';
import { inOrder } from './inOrder';
import { parseJson } from './jsonText';
import type { MapRunSource, ReadingOptions } from './mapRunResults';

/** How many lost children are asked for their configurations and their errors: each takes a call. */
const mostDescribed = 1_000;
const describedAtOnce = 8;

export interface LostChild extends ChildExecution {
  status: 'FAILED' | 'TIMED_OUT' | 'ABORTED';
}

/** The children that came to no end of their own, whose results are nowhere. */
export async function lostChildren(
  { api, mapRunArn }: Pick<MapRunSource, 'api' | 'mapRunArn'>,
  { failed, timedOut, aborted }: ItemCounts,
  o: ReadingOptions,
): Promise<LostChild[]> {
  const lost: LostChild[] = [];
  const counts = { FAILED: failed, TIMED_OUT: timedOut, ABORTED: aborted } as const;
  for (const status of Object.keys(counts) as (keyof typeof counts)[]) {
    if (counts[status] === 0) continue;
    let nextToken: string | undefined;
    do {
      const request = { mapRunArn, statusFilter: status, maxResults: 1_000, nextToken };
      const page = await patiently(() => api.children(request, o.stop), o);
      lost.push(...page.executions.map((child) => ({ ...child, status })));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  }
  return lost;
}

/** The result of a configuration whose child left none: `ERRORED`, with what is known of why. */
export interface LostResult {
  result: ConfigurationResult;
  /** Whether its identifier is known. */
  named: boolean;
}

/** The results of the children that left none. */
export async function* resultsOfLost(
  { api, reason }: Pick<MapRunSource, 'api' | 'reason'>,
  lost: LostChild[],
  o: ReadingOptions,
): AsyncGenerator<LostResult> {
  let described = 0;
  const describe = async (child: LostChild) => {
    // What can't be described is lost all the same.
    const description =
      described++ < mostDescribed
        ? await patiently(() => api.describe(child.executionArn, o.stop), o).catch(() => undefined)
        : undefined;
    return { child, description };
  };
  for await (const { child, description } of inOrder(lost, describedAtOnce, describe)) {
    const items = itemsOf(parseJson(description?.input)) ?? Array.from({ length: child.itemCount }, () => undefined);
    const error = errorOf(child, description, reason);
    for (const [index, item] of items.entries()) {
      const identifier = identifierIn(item);
      const name = identifier ?? itemOfChild(index, child.name);
      yield { result: { configuration_identifier: name, status: 'ERRORED', error }, named: identifier !== undefined };
    }
  }
}

/** The configurations that a child was given: one, or a batch. */
function itemsOf(input: Json | undefined): (Json | undefined)[] | undefined {
  if (!isJsonObject(input)) return undefined;
  const configurationIn = (item: Json) => (isJsonObject(item) ? (item.configuration ?? item) : item);
  if (Array.isArray(input.Items)) return input.Items.map(configurationIn);
  return input.configuration === undefined ? undefined : [input.configuration];
}

function errorOf(
  { executionArn, status }: LostChild,
  description: ExecutionDescription | undefined,
  reason: string,
): NonNullable<ConfigurationResult['error']> {
  if (status === 'ABORTED') return { type: notFinished, message: `Not finished when ${reason}.` };
  const { error = status === 'TIMED_OUT' ? 'States.Timeout' : 'States.TaskFailed', cause = '' } = description ?? {};
  return {
    type: error,
    message: `${cause}${cause === '' ? '' : ' '}(the child execution ${executionArn} ended as ${status})`,
  };
}
