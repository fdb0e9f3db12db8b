/** What is new in a run, beside those before it. It changes no verdict: it says where to look first. */
import type { RunComparison, RunConfigurationResult, RunResult, Verdict } from '../../lib/wire';
import { everyResult } from './allResults';
import { redacted } from './redaction';
import { isExcused } from './tally';
import { isUnnamed } from './unnamed';
import { notFinished } from './untested';

/** A run before, as far as it is compared. */
export interface ComparedRun {
  executionArn?: string;
  /** That its result was read from, as the user gave it. */
  file?: string;
  /** ISO 8601, UTC. */
  startedAt: string;
  verdict: Verdict;
  results: Iterable<ComparedResult>;
  /** Whether it tested all that there was to test then, rather than a selection. */
  whole: boolean;
  /** What it said itself of those that it found to be failing still. */
  stillFailing?: RunComparison['still_failing'];
}

type ComparedResult = Pick<RunConfigurationResult, 'configuration_identifier' | 'status' | 'duration_ms' | 'error'>;

/** How a configuration of the run did, and before. */
interface Row {
  identifier: string;
  passed: boolean;
  failing: boolean;
  ms?: number;
  /** Its last outcome before. */
  last?: { passed: boolean; ms?: number };
  /** Whether none of its outcomes before passed, as far as they are known. */
  unbroken: boolean;
  /** In so many runs in a row it did not pass, this one included; the oldest of those before started `since`. */
  runs: number;
  since: string;
}

/** Whether it took so much longer that this is told: by over a half and by over a second. */
export function isMuchLonger(ms: number, before: number): boolean {
  return ms > before * 1.5 && ms > before + 1_000;
}

/**
 * Compares a run with those before, which are added one by one, the newest first, as long as they change anything. What a
 * configuration did before is its last outcome in any of them, so a run of a few between two of all is no hole.
 *
 * - Failing is what did not pass, whether it failed or could not be tested; a known failure that is excused is neither newly
 *   nor still failing, and one whose date is over is.
 * - What is flaky has passed, so it may be fixed.
 * - What was never tested, as the run ended before, has no outcome; what has no name or a redacted one is left out: it may be
 *   another one in the next run.
 *
 * Takes time in proportion to the results.
 */
export class RunComparer {
  private readonly rows = new Map<string, Row>();
  private with: ComparedRun | undefined;
  /** The identifiers of the newest run before that tested all. */
  private before: Set<string> | undefined;
  /** How many rows another run could tell something of. */
  private open = 0;

  /** Whether all was tested that there is to test. */
  private readonly whole: boolean;

  /** @param whole whether all was to be tested that there is to test, rather than a selection */
  constructor(result: Pick<RunResult, 'results' | 'all'>, whole: boolean) {
    let complete = true;
    for (const one of everyResult(result)) {
      complete &&= isNamed(one) && isTested(one);
      if (!isNamed(one)) continue;
      const { configuration_identifier: identifier, status, duration_ms: ms } = one;
      const passed = status === 'PASSED';
      const failing = !passed && isTested(one) && !(status === 'FAILED' && isExcused(one));
      this.rows.set(identifier, { identifier, passed, failing, ms, unbroken: true, runs: 1, since: '' });
      this.open++;
    }
    // Of a list that was not tested to its end, nobody knows what else is on it.
    this.whole = whole && complete;
  }

  /** Whether it would learn nothing from a further run. */
  get settled(): boolean {
    return this.open === 0;
  }

  /** Whether it is to be known of the next run whether it tested all. */
  get wantsWhole(): boolean {
    return this.whole && this.before === undefined;
  }

  add(run: ComparedRun): void {
    const still = new Map(run.stillFailing?.map((one) => [one.configuration_identifier, one]));
    const identifiers = new Set<string>();
    let whole = run.whole;
    for (const outcome of run.results) {
      whole &&= isNamed(outcome) && isTested(outcome);
      if (!isNamed(outcome)) continue;
      const identifier = outcome.configuration_identifier;
      identifiers.add(identifier);
      const row = this.rows.get(identifier);
      if (!row) continue;
      this.with ??= run;
      if (!isOpen(row) || !isTested(outcome)) continue;
      const passed = outcome.status === 'PASSED';
      row.last ??= { passed, ms: outcome.duration_ms };
      row.unbroken &&= !passed;
      if (row.unbroken) {
        const { since = run.startedAt, runs = 1 } = still.get(identifier) ?? {};
        row.since = since;
        row.runs += runs;
      }
      this.open -= isOpen(row) ? 0 : 1;
    }
    if (whole && this.wantsWhole) {
      this.before = identifiers;
    }
  }

  /** Undefined where no run that was added has any of the configurations. */
  comparison(): RunComparison | undefined {
    if (!this.with) return undefined;
    const { executionArn, file, startedAt, verdict } = this.with;
    const rows = [...this.rows.values()];
    const [failing, passed] = [rows.filter((row) => row.failing), rows.filter((row) => row.passed)];
    return {
      with: {
        ...(executionArn && { execution_arn: executionArn }),
        ...(file && { file }),
        started_at: startedAt,
        verdict,
      },
      newly_failing: named(failing.filter(({ last }) => last?.passed)),
      still_failing: failing
        .filter(({ last }) => last?.passed === false)
        .map(({ identifier, since, runs }) => ({ configuration_identifier: identifier, since, runs })),
      fixed: named(passed.filter(({ last }) => last?.passed === false)),
      ...this.changes(),
      slower: passed.flatMap(slower).sort((a, b) => b.duration_ms - b.before_ms - (a.duration_ms - a.before_ms)),
    };
  }

  private changes(): Pick<RunComparison, 'added' | 'gone'> {
    const { before, rows } = this;
    if (!before) return {};
    return {
      added: [...rows.keys()].filter((identifier) => !before.has(identifier)),
      gone: [...before].filter((identifier) => !rows.has(identifier)),
    };
  }
}

function isNamed({ configuration_identifier: identifier }: ComparedResult): boolean {
  return !isUnnamed(identifier) && !identifier.includes(redacted);
}

function isTested({ error }: ComparedResult): boolean {
  return error?.type !== notFinished;
}

/** One that is failing needs all of its outcomes up to one that passed, any other its last one alone. */
function isOpen({ failing, last, unbroken }: Row): boolean {
  return last === undefined || (unbroken && failing);
}

function named(rows: Row[]): string[] {
  return rows.map(({ identifier }) => identifier);
}

function slower({ identifier, ms, last }: Row): RunComparison['slower'] {
  if (!last?.passed || ms === undefined || last.ms === undefined || !isMuchLonger(ms, last.ms)) return [];
  return [{ configuration_identifier: identifier, before_ms: last.ms, duration_ms: ms }];
}
