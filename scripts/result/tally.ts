import type { RunConfigurationResult, RunResult, Verdict } from '../../lib/wire';

/** How many results there are of each status. */
export type StatusCounts = Record<'passed' | 'failed' | 'errored', number>;

const keyOfStatus = { PASSED: 'passed', FAILED: 'failed', ERRORED: 'errored' } as const;

/** How the verdict is found. */
export interface TallyOptions {
  /** Whether a configuration that passed only when it was run again counts as failed. Default: false. */
  strict?: boolean;
  /** Whether the run has no verdict whatever its results say. Default: as `isUndecided` finds. */
  undecided?: boolean;
}

/**
 * The result with its counts and verdict found anew from its results: after configurations were run again, or after
 * known failures were excused. The rules are those of the state machine: `FAILED` where more failed than are tolerated,
 * else `ERRORED` where something could not be tested, else `PASSED`.
 *
 * A run without a verdict for another reason (timed out, stopped, its sources disagree) keeps having none, whatever its
 * results say.
 */
export function tally(
  result: RunResult,
  { strict = false, undecided = isUndecided(result) }: TallyOptions = {},
): RunResult {
  let [flaky, known, alsoFailed] = [0, 0, 0];
  const counts = { total: 0, passed: 0, failed: 0, errored: 0 };
  for (const one of result.all ?? result.results) {
    const excused = isExcused(one);
    counts.total++;
    if (one.status === 'FAILED' && excused) {
      known++;
    } else {
      counts[keyOfStatus[one.status]]++;
    }
    flaky += one.flaky ? 1 : 0;
    alsoFailed += strict && one.flaky && !excused ? 1 : 0;
  }
  const verdict =
    undecided || result.disagreement !== undefined
      ? 'ERRORED'
      : judge({ ...counts, failed: counts.failed + alsoFailed, tolerated: result.tolerated_failures });
  return {
    ...{ ...result, ...counts, flaky: flaky || undefined, known: known || undefined },
    // What was stopped early never passes, whichever of its failures are excused later.
    verdict: result.max_failures !== undefined && verdict !== 'FAILED' ? 'ERRORED' : verdict,
  };
}

/** How many results there are of each status. */
export function countByStatus(results: Iterable<Pick<RunConfigurationResult, 'status'>>): StatusCounts {
  const counts = { passed: 0, failed: 0, errored: 0 };
  for (const { status } of results) counts[keyOfStatus[status]]++;
  return counts;
}

/** Whether the list of known failures excuses a failure of this configuration. */
export function isExcused({ known }: Pick<RunConfigurationResult, 'known'>): boolean {
  return known !== undefined && !known.expired;
}

/** Whether the run has no verdict although its counts would give one: it did not end by itself. */
export function isUndecided({ verdict, tolerated_failures: tolerated, ...counts }: RunResult): boolean {
  return verdict === 'ERRORED' && judge({ ...counts, tolerated }) !== 'ERRORED';
}

/** The verdict by the counts alone. Where nothing was tested, nothing passed. */
export function judge({
  total,
  failed,
  errored,
  tolerated,
}: Record<'total' | 'failed' | 'errored' | 'tolerated', number>): Verdict {
  if (failed > tolerated) return 'FAILED';
  return errored > 0 || total === 0 ? 'ERRORED' : 'PASSED';
}

/** How many failures are tolerated, of a count or a share such as `5%`; a share is rounded down, as the state machine does it. */
export function toleratedCount(tolerated: number | string, total: number): number {
  return typeof tolerated === 'number' ? tolerated : Math.floor((Number(tolerated.replace(/%$/, '')) * total) / 100);
}
