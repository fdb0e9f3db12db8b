import type { Readable } from 'node:stream';
import { createColors } from 'picocolors';
import { identifierOf, type Configuration, type RunResult } from '../../lib/wire';
import { inCi, wantsColor, type CommandIo } from '../commandIo';
import { conclude } from '../conclusion';
import { parseArguments } from '../configurations/parseArguments';
import { readConfigurations } from '../configurations/readConfigurations';
import { connect, type Connection } from '../connection';
import { consoleLink } from '../consoleLink';
import { followExecution, startExecution, type FollowedExecution } from '../execution';
import { executionInput } from '../executionInput';
import { exitCode, type ExitCode } from '../exitCode';
import { unlessInterrupted } from '../interruptedError';
import type { Progress } from '../progress';
import { checkReport, renderReport, writeReportFile, type ReportRequest } from '../report/reports';
import { runResult } from '../runResult';
import { stopSignal } from '../stopSignal';
import { Talk } from '../talk';
import { checkRunOptions, type RunOptions } from './runOptions';

/**
 * `system-test run`: checks what it was given, starts an execution, waits for it and reports.
 * @param identifiers of the configurations to test; none: those of the file, or else of the construct
 * @throws UserError, NoVerdictError, InterruptedError: as the exit codes tell them apart
 */
export async function run(identifiers: string[], options: RunOptions, io: CommandIo): Promise<ExitCode> {
  checkRunOptions(identifiers, options);
  const reports = options.report ?? [{ format: 'text' }];
  const configurations = await unlessInterrupted(given(identifiers, options, io.stdin), io.stop);
  const input = executionInput({ ...options, configurations });
  await Promise.all(reports.map(checkReport));

  const talk = new Talk(io.stderr, options.quiet ? 'quiet' : options.verbose ? 'verbose' : 'normal');
  const connection = await connected(options, io, talk);
  try {
    const followed = await startAndFollow(connection, input, options, io, talk);
    const result = runResult(followed, {
      executionArn: followed.executionArn,
      identifiers: configurations?.map(identifierOf),
      maxConcurrency: options.maxConcurrency,
      startedAt: followed.askedAt,
      now: new Date(io.clock.now()),
    });
    const complete = await writeReports(reports, result, options, io, talk);
    conclude(followed, result, options, talk);
    return codeOf(result, complete, followed);
  } finally {
    await connection.close();
  }
}

/** Starts the execution and follows it to its end, its deadline or an interruption. */
async function startAndFollow(
  connection: Connection,
  input: string,
  options: RunOptions,
  io: CommandIo,
  talk: Talk,
): Promise<FollowedExecution & { executionArn: string; askedAt: Date }> {
  const { api, stateMachineArn } = connection;
  const stop = stopSignal(io);
  try {
    const askedAt = new Date(io.clock.now());
    const executionArn = await unlessInterrupted(
      startExecution(api, { stateMachineArn, name: options.name, input }),
      io.leave,
      `Left while an execution of ${stateMachineArn} was being started: it may run.`,
    );
    announce(executionArn, connection, talk);
    if (options.timeout !== undefined) {
      stop.startDeadline(options.timeout);
    }
    const progress = await progressOf(options, io);
    stop.signal.addEventListener('abort', () => {
      progress.stop();
      talk.note(`Stopping the execution.${io.stop.aborted ? ' Interrupt again to leave it as it is.' : ''}`);
    });
    const followed = await followExecution(api, executionArn, {
      clock: io.clock,
      stop: stop.signal,
      leave: io.leave,
      onProgress: (state) => progress.update(state),
    }).finally(() => progress.stop());
    return { ...followed, executionArn, askedAt };
  } finally {
    stop.dispose();
  }
}

/** The configurations that the user named; undefined leaves the choice to the construct. */
async function given(
  identifiers: string[],
  { configurations }: RunOptions,
  stdin: Readable,
): Promise<Configuration[] | undefined> {
  if (configurations !== undefined) {
    return readConfigurations(configurations, stdin);
  }
  return identifiers.length > 0 ? parseArguments(identifiers) : undefined;
}

/** Connects; where it is interrupted meanwhile, what it opens later is closed again. */
async function connected(options: RunOptions, io: CommandIo, talk: Talk): Promise<Connection> {
  const connecting = connect(options, io, talk);
  try {
    return await unlessInterrupted(connecting, io.stop);
  } catch (error) {
    connecting.then(
      (connection) => connection.close(),
      () => undefined,
    );
    throw error;
  }
}

function announce(executionArn: string, connection: Connection, talk: Talk): void {
  talk.note(`Started the execution ${executionArn}`);
  const link = connection.isAws() ? consoleLink(executionArn) : undefined;
  if (link) {
    talk.note(link);
  }
}

/** The live display belongs on a terminal that nothing else writes to. */
async function progressOf(
  { progress, quiet, verbose }: RunOptions,
  { stderr, env, clock }: CommandIo,
): Promise<Progress> {
  const { liveProgress, noProgress, plainProgress } = await import('../progress');
  if (!progress || quiet) {
    return noProgress;
  }
  return stderr.isTTY && !inCi(env) && !verbose ? liveProgress(stderr, clock) : plainProgress(stderr, clock);
}

/** Whether all reports were written. */
async function writeReports(
  reports: ReportRequest[],
  result: RunResult,
  { color }: RunOptions,
  { stdout, env }: CommandIo,
  talk: Talk,
): Promise<boolean> {
  let complete = true;
  for (const { format, file } of reports) {
    if (file === undefined) {
      stdout.write(renderReport(format, result, createColors(wantsColor(stdout, env, color))));
      continue;
    }
    try {
      await writeReportFile(file, renderReport(format, result, createColors(false)));
    } catch (error) {
      talk.error(`Could not write the report ${file}: ${(error as Error).message}`);
      complete = false;
    }
  }
  return complete;
}

/** A pipeline that counts on a report must not pass without it. */
function codeOf({ verdict }: RunResult, complete: boolean, { stopped }: FollowedExecution): ExitCode {
  if (stopped?.error === 'SystemTest.Interrupted') {
    return exitCode.interrupted;
  }
  if (verdict === 'PASSED') {
    return complete ? exitCode.passed : exitCode.noVerdict;
  }
  return verdict === 'FAILED' ? exitCode.failed : exitCode.noVerdict;
}
