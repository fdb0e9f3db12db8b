import type { Configuration, RunResult } from '../../lib/wire';
import type { StepFunctions } from '../aws/stepFunctions';
import { checkIdentifiers, configurationsOfExecution, withKeys } from '../result/earlierRun';
import { longestFirst } from '../result/rerun';
import { counted } from '../execution/runAgain';
import type { Talk } from '../terminal/talk';

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
 * The configurations to start, in order; undefined leaves them to the construct.
 * @param api looks up what else the configurations of an earlier run held
 * @throws UserError for redacted identifiers
 */
export async function plannedConfigurations(
  { named, rerun, longestFirst: durations }: Choice,
  api: Pick<StepFunctions, 'history'>,
  { talk, stop }: { talk: Talk; stop: AbortSignal },
): Promise<Configuration[] | undefined> {
  const lookUp = async ({ file, result }: EarlierRun, identifiers: string[]) => {
    checkIdentifiers(identifiers, file);
    const known = named ?? (await configurationsOfExecution(api, result.execution_arn, stop));
    const { configurations, bare } = withKeys(identifiers, known);
    if (bare > 0) {
      talk.note(
        `${counted(bare)} of ${file} can't be looked up and ${bare === 1 ? 'is' : 'are'} run by identifier alone; ` +
          '--configurations FILE gives their other keys.',
      );
    }
    return configurations;
  };
  const chosen = rerun ? await lookUp(rerun, rerun.identifiers) : named;
  if (!durations) {
    return chosen;
  }
  if (!chosen) {
    const { total } = durations.result;
    talk.note(
      `Testing the ${counted(total)} of ${durations.file}: only the construct knows whether it has others now.`,
    );
  }
  const identifiers = durations.result.results.map((one) => one.configuration_identifier);
  return longestFirst(chosen ?? (await lookUp(durations, identifiers)), durations.result);
}
