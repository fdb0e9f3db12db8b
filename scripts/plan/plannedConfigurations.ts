import type { Configuration } from '../../lib/wire';
import { checkIdentifiers, withKeys } from '../result/earlierRun';
import { longestFirst } from '../result/rerun';
import type { Talk } from '../terminal/talk';
import type { Choice, EarlierRun } from './choice';
import { counted } from '../terminal/counted';

/** The configurations of an earlier execution, with all keys; undefined where they can't be had. */
export type LookUp = (executionArn: string) => Promise<Configuration[] | undefined>;

/**
 * The configurations to start, in order; undefined leaves them to the construct.
 * @param lookUp finds what else the configurations of an earlier run held
 * @throws UserError for redacted identifiers
 */
export async function plannedConfigurations(
  { named, rerun, longestFirst: durations }: Choice,
  lookUp: LookUp,
  talk: Talk,
): Promise<Configuration[] | undefined> {
  const lookedUp = async ({ file, result }: EarlierRun, identifiers: string[]) => {
    checkIdentifiers(identifiers, file);
    const { configurations, bare } = withKeys(identifiers, named ?? (await lookUp(result.execution_arn)));
    if (bare > 0) {
      talk.note(
        `${counted(bare)} of ${file} can't be looked up and ${bare === 1 ? 'is' : 'are'} run by identifier alone; ` +
          '--configurations FILE gives their other keys.',
      );
    }
    return configurations;
  };
  const chosen = rerun ? await lookedUp(rerun, rerun.identifiers) : named;
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
  return longestFirst(chosen ?? (await lookedUp(durations, identifiers)), durations.result);
}
