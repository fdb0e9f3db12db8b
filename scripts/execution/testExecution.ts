import { identifierOf, type Configuration } from '../../lib/wire';
import { executionInput, withoutOrder, type InputOptions } from './executionInput';
import { executionNameInBuild, retryName } from './executionName';
import type { FollowedExecution } from './followExecution';
import { follow, linkTo, resultOf, type FollowContext, type FollowOptions } from './followedResult';
import { startExecution, type StartedExecution } from './startExecution';
import { unlessInterrupted } from '../io/interruptedError';
import { originOf } from '../result/origin';
import type { StopReason, StopSignal } from '../io/stopSignal';
import type { FailureLimit } from '../result/failureLimit';
import { longestFirst, type Durations } from '../result/rerun';
import type { TestRound } from '../result/testRound';
import type { RunProgress } from '../terminal/runProgress';

/** How to test by executions. */
export interface ExecutionOptions extends FollowOptions, InputOptions {
  /** Seconds, for all executions of a run together. */
  timeout?: number;
  /** Of the execution. */
  name?: string;
}

/** What all executions of a run have in common. */
export interface RunContext extends FollowContext {
  options: ExecutionOptions;
  stop: StopSignal;
  /** What took longest by these is started first. Default: all in their own order. */
  durations?: Durations;
}

/** An execution that was followed as far as it could be, and its result. */
export interface TestedExecution extends TestRound {
  followed: FollowedExecution;
}

/**
 * Starts an execution, follows it to its end, its deadline or an interruption, and makes sense of it.
 * @param configurations undefined: those of the construct
 * @param retry 0 for the first execution of a run
 * @param limit when it is stopped early
 * @throws UserError, NoVerdictError, InterruptedError
 */
export async function testExecution(
  context: RunContext,
  configurations: Configuration[] | undefined,
  retry: number,
  limit?: FailureLimit,
): Promise<TestedExecution> {
  const { connection, options, io, talk, stop } = context;
  const { api, stateMachineArn } = connection;
  const startFirst = context.durations && startOrder(configurations, context.durations);
  const input = executionInput({ ...options, configurations, startFirst });
  const base = options.name ?? executionNameInBuild(io.env, withoutOrder(input));
  const name = retry > 0 && base ? retryName(base, retry) : base;
  const startedAt = new Date(io.clock.now());
  const started = await unlessInterrupted(
    startExecution(api, { stateMachineArn, name, derived: options.name === undefined, input }, io),
    io.leave,
    `Left while an execution of ${stateMachineArn} was being started: it may run.`,
  );
  const { executionArn } = started;
  announce(started, name !== undefined, context);
  if (options.timeout !== undefined) {
    stop.startDeadline(options.timeout);
  }
  const onStop = () => {
    const { maxFailures, cause } = stop.signal.reason as StopReason;
    const why = maxFailures === undefined ? '' : `${cause} `;
    talk.note(`${why}Stopping the execution.${io.stop.aborted ? ' Interrupt again to leave it as it is.' : ''}`);
  };
  const onProgress = limit ? stoppingAt(limit, stop) : undefined;
  const followed = await follow(
    executionArn,
    { stop: stop.signal, onStop, onProgress, durations: context.durations },
    context,
  );
  const asked = { executionArn, input: started.input, startedAt, now: new Date(io.clock.now()) };
  const result = await resultOf(followed, asked, context);
  const { tracker, stopped, trouble } = followed;
  return {
    followed,
    result: { ...result, origin: originOf(io.env, tracker.functionVersion()) },
    configurations: tracker.configurations(),
    stopped,
    // With trouble it may still run, and what is not believed is no ground to go on from.
    repeatable: trouble === undefined && tracker.end?.status !== 'ABORTED' && result.disagreement === undefined,
  };
}

/** The identifiers, the longest first; none where the order means nothing. Of the construct's, those whose duration is known. */
function startOrder(configurations: Configuration[] | undefined, durations: Durations): string[] {
  const known = [...durations].flatMap(([identifier, ms]) => (ms === undefined ? [] : identifier));
  const all = configurations ?? known;
  return all.length > 1 && all.some((one) => durations.get(identifierOf(one)) !== undefined)
    ? longestFirst(all, durations).map(identifierOf)
    : [];
}

/** Stops the execution once enough failed. */
function stoppingAt(limit: FailureLimit, stop: StopSignal) {
  let isTold = false;
  return (progress: RunProgress, note: (text: string) => void) => {
    if (progress.failed === undefined && !isTold) {
      isTold = true;
      note('A Map Run tells failures at its end, so --max-failures can not stop this one early.');
    }
    const reason = limit(progress);
    if (reason) {
      stop.stop(reason);
    }
  };
}

function announce({ executionArn, ended }: StartedExecution, named: boolean, context: RunContext): void {
  const { talk } = context;
  const at = ended?.stopDate ? ` at ${ended.stopDate.toISOString()}` : '';
  talk.note(
    ended
      ? `Nothing was started: the execution of that name has ended already${at}, and this is what it came to: ${executionArn}`
      : // One of this name and input that runs already is joined, and nothing tells which it was.
        `${named ? 'Started or joined' : 'Started'} the execution ${executionArn}`,
  );
  const link = linkTo(executionArn, context);
  if (link) {
    talk.note(link);
  }
}
