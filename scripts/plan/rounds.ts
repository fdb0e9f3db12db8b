import type { Configuration, RunResult } from '../../lib/wire';
import { unlessInterrupted } from '../io/interruptedError';
import { withKeys } from '../result/earlierRun';
import { failureLimit, type FailureLimit } from '../result/failureLimit';
import type { Judge } from '../result/judgement';
import { mergeReruns, mergeSameKeys, toRerun } from '../result/rerun';
import { toleratedCount } from '../result/tally';
import type { TestRound } from '../result/testRound';
import type { Talk } from '../terminal/talk';
import type { CommandIo } from '../io/commandIo';
import { counted } from '../terminal/counted';
import { noteAdded, selectedConfigurations, type ConfigurationLookup, type ConfigurationSelection } from './selection';

/**
 * Tests some configurations: one round of a run.
 * @param configurations undefined: those of the construct
 * @param retry 0 for the first round
 * @param limit when it is stopped early
 */
export type Test<T extends TestRound> = (
  configurations: Configuration[] | undefined,
  retry: number,
  limit?: FailureLimit,
) => Promise<T>;

/** A way of testing configurations, round by round. */
export interface RoundMethod<T extends TestRound> extends ConfigurationLookup {
  test: Test<T>;
}

/** What the rounds depend on beside the selection and the method. */
export interface RoundsContext {
  options: { retries?: number; strict?: boolean; maxFailures?: number; toleratedFailures?: number | string };
  io: Pick<CommandIo, 'clock' | 'stop'>;
  talk: Talk;
  /** Nothing is run again once it aborts. */
  stop: AbortSignal;
  judge: Judge;
}

/**
 * Tests what was selected, and runs again what did not pass.
 * @returns the last round, with the result of all of them and of the run before, if these are its configurations
 * @throws UserError, NoVerdictError, InterruptedError
 */
export async function testInRounds<T extends TestRound>(
  selection: ConfigurationSelection,
  method: RoundMethod<T>,
  context: RoundsContext,
): Promise<T> {
  const { options, io, talk, judge } = context;
  const { maxFailures, toleratedFailures } = options;
  const before = selection.rerun && toleratingNoMore(selection.rerun.result, toleratedFailures);
  const configurations = await unlessInterrupted(selectedConfigurations(selection, method, talk), io.stop);
  const limit = maxFailures === undefined ? undefined : failureLimit(maxFailures, judge, before?.tolerated_failures);
  const first = await method.test(configurations, 0, limit);
  const last = await runAgain(first, method.test, context);
  if (!io.stop.aborted) {
    await noteAdded(selection, configurations, method.ownConfigurations, { io, talk });
  }
  if (!before) return last;
  const merge = selection.named ? mergeReruns : mergeSameKeys;
  return { ...last, result: merge(before, last.result, options) };
}

/** The earlier run with no more failures tolerated than this one is to: it may have been somebody else's. */
function toleratingNoMore(earlier: RunResult, most: number | string = Infinity): RunResult {
  const { tolerated_failures: then, total } = earlier;
  return { ...earlier, tolerated_failures: Math.min(then, toleratedCount(most, total)) };
}

/**
 * Runs again what did not pass, up to `--retries` times. Known failures are not run again. Whatever goes wrong with a
 * retry, the results that there are stay.
 * @param first the round to begin with
 * @returns the last round, with the result of all of them
 */
async function runAgain<T extends TestRound>(first: T, test: Test<T>, context: RoundsContext): Promise<T> {
  const { options, talk, stop, judge } = context;
  const { retries = 0, strict } = options;
  let last = first;
  for (let retry = 1; retry <= retries; retry++) {
    const identifiers = toRerun(judge(last.result));
    if (identifiers.length === 0 || stop.aborted || !last.repeatable) break;
    talk.note(`Running ${counted(identifiers.length)} again that did not pass, retry ${retry} of ${retries}.`);
    try {
      const next = await test(withKeys(identifiers, first.configurations, last.result).configurations, retry);
      last = { ...next, result: mergeReruns(last.result, next.result, { strict }) };
    } catch (error) {
      talk.error(`The retry did not come to a result: ${(error as Error).message}`);
      break;
    }
  }
  return last;
}
