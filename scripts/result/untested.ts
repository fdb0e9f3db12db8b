import type { RunResult } from '../../lib/wire';
import { counted } from '../terminal/counted';
import { everyResult } from './allResults';
import { restOfList } from './unnamed';

/** The error type of a configuration that was not over when its run ended, or was never started. */
export const notFinished = 'SystemTest.NotFinished';

/** Why there is no verdict, where all was tried. */
export function untestedSentence(result: Pick<RunResult, 'results' | 'all'>): string {
  let untested = 0;
  let rest = false;
  for (const { configuration_identifier: identifier, status, error } of everyResult(result)) {
    rest ||= identifier === restOfList;
    untested += status === 'ERRORED' && error?.type !== notFinished && identifier !== restOfList ? 1 : 0;
  }
  const what = [...(untested > 0 || !rest ? [counted(untested)] : []), ...(rest ? [restOfList] : [])];
  return `There is no verdict, as ${what.join(' and ')} could not be tested.`;
}

/** Why there is no verdict, where what came back is not believed. */
export function disagreementSentence(disagreement: string): string {
  return `There is no verdict, as what came back does not agree: ${disagreement}.`;
}
