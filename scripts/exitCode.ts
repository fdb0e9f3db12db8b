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
