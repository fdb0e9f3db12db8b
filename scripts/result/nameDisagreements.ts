import type { RunResult } from '../../lib/wire';
import { shown } from '../../lib/wire/parsers';

/**
 * Whether results are those of the configurations that were asked for: each once, in their order, and at least one.
 * @param asked the identifiers
 * @returns a sentence without its full stop where they aren't, else nothing
 */
export function nameDisagreements(asked: (string | undefined)[], results: RunResult['results']): string[] {
  const got = results.map((one) => one.configuration_identifier);
  if (got.length === 0) return ['the result names no configuration'];
  if (got.length !== asked.length) {
    return [`the result names ${got.length} configurations, not the ${asked.length} that were asked for`];
  }
  const firstAt = new Map(got.map((identifier, index) => [identifier, index] as const).reverse());
  const other = got.findIndex((identifier, index) => identifier !== asked[index] || firstAt.get(identifier) !== index);
  return other < 0 ? [] : [`the result names ${shown(got[other])} where ${shown(asked[other])} was asked for`];
}
