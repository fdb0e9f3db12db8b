import { inCi, type CommandIo } from './commandIo';
import type { RunOptions } from '../commands/runOptions';
import type { Progress } from './progress';

/** The live display belongs on a terminal that nothing else writes to. */
export async function chooseProgress(
  { progress, quiet, verbose }: Pick<RunOptions, 'progress' | 'quiet' | 'verbose'>,
  { stderr, env, clock }: CommandIo,
): Promise<Progress> {
  const { liveProgress, noProgress, plainProgress } = await import('./progress');
  if (!progress || quiet) {
    return noProgress;
  }
  return stderr.isTTY && !inCi(env) && !verbose ? liveProgress(stderr, clock) : plainProgress(stderr, clock);
}
