import type { Configuration } from '../../lib/wire';
import { withKeys } from '../result/earlierRun';
import { mergeReruns, toRerun } from '../result/rerun';
import type { RunContext, TestedExecution } from './testExecution';

/** Tests some configurations; the number is that of the retry, from 1 up. */
type Test = (configurations: Configuration[], retry: number) => Promise<TestedExecution>;

/**
 * Runs again what did not pass, up to `--retries` times, each in an execution of its own. Known failures are not run again.
 * Whatever goes wrong with a retry, the results that there are stay.
 * @param first the execution to begin with
 * @returns the last execution, with the result of all of them
 */
export async function runAgain(
  first: TestedExecution,
  test: Test,
  { options, talk, stop, ending }: Pick<RunContext, 'options' | 'talk' | 'stop' | 'ending'>,
): Promise<TestedExecution> {
  const { retries = 0, strict } = options;
  let { result, followed } = first;
  const known = followed.tracker.configurations();
  for (let retry = 1; retry <= retries; retry++) {
    const identifiers = toRerun(ending.judge(result));
    if (identifiers.length === 0 || stop.signal.aborted || !mayGoOn({ result, followed })) {
      break;
    }
    talk.note(`Running ${counted(identifiers.length)} again that did not pass, retry ${retry} of ${retries}.`);
    try {
      const next = await test(withKeys(identifiers, known).configurations, retry);
      result = mergeReruns(result, next.result, { strict });
      followed = next.followed;
    } catch (error) {
      talk.error(`The retry did not come to a result: ${ending.redact((error as Error).message)}`);
      break;
    }
  }
  return { result, followed };
}

/** Not after an execution that may still run, nor after one that somebody stopped. */
function mayGoOn({ followed: { trouble, tracker } }: TestedExecution): boolean {
  return trouble === undefined && tracker.end?.status !== 'ABORTED';
}

/** How many configurations, in words. */
export function counted(count: number): string {
  return count === 1 ? '1 configuration' : `${count} configurations`;
}
