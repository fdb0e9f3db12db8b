import type { RunConfigurationResult, RunResult, Verdict } from '../../lib/wire';

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
  const { results } = result;
  const count = (matches: (one: RunConfigurationResult) => boolean) => results.filter(matches).length;
  const flaky = count((one) => one.flaky === true);
  const known = count((one) => one.status === 'FAILED' && isExcused(one));
  const byStatus = countByStatus(results);
  const counts = { total: results.length, ...byStatus, failed: byStatus.failed - known };
  const alsoFailed = strict ? count((one) => one.flaky === true && !isExcused(one)) : 0;
  const verdict =
    undecided || result.disagreement !== undefined
      ? 'ERRORED'
      : judge({ ...counts, failed: counts.failed + alsoFailed, tolerated: result.tolerated_failures });
  return { ...result, ...counts, verdict, flaky: flaky || undefined, known: known || undefined };
}

/** How many results there are of each status. */
export function countByStatus(results: Pick<RunConfigurationResult, 'status'>[]): {
  passed: number;
  failed: number;
  errored: number;
} {
  const count = (wanted: string) => results.filter(({ status }) => status === wanted).length;
  return { passed: count('PASSED'), failed: count('FAILED'), errored: count('ERRORED') };
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
