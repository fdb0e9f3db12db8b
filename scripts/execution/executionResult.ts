import {
  identifierOf,
  type AggregatedResult,
  type ConfigurationResult,
  type ExecutionStatus,
  type RunResult,
  type Verdict,
} from '../../lib/wire';
import { parseAggregatedResult, WireFormatError } from '../../lib/wire/parsers';
import { inputOf, disagreements, errorOfVerdict, type ExecutionRequest } from './disagreements';
import type { ExecutionEnd, ExecutionTracker } from './executionTracker';
import type { FollowedExecution } from './followExecution';
import { parseJson } from './jsonText';
import { repairLogTail } from './logTail';
import { NoVerdictError } from '../io/noVerdictError';
import { ownKeysOf, withOwnKeys } from '../result/ownKeys';
import { notFinished, untestedSentence } from '../result/untested';
import { countByStatus, judge, toleratedCount } from '../result/tally';
import { UserError } from '../io/userError';

/** What the trigger itself knows of the run. */
export interface TimedRequest extends ExecutionRequest {
  /** When the trigger started the execution, and now. */
  startedAt: Date;
  now: Date;
}

/**
 * The result of a run, from its execution: the machine's own where it came to one that can be believed, else pieced
 * together from the history, where each configuration that is not over is `ERRORED` with the type
 * `SystemTest.NotFinished`.
 * @throws UserError where the machine refused its input
 * @throws NoVerdictError where it could not list its configurations, or the result isn't that of a system test
 */
export function executionResult(followed: FollowedExecution, asked: TimedRequest): RunResult {
  const { tracker } = followed;
  const { verdict, result, disagreement, maxFailures } = judged(followed, asked);
  const keys = ownKeysOf(tracker.items() ?? inputOf(asked).configurations);
  return {
    ...result,
    results: result.results.map((one, index) => ({
      ...withOwnKeys(withReadableLog((one.truncated && tracker.wholeResult(index)) || one), keys),
      ...tracker.times(index),
    })),
    ...executionFacts(followed, asked),
    verdict,
    ...(disagreement !== undefined && { disagreement }),
    ...(maxFailures !== undefined && { max_failures: maxFailures }),
  };
}

/** What a result says of its execution as a whole. */
export function executionFacts(
  { tracker, description }: FollowedExecution,
  asked: TimedRequest,
): Pick<RunResult, 'execution_arn' | 'status' | 'started_at' | 'stopped_at' | 'duration_seconds'> {
  const { end } = tracker;
  const started = description?.startDate ?? tracker.startedAt ?? asked.startedAt;
  const stopped = description?.stopDate ?? end?.at ?? asked.now;
  return {
    execution_arn: asked.executionArn,
    status: end?.status ?? 'RUNNING',
    started_at: started.toISOString(),
    stopped_at: stopped.toISOString(),
    duration_seconds: Math.max(0, stopped.getTime() - started.getTime()) / 1000,
  };
}

interface Judged {
  verdict: Verdict;
  result: AggregatedResult;
  disagreement?: string;
  /** Where enough failed for this number, so that the verdict is `FAILED` although not all was tested. */
  maxFailures?: number;
}

function judged(followed: FollowedExecution, asked: TimedRequest): Judged {
  const { tracker } = followed;
  const { end } = tracker;
  const history = () => piecedTogether(tracker, asked);
  const unbelieved = (disagreement: string) => ({ verdict: 'ERRORED' as const, result: history(), disagreement });
  const listingFailed = end?.error === 'SystemTestListingFailed';
  if (listingFailed || end?.error === 'SystemTestInputRefused') {
    if (tracker.total !== undefined) {
      const before = listingFailed ? 'listing the configurations failed' : 'its input was refused';
      return unbelieved(`the execution says that ${before}, and tested configurations`);
    }
    const cause = end.cause ?? 'it gave no cause';
    if (listingFailed) throw listingFailure(end);
    throw new UserError(`The state machine refused its input: ${cause}`);
  }
  const verdict = verdictOf(end);
  if (verdict === undefined) return stoppedEarly(followed, history(), asked);
  const result = parsed(resultText(followed), parseAggregatedResult);
  if (result instanceof Error) {
    if (tracker.results().size > 0) return unbelieved(`the result of the execution can't be read (${result.message})`);
    throw new NoVerdictError(
      `Expected the result of a system test from ${asked.executionArn}, got something else: is it the right state machine? (${result.message})`,
      { cause: result },
    );
  }
  const [first] = disagreements(followed, result, asked);
  return first === undefined ? { verdict, result } : unbelieved(first);
}

/**
 * What an execution that came to no result is judged by: `FAILED` where this command stopped it because enough had failed,
 * and what is told of it agrees; else there is no verdict.
 */
function stoppedEarly(followed: FollowedExecution, result: AggregatedResult, asked: TimedRequest): Judged {
  const { tracker, stopped } = followed;
  const isOwn = tracker.end?.status === 'ABORTED' && tracker.end.error === stopped?.error;
  if (!isOwn || stopped?.maxFailures === undefined) return { verdict: 'ERRORED', result };
  const [disagreement] = disagreements(followed, result, asked);
  if (disagreement !== undefined) return { verdict: 'ERRORED', result, disagreement };
  const verdict = judge({ ...result, tolerated: result.tolerated_failures });
  return verdict === 'FAILED' ? { verdict, result, maxFailures: stopped.maxFailures } : { verdict: 'ERRORED', result };
}

/** JSON text: what the execution came to by itself. */
export function resultText({ tracker: { end, failInput }, description }: FollowedExecution): string | undefined {
  return end?.status === 'SUCCEEDED' ? (end.output ?? description?.output) : failInput;
}

/** The error of an execution that found no configurations to test. */
export function listingFailure({ cause = 'it gave no cause' }: ExecutionEnd): NoVerdictError {
  return new NoVerdictError(`The state machine could not list the configurations: ${cause}`);
}

/** What the machine itself says; undefined where it came to no result. */
export function verdictOf(end: { status: ExecutionStatus; error?: string } | undefined): Verdict | undefined {
  if (end?.status === 'SUCCEEDED') return 'PASSED';
  const verdicts = Object.keys(errorOfVerdict) as (keyof typeof errorOfVerdict)[];
  return end?.status === 'FAILED' ? verdicts.find((verdict) => errorOfVerdict[verdict] === end.error) : undefined;
}

/**
 * What a text of JSON holds, or why it can't be parsed.
 * @throws what `parse` throws beside `WireFormatError`
 */
export function parsed<T>(json: string | undefined, parse: (value: unknown) => T): T | WireFormatError {
  try {
    return parse(parseJson(json));
  } catch (error) {
    if (error instanceof WireFormatError) return error;
    throw error;
  }
}

function piecedTogether(tracker: ExecutionTracker, asked: ExecutionRequest): AggregatedResult {
  const message = `Not finished when ${reasonOf(tracker.end)}.`;
  const known = tracker.identifiers();
  const { configurations = [], max_concurrency: maxConcurrency } = inputOf(asked);
  const identifiers = configurations.map(identifierOf);
  const total = Math.max(known.length, identifiers.length);
  const results = Array.from(
    { length: total },
    (_, index): ConfigurationResult =>
      tracker.wholeResult(index) ?? {
        configuration_identifier: known[index] ?? identifiers[index] ?? `configurations[${index}]`,
        status: 'ERRORED',
        error: { type: notFinished, message },
      },
  );
  return {
    schema_version: 1,
    total,
    ...countByStatus(results),
    max_concurrency: tracker.maxConcurrency() ?? maxConcurrency ?? 0,
    tolerated_failures: toleratedCount(tracker.toleratedFailures() ?? 0, total),
    results,
  };
}

/** Why an execution gave no verdict, in a sentence. */
export function whyNoVerdict(
  { tracker, stopped, trouble }: FollowedExecution,
  result: RunResult,
  { local }: { local?: boolean },
): string {
  if (trouble && local) return `${withoutStop(trouble.message)}.`;
  if (trouble) {
    const { execution_arn: arn } = result;
    return (
      `${withoutStop(trouble.message)}. The execution may still run; ` +
      `look it up with: system-test report ${arn} --follow`
    );
  }
  if (stopped) return `${withoutStop(stopped.cause)}, so the execution was stopped and there is no verdict.`;
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

/** Completes "Not finished when …"; also what a person is told about an execution that came to no result. */
export function reasonOf(end: ExecutionEnd | undefined): string {
  const why = [end?.error, end?.cause].filter((text) => text !== undefined && text !== '').join(': ');
  const because = why === '' ? '' : ` (${why.replace(/\.$/, '')})`;
  switch (end?.status) {
    case 'ABORTED':
      return `the execution was stopped${because}`;
    case 'TIMED_OUT':
      return `the execution timed out${because}`;
    case 'SUCCEEDED':
      return 'the execution ended, as its history has it';
    case undefined:
      return 'the execution was last looked at';
    default:
      return `the execution failed${because}`;
  }
}

function withReadableLog(result: ConfigurationResult): ConfigurationResult {
  return result.log_tail === undefined ? result : { ...result, log_tail: repairLogTail(result.log_tail) };
}
