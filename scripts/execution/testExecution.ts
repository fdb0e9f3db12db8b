import type { Configuration, RunResult } from '../../lib/wire';
import type { CommandIo } from '../io/commandIo';
import type { Connection } from '../aws/connection';
import { consoleLink } from '../aws/consoleLink';
import { costOf } from '../cost/cost';
import { childTransitions } from '../cost/executionCounts';
import { executionInput, type InputOptions } from './executionInput';
import { executionNameInBuild, retryName } from './executionName';
import { followExecution, type FollowedExecution } from './followExecution';
import { startExecution, type StartedExecution } from './startExecution';
import { unlessInterrupted } from '../io/interruptedError';
import { chooseProgress, type ProgressOptions } from '../terminal/progressChoice';
import { everyResult } from '../result/allResults';
import type { Redactor } from '../result/redaction';
import { distributedResult } from './distributedResult';
import { memoryOfChild } from './mapRunResults';
import { executionResult, type TimedRequest } from './executionResult';
import type { StopSignal } from '../io/stopSignal';
import type { TestRound } from '../result/testRound';
import type { Talk } from '../terminal/talk';

/** How to test by executions. */
export interface ExecutionOptions extends ProgressOptions, InputOptions {
  /** Seconds, for all executions of a run together. */
  timeout?: number;
  /** Of the execution. */
  name?: string;
  /** Whether the result tells the cost. */
  cost: boolean;
}

/** What all executions of a run have in common. */
export interface RunContext {
  connection: Connection;
  options: ExecutionOptions;
  io: CommandIo;
  talk: Talk;
  stop: StopSignal;
  /** Takes secrets out of what is shown while it runs. */
  redact: Redactor;
  /** What is to be done once the results are reported. */
  cleanUp: (() => void)[];
}

/** An execution that was followed as far as it could be, and its result. */
export interface TestedExecution extends TestRound {
  followed: FollowedExecution;
}

/**
 * Starts an execution, follows it to its end, its deadline or an interruption, and makes sense of it.
 * @param configurations undefined: those of the construct
 * @param retry 0 for the first execution of a run
 * @throws UserError, NoVerdictError, InterruptedError
 */
export async function testExecution(
  context: RunContext,
  configurations: Configuration[] | undefined,
  retry: number,
): Promise<TestedExecution> {
  const { connection, options, io } = context;
  const { api, stateMachineArn } = connection;
  const input = executionInput({ ...options, configurations });
  const base = options.name ?? executionNameInBuild(io.env, input);
  const name = retry > 0 && base ? retryName(base, retry) : base;
  const startedAt = new Date(io.clock.now());
  const started = await unlessInterrupted(
    startExecution(api, { stateMachineArn, name, derived: options.name === undefined, input }, io),
    io.leave,
    `Left while an execution of ${stateMachineArn} was being started: it may run.`,
  );
  const { executionArn } = started;
  const link = announce(started, name !== undefined, context);
  const followed = await follow(executionArn, context);
  const asked = { executionArn, input, startedAt, now: new Date(io.clock.now()) };
  const { result, memoryMb, stateTransitions } = await resultOf(followed, asked, context);
  const { tracker, stopped, trouble } = followed;
  return {
    followed,
    result: {
      ...result,
      ...(link && { console_url: link }),
      ...costs(result, { memoryMb, stateTransitions }, options),
    },
    configurations: tracker.configurations(),
    stopped,
    // With trouble it may still run, and what is not believed is no ground to go on from.
    repeatable: trouble === undefined && tracker.end?.status !== 'ABORTED' && result.disagreement === undefined,
  };
}

/** The result, and what its cost depends on. */
interface UsedResult {
  result: RunResult;
  memoryMb?: number;
  stateTransitions: number;
}

async function resultOf(followed: FollowedExecution, asked: TimedRequest, context: RunContext): Promise<UsedResult> {
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

function announce(
  { executionArn, ended }: StartedExecution,
  named: boolean,
  { connection, talk }: RunContext,
): string | undefined {
  const at = ended?.stopDate ? ` at ${ended.stopDate.toISOString()}` : '';
  talk.note(
    ended
      ? `Nothing was started: the execution of that name has ended already${at}, and this is what it came to: ${executionArn}`
      : // One of this name and input that runs already is joined, and nothing tells which it was.
        `${named ? 'Started or joined' : 'Started'} the execution ${executionArn}`,
  );
  const link = connection.isAws() ? consoleLink(executionArn) : undefined;
  if (link) {
    talk.note(link);
  }
  return link;
}

async function follow(executionArn: string, context: RunContext): Promise<FollowedExecution> {
  const { connection, options, io, talk, stop, redact } = context;
  if (options.timeout !== undefined) {
    stop.startDeadline(options.timeout);
  }
  const progress = await chooseProgress(options, io, redact);
  const onStop = () => {
    progress.stop();
    talk.note(`Stopping the execution.${io.stop.aborted ? ' Interrupt again to leave it as it is.' : ''}`);
  };
  stop.signal.addEventListener('abort', onStop);
  try {
    return await followExecution(connection.api, executionArn, {
      clock: io.clock,
      stop: stop.signal,
      leave: io.leave,
      onProgress: (state) => progress.update(state),
    });
  } finally {
    progress.stop();
    stop.signal.removeEventListener('abort', onStop);
  }
}

/** The cost, as far as the history tells what it depends on. */
function costs(
  result: RunResult,
  { memoryMb, stateTransitions }: Omit<UsedResult, 'result'>,
  options: ExecutionOptions,
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
    }),
  };
}
