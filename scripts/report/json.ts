import type { RunResult } from '../../lib/wire';

/** The result as JSON, indented, with a line break at the end. */
export function jsonReport(result: RunResult): string {
  // There is no execution in direct mode, so no ARN.
  return `${JSON.stringify({ ...result, execution_arn: result.execution_arn || undefined }, undefined, 2)}\n`;
}
