import type { RunConfigurationResult } from '../../../lib/wire';
import type { RecordedRun } from '../../../scripts/history/historyOf';
import { errored, failed, passed, runResultOf } from '../runResults';

/** What became of a configuration, as the text report draws it. */
const results: Record<string, (identifier: string, ms: number) => RunConfigurationResult> = {
  '.': (identifier, duration_ms) => passed(identifier, { duration_ms }),
  F: (identifier, duration_ms) => failed(identifier, { duration_ms }),
  E: (identifier) => errored(identifier),
  '~': (identifier, duration_ms) => passed(identifier, { duration_ms, flaky: true, earlier: [failed(identifier)] }),
  k: (identifier) => failed(identifier, { known: { reason: 'ticket 7', expires: '2027-01-01', expired: false } }),
};

/**
 * One run a day, from 2026-11-20 back, of configurations whose outcomes are drawn, the newest first: `{ feed_a: 'FF.' }`.
 * @param seconds that a configuration takes in a run; default 3
 */
export function drawnRuns(
  drawings: Record<string, string>,
  { seconds = () => 3, ...rest }: { seconds?: (identifier: string, run: number) => number } & Partial<RecordedRun> = {},
): RecordedRun[] {
  const runs = Math.max(...Object.values(drawings).map((drawing) => drawing.length));
  return Array.from({ length: runs }, (_, run): RecordedRun => {
    const outcomes = Object.entries(drawings).flatMap(([identifier, drawing]) => {
      const make = results[drawing[run] ?? ' '];
      return make ? make(identifier, seconds(identifier, run) * 1000) : [];
    });
    const startedAt = new Date(Date.UTC(2026, 10, 20 - run, 2, 14)).toISOString();
    const result = runResultOf(outcomes, { started_at: startedAt });
    const name = `nightly-${20 - run}`;
    return {
      ...{ name, executionArn: `arn:aws:states:eu-west-1:123456789012:execution:Feeds:${name}`, status: result.status },
      ...{
        verdict: result.verdict,
        startedAt,
        durationSeconds: 26.4,
        startedBy: { kind: 'named' },
        retries: 0,
        result,
      },
      ...rest,
    };
  });
}
