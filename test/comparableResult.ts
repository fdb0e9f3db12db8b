import type { AggregatedResult } from '../lib/wire';
import { repairLogTail } from '../scripts/execution/logTail';
import type { Ended } from './localSystemTest';

/** What an execution came to, without what is another each time. */
export function comparable({ status, error, cause, result }: Ended) {
  return { status, error, cause, result: error === 'SystemTestInputRefused' ? undefined : withoutTimes(result) };
}

function withoutTimes(result: AggregatedResult) {
  return {
    ...result,
    results: result.results.map(({ duration_ms, billed_ms, log_tail, error, ...rest }) => ({
      ...rest,
      isTimed: [typeof duration_ms, typeof billed_ms],
      error: error && { ...error, message: withoutIds(error.message) },
      log: log_tail && withoutIds(repairLogTail(log_tail)),
    })),
  };
}

/** Without what is another for each invocation: ids, times, whether the sandbox was new. */
function withoutIds(text: string): string {
  return (
    text
      .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
      .replace(/\tInit Duration: [\d.]+ ms/, '')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z|[\d.]+ (?:ms|MB)/g, 'N')
      // How much of a log's start is cut off depends on the digits of what follows.
      .replace(/^x+/, 'x')
  );
}
