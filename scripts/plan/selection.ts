/** Which configurations are tested, and in which order. */
import type { Configuration, RunResult } from '../../lib/wire';
import { namedConfigurations } from '../configurations/namedConfigurations';
import { everyResult } from '../result/allResults';
import { checkIdentifiers, readEarlierRun, withKeys } from '../result/earlierRun';
import type { Judge } from '../result/judgement';
import { longestFirst, toRerun } from '../result/rerun';
import type { CommandIo } from '../io/commandIo';
import { counted } from '../terminal/counted';
import type { Talk } from '../terminal/talk';

/** The flags that say what to test, and in which order. */
export interface SelectionOptions {
  configurations?: string;
  /** File with the result of an earlier run, of which only what did not pass is run. */
  rerunFailed?: string;
  /** File with the result of an earlier run, by whose durations the configurations are ordered. */
  longestFirst?: string;
}

/** An earlier run, as the user named it. */
interface EarlierRun {
  file: string;
  result: RunResult;
}

/** What the user selected. */
export interface ConfigurationSelection {
  /** By identifiers or a file. */
  named?: Configuration[];
  /** Those of an earlier run to run again. */
  rerun?: EarlierRun & { identifiers: string[] };
  /** The run whose durations give the order. */
  longestFirst?: EarlierRun;
}

/** The configurations of an earlier execution, with all keys; undefined where they can't be had. */
export type FindConfigurations = (executionArn: string) => Promise<Configuration[] | undefined>;

/**
 * Reads all files that say what to test.
 * @param judge says what of an earlier run is worth running again
 * @throws UserError, InterruptedError
 */
export async function readSelection(
  identifiers: string[],
  options: SelectionOptions,
  io: Pick<CommandIo, 'stdin' | 'stop'>,
  judge: Judge,
): Promise<ConfigurationSelection> {
  const earlier = async (file: string, flag: string) => ({ file, result: await readEarlierRun(file, flag, io) });
  const named = await namedConfigurations(identifiers, options.configurations, io);
  const rerun = options.rerunFailed === undefined ? undefined : await earlier(options.rerunFailed, '--rerun-failed');
  return {
    named,
    rerun: rerun && { ...rerun, identifiers: toRerun(judge(rerun.result)) },
    longestFirst:
      options.longestFirst === undefined ? undefined : await earlier(options.longestFirst, '--longest-first'),
  };
}

/**
 * The configurations to start, in order; undefined leaves them to the construct.
 * @param find finds what else the configurations of an earlier run held
 * @throws UserError for redacted identifiers
 */
export async function selectedConfigurations(
  { named, rerun, longestFirst: durations }: ConfigurationSelection,
  find: FindConfigurations,
  talk: Talk,
): Promise<Configuration[] | undefined> {
  const found = async ({ file, result }: EarlierRun, identifiers: string[]) => {
    checkIdentifiers(identifiers, file);
    const { configurations, bare } = withKeys(identifiers, named ?? (await find(result.execution_arn)));
    if (bare > 0) {
      talk.note(
        `${counted(bare)} of ${file} can't be looked up and ${bare === 1 ? 'is' : 'are'} run by identifier alone; ` +
          '--configurations FILE gives their other keys.',
      );
    }
    return configurations;
  };
  const selected = rerun ? await found(rerun, rerun.identifiers) : named;
  if (!durations) return selected;
  if (!selected) {
    const { total } = durations.result;
    talk.note(
      `Testing the ${counted(total)} of ${durations.file}: only the construct knows whether it has others now.`,
    );
  }
  const identifiers = Array.from(everyResult(durations.result), (one) => one.configuration_identifier);
  return longestFirst(selected ?? (await found(durations, identifiers)), durations.result);
}
