/** Which configurations are tested, and in which order. */
import { identifierOf, type Configuration } from '../../lib/wire';
import { matching } from '../configurations/grep';
import { namedConfigurations } from '../configurations/namedConfigurations';
import { everyResult } from '../result/allResults';
import { checkIdentifiers, readEarlierRun, withKeys, type EarlierRun } from '../result/earlierRun';
import type { Judge } from '../result/judgement';
import { knownDurations, longestFirst, toRerun } from '../result/rerun';
import type { CommandIo } from '../io/commandIo';
import { UserError } from '../io/userError';
import { withinReason } from '../io/withinReason';
import { counted } from '../terminal/counted';
import type { Talk } from '../terminal/talk';

/** The flags that say what to test, and in which order. */
export interface SelectionOptions {
  configurations?: string;
  /** Only those whose identifier matches. */
  grep?: RegExp;
  /** File with the result of an earlier run, of which only what did not pass is run; `true`: that of the last execution. */
  rerunFailed?: string | true;
  /** File with the result of an earlier run, by whose durations the configurations are ordered; `true` as above. */
  longestFirst?: string | true;
}

/** What the user selected. */
export interface ConfigurationSelection {
  /** By identifiers or a file. */
  named?: Configuration[];
  /** Where nothing is named: which of the construct's own. */
  grep?: RegExp;
  /** Those of an earlier run to run again. */
  rerun?: Rerun;
  /** The run whose durations give the order, and the configurations where nothing else does. */
  longestFirst?: EarlierRun;
}

/** An earlier run, and what of it is run again. */
export interface Rerun extends EarlierRun {
  identifiers: string[];
}

/** The configurations of an earlier execution, with all keys; undefined where they can't be had. */
export type FindConfigurations = (executionArn: string) => Promise<Configuration[] | undefined>;

/** The identifiers of the configurations that the construct has now. The signal ends the calls. */
export type OwnConfigurations = (stop?: AbortSignal) => Promise<string[]>;

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
 * Reads all files that say what to test. What only the last execution says is left out.
 * @param judge says what of an earlier run is worth running again
 * @throws UserError, InterruptedError
 */
export async function readSelection(
  identifiers: string[],
  options: SelectionOptions,
  io: Pick<CommandIo, 'stdin' | 'stop'>,
  judge: Judge,
): Promise<ConfigurationSelection> {
  const earlier = async (file: string | true | undefined, flag: string) =>
    typeof file === 'string' ? { source: file, result: await readEarlierRun(file, flag, io) } : undefined;
  const named = await namedConfigurations(identifiers, options.configurations, io);
  const rerun = await earlier(options.rerunFailed, '--rerun-failed');
  const { grep, rerunFailed } = options;
  return {
    // Of a run that is repeated, they give the other keys alone.
    named: named && rerunFailed === undefined ? matching(named, grep) : named,
    grep: named || rerunFailed !== undefined ? undefined : grep,
    rerun: rerun && rerunOf(rerun, judge, grep),
    longestFirst: await earlier(options.longestFirst, '--longest-first'),
  };
}

/**
 * What of an earlier run is run again.
 * @throws UserError where --grep finds nothing of it
 */
export function rerunOf(earlier: EarlierRun, judge: Judge, grep?: RegExp): Rerun {
  const again = toRerun(judge(earlier.result));
  return { ...earlier, identifiers: again.length === 0 ? again : matching(again, grep) };
}

/**
 * The configurations to start, in order; undefined leaves them to the construct.
 * @throws UserError for redacted identifiers, for redacted keys that nothing else tells (with fewer, it might pass), and
 * where --grep finds nothing
 */
export async function selectedConfigurations(
  { named, grep, rerun, longestFirst: earlier }: ConfigurationSelection,
  { findConfigurations: find, ownConfigurations: own, addsKeys }: ConfigurationLookup,
  talk: Talk,
): Promise<Configuration[] | undefined> {
  const found = async ({ source, result }: EarlierRun, identifiers: string[]) => {
    checkIdentifiers(identifiers, source);
    const { configurations, hidden, bare } = withKeys(identifiers, named ?? (await find(result.execution_arn)), result);
    if (hidden > 0 && !addsKeys) {
      throw new UserError(
        `Expected what ${counted(hidden)} of ${source} ${hidden === 1 ? 'holds beside its identifier' : 'hold beside their identifiers'}, ` +
          'got it redacted, and it can not be looked up: give --configurations.',
      );
    }
    if (hidden > 0) {
      talk.note(
        `What ${counted(hidden)} of ${source} held can't be looked up, so the construct's keys are taken; ` +
          '--configurations FILE gives others.',
      );
    } else if (bare > 0 && !addsKeys && result.mode === 'DISTRIBUTED') {
      // Of a list that its Map read by itself, no report tells the keys.
      talk.note(
        `${counted(bare)} of ${source} can't be looked up and ${bare === 1 ? 'is' : 'are'} run by identifier alone; ` +
          '--configurations FILE gives their other keys.',
      );
    }
    return configurations;
  };
  const ofConstruct = async () => {
    if (!own || !grep) return undefined;
    const all = await own();
    const some = matching(all, grep);
    talk.note(`Of the construct's ${counted(all.length)}, --grep selects ${some.length}.`);
    return some;
  };
  const selected = rerun ? await found(rerun, rerun.identifiers) : (named ?? (await ofConstruct()));
  if (!earlier) return selected;
  const durations = knownDurations(earlier.result);
  if (selected) return longestFirst(selected, durations);
  const identifiers = Array.from(everyResult(earlier.result), (one) => one.configuration_identifier);
  const some = matching(identifiers, grep);
  talk.note(
    `Testing the ${counted(some.length)} of ${earlier.source}: only the construct knows whether it has others now.`,
  );
  return longestFirst(await found(earlier, some), durations);
}

/** Tells which configurations that --grep finds the construct has got since they were selected: they were not tested. */
export async function noteAdded(
  { grep }: ConfigurationSelection,
  tested: Configuration[] | undefined,
  own: OwnConfigurations | undefined,
  { io, talk }: { io: Pick<CommandIo, 'clock' | 'stop'>; talk: Talk },
): Promise<void> {
  if (!grep || !own || !tested) return;
  const known = new Set(tested.map(identifierOf));
  try {
    const added = matching(await withinReason(own, io), grep).filter((identifier) => !known.has(identifier));
    if (added.length > 0) {
      talk.note(
        `Since the start the construct has got ${counted(added.length)} more that --grep finds: ${added.join(', ')}.`,
      );
    }
  } catch (error) {
    talk.detail(`Whether the construct has got others since can't be told: ${(error as Error).message}`);
  }
}
