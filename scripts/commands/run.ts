import { identifierOf } from '../../lib/wire';
import type { CommandIo } from '../commandIo';
import { conclude } from '../conclusion';
import { namedConfigurations } from '../configurations/namedConfigurations';
import { connect, type Connection } from '../connection';
import { consoleLink } from '../consoleLink';
import { followExecution, startExecution, type FollowedExecution } from '../execution';
import { executionInput } from '../executionInput';
import { codeOf, type ExitCode } from '../exitCode';
import { openUnlessInterrupted, unlessInterrupted } from '../interruptedError';
import { chooseProgress } from '../progressChoice';
import { checkReport } from '../report/reports';
import { writeReports } from '../report/writeReports';
import { runResult } from '../runResult';
import { stopSignal } from '../stopSignal';
import { loudnessOf, Talk } from '../talk';
import { checkRunOptions, type RunOptions } from './runOptions';

/**
 * `system-test run`: checks what it was given, starts an execution, waits for it and reports.
 * @param identifiers of the configurations to test; none: those of the file, or else of the construct
 * @throws UserError, NoVerdictError, InterruptedError: as the exit codes tell them apart
 */
export async function run(identifiers: string[], options: RunOptions, io: CommandIo): Promise<ExitCode> {
  checkRunOptions(identifiers, options);
  const reports = options.report ?? [{ format: 'text' }];
  const configurations = await unlessInterrupted(
    namedConfigurations(identifiers, options.configurations, io.stdin),
    io.stop,
  );
  const input = executionInput({ ...options, configurations });
  await Promise.all(reports.map(checkReport));

  const talk = new Talk(io.stderr, loudnessOf(options));
  const connection = await openUnlessInterrupted(connect(options, io, talk), io.stop);
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
    return codeOf(result.verdict, { interrupted: followed.stopped?.error === 'SystemTest.Interrupted', complete });
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
      startExecution(api, { stateMachineArn, name: options.name, input }, io),
      io.leave,
      `Left while an execution of ${stateMachineArn} was being started: it may run.`,
    );
    announce(executionArn, connection, talk);
    if (options.timeout !== undefined) {
      stop.startDeadline(options.timeout);
    }
    const progress = await chooseProgress(options, io);
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

function announce(executionArn: string, connection: Connection, talk: Talk): void {
  talk.note(`Started the execution ${executionArn}`);
  const link = connection.isAws() ? consoleLink(executionArn) : undefined;
  if (link) {
    talk.note(link);
  }
}
