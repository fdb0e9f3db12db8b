import type { Configuration, RunResult } from '../../lib/wire';
import { stopSignal, type StopSignal } from '../stopSignal';
import { codeOf, exitCode, type ExitCode } from '../exitCode';
import { openUnlessInterrupted, unlessInterrupted } from '../interruptedError';
import { choose, type Choice } from '../plan/choice';
import { plannedConfigurations, type LookUp } from '../plan/plannedConfigurations';
import { runAgain, type Test } from '../plan/runAgain';
import { prepareEnding, redactorOf, type Ending } from '../report/ending';
import { mergeReruns } from '../result/rerun';
import type { Tested } from '../result/tested';
import type { CommandIo } from '../terminal/commandIo';
import { loudnessOf, Talk } from '../terminal/talk';
import type { TestOptions } from './flags';

/** What a way of testing gets from the command. */
export interface TestContext {
  io: CommandIo;
  talk: Talk;
  stop: StopSignal;
  ending: Ending;
}

/** A way of testing that is ready. */
export interface TestMethod<T extends Tested> {
  test: Test<T>;
  lookUp: LookUp;
  /** What a person wants to know beside the report. */
  notes?(result: RunResult): string[];
  /** Why there is no verdict, in a sentence. */
  whyNoVerdict(tested: T, result: RunResult): string;
  close(): Promise<void>;
}

/** A way of testing. */
export interface Testing<T extends Tested> {
  /**
   * Refuses configurations that were named and that it can't test, before anything is called.
   * @throws UserError
   */
  check?(named: Configuration[] | undefined): void;
  /** Finds what is to be tested. */
  open(context: TestContext): Promise<TestMethod<T>>;
}

/**
 * What `run` and `invoke` have in common: chooses the configurations, tests them, runs again what did not pass, and
 * reports.
 * @param identifiers of the configurations to test
 * @throws UserError, NoVerdictError, InterruptedError: as the exit codes tell them apart
 */
export async function testAndReport<T extends Tested>(
  identifiers: string[],
  options: TestOptions,
  io: CommandIo,
  testing: Testing<T>,
): Promise<ExitCode> {
  const talk = new Talk(io.stderr, loudnessOf(options), redactorOf(options));
  const { configurations, rerunFailed, longestFirst } = options;
  const ending = await prepareEnding(options, io, talk, [configurations, rerunFailed, longestFirst]);
  const choice = await choose(identifiers, options, { io, ending });
  if (choice.rerun?.identifiers.length === 0) {
    talk.note(`Nothing in ${choice.rerun.file} has to be run again, so nothing was started.`);
    const { result, complete } = await ending.finish(choice.rerun.result);
    return codeOf(result.verdict, { interrupted: false, complete });
  }
  if (!choice.rerun) {
    testing.check?.(choice.named);
  }
  const stop = stopSignal(io);
  const context = { io, talk, stop, ending };
  try {
    const method = await openUnlessInterrupted(testing.open(context), io.stop);
    try {
      const tested = await testAll(choice, method, { ...context, options });
      const interrupted = wasInterrupted(stop.signal, tested);
      const { result, complete } = await ending.finish(tested.result);
      const code = codeOf(result.verdict, { interrupted, complete });
      const notes = [...(method.notes?.(result) ?? []), ...exitCodeNotes(code, options)];
      notes.forEach((note) => talk.note(note));
      if (result.verdict === 'ERRORED' && result.disagreement === undefined) {
        talk.error(method.whyNoVerdict(tested, result));
      }
      return code;
    } finally {
      await method.close();
    }
  } finally {
    stop.dispose();
  }
}

/** The first test and those that run again what did not pass, and what they and the run before came to together. */
async function testAll<T extends Tested>(
  choice: Choice,
  { test, lookUp }: TestMethod<T>,
  { io, talk, stop, ending, options }: TestContext & { options: TestOptions },
): Promise<T> {
  const configurations = await unlessInterrupted(plannedConfigurations(choice, lookUp, talk), io.stop);
  const first = await test(configurations, 0);
  const last = await runAgain(first, test, { options, talk, stop: stop.signal, ending });
  const { rerun } = choice;
  return rerun ? { ...last, result: mergeReruns(rerun.result, last.result, options) } : last;
}

/** On a laptop, where no pipeline shows what the exit code is for. */
function exitCodeNotes(code: ExitCode, { local }: TestOptions): string[] {
  return code === exitCode.failed && local ? ['The exit code is 1, which is what stops a pipeline.'] : [];
}

/** Whether the user stopped it, rather than its deadline, and before it came to its end. */
function wasInterrupted({ aborted, reason }: AbortSignal, { stopped, result }: Tested): boolean {
  const byUser = aborted && (reason as { error: string }).error === 'SystemTest.Interrupted';
  return byUser && (stopped !== undefined || result.verdict !== 'PASSED');
}
