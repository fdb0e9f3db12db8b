import type { RunResult } from '../../lib/wire';
import { connect, type Connection } from '../aws/connection';
import { executionInput } from '../execution/executionInput';
import { testExecution, type TestedExecution } from '../execution/testExecution';
import { whyNoVerdict } from '../execution/whyNoVerdict';
import type { ExitCode } from '../exitCode';
import { configurationsOfExecution } from '../execution/configurationsOfExecution';
import type { CommandIo } from '../terminal/commandIo';
import { checkRunOptions, type RunOptions } from './runOptions';
import { testAndReport, type TestContext, type TestMethod } from './testAndReport';

/**
 * `system-test run`: checks what it was given, starts an execution, waits for it and reports.
 * @param identifiers of the configurations to test; none: those of the file, or else of the construct
 * @throws UserError, NoVerdictError, InterruptedError: as the exit codes tell them apart
 */
export async function run(identifiers: string[], options: RunOptions, io: CommandIo): Promise<ExitCode> {
  checkRunOptions(identifiers, options);
  return testAndReport(identifiers, options, io, {
    // What does not fit in an execution is refused here.
    check: (configurations) => executionInput({ ...options, configurations }),
    open: async (context) => byExecutions(await connect(options, io, context.talk), options, context),
  });
}

/** Each test is an execution of the state machine. */
export function byExecutions(
  connection: Connection,
  options: RunOptions,
  { io, talk, stop, ending }: TestContext,
): TestMethod<TestedExecution> {
  const context = { connection, options, io, talk, stop, redact: ending.redact };
  return {
    test: (configurations, retry) => testExecution(context, configurations, retry),
    lookUp: (executionArn) => configurationsOfExecution(connection.api, executionArn, io),
    notes: (result) => concurrencyNotes(result, options),
    whyNoVerdict: ({ followed }, result) => whyNoVerdict(followed, result, options),
    close: () => connection.close(),
  };
}

function concurrencyNotes({ max_concurrency: used }: RunResult, { maxConcurrency: asked }: RunOptions): string[] {
  return asked !== undefined && used < asked
    ? [`At most ${used} ran at once, not ${asked}: the state machine allows no more.`]
    : [];
}
