import type { RunResult } from '../../lib/wire';
import { counted } from '../terminal/counted';
import { everyResult } from './allResults';

/** The error type of a configuration that was not over when its run ended, or was never started. */
export const notFinished = 'SystemTest.NotFinished';

/** Why there is no verdict, where all was tried. */
export function untestedSentence(result: Pick<RunResult, 'results' | 'all'>): string {
  let untested = 0;
  for (const { status, error } of everyResult(result)) {
    untested += status === 'ERRORED' && error?.type !== notFinished ? 1 : 0;
  }
  return `There is no verdict, as ${counted(untested)} could not be tested.`;
}

/** Why there is no verdict, where what came back is not believed. */
export function disagreementSentence(disagreement: string): string {
  return `There is no verdict, as what came back does not agree: ${disagreement}.`;
}
