import type { RunResult } from '../../lib/wire';
import { connectFunction } from '../direct/connectFunction';
import { testDirectly } from '../direct/testDirectly';
import type { ExitCode } from '../exitCode';
import type { Tested } from '../result/tested';
import { untestedSentence } from '../result/untested';
import type { StopReason } from '../stopSignal';
import type { CommandIo } from '../terminal/commandIo';
import { checkInvokeOptions, defaultConcurrency, type InvokeOptions } from './invokeOptions';
import { testAndReport, type TestContext, type TestMethod } from './testAndReport';

/**
 * `system-test invoke`: `run` without a state machine. It invokes the function itself, with the same bounded parallelism,
 * retries and verdicts.
 * @param identifiers of the configurations to test; none: those of a file
 * @throws UserError, NoVerdictError, InterruptedError: as the exit codes tell them apart
 */
export async function invoke(identifiers: string[], options: InvokeOptions, io: CommandIo): Promise<ExitCode> {
  checkInvokeOptions(identifiers, options);
  return testAndReport(identifiers, options, io, { open: (context) => byInvocations(options, context) });
}

/** Each test is an invocation of the function for each configuration. */
async function byInvocations(options: InvokeOptions, context: TestContext): Promise<TestMethod<Tested>> {
  const { io, talk, ending } = context;
  const { maxConcurrency = defaultConcurrency } = options;
  const { redact } = ending;
  const connection = await connectFunction(options, maxConcurrency, io, talk);
  const { api, functionName, lookUp } = connection;
  talk.note(`Invoking the function ${functionName}, at most ${maxConcurrency} at once.`);
  return {
    test: (configurations = []) =>
      testDirectly({ ...context, api, functionName, maxConcurrency, options, redact }, configurations),
    lookUp,
    whyNoVerdict: ({ stopped }, result) => whyNoVerdict(stopped, result),
    close: () => connection.close(),
  };
}

function whyNoVerdict(stopped: StopReason | undefined, result: RunResult): string {
  return stopped
    ? `${stopped.cause.replace(/\.$/, '')}, so nothing more was invoked and there is no verdict.`
    : untestedSentence(result);
}
