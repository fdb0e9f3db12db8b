import type { Json } from '../../../lib/wire';

/**
 * How many levels a JSON text may nest. What AWS does is neither documented nor recorded; it runs on a JVM, and this is what
 * Jackson, its parser of JSON, takes by default (`StreamReadConstraints.DEFAULT_MAX_DEPTH`). What is within it overflows no
 * stack here.
 */
export const maxNesting = 1000;

/** Parses JSON. Throws an Error for a text that isn't, or that nests too deep. */
export function parseJson(text: string): Json {
  const value = JSON.parse(text) as Json;
  if (nestsDeeper(value, maxNesting))
    throw new Error(`Document nesting depth exceeds the maximum allowed (${maxNesting})`);
  return value;
}

/** Looks no deeper than that. */
function nestsDeeper(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => nestsDeeper(member, levels - 1));
}
