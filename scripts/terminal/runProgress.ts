import type { ConfigurationResult } from '../../lib/wire';

/** How far a run is. */
export interface RunProgress {
  /** Undefined until the Map starts. */
  total?: number;
  /** Configurations that are done. */
  done: number;
  /** Undefined where they aren't known yet: a child of a Map Run succeeds whatever its configurations came to. */
  passed?: number;
  failed?: number;
  errored: number;
  running: number;
  /** The results so far, in the order in which they came. Of a Map Run none is known. */
  results: readonly ConfigurationResult[];
  /** Milliseconds that those that are done took together. Of a Map Run they aren't known. */
  doneMs?: number;
  /** What runs, as far as it is known, that which was started first before the others. */
  begun: readonly BegunConfiguration[];
  /** How many failures are tolerated. */
  tolerated?: number;
}

/** A configuration that runs. */
export interface BegunConfiguration {
  identifier: string;
  /** Milliseconds since the start of the run. */
  startedAfterMs: number;
}
