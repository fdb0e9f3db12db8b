import { configurationAt } from './validation';
import * as wire from './wire';
import { shown } from './wire/parsers';

/** A configuration of the function under test: an identifier, and what its event has besides. */
export class Configuration {
  /**
   * One configuration.
   * @param identifier 1 to 1,024 characters, not blank, known when the app is synthesized
   * @param keys further keys of the event, whose values are JSON; not `system_test`. What is undefined is left out, and so
   *   is null from other languages than TypeScript, as jsii knows none
   * @throws TypeError that names the key and the value, where one is wrong
   */
  public static of(identifier: string, keys: { [key: string]: unknown } = {}): Configuration {
    if ('configuration_identifier' in keys) {
      throw new TypeError(
        `Expected keys of the configuration without configuration_identifier, which is ${shown(identifier)}.`,
      );
    }
    const value = Object.keys(keys).length > 0 ? { configuration_identifier: identifier, ...keys } : identifier;
    return new Configuration(configurationAt('the configuration', value));
  }

  /**
   * Those of a list as it comes, also a read-only or an imported one: identifiers, and objects with a
   * `configuration_identifier` whose other keys go into the event. Or the JSON text of such a list, in which null is null
   * in every language.
   * @throws TypeError that names the place in the list, the key and the value, where one is wrong
   */
  public static list(configurations: unknown): Configuration[] {
    const list = typeof configurations === 'string' ? parsedText(configurations) : configurations;
    if (!Array.isArray(list)) {
      throw new TypeError(
        `Expected configurations to be a list, or the JSON text of one, got ${shown(configurations)}.`,
      );
    }
    return list.map((value, index) => new Configuration(configurationAt(`configurations[${index}]`, value)));
  }

  /** The `configuration_identifier`. */
  public readonly identifier: string;

  private constructor(
    /**
     * As the input of an execution has it.
     * @internal
     */
    public readonly _json: wire.Configuration,
  ) {
    this.identifier = wire.identifierOf(_json);
  }
}

/** What a text is as JSON; undefined where it is none. */
function parsedText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Configurations as the input of an execution has them. */
export function wireConfigurations(configurations: readonly (string | Configuration)[]): wire.Configuration[] {
  return configurations.map((one) => (one instanceof Configuration ? one._json : one));
}
