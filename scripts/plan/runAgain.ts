import type { Configuration } from '../../lib/wire';
import { withKeys } from '../result/earlierRun';
import type { Judge } from '../result/judgement';
import { mergeReruns, toRerun } from '../result/rerun';
import type { TestRound } from '../result/testRound';
import type { Talk } from '../terminal/talk';
import { counted } from '../terminal/counted';

/**
 * Tests some configurations: one round of a run.
 * @param configurations undefined: those of the construct
 * @param retry 0 for the first round
 */
export type Test<T extends TestRound> = (configurations: Configuration[] | undefined, retry: number) => Promise<T>;

/** What running again depends on beside the test. */
export interface AgainContext {
  options: { retries?: number; strict?: boolean };
  talk: Talk;
  /** Nothing is run again once it aborts. */
  stop: AbortSignal;
  judge: Judge;
}

/**
 * Runs again what did not pass, up to `--retries` times. Known failures are not run again. Whatever goes wrong with a
 * retry, the results that there are stay.
 * @param first the round to begin with
 * @returns the last round, with the result of all of them
 */
export async function runAgain<T extends TestRound>(first: T, test: Test<T>, context: AgainContext): Promise<T> {
  const { options, talk, stop, judge } = context;
  const { retries = 0, strict } = options;
  let last = first;
  for (let retry = 1; retry <= retries; retry++) {
    const identifiers = toRerun(judge(last.result));
    if (identifiers.length === 0 || stop.aborted || !last.repeatable) {
      break;
    }
    talk.note(`Running ${counted(identifiers.length)} again that did not pass, retry ${retry} of ${retries}.`);
    try {
      const next = await test(withKeys(identifiers, first.configurations).configurations, retry);
      last = { ...next, result: mergeReruns(last.result, next.result, { strict }) };
    } catch (error) {
      talk.error(`The retry did not come to a result: ${(error as Error).message}`);
      break;
    }
  }
  return last;
}
