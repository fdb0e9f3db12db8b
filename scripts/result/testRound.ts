import type { Configuration, RunResult } from '../../lib/wire';
import type { StopReason } from '../io/stopSignal';

/** What came of testing some configurations, however that was done. */
export interface TestRound {
  result: RunResult;
  /** What was tested, with all keys; undefined where only the identifiers are known. */
  configurations?: Configuration[];
  /** Why it was stopped; undefined where it ended by itself. */
  stopped?: StopReason;
  /** Whether what did not pass may be run again: not where the test may still go on, nor where somebody stopped it. */
  repeatable: boolean;
}
