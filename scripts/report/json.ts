import type { RunResult } from '../../lib/wire';
import { controls } from '../terminal/printable';

/**
 * The result as JSON, indented, with a line break at the end. Controls and invisible characters are escaped, so that no
 * text can take over or reorder what a terminal or an editor shows; it is the same JSON.
 */
export function jsonReport(result: RunResult): string {
  // There is no execution in direct mode, so no ARN.
  const json = JSON.stringify({ ...result, execution_arn: result.execution_arn || undefined }, undefined, 2);
  return `${jsonEscaped(json, controls)}\n`;
}

/** JSON with the characters that match written as escapes. They must be some that stand in strings alone. */
export function jsonEscaped(json: string, characters: RegExp): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return json.replace(characters, (found) => found.split('').map(escaped).join(''));
}
