import type { Command } from 'commander';
import { connect, type Connection, type StateMachineOptions } from '../aws/connection';
import { isNamed, kindOf, refusedCall, summary } from '../aws/errors';
import { defaultStack } from '../aws/target';
import { pastRuns } from '../execution/pastRuns';
import { exitCode, type ExitCode } from '../exitCode';
import { executionRuns } from '../history/executionRuns';
import type { History } from '../history/history';
import { historyOf, type RecordedRun } from '../history/historyOf';
import { historyFormats, reportHistory, type HistoryReport } from '../history/historyReports';
import { redactHistory } from '../history/redactHistory';
import { savedRuns, type SavedResult } from '../history/savedRuns';
import type { CommandIo } from '../io/commandIo';
import { openUnlessInterrupted, unlessInterrupted } from '../io/interruptedError';
import type { NoVerdictError } from '../io/noVerdictError';
import { parseTimestamp } from '../io/timestamp';
import { UserError } from '../io/userError';
import { checkReports } from '../report/reports';
import { readEarlierRun } from '../result/earlierRun';
import { redactorOf, type RedactionOptions } from '../result/redaction';
import { Talk } from '../terminal/talk';
import {
  addAwsOptions,
  addRedactionOptions,
  checkRegion,
  expected,
  integer,
  list,
  reportsOf,
  stackOption,
  stateMachineOption,
  testOption,
  type Done,
} from './flags';

/** What `history` was asked to do. */
interface HistoryOptions extends StateMachineOptions, RedactionOptions {
  last?: number;
  /** The time since when, by the time that it is now. */
  since?: (now: number) => Date;
  report?: HistoryReport[];
  color: boolean;
}

/** Runs that are told where nothing is asked for, and at most. */
const usualRuns = 20;
const mostRuns = 200;

const examples = `
Examples:
  system-test history                             of the stack ${defaultStack}
  system-test history --stack Feeds --last 50 --report text --report html=h.html
  system-test history --since 7d --report json=history.json
  system-test history results/*.json              of saved results, without AWS

Exit codes, which are no verdict:
  0    the history was told, whatever is in it
  2    wrong use or bad input, or a permission is missing
  3    it could not be read or written
  130  interrupted
`;

/** Adds `system-test history`. */
export function addHistory(program: Command, io: CommandIo, done: Done): void {
  const command = program
    .command('history')
    .summary('tell the last runs beside each other')
    .description(
      'Tells the last runs beside each other, and of each configuration since when it fails, how often it flaked and ' +
        'how its duration moves. It reads the executions that have ended, of which AWS keeps 90 days, and starts nothing.',
    )
    .argument('[RESULT...]', 'JSON reports of runs to tell instead of executions')
    .optionsGroup('Which runs:')
    .addOption(stackOption('the system test', 'stateMachine', false))
    .addOption(testOption('stateMachine'))
    .addOption(stateMachineOption())
    .option('--last <N>', `the last N, 1 to ${mostRuns} (default: ${usualRuns}, with --since ${mostRuns})`, (text) =>
      integer(text, '--last', 1, mostRuns),
    )
    .option('--since <TIME>', 'those started since then: 24h, 7d, 2w ago, or 2026-11-01 (UTC)', since);
  addAwsOptions(command)
    .optionsGroup('What to report:')
    .option(
      '--report <FORMAT[=FILE]>',
      `${list(historyFormats)}, to standard output or a file; repeatable (default: text)`,
      reportsOf(historyFormats),
    );
  addRedactionOptions(command)
    .option('--no-color', 'no colours')
    .addHelpText('after', examples)
    .action(async (files: string[], options: HistoryOptions) => {
      done(await history(files, options, io));
    });
}

/** Hours of each unit of time. */
const hoursOf = { h: 1, d: 24, w: 168 };

/**
 * The time of `24h`, `7d`, `2w` (ago), `2026-11-01` or `2026-11-01T12:00:00Z`.
 * @throws a UserError for anything else
 */
function since(text: string): (now: number) => Date {
  const { amount, unit } = /^(?<amount>\d{1,5})(?<unit>[hdw])$/.exec(text)?.groups ?? {};
  if (amount !== undefined) {
    return (now) => new Date(now - Number(amount) * hoursOf[unit as keyof typeof hoursOf] * 3_600_000);
  }
  const time = parseTimestamp(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
  if (time === undefined) throw expected('--since', 'a time such as 24h, 7d, 2w or 2026-11-01', text);
  return () => new Date(time);
}

/**
 * Tells the history of a state machine's executions, or of saved results.
 * @param open connects to where the executions are
 * @throws UserError, NoVerdictError, InterruptedError: as the exit codes tell them apart
 */
export async function history(
  files: string[],
  options: HistoryOptions,
  io: CommandIo,
  open: typeof connect = connect,
): Promise<ExitCode> {
  const { report: reports = [{ format: 'text' }], color } = options;
  const redact = redactorOf(options);
  const talk = new Talk(io.stderr, 'normal', redact);
  checkRegion(options);
  checkSources(files, options);
  await checkReports(reports, files);
  const from = options.since?.(io.clock.now());
  const range: Range = { from, most: options.last ?? (from ? mostRuns : usualRuns) };
  const told =
    files.length > 0
      ? await savedHistory(files, range, io)
      : await historyOfExecutions(await openUnlessInterrupted(open(options, io, talk), io.stop), range, io);
  const complete = await reportHistory(redactHistory(told, redact), reports, { color, io, talk });
  return complete ? exitCode.passed : exitCode.noVerdict;
}

/** Which runs to tell. */
interface Range {
  from?: Date;
  most: number;
}

/** Saved results are told without a call. */
function checkSources(files: string[], options: HistoryOptions): void {
  const { stack, test, stateMachine, profile, region, endpointUrl } = options;
  const flags = { '--stack': stack, '--test': test, '--state-machine': stateMachine };
  const all = { ...flags, '--profile': profile, '--region': region, '--endpoint-url': endpointUrl };
  const given = Object.entries(all).find(([, value]) => value !== undefined);
  if (files.length > 0 && given) {
    throw new UserError(`Expected either saved results or ${given[0]}, which leads to executions, got both.`);
  }
}

async function savedHistory(files: string[], { from, most }: Range, io: CommandIo): Promise<History> {
  const saved: SavedResult[] = [];
  for (const file of files) saved.push({ file, result: await readEarlierRun(file, 'RESULT', io) });
  const { runs, about } = savedRuns(saved);
  const since = from?.toISOString() ?? '';
  return historyOf(runs.filter(({ startedAt }) => startedAt >= since).slice(0, most), about);
}

async function historyOfExecutions(connection: Connection, range: Range, io: CommandIo): Promise<History> {
  const { from, most } = range;
  try {
    const { api, stateMachineArn, test } = connection;
    const past = pastRuns(api, stateMachineArn, { clock: io.clock, stop: io.stop, since: from });
    const reading = executionRuns(past, most).catch((error: unknown) => {
      throw unreadable(stateMachineArn, error);
    });
    const runs = await unlessInterrupted(reading, io.stop, 'Interrupted before the history was read.');
    checkReadable(runs, stateMachineArn);
    const about = { state_machine_arn: stateMachineArn, ...(test !== undefined && { test }) };
    const note = `These are the last ${most} runs; there may be more since ${from?.toISOString()}.`;
    return historyOf(runs, about, from && runs.length === most ? [note] : []);
  } finally {
    await connection.close();
  }
}

/** Of a state machine of something else, and without the permission to read histories, there is nothing to tell. */
function checkReadable(runs: RecordedRun[], stateMachineArn: string): void {
  const why = runs.find(({ unread }) => unread !== undefined)?.unread;
  if (why !== undefined && runs.every(({ result }) => !result)) {
    throw new UserError(
      `Expected a run of a system test that can be read among the last ${runs.length} of ${stateMachineArn}, got none: ${why}.`,
    );
  }
}

function unreadable(stateMachineArn: string, error: unknown): UserError | NoVerdictError {
  const refused = ['StateMachineDoesNotExist', 'StateMachineTypeNotSupported', 'InvalidArn'];
  if (refused.some((name) => isNamed(error, name))) {
    return new UserError(
      `Expected a state machine with executions to list, got ${stateMachineArn} (${summary(error)}).`,
      {
        cause: error,
      },
    );
  }
  if (kindOf(error) === 'denied') {
    return new UserError(
      `Expected the permission states:ListExecutions on ${stateMachineArn}, as grantRead gives it, got ${summary(error)}.`,
      { cause: error },
    );
  }
  return refusedCall(error, `list the executions of ${stateMachineArn}`);
}
