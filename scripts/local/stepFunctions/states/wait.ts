import { parseTimestamp } from '../../../io/timestamp';
import type { WaitState } from '../definition/definition';
import { maxWaitSeconds } from '../definition/states';
import { EvaluationFailure } from '../failure';
import type { Outcome, StateRun } from '../stateRun';
import { evaluateAs } from '../payloadTemplate';

/** Waits for a number of seconds or until a time. */
export async function runWait(state: WaitState, run: StateRun): Promise<Outcome> {
  await run.runtime.clock.sleep(await millisecondsOf(state, run), run.branch.signal);
  return { exit: state };
}

async function millisecondsOf({ seconds, timestamp }: WaitState, run: StateRun): Promise<number> {
  if (seconds) {
    const value = await evaluateAs(seconds, 'number', run.bindings());
    if (Number.isInteger(value) && value >= 0 && value <= maxWaitSeconds) return value * 1000;
    throw new EvaluationFailure('Seconds', `Seconds must be an integer from 0 to ${maxWaitSeconds}, but was ${value}.`);
  }
  if (timestamp === undefined) return 0;
  const value = await evaluateAs(timestamp, 'string', run.bindings());
  const time = parseTimestamp(value);
  if (time === undefined) {
    // Recorded.
    const problem = 'The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string';
    throw new EvaluationFailure('Timestamp', `${problem}: ${value}`);
  }
  return Math.max(0, time - run.runtime.clock.now());
}
