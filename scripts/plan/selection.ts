/** Which configurations are tested, and in which order. */
import { identifierOf, type Configuration, type RunResult } from '../../lib/wire';
import { matching } from '../configurations/grep';
import { namedConfigurations } from '../configurations/namedConfigurations';
import { everyResult } from '../result/allResults';
import { checkIdentifiers, readEarlierRun, withKeys } from '../result/earlierRun';
import type { Judge } from '../result/judgement';
import { longestFirst, toRerun } from '../result/rerun';
import type { CommandIo } from '../io/commandIo';
import { UserError } from '../io/userError';
import { counted } from '../terminal/counted';
import type { Talk } from '../terminal/talk';

/** The flags that say what to test, and in which order. */
export interface SelectionOptions {
  configurations?: string;
  /** Only those whose identifier matches. */
  grep?: RegExp;
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
  /** Where nothing is named: which of the construct's own. */
  grep?: RegExp;
  /** Those of an earlier run to run again. */
  rerun?: EarlierRun & { identifiers: string[] };
  /** The run whose durations give the order. */
  longestFirst?: EarlierRun;
}

/** The configurations of an earlier execution, with all keys; undefined where they can't be had. */
export type FindConfigurations = (executionArn: string) => Promise<Configuration[] | undefined>;

/** The identifiers of the configurations that the construct has now. */
export type OwnConfigurations = () => Promise<string[]>;

/** What a way of testing knows of configurations. */
export interface ConfigurationLookup {
  /** Finds what else the configurations of an earlier run held. */
  findConfigurations: FindConfigurations;
  /** Finds what the construct has; undefined where only an earlier run says what there is. */
  ownConfigurations?: OwnConfigurations;
  /** Whether an identifier alone is tested with the keys that the construct has for it, and refused where it has none. */
  addsKeys?: boolean;
}

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
  const again = rerun && toRerun(judge(rerun.result));
  const { grep } = options;
  return {
    // Of a run that is repeated, they give the other keys alone.
    named: named && !rerun ? matching(named, grep) : named,
    grep: named || rerun ? undefined : grep,
    rerun: rerun && again && { ...rerun, identifiers: again.length === 0 ? again : matching(again, grep) },
    longestFirst:
      options.longestFirst === undefined ? undefined : await earlier(options.longestFirst, '--longest-first'),
  };
}

/**
 * The configurations to start, in order; undefined leaves them to the construct.
 * @throws UserError for redacted identifiers, for redacted keys that nothing else tells (with fewer, it might pass), and
 * where --grep finds nothing
 */
export async function selectedConfigurations(
  { named, grep, rerun, longestFirst: durations }: ConfigurationSelection,
  { findConfigurations: find, ownConfigurations: own, addsKeys }: ConfigurationLookup,
  talk: Talk,
): Promise<Configuration[] | undefined> {
  const found = async ({ file, result }: EarlierRun, identifiers: string[]) => {
    checkIdentifiers(identifiers, file);
    const { configurations, hidden, bare } = withKeys(identifiers, named ?? (await find(result.execution_arn)), result);
    if (hidden > 0 && !addsKeys) {
      throw new UserError(
        `Expected what ${counted(hidden)} of ${file} ${hidden === 1 ? 'holds beside its identifier' : 'hold beside their identifiers'}, ` +
          'got it redacted, and it can not be looked up: give --configurations.',
      );
    }
    if (hidden > 0) {
      talk.note(
        `What ${counted(hidden)} of ${file} held can't be looked up, so the construct's keys are taken; ` +
          '--configurations FILE gives others.',
      );
    } else if (bare > 0 && !addsKeys && result.mode === 'DISTRIBUTED') {
      // Of a list that its Map read by itself, no report tells the keys.
      talk.note(
        `${counted(bare)} of ${file} can't be looked up and ${bare === 1 ? 'is' : 'are'} run by identifier alone; ` +
          '--configurations FILE gives their other keys.',
      );
    }
    return configurations;
  };
  const select = async (find: OwnConfigurations, pattern: RegExp) => {
    const all = await find();
    const some = matching(all, pattern);
    talk.note(`Of the construct's ${counted(all.length)}, --grep selects ${some.length}.`);
    return some;
  };
  const ofConstruct = async () => (own && grep ? select(own, grep) : undefined);
  const selected = rerun ? await found(rerun, rerun.identifiers) : (named ?? (await ofConstruct()));
  if (!durations) return selected;
  if (selected) return longestFirst(selected, durations.result);
  const identifiers = Array.from(everyResult(durations.result), (one) => one.configuration_identifier);
  const some = matching(identifiers, grep);
  talk.note(
    `Testing the ${counted(some.length)} of ${durations.file}: only the construct knows whether it has others now.`,
  );
  return longestFirst(await found(durations, some), durations.result);
}

/** Tells which configurations that --grep finds the construct has got since they were selected: they were not tested. */
export async function noteAdded(
  { grep }: ConfigurationSelection,
  tested: Configuration[] | undefined,
  own: OwnConfigurations | undefined,
  talk: Talk,
): Promise<void> {
  if (!grep || !own || !tested) return;
  const known = new Set(tested.map(identifierOf));
  try {
    const added = matching(await own(), grep).filter((identifier) => !known.has(identifier));
    if (added.length > 0) {
      talk.note(
        `Since the start the construct has got ${counted(added.length)} more that --grep finds: ${added.join(', ')}.`,
      );
    }
  } catch (error) {
    talk.detail(`Whether the construct has got others since can't be told: ${(error as Error).message}`);
  }
}
