import type { CommandIo } from '../terminal/commandIo';
import { conclude } from '../result/conclusion';
import { namedConfigurations } from '../configurations/namedConfigurations';
import { connect } from '../aws/connection';
import { readEarlierRun } from '../result/earlierRun';
import { prepareEnding, type Ending } from '../result/ending';
import type { StopReason } from '../execution/execution';
import { executionInput } from '../execution/executionInput';
import { codeOf, type ExitCode } from '../exitCode';
import { openUnlessInterrupted, unlessInterrupted } from '../interruptedError';
import { plannedConfigurations, type Choice } from '../plan/plannedConfigurations';
import { mergeReruns, toRerun } from '../result/rerun';
import { runAgain } from '../execution/runAgain';
import { stopSignal } from '../execution/stopSignal';
import { loudnessOf, Talk } from '../terminal/talk';
import { testExecution, type RunContext, type TestedExecution } from '../execution/testExecution';
import { checkRunOptions, type RunOptions } from './runOptions';

/**
 * `system-test run`: checks what it was given, starts an execution, waits for it and reports.
 * @param identifiers of the configurations to test; none: those of the file, or else of the construct
 * @throws UserError, NoVerdictError, InterruptedError: as the exit codes tell them apart
 */
export async function run(identifiers: string[], options: RunOptions, io: CommandIo): Promise<ExitCode> {
  checkRunOptions(identifiers, options);
  const talk = new Talk(io.stderr, loudnessOf(options));
  const ending = await prepareEnding(options, io, talk);
  const choice = await unlessInterrupted(choose(identifiers, options, io, ending), io.stop);
  if (choice.rerun?.identifiers.length === 0) {
    talk.note(`Nothing in ${choice.rerun.file} has to be run again, so nothing was started.`);
    const { result, complete } = await ending.finish(choice.rerun.result);
    return codeOf(result.verdict, { interrupted: false, complete });
  }
  const connection = await openUnlessInterrupted(connect(options, io, talk), io.stop);
  const stop = stopSignal(io);
  try {
    const context = { connection, options, io, talk, stop, ending };
    const { result: tested, followed } = await test(choice, context);
    const interrupted = isInterruption(stop.signal) && (followed.stopped !== undefined || tested.verdict !== 'PASSED');
    const { result, complete } = await ending.finish(tested);
    conclude(followed, result, options, talk, ending.redact);
    return codeOf(result.verdict, { interrupted, complete });
  } finally {
    stop.dispose();
    await connection.close();
  }
}

/** Reads all files that say what to test, and refuses what does not fit in an execution before anything is called. */
async function choose(identifiers: string[], options: RunOptions, io: CommandIo, ending: Ending): Promise<Choice> {
  const { configurations, rerunFailed, longestFirst } = options;
  const earlier = async (file: string, flag: string) => ({ file, result: await readEarlierRun(file, flag) });
  const named = await namedConfigurations(identifiers, configurations, io.stdin);
  if (rerunFailed === undefined) {
    executionInput({ ...options, configurations: named });
  }
  const before = rerunFailed === undefined ? undefined : await earlier(rerunFailed, '--rerun-failed');
  return {
    named,
    rerun: before && { ...before, identifiers: toRerun(ending.judge(before.result)) },
    longestFirst: longestFirst === undefined ? undefined : await earlier(longestFirst, '--longest-first'),
  };
}

/** All executions of the run, and what they and the run before came to together. */
async function test(choice: Choice, context: RunContext): Promise<TestedExecution> {
  const { connection, options, io, talk } = context;
  const planned = plannedConfigurations(choice, connection.api, { talk, stop: io.stop });
  const configurations = await unlessInterrupted(planned, io.stop);
  const first = await testExecution(context, configurations);
  const last = await runAgain(first, (some, retry) => testExecution(context, some, retry), context);
  const { rerun } = choice;
  return rerun ? { ...last, result: mergeReruns(rerun.result, last.result, options) } : last;
}

/** Whether the user stopped it, rather than its deadline. */
function isInterruption({ aborted, reason }: AbortSignal): boolean {
  return aborted && (reason as StopReason).error === 'SystemTest.Interrupted';
}
