import type { RunResult } from '../../lib/wire';
import type { RunOptions } from '../commands/runOptions';
import type { FollowedExecution } from '../execution/execution';
import { notFinished, reasonOf } from './runResult';
import { counted } from '../terminal/counted';
import type { Talk } from '../terminal/talk';

/** Says after the report what the report doesn't: why there is no verdict, and what the exit code is for. */
export function conclude(
  followed: FollowedExecution,
  result: RunResult,
  { maxConcurrency, local }: Pick<RunOptions, 'maxConcurrency' | 'local'>,
  talk: Talk,
  redact: (text: string) => string,
): void {
  if (maxConcurrency !== undefined && result.max_concurrency < maxConcurrency) {
    talk.note(
      `At most ${result.max_concurrency} ran at once, not ${maxConcurrency}: the state machine allows no more.`,
    );
  }
  if (result.verdict === 'FAILED' && local) {
    talk.note('The exit code is 1, which is what stops a pipeline.');
  }
  if (result.verdict === 'ERRORED') {
    talk.error(redact(whyNoVerdict(followed, result, local)));
  }
}

function whyNoVerdict({ tracker, stopped, trouble }: FollowedExecution, result: RunResult, local?: boolean): string {
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

/** Why there is no verdict, where all was tried. */
export function untestedSentence({ results }: Pick<RunResult, 'results'>): string {
  const untested = results.filter(({ status, error }) => status === 'ERRORED' && error?.type !== notFinished);
  return `There is no verdict, as ${counted(untested.length)} could not be tested.`;
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
