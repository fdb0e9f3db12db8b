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
  /** Of those that run, the one that was started first, and how many milliseconds after the run that was. */
  longest?: { identifier: string; startedAfterMs: number };
}
