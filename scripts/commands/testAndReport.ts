import type { Configuration, RunResult } from '../../lib/wire';
import { codeOf, exitCode, type ExitCode } from '../exitCode';
import type { EarlierExecutions } from '../execution/earlierExecutions';
import { openUnlessInterrupted, unlessInterrupted } from '../io/interruptedError';
import {
  checkSameTest,
  checkTestPath,
  fileOf,
  findExecutions,
  readSavedRun,
  withComparison,
  type SavedRun,
} from './comparing';
import { testInRounds, type RoundMethod } from '../plan/rounds';
import { readSelection, type ConfigurationSelection } from '../plan/selection';
import { checkReports, defaultReports, reportResult } from '../report/reports';
import { judgeBy, type Judge } from '../result/judgement';
import { localCauseNotes } from '../result/localCauses';
import { redactorOf, type Redactor } from '../result/redaction';
import type { TestRound } from '../result/testRound';
import { stopSignal, type StopSignal } from '../io/stopSignal';
import type { CommandIo } from '../io/commandIo';
import { loudnessOf, Talk } from '../terminal/talk';
import type { TestOptions } from './flags';
import { nextSteps } from './nextSteps';

/** What a way of testing gets from the command. */
export interface TestContext {
  io: CommandIo;
  talk: Talk;
  stop: StopSignal;
  /** Takes secrets out of what is shown while it runs. */
  redact: Redactor;
}

/** A way of testing that is ready. */
export interface TestMethod<T extends TestRound> extends RoundMethod<T> {
  /** Path of the construct; undefined where it is not known. */
  testPath?: string;
  /**
   * What is selected once it is known what is there: what the last execution says is added, and what is left to the way of
   * testing itself is left out.
   * @throws UserError where there is no such execution
   */
  select?(selection: ConfigurationSelection, judge: Judge): Promise<ConfigurationSelection>;
  /** What it is compared with where nothing else is named; undefined where no executions are kept. */
  executions?: EarlierExecutions;
  /** What a person wants to know beside the report. */
  notes?(result: RunResult): string[];
  /** Why there is no verdict, in a sentence. */
  whyNoVerdict(last: T, result: RunResult): string;
  close(): Promise<void>;
}

/** A way of testing. */
export interface Testing<T extends TestRound> {
  /**
   * Refuses configurations that were named and that it can't test, before anything is called.
   * @throws UserError
   */
  check?(named: Configuration[] | undefined): void;
  /** Finds what is to be tested. */
  open(context: TestContext): Promise<TestMethod<T>>;
}

/**
 * What `run` and `invoke` have in common: selects the configurations, tests them, judges, runs again what did not pass,
 * and reports.
 * @param identifiers of the configurations to test
 * @throws UserError, NoVerdictError, InterruptedError: as the exit codes tell them apart
 */
export async function testAndReport<T extends TestRound>(
  identifiers: string[],
  options: TestOptions,
  io: CommandIo,
  testing: Testing<T>,
): Promise<ExitCode> {
  const {
    report: reports = defaultReports,
    knownFailures,
    configurations,
    rerunFailed,
    longestFirst,
    compare,
  } = options;
  const redact = redactorOf(options);
  const talk = new Talk(io.stderr, loudnessOf(options), redact);
  await checkReports(reports, [knownFailures, configurations, rerunFailed, longestFirst, fileOf(compare)]);
  const judge = await judgeBy(options, io);
  const report = async (result: RunResult, interrupted: boolean) => {
    const complete = await reportResult(result, reports, options, { io, talk, redact });
    return { complete, code: codeOf(result.verdict, { interrupted, complete }) };
  };

  const saved = await readSavedRun(compare, io);
  const given = await readSelection(identifiers, options, io, judge);
  if (given.rerun?.identifiers.length === 0) {
    talk.note(`Nothing in ${given.rerun.source} has to be run again, so nothing was started.`);
    return (await report(judge(given.rerun.result), false)).code;
  }
  if (rerunFailed === undefined) {
    testing.check?.(given.named);
  }
  checkSameTest(saved, { configurations: given.rerun?.identifiers ?? given.named });
  const stop = stopSignal(io);
  try {
    const method = await openUnlessInterrupted(testing.open({ io, talk, stop, redact }), io.stop);
    try {
      const selection = method.select ? await unlessInterrupted(method.select(given, judge), io.stop) : given;
      const { testPath, executions } = method;
      const { rerun } = given;
      checkTestPath('--rerun-failed', rerun?.source ?? '', rerun?.result.test, testPath);
      checkSameTest(saved, { test: testPath });
      const before = saved ?? (await findExecutions(compare, executions, { io, talk }));
      const context = { options, io, talk, stop: stop.signal, judge };
      const last = await testInRounds(selection, method, context);
      // Whoever interrupts what follows is told what the test came to.
      const interrupted = wasInterrupted(stop.signal, last);
      const judged = judge({ ...last.result, ...(testPath !== undefined && { test: testPath }) });
      const result = await withComparison(judged, before, isWhole(identifiers, options, saved), { io, talk });
      const { complete, code } = await report(result, interrupted);
      const causes = options.local ? localCauseNotes(result, options) : [];
      const ended = { options, io, redact, saved: complete };
      const steps = result.verdict === 'PASSED' || code === exitCode.interrupted ? [] : nextSteps(result, ended);
      const notes = [...(method.notes?.(result) ?? []), ...causes, ...steps, ...exitCodeNotes(code, options)];
      notes.forEach((note) => talk.note(note));
      if (result.verdict === 'ERRORED' && result.disagreement === undefined) {
        talk.error(method.whyNoVerdict(last, result));
      }
      return code;
    } finally {
      await method.close();
    }
  } finally {
    stop.dispose();
  }
}

/**
 * Whether all was tested that there is to test: for an execution what the construct has, for a saved result what a file
 * lists, too.
 */
function isWhole(identifiers: string[], { rerunFailed, grep, configurations }: TestOptions, saved?: SavedRun): boolean {
  const selected = identifiers.length > 0 || rerunFailed !== undefined || grep !== undefined;
  return !selected && (configurations === undefined || saved !== undefined);
}

/** On a laptop, where no pipeline shows what the exit code is for. */
function exitCodeNotes(code: ExitCode, { local }: TestOptions): string[] {
  return code === exitCode.failed && local ? ['The exit code is 1, which is what stops a pipeline.'] : [];
}

/** Whether the user stopped it, rather than its deadline, and before it came to its end. */
function wasInterrupted({ aborted, reason }: AbortSignal, { stopped, result }: TestRound): boolean {
  const byUser = aborted && (reason as { error: string }).error === 'SystemTest.Interrupted';
  return byUser && (stopped !== undefined || result.verdict !== 'PASSED');
}
