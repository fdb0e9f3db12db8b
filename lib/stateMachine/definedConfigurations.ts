import { identifierOf } from '../wire';
import { parseConfiguration } from '../wire/parsers';

/** A text as `parsed` writes it: of all escapes it has only that of the backslash. */
const text = String.raw`'[^'\\]*(?:\\\\[^'\\]*)*'`;

/** What `checkInput` begins its defaults with: a source's list, or the construct's in one text or several. */
const defaults = new RegExp(
  String.raw`\$defaults := (?:(?<listed>\$listing\.configurations)|\$parse\((?:(?<one>${text})|\$join\(\[(?<many>${text}(?:, ${text})*)\]\))\));\n`,
  'y',
);

/**
 * The identifiers of the construct's own configurations, as its state machine has them.
 * @param definition JSON, as DescribeStateMachine answers it
 * @returns none where each execution has to bring its own; LISTED where the state machine reads them from a source;
 *   undefined where they can't be told exactly, as of a state machine that is no system test
 */
export function definedConfigurations(definition: string): string[] | 'LISTED' | undefined {
  try {
    const { States: states } = JSON.parse(definition) as { States: Record<string, { Assign: { checked: string } }> };
    const expression = states['Check input']?.Assign.checked ?? '';
    // The first one: texts of the configurations come later.
    defaults.lastIndex = Math.max(expression.indexOf('$defaults := '), 0);
    const { listed, one, many } = defaults.exec(expression)?.groups ?? {};
    if (listed !== undefined) return 'LISTED';
    const texts = (one ?? many)?.match(new RegExp(text, 'g')) ?? [];
    const json = texts.map((literal) => literal.slice(1, -1).replaceAll('\\\\', '\\')).join('');
    return (JSON.parse(json) as unknown[]).map((value) => identifierOf(parseConfiguration(value)));
  } catch {
    return undefined;
  }
}
