import { kindOf, summary } from '../aws/errors';
import type { ExecutionDescription, StepFunctions } from '../aws/stepFunctions';
import type { Clock } from '../io/clock';
import type { RunProgress } from '../terminal/runProgress';
import type { StopReason } from '../io/stopSignal';
import { ExecutionTracker } from './executionTracker';
import { HistoryPoller } from './historyPoller';
import { MapRunProgress } from './mapRunProgress';
import { NoVerdictError } from '../io/noVerdictError';

/** Milliseconds that a stopped execution gets to end, the call that stops it included. */
const stopsWithin = 15_000;

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

/** How far an execution of somebody else is followed: to its end, or as far as it is now. It is never stopped. */
export type Watch = 'toEnd' | 'now';

/**
 * Follows an execution to its end. When `stop` aborts (its reason is a `StopReason`), the execution is stopped and its
 * last events are awaited for at most 15 s, unless it is only watched; when `leave` aborts, it returns at once.
 * @param o.watch undefined: it was started by this run
 */
export async function followExecution(
  api: StepFunctions,
  executionArn: string,
  o: {
    clock: Clock;
    stop: AbortSignal;
    leave: AbortSignal;
    watch?: Watch;
    onProgress: (progress: RunProgress, hasEnded: boolean) => void;
  },
): Promise<FollowedExecution> {
  const tracker = new ExecutionTracker();
  const poller = new HistoryPoller(api, executionArn, o.clock);
  const mapRun = new MapRunProgress(api, o.clock);
  const read = async (wake: AbortSignal) => {
    tracker.apply(await poller.next(wake, tracker.allBegun));
    const { mapRunArn, end } = tracker;
    if (mapRunArn !== undefined && end) return;
    const progress = mapRunArn === undefined ? tracker.progress() : await mapRun.next(mapRunArn, wake);
    if (progress) {
      o.onProgress(progress, end !== undefined);
    }
  };
  let stopped: StopReason | undefined;
  try {
    while (!tracker.end && !o.stop.aborted && !(o.watch === 'now' && poller.caughtUp)) {
      await read(o.stop);
    }
    if (!tracker.end && !o.watch) {
      stopped = o.stop.reason as StopReason;
      await stopAndAwaitEnd(api, executionArn, stopped, { ...o, read, hasEnded: () => tracker.end !== undefined });
    }
    // The history says all that is needed.
    const description = await api.describe(executionArn, o.leave).catch(() => undefined);
    // It may have come to its own end before it was told to stop.
    const byItself = tracker.end !== undefined && tracker.end.status !== 'ABORTED';
    return { tracker, stopped: byItself ? undefined : stopped, description };
  } catch (error) {
    if (error instanceof NoVerdictError) return { tracker, stopped, trouble: error };
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
      if (failure instanceof Error && !['throttled', 'unreachable', 'credentials'].includes(kindOf(failure))) break;
      await o.read(giveUp);
    }
  } finally {
    done.abort();
  }
  if (o.hasEnded()) return;
  if (o.leave.aborted) throw new NoVerdictError('Left before the execution has ended.');
  throw failure === undefined
    ? new NoVerdictError('The execution was told to stop but has not ended within 15 s.')
    : new NoVerdictError(`Could not stop the execution: ${summary(failure)}`, { cause: failure });
}
