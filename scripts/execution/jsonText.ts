/** JSON texts as the history and descriptions of executions hold them. */
import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../../lib/wire';

/** Undefined where there is none, or it can't be parsed. */
export function parseJson(text: string | undefined): Json | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Json);
  } catch {
    return undefined;
  }
}

/** Whether two texts hold the same value. */
export function sameJson(one: string, other: string): boolean {
  return one === other || (parseJson(one) !== undefined && isDeepStrictEqual(parseJson(one), parseJson(other)));
}
