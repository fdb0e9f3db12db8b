import type { RunResult } from '../../lib/wire';

/** The result as JSON, indented, with a line break at the end. */
export function jsonReport(result: RunResult): string {
  return `${JSON.stringify(result, undefined, 2)}\n`;
}
