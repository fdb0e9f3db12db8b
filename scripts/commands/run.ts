import type { RunResult } from '../../lib/wire';
import { connect } from '../aws/connection';
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
    open: (context) => byExecutions(options, context),
  });
}

/** Each test is an execution of the state machine. */
async function byExecutions(options: RunOptions, context: TestContext): Promise<TestMethod<TestedExecution>> {
  const { io, talk, stop, ending } = context;
  const { redact } = ending;
  const connection = await connect(options, io, talk);
  return {
    test: (configurations, retry) =>
      testExecution({ connection, options, io, talk, stop, redact }, configurations, retry),
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
