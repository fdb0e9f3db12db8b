import type { Verdict } from '../lib/wire';

/** The exit codes of the command: what a pipeline decides by. */
export const exitCode = {
  /** Passed. */
  passed: 0,
  /** At least one configuration failed, beyond what is tolerated. */
  failed: 1,
  /** Wrong use or bad input; nothing was tested. */
  wrongUse: 2,
  /** No verdict: errored configurations, execution timed out or aborted, start refused, deadline over. */
  noVerdict: 3,
  /** Interrupted; the execution is stopped first. */
  interrupted: 130,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/**
 * The exit code of a run.
 * @param o.interrupted whether the user stopped it
 * @param o.complete whether all reports were written: a pipeline that counts on one must not pass without it
 */
export function codeOf(verdict: Verdict, o: { interrupted: boolean; complete: boolean }): ExitCode {
  if (o.interrupted) return exitCode.interrupted;
  if (verdict === 'PASSED') return o.complete ? exitCode.passed : exitCode.noVerdict;
  return verdict === 'FAILED' ? exitCode.failed : exitCode.noVerdict;
}
