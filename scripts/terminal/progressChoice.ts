import { inCi, type CommandIo } from '../io/commandIo';
import type { Progress } from './progress';

/** Whether to show how far a run is. */
export interface ProgressOptions {
  progress: boolean;
  quiet?: boolean;
  verbose?: boolean;
}

/**
 * The live display belongs on a terminal that nothing else writes to.
 * @param redact takes the secrets out of the identifiers that are shown
 */
export async function chooseProgress(
  { progress, quiet, verbose }: ProgressOptions,
  { stderr, env, clock }: CommandIo,
  redact: (identifier: string) => string,
): Promise<Progress> {
  const { liveProgress, noProgress, plainProgress } = await import('./progress');
  if (!progress || quiet) return noProgress;
  const isLive = stderr.isTTY && env.TERM !== 'dumb' && !inCi(env) && !verbose;
  const shown = isLive ? liveProgress(stderr, clock) : plainProgress(stderr, clock);
  return {
    update: ({ longest, ...state }) =>
      shown.update({ ...state, longest: longest && { ...longest, identifier: redact(longest.identifier) } }),
    stop: () => shown.stop(),
  };
}
