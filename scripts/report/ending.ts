import type { RunResult } from '../../lib/wire';
import type { CommandIo } from '../terminal/commandIo';
import { readInputFile } from '../inputFile';
import { applyKnownFailures, parseKnownFailures, type KnownFailure } from '../result/knownFailures';
import { createRedactor, redactResult, type Redactor } from '../result/redaction';
import { checkReports, type ReportRequest } from './reports';
import { writeReports } from './writeReports';
import type { Talk } from '../terminal/talk';
import { tally } from '../result/tally';
import { disagreementSentence } from '../result/untested';

/** What is to become of a result. */
export interface ReportOptions {
  /** Text on standard output where none is asked for. */
  report?: ReportRequest[];
  /** File with the list of known failures. */
  knownFailures?: string;
  /** Whether a configuration that passed only when it was run again fails the run. */
  strict?: boolean;
  redact?: RegExp[];
  /** Whether what looks like a credential is taken out of reports; default true. */
  redactCredentials: boolean;
  /** Whether reports tell the cost; default true. */
  cost: boolean;
  color: boolean;
}

/** What every command does with a result: known failures → redaction → reports. */
export interface Ending {
  /** Takes secrets out of what is shown while it runs. */
  redact: Redactor;
  /** The result as the list of known failures and `--strict` have it: what then did not pass may be run again. */
  judge(result: RunResult): RunResult;
  /** Judges the result, says why it is not believed and what is to do about known failures, and writes the reports. */
  finish(result: RunResult): Promise<{ result: RunResult; complete: boolean }>;
}

/**
 * Reads and checks all that the end of a command needs, before anything is started.
 * @param inputs what else the command reads: no report overwrites it
 * @throws UserError for a list of known failures that can't be read, and a report that can't be written
 */
export async function prepareEnding(
  options: ReportOptions,
  io: CommandIo,
  talk: Talk,
  inputs: (string | undefined)[],
): Promise<Ending> {
  const reports = options.report ?? [{ format: 'text' as const }];
  await checkReports(
    reports,
    [options.knownFailures, ...inputs].filter((file) => file !== undefined),
  );
  const known = await knownFailures(options, io);
  const redact = redactorOf(options);
  const judge = (result: RunResult): RunResult => {
    if (!known) {
      return tally(result, options);
    }
    const today = new Date(io.clock.now()).toISOString().slice(0, 10);
    const judged = applyKnownFailures(result, known, { today, strict: options.strict });
    const notes = judged.notes.map(({ message }) => message);
    return { ...judged.result, known_failure_notes: notes.length > 0 ? notes : undefined };
  };
  return {
    redact,
    judge,
    finish: async (given) => {
      const result = judge(options.cost ? given : { ...given, cost: undefined, cost_unknown: undefined });
      if (result.disagreement !== undefined) {
        talk.error(disagreementSentence(result.disagreement));
      }
      // The text report says it itself.
      if (!reports.some(({ format, file }) => format === 'text' && file === undefined)) {
        (result.known_failure_notes ?? []).forEach((note) => talk.note(note));
      }
      return { result, complete: await writeReports(reports, redactResult(result, redact), options, io, talk) };
    },
  };
}

/** Takes out what the flags ask for: of the reports and of all that the command says. */
export function redactorOf({
  redact,
  redactCredentials,
}: Pick<ReportOptions, 'redact' | 'redactCredentials'>): Redactor {
  return createRedactor(redact, { defaults: redactCredentials });
}

async function knownFailures(
  { knownFailures: file }: ReportOptions,
  { stop }: CommandIo,
): Promise<KnownFailure[] | undefined> {
  return file === undefined
    ? undefined
    : parseKnownFailures(await readInputFile(file, '--known-failures', { stop }), file);
}
