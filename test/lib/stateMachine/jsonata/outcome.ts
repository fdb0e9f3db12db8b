import { isJsonObject, type Json } from '../../../../lib/wire';
import type { Expression } from '../../../../scripts/local/stepFunctions/expression';
import { cases, type Case } from './cases';
import { evaluateHere } from './evaluateHere';

/** What the local endpoint makes of a case, and what is expected of it. */
export async function outcome(
  [, evaluation, expected]: Case,
  compiled?: Expression,
): Promise<{ said?: Json; expected: unknown }> {
  const answer = await evaluateHere(evaluation, compiled);
  const value = 'error' in answer ? answer.error : answer.value;
  const isText = typeof expected === 'string';
  return {
    said: isJsonObject(value) && isText ? value.refusal : value,
    expected: isText ? expect.stringContaining(expected) : expected,
  };
}

/** What takes a quarter of a second and more, and the rest; each with what it is about in front. */
export const longCases = cases.filter(takesLong).map((one) => [one[0], one] as const);
export const shortCases = cases.filter((one) => !takesLong(one)).map((one) => [one[0], one] as const);

function takesLong([what]: Case): boolean {
  return [
    'reads a table of 200 kB',
    'calls 20,000 rows large',
    'reads a table with a field of 10,000 quotation marks',
    'reads a table with a field of many of them',
    'reads a table of 10,000 quotation marks',
    'reads a table of many of them',
    'distributes what is too long',
    'adds as many as an execution tests',
    'starts 1,040 in the order of 10,000',
    'puts 1,040 results back',
  ].includes(what);
}
