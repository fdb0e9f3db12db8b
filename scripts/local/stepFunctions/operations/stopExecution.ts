import { limits } from '../../../../lib/wire';
import { epochSeconds } from '../../http/jsonProtocol';
import { executionOf, type Operation } from './operation';

/** Of an execution that has ended it gives the time when it did, and changes nothing. */
export const stopExecution: Operation = (members, context) => {
  const error = members.optionalText('error', { min: 0, max: 256 });
  const cause = members.optionalText('cause', { min: 0, max: limits.causeLength });
  const execution = executionOf(members, context);
  execution.abort(error, cause);
  return { stopDate: epochSeconds(execution.stoppedAt ?? execution.startedAt) };
};
