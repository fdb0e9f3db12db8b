import type { RunResult } from '../../lib/wire';
import { isNamed, kindOf, refusedCall, summary } from '../aws/errors';
import { patiently } from '../aws/patience';
import type { ExecutionDescription } from '../aws/stepFunctions';
import { parseExecutionArn } from '../aws/target';
import { InterruptedError } from '../io/interruptedError';
import { NoVerdictError } from '../io/noVerdictError';
import { UserError } from '../io/userError';
import { reasonOf } from './executionResult';
import type { FollowedExecution } from './followExecution';
import { follow, resultOf, type FollowContext } from './followedResult';

/** Milliseconds by which the history of one that has ended may lag behind its description: both are eventually consistent. */
const historyLag = 15_000;

/** An execution that somebody else started, as far as it was followed, and its result so far. */
export interface WatchedExecution {
  followed: FollowedExecution;
  result: RunResult;
}

/**
 * Makes sense of an execution that somebody else started: a pipeline, a hook, a person. It is never stopped: an
 * interruption only leaves it.
 * @param o.toEnd whether one that runs is followed to its end; else it is told as far as it is
 * @throws UserError for one that there isn't (any more), that may not be read, that is no system test's, or whose input was
 * refused
 * @throws NoVerdictError, InterruptedError
 */
export async function watchExecution(
  executionArn: string,
  { toEnd }: { toEnd: boolean },
  context: FollowContext,
): Promise<WatchedExecution> {
  const { io, talk } = context;
  const { status, startDate, input = '{}' } = await described(executionArn, context);
  const hasEnded = status !== 'RUNNING';
  const watch = toEnd && !hasEnded ? 'toEnd' : 'now';
  const onStop = () => talk.note('Leaving the execution as it is: it goes on.');
  let followed = await follow(executionArn, { stop: io.stop, onStop, watch }, context);
  const isKnown = () => followed.tracker.end ?? followed.trouble ?? io.stop.aborted;
  const givenUpAt = io.clock.now() + historyLag;
  while (hasEnded && !isKnown()) {
    if (io.clock.now() >= givenUpAt) {
      throw new NoVerdictError(`${executionArn} has ended (${status}), and its history does not show how: try again.`);
    }
    await io.clock.sleep(1_000, io.stop).catch(() => undefined);
    followed = await follow(executionArn, { stop: io.stop, onStop, watch }, context);
  }
  const { tracker, trouble } = followed;
  if (kindOf(trouble?.cause) === 'denied') throw unreadable(trouble?.cause, executionArn);
  if (!trouble && !io.stop.aborted && !tracker.showsSystemTest()) {
    const how = tracker.end ? reasonOf(tracker.end) : 'it has only just begun';
    throw new UserError(
      `Expected an execution of a system test, got ${executionArn}, whose history shows none (${how}): is it one of the right state machine?`,
    );
  }
  // What was asked for is what it was started with.
  const asked = { executionArn, input: tracker.input ?? input, startedAt: startDate, now: new Date(io.clock.now()) };
  return { followed, result: await resultOf(followed, asked, context) };
}

async function described(executionArn: string, { connection, io }: FollowContext): Promise<ExecutionDescription> {
  const { clock, stop } = io;
  try {
    return await patiently(() => connection.api.describe(executionArn, stop), { clock, stop });
  } catch (error) {
    if (stop.aborted) throw new InterruptedError(`Interrupted before ${executionArn} was read.`, { cause: error });
    throw unreadable(error, executionArn);
  }
}

function unreadable(error: unknown, executionArn: string): UserError | NoVerdictError {
  const cause = { cause: error };
  const { account } = parseExecutionArn(executionArn);
  if (isNamed(error, 'ExecutionDoesNotExist')) {
    return new UserError(
      `Expected an execution that exists, got none with the ARN ${executionArn}: ` +
        'its name may be misspelt, or it ended more than 90 days ago, which is how long Step Functions keeps one.',
      cause,
    );
  }
  if (isNamed(error, 'InvalidArn') || isNamed(error, 'ValidationException')) {
    return new UserError(`Expected the ARN of an execution, got ${executionArn} (${summary(error)}).`, cause);
  }
  if (kindOf(error) === 'denied') {
    return new UserError(
      `Not allowed to read ${executionArn}: give credentials of the account ${account}, by --profile, ` +
        `and grant them what grantRead of the construct does (${summary(error)}).`,
      cause,
    );
  }
  return refusedCall(error, `read ${executionArn}`);
}
