import { basename } from 'node:path';
import type { RunResult } from '../../lib/wire';
import { machineArnOf } from '../aws/target';
import { starterOf } from '../execution/starter';
import { parseTimestamp } from '../io/timestamp';
import { UserError } from '../io/userError';
import type { History } from './history';
import type { RecordedRun } from './historyOf';

/** A saved result, and the file that it is in. */
export interface SavedResult {
  file: string;
  result: RunResult;
}

/**
 * The runs of saved results, the newest first.
 * @throws UserError where they are those of two tests
 */
export function savedRuns(saved: SavedResult[]): {
  runs: RecordedRun[];
  about: Pick<History, 'state_machine_arn' | 'test'>;
} {
  const machine = onlyOne(saved, 'state machine', ({ execution_arn: arn }) =>
    arn === '' ? undefined : machineArnOf(arn),
  );
  const test = onlyOne(saved, 'system test', (result) => result.test);
  const runs = saved.filter(isFirst).map(({ file, result }): RecordedRun => {
    const { execution_arn: executionArn, status, verdict, started_at, duration_seconds } = result;
    // The offset from UTC may be any.
    const startedAt = new Date(parseTimestamp(started_at) ?? NaN).toISOString();
    const name = executionArn === '' ? basename(file) : executionArn.slice(executionArn.lastIndexOf(':') + 1);
    return {
      ...{ name, executionArn, status, verdict, startedAt, durationSeconds: duration_seconds },
      startedBy: executionArn === '' ? { kind: 'named' } : starterOf(name),
      ...{ retries: 0, result },
    };
  });
  runs.sort((a, b) => b.startedAt.localeCompare(a.startedAt));
  return { runs, about: { ...(machine && { state_machine_arn: machine }), ...(test && { test }) } };
}

/** Whether no file before holds the result of the same run. */
function isFirst({ result }: SavedResult, index: number, saved: SavedResult[]): boolean {
  const { execution_arn: arn, started_at: startedAt } = result;
  return saved.findIndex((one) => one.result.execution_arn === arn && one.result.started_at === startedAt) === index;
}

/** What the results have in common, as far as they tell it. */
function onlyOne(
  saved: SavedResult[],
  what: string,
  of: (result: RunResult) => string | undefined,
): string | undefined {
  let first: { file: string; value: string } | undefined;
  for (const { file, result } of saved) {
    const value = of(result);
    if (value === undefined) continue;
    first ??= { file, value };
    if (value !== first.value) {
      throw new UserError(
        `Expected the results of one ${what}, got those of two: ${first.value} in ${first.file}, ${value} in ${file}.`,
      );
    }
  }
  return first?.value;
}
