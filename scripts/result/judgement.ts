import type { RunResult } from '../../lib/wire';
import { readInputFile } from '../io/inputFile';
import type { CommandIo } from '../io/commandIo';
import { applyKnownFailures, parseKnownFailures } from './knownFailures';
import { tally } from './tally';

/** By what a result is judged beside its configurations. */
export interface JudgementOptions {
  /** File with the list of known failures. */
  knownFailures?: string;
  /** Whether a configuration that passed only when it was run again fails the run. */
  strict?: boolean;
}

/** How a result is judged. */
export interface Judge {
  /** The result with counts and verdict as the list of known failures and `--strict` have them, and notes on the list. */
  (result: RunResult): RunResult;
  /** Whether the list excuses a failure of the configuration. */
  excuses: (identifier: string) => boolean;
}

/**
 * Reads all that judging needs, before anything is started.
 * @throws UserError for a list of known failures that can't be read
 * @throws InterruptedError
 */
export async function judgeBy(
  { knownFailures: file, strict }: JudgementOptions,
  { clock, stop }: Pick<CommandIo, 'clock' | 'stop'>,
): Promise<Judge> {
  if (file === undefined) {
    return Object.assign((result: RunResult) => tally(result, { strict }), { excuses: () => false });
  }
  const known = parseKnownFailures(await readInputFile(file, '--known-failures', { stop }), file);
  const today = () => new Date(clock.now()).toISOString().slice(0, 10);
  const excused = new Map(known.map((one) => [one.configuration_identifier, one]));
  return Object.assign((result: RunResult) => applyKnownFailures(result, known, { today: today(), strict }), {
    excuses: (identifier: string) => (excused.get(identifier)?.expires ?? '') >= today(),
  });
}
