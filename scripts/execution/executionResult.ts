import type { AggregatedResult, ConfigurationResult, RunResult, Verdict } from '../../lib/wire';
import { parseAggregatedResult, WireFormatError } from '../../lib/wireParsers';
import type { FollowedExecution } from './execution';
import type { ExecutionEnd, ExecutionTracker } from './executionTracker';
import { repairLogTail } from './logTail';
import { NoVerdictError } from '../noVerdictError';
import { notFinished } from '../result/untested';
import { toleratedCount } from '../result/tally';
import { UserError } from '../userError';

/** What the trigger itself knows of the run. */
interface Asked {
  executionArn: string;
  /** Identifiers of the configurations that were given; undefined where the construct's are tested. */
  identifiers?: string[];
  maxConcurrency?: number;
  /** When the trigger started the execution, and now. */
  startedAt: Date;
  now: Date;
}

/** The verdicts of the errors that the state machine's Fail state ends with. */
const verdictOfError: Record<string, Verdict> = { SystemTestFailed: 'FAILED', SystemTestErrored: 'ERRORED' };

/**
 * The result of a run, from its execution: the machine's own where it came to one, else pieced together from the
 * history, where each configuration that is not over is `ERRORED` with the type `SystemTest.NotFinished`.
 * @throws UserError where the machine refused its input
 * @throws NoVerdictError where the result isn't that of a system test
 */
export function executionResult(followed: FollowedExecution, asked: Asked): RunResult {
  const { tracker, description } = followed;
  const { end } = tracker;
  if (end?.error === 'SystemTestInputRefused') {
    throw new UserError(`The state machine refused its input: ${end.cause ?? 'it gave no cause'}`);
  }
  const started = description?.startDate ?? tracker.startedAt ?? asked.startedAt;
  const stopped = description?.stopDate ?? end?.at ?? asked.now;
  const { verdict, result } = judged(followed, asked);
  return {
    ...result,
    results: result.results.map((one, index) => ({ ...withReadableLog(one), ...tracker.times(index) })),
    execution_arn: asked.executionArn,
    status: end?.status ?? 'RUNNING',
    verdict,
    started_at: started.toISOString(),
    stopped_at: stopped.toISOString(),
    duration_seconds: Math.max(0, stopped.getTime() - started.getTime()) / 1000,
  };
}

function judged(
  { tracker, description }: FollowedExecution,
  asked: Asked,
): { verdict: Verdict; result: AggregatedResult } {
  const { end, failInput } = tracker;
  if (end?.status === 'SUCCEEDED') {
    return { verdict: 'PASSED', result: parsed(description?.output ?? end.output, asked.executionArn) };
  }
  const verdict = end?.status === 'FAILED' ? verdictOfError[end.error ?? ''] : undefined;
  if (verdict) {
    return { verdict, result: parsed(failInput, asked.executionArn) };
  }
  return { verdict: 'ERRORED', result: piecedTogether(tracker, end, asked) };
}

function parsed(json: string | undefined, executionArn: string): AggregatedResult {
  try {
    return parseAggregatedResult(json === undefined ? undefined : JSON.parse(json));
  } catch (error) {
    if (error instanceof WireFormatError || error instanceof SyntaxError) {
      throw new NoVerdictError(
        `Expected the result of a system test from ${executionArn}, got something else: is it the right state machine? (${error.message})`,
        { cause: error },
      );
    }
    throw error;
  }
}

function piecedTogether(tracker: ExecutionTracker, end: ExecutionEnd | undefined, asked: Asked): AggregatedResult {
  const message = `Not finished when ${reasonOf(end)}.`;
  const done = tracker.results();
  const known = tracker.identifiers();
  const total = Math.max(known.length, asked.identifiers?.length ?? 0);
  const results = Array.from(
    { length: total },
    (_, index): ConfigurationResult =>
      done.get(index) ?? {
        configuration_identifier: known[index] ?? asked.identifiers?.[index] ?? `configurations[${index}]`,
        status: 'ERRORED',
        error: { type: notFinished, message },
      },
  );
  const count = (status: string) => results.filter((result) => result.status === status).length;
  return {
    schema_version: 1,
    total,
    passed: count('PASSED'),
    failed: count('FAILED'),
    errored: count('ERRORED'),
    max_concurrency: tracker.maxConcurrency() ?? asked.maxConcurrency ?? 0,
    tolerated_failures: toleratedCount(tracker.toleratedFailures() ?? 0, total),
    results,
  };
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
    case undefined:
      return 'the trigger stopped following the execution';
    default:
      return `the execution failed${because}`;
  }
}

function withReadableLog(result: ConfigurationResult): ConfigurationResult {
  return result.log_tail === undefined ? result : { ...result, log_tail: repairLogTail(result.log_tail) };
}
