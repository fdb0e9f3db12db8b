import type { RunResult } from '../../lib/wire';
import type { CommandIo } from '../io/commandIo';
import type { Connection } from '../aws/connection';
import { consoleLink } from '../aws/consoleLink';
import { costOf } from '../cost/cost';
import { childTransitions } from '../cost/executionCounts';
import { followExecution, type FollowedExecution, type Watch } from './followExecution';
import { chooseProgress, type ProgressOptions } from '../terminal/progressChoice';
import type { EarlierDurations } from '../terminal/progressText';
import type { RunProgress } from '../terminal/runProgress';
import { everyResult } from '../result/allResults';
import { originOf } from '../result/origin';
import type { Redactor } from '../result/redaction';
import { distributedResult } from './distributedResult';
import { memoryOfChild } from './mapRunResults';
import { executionResult, type TimedRequest } from './executionResult';
import type { Talk } from '../terminal/talk';

/** How to follow an execution and to tell what it came to. */
export interface FollowOptions extends ProgressOptions {
  /** Whether the result tells the cost. */
  cost: boolean;
  /** Whether it runs on this machine, where nothing is charged. */
  local?: boolean;
}

/** What all executions that a command follows have in common. */
export interface FollowContext {
  connection: Connection;
  options: FollowOptions;
  io: CommandIo;
  talk: Talk;
  /** Takes secrets out of what is shown while it runs. */
  redact: Redactor;
  /** What is to be done once the results are reported. */
  cleanUp: (() => void)[];
}

/** Who follows an execution. */
interface FollowedBy {
  stop: AbortSignal;
  onStop: () => void;
  onProgress?: (progress: RunProgress, note: (text: string) => void) => void;
  watch?: Watch;
  /** Milliseconds that its configurations took before. */
  durations?: EarlierDurations;
}

/**
 * Follows an execution, and shows how far it is.
 * @param o.stop ends it: the execution is stopped, unless it is only watched
 * @param o.onStop tells a person so
 * @param o.onProgress is told how far the execution is while it runs, and may say something beside the display
 */
export async function follow(
  executionArn: string,
  { stop, onStop, onProgress, watch, durations }: FollowedBy,
  { connection, options, io, redact }: FollowContext,
): Promise<FollowedExecution> {
  const progress = await chooseProgress({ ...options, durations }, io, redact);
  const endProgress = () => {
    progress.stop();
    onStop();
  };
  stop.addEventListener('abort', endProgress);
  try {
    return await followExecution(connection.api, executionArn, {
      ...{ clock: io.clock, stop, leave: io.leave, watch },
      onProgress: (state, hasEnded) => {
        progress.update(state);
        if (!hasEnded) {
          onProgress?.(state, (text) => progress.note(text));
        }
      },
    });
  } finally {
    progress.stop();
    stop.removeEventListener('abort', endProgress);
  }
}

/** Where a person looks at an execution; undefined where it is not on AWS. */
export function linkTo(executionArn: string, { connection }: Pick<FollowContext, 'connection'>): string | undefined {
  return connection.isAws() ? consoleLink(executionArn) : undefined;
}

/**
 * What an execution came to that was followed as far as it could be, with its cost.
 * @throws UserError where the machine refused its input
 * @throws NoVerdictError where it could not list its configurations, or the result isn't that of a system test
 */
export async function resultOf(
  followed: FollowedExecution,
  asked: TimedRequest,
  context: FollowContext,
): Promise<RunResult> {
  const { result, memoryMb, stateTransitions } = await usedResult(followed, asked, context);
  const link = linkTo(asked.executionArn, context);
  return {
    ...result,
    ...(link && { console_url: link }),
    ...costs(result, { memoryMb, stateTransitions }, context.options),
    // Which build started it, only that build can tell.
    origin: originOf({}, followed.tracker.functionVersion()),
  };
}

/** The result, and what its cost depends on. */
interface UsedResult {
  result: RunResult;
  memoryMb?: number;
  stateTransitions: number;
}

async function usedResult(
  followed: FollowedExecution,
  asked: TimedRequest,
  context: FollowContext,
): Promise<UsedResult> {
  const { tracker } = followed;
  const { usage } = tracker;
  if (tracker.mapRunArn === undefined) {
    const { memoryMb } = usage;
    return { result: executionResult(followed, asked), memoryMb, stateTransitions: usage.stateTransitions() };
  }
  const { connection, options, io, talk, cleanUp } = context;
  talk.note(`Reading the results of the Map Run ${tracker.mapRunArn}`);
  // Whoever has stopped the execution may interrupt again, to leave without its results.
  const stop = io.stop.aborted ? io.leave : AbortSignal.any([io.stop, io.leave]);
  const { result, read } = await distributedResult(followed, asked, connection, { clock: io.clock, stop });
  cleanUp.push(() => read.spool.close());
  const { items, children = 0 } = read.description ?? {};
  const { total = 0, pending = 0 } = items ?? {};
  if (total > read.identifiers.size) {
    talk.note(`The Map Run has ${total} items; there are results of ${read.identifiers.size}.`);
  }
  const started = total - pending;
  const ofChildren = childTransitions(started, children, children !== started);
  const memoryMb =
    read.memoryMb ??
    (options.cost ? await memoryOfChild({ ...connection, mapRunArn: tracker.mapRunArn }, stop) : undefined);
  return { result, memoryMb, stateTransitions: usage.stateTransitions() + ofChildren };
}

/** The cost, as far as the history tells what it depends on. */
function costs(
  result: RunResult,
  { memoryMb, stateTransitions }: Omit<UsedResult, 'result'>,
  options: FollowOptions,
): Pick<RunResult, 'cost' | 'cost_unknown'> {
  if (!options.cost) return {};
  if (memoryMb === undefined) {
    const where = result.all ? 'among the results or in the history of a child' : 'in the history of the execution';
    return { cost_unknown: `No log of the function ${where} tells its memory.` };
  }
  const [, , , region = ''] = result.execution_arn.split(':');
  return {
    cost: costOf({
      results: everyResult(result),
      memoryMb,
      architecture: 'x86_64',
      region,
      stateTransitions,
      local: options.local,
    }),
  };
}
