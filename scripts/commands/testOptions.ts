/** What every command that tests was asked, whichever way it tests: `run` and `invoke`. */
import type { AccessOptions } from '../aws/awsAccess';
import type { ChoiceOptions } from '../plan/choice';
import type { ReportOptions } from '../report/ending';
import type { ProgressOptions } from '../terminal/progressChoice';
import { UserError } from '../userError';

export interface TestOptions extends AccessOptions, ChoiceOptions, ProgressOptions, ReportOptions {
  /** How often what did not pass is run again. */
  retries?: number;
}

/**
 * Refuses flags that contradict each other and that commander can't know of.
 * @throws UserError
 */
export function checkTestOptions(identifiers: string[], options: TestOptions): void {
  if (identifiers.length > 0 && options.configurations !== undefined) {
    throw new UserError('Expected either identifiers or --configurations, got both.');
  }
  if (identifiers.length > 0 && options.rerunFailed !== undefined) {
    throw new UserError(
      'Expected either identifiers or --rerun-failed, which takes them from the earlier run, got both.',
    );
  }
  if (options.app !== undefined && !options.local) {
    throw new UserError('Expected --app only together with --local.');
  }
}
