import type { Configuration, RunResult } from '../../lib/wire';
import { namedConfigurations } from '../configurations/namedConfigurations';
import { readEarlierRun } from '../result/earlierRun';
import type { Ending } from '../report/ending';
import { toRerun } from '../result/rerun';
import type { CommandIo } from '../terminal/commandIo';

/** The flags that say what to test, and in which order. */
export interface ChoiceOptions {
  configurations?: string;
  /** File with the result of an earlier run, of which only what did not pass is run. */
  rerunFailed?: string;
  /** File with the result of an earlier run, by whose durations the configurations are ordered. */
  longestFirst?: string;
}

/** An earlier run, as the user named it. */
export interface EarlierRun {
  file: string;
  result: RunResult;
}

/** What the choice of configurations depends on. */
export interface Choice {
  /** By identifiers or a file. */
  named?: Configuration[];
  /** Those of an earlier run to run again. */
  rerun?: EarlierRun & { identifiers: string[] };
  /** The run whose durations give the order. */
  longestFirst?: EarlierRun;
}

/**
 * Reads all files that say what to test.
 * @param o.ending judges what of an earlier run is worth running again
 * @throws UserError, InterruptedError
 */
export async function choose(
  identifiers: string[],
  { configurations, rerunFailed, longestFirst }: ChoiceOptions,
  { io, ending }: { io: Pick<CommandIo, 'stdin' | 'stop'>; ending: Pick<Ending, 'judge'> },
): Promise<Choice> {
  const earlier = async (file: string, flag: string) => ({ file, result: await readEarlierRun(file, flag, io) });
  const named = await namedConfigurations(identifiers, configurations, io);
  const before = rerunFailed === undefined ? undefined : await earlier(rerunFailed, '--rerun-failed');
  return {
    named,
    rerun: before && { ...before, identifiers: toRerun(ending.judge(before.result)) },
    longestFirst: longestFirst === undefined ? undefined : await earlier(longestFirst, '--longest-first'),
  };
}
