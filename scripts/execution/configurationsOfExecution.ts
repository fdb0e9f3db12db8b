import type { Configuration } from '../../lib/wire';
import type { StepFunctions } from '../aws/stepFunctions';
import { ExecutionTracker } from './executionTracker';

/** Events from the start of an execution up to its Map, with room for states that are put before it. */
const firstEvents = 50;

/**
 * The configurations of an earlier execution, whose report has no more than their identifiers: what else they hold is in
 * the execution's history. Undefined where that can't be had: after 90 days, in another account, in direct mode.
 */
export async function configurationsOfExecution(
  api: Pick<StepFunctions, 'history'>,
  executionArn: string,
  signal: AbortSignal,
): Promise<Configuration[] | undefined> {
  if (executionArn === '') {
    return undefined;
  }
  try {
    const { events } = await api.history({ executionArn, maxResults: firstEvents }, signal);
    const tracker = new ExecutionTracker();
    tracker.apply(events);
    return tracker.configurations();
  } catch {
    return undefined;
  }
}
