/** How far a run is. */
export interface RunProgress {
  /** Undefined until the Map starts. */
  total?: number;
  /** Configurations that are done: `passed`, `failed` and `errored` and those whose result can't be read. */
  done: number;
  passed: number;
  failed: number;
  errored: number;
  running: number;
  /** Of those that run, the one that was started first, and how many milliseconds after the run that was. */
  longest?: { identifier: string; startedAfterMs: number };
}
