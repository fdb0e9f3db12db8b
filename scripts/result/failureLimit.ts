import type { StopReason } from '../io/stopSignal';
import { counted } from '../terminal/counted';
import type { RunProgress } from '../terminal/runProgress';
import type { Judge } from './judgement';

/** Why a run is to stop early; undefined while it is not. */
export type FailureLimit = (progress: RunProgress) => StopReason | undefined;

/**
 * Stops a run early once so many configurations failed, and more than are tolerated: whatever became of the others, its
 * verdict would be `FAILED`. Neither known failures count nor what could not be tested.
 * @param maxFailures 1 and up
 * @param tolerated how many failures the verdict tolerates where that isn't the run's own to say
 */
export function failureLimit(maxFailures: number, { excuses }: Judge, tolerated = 0): FailureLimit {
  const failed = new Set<string>();
  let seen = 0;
  return (progress) => {
    const { results, total, done } = progress;
    for (const { configuration_identifier: identifier, status } of results.slice(seen)) {
      if (status === 'FAILED' && !excuses(identifier)) failed.add(identifier);
    }
    seen = results.length;
    const isEnough = failed.size >= maxFailures && failed.size > Math.max(tolerated, progress.tolerated ?? 0);
    if (!isEnough || done === total) return undefined;
    const cause = `${counted(failed.size)} failed, enough for --max-failures ${maxFailures}.`;
    return { error: 'SystemTest.MaxFailures', cause, maxFailures };
  };
}
