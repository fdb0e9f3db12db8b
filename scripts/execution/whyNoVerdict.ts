import type { RunResult } from '../../lib/wire';
import { untestedSentence } from '../result/untested';
import type { FollowedExecution } from './followExecution';
import { reasonOf } from './executionResult';

/** Why an execution gave no verdict, in a sentence. */
export function whyNoVerdict(
  { tracker, stopped, trouble }: FollowedExecution,
  result: RunResult,
  { local }: { local?: boolean },
): string {
  if (trouble && local) {
    return `${withoutStop(trouble.message)}.`;
  }
  if (trouble) {
    const { execution_arn: arn } = result;
    return (
      `${withoutStop(trouble.message)}. The execution may still run; ` +
      `look it up with: aws stepfunctions describe-execution --execution-arn ${arn}`
    );
  }
  if (stopped) {
    return `${withoutStop(stopped.cause)}, so the execution was stopped and there is no verdict.`;
  }
  // Where configurations were run again or failures are excused, the verdict isn't that of the last execution.
  const { status, error } = tracker.end ?? {};
  if (status === 'SUCCEEDED' || error === 'SystemTestErrored' || error === 'SystemTestFailed') {
    return untestedSentence(result);
  }
  return `There is no verdict, as ${reasonOf(tracker.end)}.`;
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
