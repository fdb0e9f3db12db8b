/** What configurations hold beside their identifiers: results carry it, so that a person sees it, and a rerun has it. */
import { isJsonObject, type Json, type JsonObject, type RunConfigurationResult } from '../../lib/wire';

/** The keys of configurations by their identifiers. What is none has none. */
export function ownKeysOf(configurations: Iterable<Json> = []): ReadonlyMap<string, JsonObject> {
  const keys = new Map<string, JsonObject>();
  for (const one of configurations) {
    if (!isJsonObject(one)) continue;
    const { configuration_identifier: identifier, ...own } = one;
    if (typeof identifier === 'string' && Object.keys(own).length > 0) {
      keys.set(identifier, own);
    }
  }
  return keys;
}

/** A result with the keys of its configuration, where there are some. */
export function withOwnKeys<T extends RunConfigurationResult>(result: T, keys: ReadonlyMap<string, JsonObject>): T {
  const configuration = keys.get(result.configuration_identifier);
  return configuration ? { ...result, configuration } : result;
}
