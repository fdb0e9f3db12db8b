import { randomUUID } from 'node:crypto';
import { isNamed, refusedCall, summary } from './aws/errors';
import type { ExecutionDescription, StepFunctions } from './aws/stepFunctions';
import type { Clock } from './clock';
import { ExecutionTracker, type RunProgress } from './executionTracker';
import { HistoryPoller } from './historyPoller';
import { NoVerdictError } from './noVerdictError';
import { executionArnOf } from './target';
import { UserError } from './userError';

/** Why an execution is stopped: what its Error and Cause then say in the console. */
export interface StopReason {
  error: 'SystemTest.Interrupted' | 'SystemTest.DeadlineOver';
  cause: string;
}

/** Milliseconds that a stopped execution gets to end. */
const stopsWithin = 15_000;

/** What to start. */
export interface StartRequest {
  stateMachineArn: string;
  /** Given by the user; undefined takes a random one. */
  name?: string;
  /** JSON text. */
  input: string;
}

/**
 * Starts an execution. As the name is chosen here, a repeated request (the SDK tries again when an answer is lost) can't
 * start a second one, and the same name with the same input joins the execution that already runs.
 * @returns the execution's ARN
 * @throws UserError for what the user gave: machine, name, input, credentials, Region
 * @throws NoVerdictError where the start is refused: a closed execution has that name, access denied, throttled
 */
export async function startExecution(api: StepFunctions, request: StartRequest): Promise<string> {
  const { stateMachineArn, input } = request;
  const name = request.name ?? randomUUID();
  try {
    const { executionArn } = await api.start({ stateMachineArn, name, input });
    if (executionArn.includes(':express:')) {
      throw new UserError(
        `Expected a Standard state machine, got the Express one ${stateMachineArn}, whose executions can't be followed.`,
      );
    }
    return executionArn;
  } catch (error) {
    if (error instanceof UserError) {
      throw error;
    }
    if (isNamed(error, 'ExecutionAlreadyExists') && request.name === undefined) {
      // Nobody else has a random name: the answer was lost, and the execution had ended before the SDK tried again.
      return executionArnOf(stateMachineArn, name);
    }
    throw refusedStart(error, { stateMachineArn, name });
  }
}

function refusedStart(error: unknown, o: { stateMachineArn: string; name: string }): UserError | NoVerdictError {
  const cause = { cause: error };
  if (isNamed(error, 'StateMachineDoesNotExist')) {
    return new UserError(`Expected a state machine that exists, got none with the ARN ${o.stateMachineArn}.`, cause);
  }
  if (isNamed(error, 'ExecutionAlreadyExists')) {
    return new NoVerdictError(
      `An execution named ${o.name} exists already, with another input or no longer running: choose another --name.`,
      cause,
    );
  }
  if (
    ['InvalidArn', 'InvalidName', 'InvalidExecutionInput', 'ValidationException'].some((name) => isNamed(error, name))
  ) {
    return new UserError(`Expected a start that Step Functions accepts, got ${summary(error)}`, cause);
  }
  return refusedCall(error, `start an execution of ${o.stateMachineArn}`);
}

/** What is known of an execution when the trigger stops following it. */
export interface FollowedExecution {
  tracker: ExecutionTracker;
  /** Undefined where the execution has not ended, as far as is known, or could not be described. */
  description?: ExecutionDescription;
  /** Why it was stopped; undefined where it ended by itself. */
  stopped?: StopReason;
  /** Why no more than this is known. */
  trouble?: NoVerdictError;
}

/**
 * Follows an execution to its end. When `stop` aborts (its reason is a `StopReason`), the execution is stopped and its
 * last events are awaited for at most 15 s; when `leave` aborts, it returns at once.
 */
export async function followExecution(
  api: StepFunctions,
  executionArn: string,
  o: { clock: Clock; stop: AbortSignal; leave: AbortSignal; onProgress: (progress: RunProgress) => void },
): Promise<FollowedExecution> {
  const tracker = new ExecutionTracker();
  const poller = new HistoryPoller(api, executionArn, o.clock);
  let stopped: StopReason | undefined;
  let giveUpAt = Infinity;
  try {
    while (!tracker.end && o.clock.now() < giveUpAt) {
      if (o.stop.aborted && !stopped) {
        stopped = o.stop.reason as StopReason;
        giveUpAt = o.clock.now() + stopsWithin;
        await stopExecution(api, executionArn, stopped, o.leave);
      }
      tracker.apply(await poller.next(stopped ? o.leave : o.stop, o.leave));
      o.onProgress(tracker.progress());
    }
    if (!tracker.end) {
      throw new NoVerdictError('The execution was told to stop but has not ended within 15 s.');
    }
    return { tracker, stopped, description: await describe(api, executionArn, o.leave) };
  } catch (error) {
    if (o.leave.aborted) {
      return { tracker, stopped, trouble: new NoVerdictError('Left before the execution has ended.') };
    }
    if (error instanceof NoVerdictError) {
      return { tracker, stopped, trouble: error };
    }
    throw error;
  }
}

async function stopExecution(
  api: StepFunctions,
  executionArn: string,
  { error, cause }: StopReason,
  signal: AbortSignal,
): Promise<void> {
  try {
    await api.stop({ executionArn, error, cause }, signal);
  } catch (failure) {
    throw new NoVerdictError(`Could not stop the execution: ${summary(failure)}`, { cause: failure });
  }
}

/** The history says all that is needed, so a description that can't be had, or still says RUNNING, does no harm. */
async function describe(
  api: StepFunctions,
  executionArn: string,
  signal: AbortSignal,
): Promise<ExecutionDescription | undefined> {
  try {
    return await api.describe(executionArn, signal);
  } catch {
    return undefined;
  }
}
