import type { Branch } from '../branch';
import { StateFailure } from '../failure';

/**
 * Ends what still runs beside a child of a Map or Parallel that failed, and lets the branch go on from the child's last
 * event. Recorded: first the failure of the iteration, then its own open task, then each sibling with what it was
 * doing, all of them following the event that failed. A States.Runtime leaves none of these (measured).
 */
export function endSiblings(
  error: unknown,
  child: Branch,
  branch: Branch,
  iteration?: { name: string; index: number },
): void {
  branch.join(child);
  // It was ended from outside itself; whoever did that has recorded it.
  if (child.ended) return;
  const failedEventId = child.lastEventId;
  branch.continueFrom(failedEventId);
  // What can't be caught ends the whole execution, and with it the siblings.
  if (!(error instanceof StateFailure) || error.errorName === 'States.Runtime') return;
  if (iteration) {
    branch.recordAfter(failedEventId, 'MapIterationFailed', { mapIterationFailedEventDetails: iteration });
  }
  if (child.current?.type === 'Task') branch.recordAfter(failedEventId, 'TaskStateAborted');
  branch.abortChildren(failedEventId);
}
