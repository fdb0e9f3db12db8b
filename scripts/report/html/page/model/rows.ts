import type { Outcome, RunConfigurationResult, RunResult } from '../../../../../lib/wire';
import { errorText } from '../../../causes';
import { configurationText } from '../../../configurationText';
import { visible } from './visible';

/** What a row is counted as: `KNOWN` failed as the list of known failures says, `FLAKY` passed only when run again. */
export type Kind = 'FAILED' | 'ERRORED' | 'KNOWN' | 'FLAKY' | 'PASSED';

/** All kinds, what needs a look first. */
export const kinds: readonly Kind[] = ['FAILED', 'ERRORED', 'KNOWN', 'FLAKY', 'PASSED'];

/** A configuration as the page shows it. */
export interface Row {
  /** Its place in the input, from 0. */
  index: number;
  result: RunConfigurationResult;
  kind: Kind;
  /** One line: why it did not pass, or what else there is to say. */
  note: string;
  /** What the search looks at, in lower case. */
  searched: string;
}

/** The rows of a run, in input order. */
export function rowsOf(run: RunResult): Row[] {
  return run.results.map((result, index) => {
    const note = noteOf(result);
    const reason = result.known?.reason ?? '';
    const keys = configurationText(result.configuration, 1000);
    const texts = [result.configuration_identifier, keys, note, reason, ...outcomesOf(result).map(errorText)];
    return { index, result, kind: kindOf(result), note, searched: visible(texts.join('\n')).toLowerCase() };
  });
}

/** All outcomes of a configuration, the last one first. */
export function outcomesOf(result: RunConfigurationResult): Outcome[] {
  return [result, ...(result.earlier ?? []).toReversed()];
}

/** When an outcome's iteration began and ended, in milliseconds since 1970; undefined where that isn't known. */
export function timesOf(outcome: Outcome): { from: number; to: number } | undefined {
  const from = Date.parse(outcome.started_at ?? '');
  const to = Date.parse(outcome.stopped_at ?? '');
  return to >= from ? { from, to } : undefined;
}

function kindOf({ status, flaky, known }: RunConfigurationResult): Kind {
  if (status === 'PASSED') return flaky ? 'FLAKY' : 'PASSED';
  return status === 'FAILED' && known && !known.expired ? 'KNOWN' : status;
}

function noteOf(result: RunConfigurationResult): string {
  const { status, known, earlier = [] } = result;
  const error = errorText(result);
  const last = earlier.at(-1);
  if (status === 'PASSED' && last) return `Passed on try ${earlier.length + 1}, before: ${errorText(last)}`;
  if (status === 'PASSED') return known ? 'Passed, though it is listed as a known failure' : '';
  if (status === 'FAILED' && known) {
    const { reason, expires, expired } = known;
    return expired
      ? `${error} (was known until ${expires}: ${reason})`
      : `${reason} (known until ${expires}): ${error}`;
  }
  return last ? `${error} (on each of ${earlier.length + 1} tries)` : error;
}
