import type { RunResult } from '../../lib/wire';
import { connectFunction } from '../direct/connectFunction';
import { testDirectly } from '../direct/testDirectly';
import type { ExitCode } from '../exitCode';
import type { Tested } from '../plan/runAgain';
import { untestedSentence } from '../result/conclusion';
import type { CommandIo } from '../terminal/commandIo';
import type { Talk } from '../terminal/talk';
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
    conclude: ({ stopped }, result) => conclude(result, stopped?.cause, options, talk),
    close: () => connection.close(),
  };
}

/** Says after the report what the report doesn't. */
function conclude(result: RunResult, stopped: string | undefined, { local }: InvokeOptions, talk: Talk): void {
  if (result.verdict === 'FAILED' && local) {
    talk.note('The exit code is 1, which is what stops a pipeline.');
  }
  if (result.verdict === 'ERRORED') {
    const reason = stopped?.replace(/\.$/, '');
    talk.error(
      reason === undefined
        ? untestedSentence(result)
        : `${reason}, so nothing more was invoked and there is no verdict.`,
    );
  }
}
