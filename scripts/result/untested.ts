import type { RunResult } from '../../lib/wire';
import { counted } from '../terminal/counted';

/** The error type of a configuration that was not over when its run ended, or was never started. */
export const notFinished = 'SystemTest.NotFinished';

/** Why there is no verdict, where all was tried. */
export function untestedSentence({ results }: Pick<RunResult, 'results'>): string {
  const untested = results.filter(({ status, error }) => status === 'ERRORED' && error?.type !== notFinished);
  return `There is no verdict, as ${counted(untested.length)} could not be tested.`;
}

/** Why there is no verdict, where what came back is not believed. */
export function disagreementSentence(disagreement: string): string {
  return `There is no verdict, as what came back does not agree: ${disagreement}.`;
}
