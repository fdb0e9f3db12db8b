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
 * @param redact takes the secrets out of what is shown
 */
export async function chooseProgress(
  { progress, quiet, verbose }: ProgressOptions,
  { stderr: stream, env, clock }: CommandIo,
  redact: (text: string) => string,
): Promise<Progress> {
  const { liveProgress, noProgress, plainProgress } = await import('./progress');
  if (!progress || quiet) return noProgress(quiet ? undefined : stream);
  const isLive = stream.isTTY && env.TERM !== 'dumb' && !inCi(env) && !verbose;
  const output = { stream, clock, redact };
  return isLive ? liveProgress(output) : plainProgress(output, { verbose });
}
