import type { Json } from '../../../lib/wire';
import { isDeeper, maxDepth } from '../../io/jsonDepth';

/**
 * Parses JSON.
 * @throws an Error for a text that isn't, or that nests too deep
 */
export function parseJson(text: string): Json {
  const value = JSON.parse(text) as Json;
  if (isDeeper(value, maxDepth.payload)) {
    throw new Error(`Document nesting depth exceeds the maximum allowed (${maxDepth.payload})`);
  }
  return value;
}
