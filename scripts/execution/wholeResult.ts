import { isJsonObject, type ConfigurationResult } from '../../lib/wire';
import { invocationResult } from '../result/invocationResult';
import { parseJson } from './jsonText';

/**
 * A result as it was before the state machine cut it to fit in its output: made again from Lambda's answer, which the
 * history holds. As it is where nothing was cut, there is no answer, or the answer says something else.
 *
 * @param answer JSON text: the output of the task that invoked the function
 */
export function wholeResult(result: ConfigurationResult, answer: string | undefined): ConfigurationResult {
  const said = result.truncated ? parseJson(answer) : undefined;
  if (!isJsonObject(said) || said.Payload === undefined) return result;
  const { configuration_identifier: identifier, status, error, duration_ms, billed_ms } = result;
  const { Payload: payload, LogResult: log, FunctionError: raised } = said;
  const whole = invocationResult(
    identifier,
    {
      // With the log tail, the task's Payload is text; without, Step Functions has parsed it.
      payload: typeof log === 'string' && typeof payload === 'string' ? payload : JSON.stringify(payload),
      raised: raised !== undefined,
      log: typeof log === 'string' ? Buffer.from(log, 'base64').toString('latin1') : undefined,
    },
    0,
  );
  const isSame = whole.status === status && (error === undefined || whole.error?.type.startsWith(error.type));
  return isSame ? { ...whole, duration_ms, billed_ms } : result;
}
