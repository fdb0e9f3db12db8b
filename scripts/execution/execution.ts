import { randomUUID } from 'node:crypto';
import { isNamed, kindOf, mayHaveArrived, refusedCall, summary } from '../aws/errors';
import type { ExecutionDescription, StepFunctions } from '../aws/stepFunctions';
import type { Clock } from '../clock';
import type { RunProgress } from '../runProgress';
import type { StopReason } from '../stopSignal';
import { ExecutionTracker } from './executionTracker';
import { HistoryPoller } from './historyPoller';
import { InterruptedError } from '../interruptedError';
import { NoVerdictError } from '../noVerdictError';
import { patiently } from '../aws/patience';
import { executionArnOf } from '../aws/target';
import { UserError } from '../userError';

/** Milliseconds that a stopped execution gets to end, the call that stops it included. */
const stopsWithin = 15_000;
/** Milliseconds for a description, without which only less is known. */
const describedWithin = 5_000;

/** What to start. */
export interface StartRequest {
  stateMachineArn: string;
  /** Given by the user; undefined takes a random one. */
  name?: string;
  /** JSON text. */
  input: string;
}

/**
 * Starts an execution, with patience where the start is throttled or gets no answer. As the name is chosen here, a
 * repeated request can't start a second one, and the same name with the same input joins the execution that already runs.
 * @param stop ends the patience
 * @returns the execution's ARN
 * @throws UserError for what the user gave: machine, name, input, credentials, Region
 * @throws NoVerdictError where the start is refused: a closed execution has that name, access denied, throttled
 * @throws InterruptedError where it was stopped before the start was taken
 */
export async function startExecution(
  api: StepFunctions,
  request: StartRequest,
  o: { clock: Clock; stop: AbortSignal },
): Promise<string> {
  const { stateMachineArn, input } = request;
  const name = request.name ?? randomUUID();
  const executionArn = executionArnOf(stateMachineArn, name);
  /** Why no answer came to requests that may have been taken all the same. */
  const lost: unknown[] = [];
  const start = async () => {
    try {
      return await api.start({ stateMachineArn, name, input });
    } catch (error) {
      if (kindOf(error) === 'unreachable' && mayHaveArrived(error)) {
        lost.push(error);
      }
      throw error;
    }
  };
  try {
    const started = await patiently(start, o);
    if (started.executionArn.includes(':express:')) {
      throw new UserError(
        `Expected a Standard state machine, got the Express one ${stateMachineArn}, whose executions can't be followed.`,
      );
    }
    return started.executionArn;
  } catch (error) {
    if (error instanceof UserError) {
      throw error;
    }
    if (isNamed(error, 'ExecutionAlreadyExists')) {
      if (request.name === undefined) {
        // Nobody else has a random name: the answer was lost, and the execution had ended before the next try.
        return executionArn;
      }
      throw await nameTaken(api, { name, executionArn, error });
    }
    if (o.stop.aborted && ['throttled', 'unreachable'].includes(kindOf(error))) {
      const what =
        lost.length > 0 ? `while an execution was being started${lookUp(executionArn)}` : 'before anything was started';
      throw new InterruptedError(`Interrupted ${what}.`, { cause: error });
    }
    throw refusedStart(error, { stateMachineArn, executionArn, mayRun: lost.length > 0 });
  }
}

/** Says whose name it is: a running execution with the same input would have been joined. */
async function nameTaken(
  api: StepFunctions,
  o: { name: string; executionArn: string; error: unknown },
): Promise<NoVerdictError> {
  const found = await describe(api, o.executionArn);
  const why =
    found === undefined
      ? 'exists already, with another input or no longer running'
      : found.status === 'RUNNING'
        ? 'runs already, with another input'
        : `has ended already (${found.status}${found.stopDate ? ` at ${found.stopDate.toISOString()}` : ''})`;
  return new NoVerdictError(`An execution named ${o.name} ${why}: choose another --name.`, { cause: o.error });
}

function refusedStart(
  error: unknown,
  o: { stateMachineArn: string; executionArn: string; mayRun: boolean },
): UserError | NoVerdictError {
  const cause = { cause: error };
  if (isNamed(error, 'StateMachineDoesNotExist')) {
    return new UserError(`Expected a state machine that exists, got none with the ARN ${o.stateMachineArn}.`, cause);
  }
  if (
    ['InvalidArn', 'InvalidName', 'InvalidExecutionInput', 'ValidationException'].some((name) => isNamed(error, name))
  ) {
    return new UserError(`Expected a start that Step Functions accepts, got ${summary(error)}`, cause);
  }
  const refused = refusedCall(error, `start an execution of ${o.stateMachineArn}`);
  return o.mayRun && refused instanceof NoVerdictError
    ? new NoVerdictError(`${refused.message}${lookUp(o.executionArn)}`, cause)
    : refused;
}

function lookUp(executionArn: string): string {
  return `; it may run, look it up with: aws stepfunctions describe-execution --execution-arn ${executionArn}`;
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
  const read = async (wake: AbortSignal) => {
    tracker.apply(await poller.next(wake));
    o.onProgress(tracker.progress());
  };
  let stopped: StopReason | undefined;
  try {
    while (!tracker.end && !o.stop.aborted) {
      await read(o.stop);
    }
    if (!tracker.end) {
      stopped = o.stop.reason as StopReason;
      await stopAndAwaitEnd(api, executionArn, stopped, { ...o, read, hasEnded: () => tracker.end !== undefined });
    }
    const description = await describe(api, executionArn, o.leave);
    // It may have come to its own end before it was told to stop.
    const byItself = tracker.end !== undefined && tracker.end.status !== 'ABORTED';
    return { tracker, stopped: byItself ? undefined : stopped, description };
  } catch (error) {
    if (error instanceof NoVerdictError) {
      return { tracker, stopped, trouble: error };
    }
    throw error;
  }
}

/**
 * Tells the execution to stop, again and again where the call is throttled or gets no answer, and reads its last events.
 * @throws NoVerdictError where it could not be stopped, has not ended within 15 s, or is left
 */
async function stopAndAwaitEnd(
  api: StepFunctions,
  executionArn: string,
  { error, cause }: StopReason,
  o: { clock: Clock; leave: AbortSignal; read: (wake: AbortSignal) => Promise<void>; hasEnded: () => boolean },
): Promise<void> {
  const done = new AbortController();
  const timeOver = new AbortController();
  o.clock.sleep(stopsWithin, done.signal).then(
    () => timeOver.abort(),
    () => undefined,
  );
  const giveUp = AbortSignal.any([timeOver.signal, o.leave]);
  /** Why the execution may not have been told to stop; undefined once it was. */
  let failure: unknown = 'no answer';
  try {
    while (!o.hasEnded() && !giveUp.aborted) {
      if (failure !== undefined) {
        failure = await api.stop({ executionArn, error, cause }, giveUp).then(
          () => undefined,
          (reason: unknown) => (giveUp.aborted ? failure : reason),
        );
      }
      if (failure instanceof Error && !['throttled', 'unreachable', 'credentials'].includes(kindOf(failure))) {
        break;
      }
      await o.read(giveUp);
    }
  } finally {
    done.abort();
  }
  if (o.hasEnded()) {
    return;
  }
  if (o.leave.aborted) {
    throw new NoVerdictError('Left before the execution has ended.');
  }
  throw failure === undefined
    ? new NoVerdictError('The execution was told to stop but has not ended within 15 s.')
    : new NoVerdictError(`Could not stop the execution: ${summary(failure)}`, { cause: failure });
}

/** The history says all that is needed, so a description that can't be had, or still says RUNNING, does no harm. */
async function describe(
  api: StepFunctions,
  executionArn: string,
  leave?: AbortSignal,
): Promise<ExecutionDescription | undefined> {
  try {
    const timeOver = AbortSignal.timeout(describedWithin);
    return await api.describe(executionArn, leave ? AbortSignal.any([leave, timeOver]) : timeOver);
  } catch {
    return undefined;
  }
}
