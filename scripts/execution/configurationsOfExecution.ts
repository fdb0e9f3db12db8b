import type { Configuration } from '../../lib/wire';
import type { StepFunctions } from '../aws/stepFunctions';
import { isNamed, kindOf, refusedCall } from '../aws/errors';
import { patiently } from '../aws/patience';
import type { Clock } from '../io/clock';
import { ExecutionTracker } from './executionTracker';

/** Events of a page: up to the Map of most executions, which only the pages of a long list of configurations precede. */
const pageEvents = 50;

/**
 * The configurations of an earlier execution, whose report has no more than their identifiers: what else they hold is in
 * the execution's history. Undefined where there is none to be had: after 90 days, in another account, in direct mode.
 * @param stop ends the waiting where the call is throttled or gets no answer
 * @throws UserError, NoVerdictError where it can't be read for another reason: with identifiers alone, configurations
 *   might fail for want of their other keys
 */
export async function configurationsOfExecution(
  api: Pick<StepFunctions, 'history'>,
  executionArn: string,
  o: { clock: Clock; stop: AbortSignal },
): Promise<Configuration[] | undefined> {
  if (executionArn === '') return undefined;
  try {
    const tracker = new ExecutionTracker();
    let nextToken: string | undefined;
    do {
      const request = { executionArn, maxResults: pageEvents, nextToken };
      const page = await patiently(() => api.history(request, o.stop), o);
      tracker.apply(page.events);
      nextToken = page.nextToken;
    } while (nextToken !== undefined && tracker.total === undefined);
    return tracker.configurations();
  } catch (error) {
    if (isNamed(error, 'ExecutionDoesNotExist') || isNamed(error, 'InvalidArn') || kindOf(error) === 'denied') {
      return undefined;
    }
    throw refusedCall(error, `read the configurations of ${executionArn}`);
  }
}
