/** What the last runs of a system test say about it and about each of its configurations. It is no verdict. */
import type { DistributedResult, ExecutionStatus, RunConfigurationResult, RunResult, Verdict } from '../../lib/wire';
import type { Starter } from '../execution/starter';
import { everyResult } from '../result/allResults';
import { isMuchLonger } from '../result/comparison';
import { redacted } from '../result/redaction';
import { isExcused } from '../result/tally';
import { isUnnamed } from '../result/unnamed';
import { notFinished } from '../result/untested';
import { flakyChanges, type ConfigurationHistory, type History, type HistoryOutcome, type HistoryRun } from './history';

/** A run that is over, retries included. */
export interface RecordedRun {
  /** Of the execution; of a saved result without one, the file. */
  name: string;
  executionArn?: string;
  status: ExecutionStatus;
  /** The error that its execution ended with. */
  error?: string;
  /** Absent where it is not known. */
  verdict?: Verdict;
  /** ISO 8601, UTC. */
  startedAt: string;
  durationSeconds?: number;
  startedBy: Starter;
  /** How many executions ran again what did not pass. */
  retries: number;
  /** Absent where it came to none, or can't be read. A distributed one that is read from its execution has counts alone. */
  result?: RunResult | DistributedResult;
  /** Why it can't be read. */
  unread?: string;
}

/** Of fewer durations nobody can tell how they move. */
const fewestDurations = 4;

/**
 * Tells the runs beside each other.
 * @param recorded the newest first
 */
export function historyOf(
  recorded: RecordedRun[],
  about: Pick<History, 'state_machine_arn' | 'test'>,
  notes: string[] = [],
): History {
  const { rows, hidden } = outcomesOf(recorded);
  const told = [...rows].map(([identifier, outcomes]) => configurationHistory(identifier, outcomes, recorded));
  const configurations = told.filter(matters).sort((a, b) => rank(a) - rank(b) || compareWithin(a, b));
  return {
    schema_version: 1,
    ...about,
    runs: recorded.map(historyRun),
    configurations,
    steady: told.length - configurations.length,
    notes: [...notes, ...readingNotes(recorded, hidden)],
  };
}

function historyRun({
  startedAt,
  durationSeconds,
  startedBy,
  executionArn,
  retries,
  result,
  ...run
}: RecordedRun): HistoryRun {
  const { name, status, error, verdict, unread } = run;
  return {
    name,
    ...(executionArn && { execution_arn: executionArn }),
    status,
    ...(error !== undefined && { error }),
    ...(verdict && { verdict }),
    started_at: startedAt,
    ...(durationSeconds !== undefined && { duration_seconds: durationSeconds }),
    started_by: startedBy,
    ...(retries > 0 && { retries }),
    ...(result && {
      ...(result.mode && { mode: result.mode }),
      ...{ total: result.total, passed: result.passed, failed: result.failed, errored: result.errored },
      ...('flaky' in result && result.flaky && { flaky: result.flaky }),
      ...('known' in result && result.known && { known: result.known }),
      ...('origin' in result && result.origin && { origin: result.origin }),
    }),
    ...(unread !== undefined && { unread }),
  };
}

/** The outcomes of each configuration, one for each run; those that a report hides may be another one in each. */
function outcomesOf(runs: RecordedRun[]): { rows: Map<string, (HistoryOutcome | null)[]>; hidden: boolean } {
  const rows = new Map<string, (HistoryOutcome | null)[]>();
  let hidden = false;
  runs.forEach(({ result }, index) => {
    if (!result || !('results' in result)) return;
    for (const one of everyResult(result)) {
      const identifier = one.configuration_identifier;
      if (isUnnamed(identifier)) continue;
      if (identifier.includes(redacted)) {
        hidden = true;
        continue;
      }
      const row = rows.get(identifier) ?? runs.map(() => null);
      row[index] = outcomeOf(one);
      rows.set(identifier, row);
    }
  });
  return { rows, hidden };
}

function outcomeOf(one: RunConfigurationResult): HistoryOutcome | null {
  const { status, error, flaky, duration_ms } = one;
  if (error?.type === notFinished) return null;
  return {
    status,
    ...(flaky && { flaky }),
    ...(status === 'FAILED' && isExcused(one) && { known: true }),
    ...(duration_ms !== undefined && { duration_ms }),
  };
}

function configurationHistory(
  configuration_identifier: string,
  outcomes: (HistoryOutcome | null)[],
  runs: RecordedRun[],
): ConfigurationHistory {
  const tested = outcomes.flatMap((outcome, index) =>
    outcome ? [{ ...outcome, since: runs[index]?.startedAt ?? '' }] : [],
  );
  const statuses = tested.flatMap(({ status }) => (status === 'ERRORED' ? [] : status));
  const changes = statuses.filter((status, index) => index > 0 && status !== statuses[index - 1]).length;
  const flakyRuns = tested.filter(({ flaky }) => flaky).length;
  const passedAt = tested.findIndex(({ status }) => status === 'PASSED');
  const row = passedAt < 0 ? tested : tested.slice(0, passedAt);
  const first = row.at(-1);
  const duration = durationOf(tested);
  return {
    configuration_identifier,
    outcomes,
    ...(first &&
      // Excused, it asks for nothing.
      !tested[0]?.known && {
        failing: { since: first.since, runs: row.length, ...(passedAt < 0 && { or_longer: true }) },
      }),
    not_passed: tested.filter(({ status }) => status !== 'PASSED').length,
    changes,
    flaky_runs: flakyRuns,
    flaky: flakyRuns > 0 || changes >= flakyChanges,
    ...(duration && { duration }),
  };
}

/** How the duration moved, if it moved much. What failed may have ended early. */
function durationOf(tested: HistoryOutcome[]): ConfigurationHistory['duration'] {
  const durations = tested.flatMap(({ status, duration_ms: ms }) =>
    status === 'PASSED' && ms !== undefined ? ms : [],
  );
  if (durations.length < fewestDurations) return undefined;
  const newer = Math.ceil(durations.length / 2);
  const [now, before] = [median(durations.slice(0, newer)), median(durations.slice(newer))];
  return isMuchLonger(now, before) || isMuchLonger(before, now) ? { before_ms: before, now_ms: now } : undefined;
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = 0, high = 0] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}

function matters({ not_passed: notPassed, flaky, duration }: ConfigurationHistory): boolean {
  return notPassed > 0 || flaky || duration !== undefined;
}

/** What is failing comes first, then what is flaky, then what got slower, then all else. */
function rank({ failing, flaky, duration }: ConfigurationHistory): number {
  return failing ? 0 : flaky ? 1 : duration && duration.now_ms > duration.before_ms ? 2 : 3;
}

/** The newest failure first, then what changes most, then what moved most. */
function compareWithin(a: ConfigurationHistory, b: ConfigurationHistory): number {
  const since = (b.failing?.since ?? '').localeCompare(a.failing?.since ?? '');
  return (
    since ||
    b.changes + b.flaky_runs - (a.changes + a.flaky_runs) ||
    factorOf(b) - factorOf(a) ||
    b.not_passed - a.not_passed
  );
}

function factorOf({ duration }: ConfigurationHistory): number {
  return duration ? duration.now_ms / duration.before_ms : 0;
}

function readingNotes(runs: RecordedRun[], hidden: boolean): string[] {
  const unread = new Map<string, number>();
  for (const { unread: why } of runs) {
    if (why !== undefined) unread.set(why, (unread.get(why) ?? 0) + 1);
  }
  const countsAlone = runs.some(({ result }) => result && !('results' in result));
  return [
    ...[...unread].map(([why, runs]) => `${runs === 1 ? '1 run' : `${runs} runs`} can't be read: ${why}.`),
    ...(countsAlone
      ? [
          'Of distributed runs the history has counts alone: the results of their configurations are objects in a bucket.',
        ]
      : []),
    ...(hidden
      ? [
          'Configurations whose identifiers are redacted in saved results are left out: they may be another one in each.',
        ]
      : []),
  ];
}
