import type { RunResult } from '../../lib/wire';
import { everyResult } from '../result/allResults';
import { controls } from '../terminal/printable';

/**
 * The result as JSON, indented, with a line break at the end, a piece for each key and each configuration. Controls and
 * invisible characters are escaped, so that no text can take over or reorder what a terminal or an editor shows; it is the
 * same JSON.
 */
export function* jsonReport(result: RunResult): Generator<string> {
  // There is no execution in direct mode, so no ARN.
  const keys = Object.entries({ ...result, execution_arn: result.execution_arn || undefined, all: undefined });
  let before = '{';
  for (const [key, value] of keys) {
    if (value === undefined) continue;
    yield `${before}\n  "${key}": `;
    before = ',';
    if (key === 'results') {
      yield* list(everyResult(result));
    } else {
      yield indented(value, 2);
    }
  }
  yield '\n}\n';
}

function* list(values: Iterable<unknown>): Generator<string> {
  let before = '[';
  for (const value of values) {
    yield `${before}\n    ${indented(value, 4)}`;
    before = ',';
  }
  yield before === '[' ? '[]' : '\n  ]';
}

/** Line breaks in texts are escaped, so all that there are begin a line. */
function indented(value: unknown, by: number): string {
  return jsonEscaped(JSON.stringify(value, undefined, 2), controls).replaceAll('\n', `\n${' '.repeat(by)}`);
}

/** JSON with the characters that match written as escapes. They must be some that stand in strings alone. */
export function jsonEscaped(json: string, characters: RegExp): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return json.replace(characters, (found) => found.split('').map(escaped).join(''));
}
