/** The history of a system test as its reports have it. The page has it too, so nothing here is of Node.js. */
import type { ConfigurationStatus, ExecutionStatus, RunResult, Verdict } from '../../lib/wire';
import type { Starter } from '../execution/starter';

/** A run in the history. */
export interface HistoryRun extends Partial<
  Pick<RunResult, 'passed' | 'failed' | 'errored' | 'total' | 'flaky' | 'known' | 'origin'>
> {
  name: string;
  execution_arn?: string;
  status: ExecutionStatus;
  error?: string;
  verdict?: Verdict;
  started_at: string;
  duration_seconds?: number;
  started_by: Starter;
  retries?: number;
  mode?: 'DISTRIBUTED';
  unread?: string;
}

/** What became of a configuration in a run. */
export interface HistoryOutcome {
  status: ConfigurationStatus;
  /** `true` where it passed only when it was run again. */
  flaky?: boolean;
  /** `true` where the list of known failures excused it. */
  known?: boolean;
  duration_ms?: number;
}

/** A configuration that changed so often between passed and failed is flaky: one that failed and was mended did twice. */
export const flakyChanges = 3;

/** A configuration over the runs. */
export interface ConfigurationHistory {
  configuration_identifier: string;
  /** One for each run, in their order; `null` where it was not tested, or nobody knows. */
  outcomes: (HistoryOutcome | null)[];
  /** Where it did not pass when it was last tested: the first run of that row, and how many there are. */
  failing?: {
    /** When that run started. */
    since: string;
    runs: number;
    /** `true` where it passed in none of the runs looked at, so it may be failing for longer. */
    or_longer?: boolean;
  };
  /** In how many runs it did not pass. */
  not_passed: number;
  /** How often it changed between passed and failed; what could not be tested is neither. */
  changes: number;
  /** In how many runs it passed only when it was run again. */
  flaky_runs: number;
  /** Whether it changed three times or more, or passed only when it was run again. */
  flaky: boolean;
  /** Where it moved much: the median of the older half of the runs that it passed in, and that of the newer half. */
  duration?: { before_ms: number; now_ms: number };
}

/** The history of a system test: the base of every report of it. */
export interface History {
  schema_version: 1;
  /** Absent where the results are not those of executions. */
  state_machine_arn?: string;
  /** Path of the construct, as saved results tell it. */
  test?: string;
  /** The newest first. */
  runs: HistoryRun[];
  /** Those that matter, what asks for a look first. */
  configurations: ConfigurationHistory[];
  /** How many others there are: they passed whenever they were tested, in about the same time. */
  steady: number;
  /** What else a person has to know, a sentence each. */
  notes: string[];
}
