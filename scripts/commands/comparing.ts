/** What the report of a run says of what is new in it: `--compare`, or the executions before it. */
import { identifierOf, type Configuration, type RunResult } from '../../lib/wire';
import type { EarlierExecutions } from '../execution/earlierExecutions';
import type { CommandIo } from '../io/commandIo';
import { InterruptedError } from '../io/interruptedError';
import { UserError } from '../io/userError';
import { withinReason } from '../io/withinReason';
import { everyResult } from '../result/allResults';
import { RunComparer, type ComparedRun } from '../result/comparison';
import { readEarlierRun } from '../result/earlierRun';
import type { Talk } from '../terminal/talk';

/** What `--compare` names. */
export type Comparand = 'none' | { file: string } | { executionArn: string };

/** A saved result that a run is compared with. */
export interface SavedRun extends ComparedRun {
  file: string;
  /** Path of the construct. */
  test?: string;
}

/** What is said, and asked, meanwhile. */
interface ComparingContext {
  io: Pick<CommandIo, 'clock' | 'stop'>;
  talk: Talk;
}

/** The file that `--compare` names; undefined where it names none. */
export function fileOf(compare: Comparand | undefined): string | undefined {
  return typeof compare === 'object' && 'file' in compare ? compare.file : undefined;
}

function executionOf(compare: Comparand | undefined): string | undefined {
  return typeof compare === 'object' && 'executionArn' in compare ? compare.executionArn : undefined;
}

/**
 * The saved result that `--compare` names; undefined where it names none.
 * @throws UserError, InterruptedError
 */
export async function readSavedRun(
  compare: Comparand | undefined,
  io: Pick<CommandIo, 'stop'>,
): Promise<SavedRun | undefined> {
  const file = fileOf(compare);
  if (file === undefined) return undefined;
  const result = await readEarlierRun(file, '--compare', io);
  const { execution_arn: executionArn, started_at: startedAt, verdict, test, comparison } = result;
  // Whoever names it has said what is to be set beside what, so what only one of them has is told.
  const results = { results: everyResult(result), whole: true, stillFailing: comparison?.still_failing };
  return { file, executionArn, startedAt, verdict, test, ...results };
}

/**
 * Refuses a saved result of another test.
 * @param now what is known of the one that it is to be compared with
 * @throws UserError
 */
export function checkSameTest(
  saved: SavedRun | undefined,
  now: { test?: string; configurations?: Iterable<Configuration> },
): void {
  if (!saved) return;
  const { file, test, results } = saved;
  checkTestPath('--compare', file, test, now.test);
  if (!now.configurations) return;
  const had = new Set(Array.from(results, (one) => one.configuration_identifier));
  for (const one of now.configurations) if (had.has(identifierOf(one))) return;
  throw new UserError(
    `Expected --compare to name a result of the same test, got one with none of its configurations: ${file}.`,
  );
}

/**
 * Refuses the result of another construct: what passed there says nothing of this one.
 * @param was undefined, as `is`, where it is not known
 * @throws UserError
 */
export function checkTestPath(flag: string, file: string, was: string | undefined, is: string | undefined): void {
  if (was !== undefined && is !== undefined && was !== is) {
    throw new UserError(`Expected ${flag} to name a result of the test ${is}, got one of ${was}: ${file}.`);
  }
}

/**
 * Refuses the ARN of an execution where there is no state machine whose executions are kept.
 * @throws UserError
 */
export function checkComparesFiles(compare: Comparand | undefined, where: string): void {
  const executionArn = executionOf(compare);
  if (executionArn === undefined) return;
  throw new UserError(
    `Expected --compare to name the JSON report of a run ${where}, got the execution ${executionArn}.`,
  );
}

/**
 * The execution that `--compare` names, or without it all before the run. Where AWS doesn't tell it, that is said.
 * @param executions undefined where none are kept
 * @throws UserError where there is none of this ARN, or it is of another state machine
 * @throws InterruptedError
 */
export async function findExecutions(
  compare: Comparand | undefined,
  executions: EarlierExecutions | undefined,
  { io, talk }: ComparingContext,
): Promise<ComparedRun | EarlierExecutions | undefined> {
  const executionArn = executionOf(compare);
  if (!executions || executionArn === undefined) return compare === undefined ? executions : undefined;
  try {
    const found = await withinReason((stop) => executions.find(executionArn, stop), io);
    if (typeof found !== 'string') return found;
    talk.note(leftOut(`${executionArn} can't be compared with, as ${found}.`));
  } catch (error) {
    if (error instanceof UserError || error instanceof InterruptedError) throw error;
    talk.note(leftOut((error as Error).message));
  }
  return undefined;
}

/**
 * The result with what is new in it. It changes neither verdict nor exit code, and waits for ten seconds at most: what can't
 * be had is said, and left out. Nothing is compared of a result that is not believed.
 * @param before one run, or those that are looked up, the newest first; undefined compares with none
 * @param whole whether all was to be tested that there is to test, rather than a selection
 */
export async function withComparison(
  result: RunResult,
  before: ComparedRun | EarlierExecutions | undefined,
  whole: boolean,
  { io, talk }: ComparingContext,
): Promise<RunResult> {
  const alone = { ...result, comparison: undefined };
  if (!before || result.disagreement !== undefined) return alone;
  const comparer = new RunComparer(result, whole);
  let trouble: string | undefined;
  if ('results' in before) {
    comparer.add(before);
    trouble = `${before.file ?? before.executionArn} has none of these configurations.`;
  } else if (!io.stop.aborted) {
    trouble = await withinReason((stop) => before.addTo(comparer, stop), io).catch((error: unknown) =>
      error instanceof InterruptedError ? undefined : (error as Error).message,
    );
  }
  const comparison = comparer.comparison();
  if (trouble !== undefined && !comparison) {
    talk.note(leftOut(trouble));
  }
  return { ...alone, comparison };
}

function leftOut(why: string): string {
  return `The report does not tell what is new, as with --compare none: ${why}`;
}
