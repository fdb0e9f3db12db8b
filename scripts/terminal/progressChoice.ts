import { inCi, type CommandIo } from '../io/commandIo';
import type { Progress } from './progress';
import type { EarlierDurations } from './progressText';

/** Whether to show how far a run is. */
export interface ProgressOptions {
  progress: boolean;
  quiet?: boolean;
  verbose?: boolean;
  /** By which the time is estimated that is left. Default: by the mean so far. */
  durations?: EarlierDurations;
}

/**
 * The live display belongs on a terminal that nothing else writes to.
 * @param redact takes the secrets out of what is shown
 */
export async function chooseProgress(
  { progress, quiet, verbose, durations }: ProgressOptions,
  { stderr: stream, env, clock }: CommandIo,
  redact: (text: string) => string,
): Promise<Progress> {
  const { liveProgress, noProgress, plainProgress } = await import('./progress');
  if (!progress || quiet) return noProgress(quiet ? undefined : stream);
  const isLive = stream.isTTY && env.TERM !== 'dumb' && !inCi(env) && !verbose;
  const output = { stream, clock, redact, durations };
  return isLive ? liveProgress(output) : plainProgress(output, { verbose });
}
