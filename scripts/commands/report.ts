import type { Command } from 'commander';
import type { RunResult } from '../../lib/wire';
import { connect, type StateMachineOptions } from '../aws/connection';
import { parseExecutionArn } from '../aws/target';
import { codeOf, type ExitCode } from '../exitCode';
import { EarlierExecutions, selectsNothing } from '../execution/earlierExecutions';
import { whyNoVerdict } from '../execution/executionResult';
import type { FollowContext, FollowOptions } from '../execution/followedResult';
import { watchExecution, type WatchedExecution } from '../execution/watchExecution';
import { inputName, readInputFile } from '../io/inputFile';
import { InterruptedError, openUnlessInterrupted } from '../io/interruptedError';
import { UserError } from '../io/userError';
import { checkReports, defaultReports, reportResult } from '../report/reports';
import { reportMebibytes } from '../result/earlierRun';
import { everyResult } from '../result/allResults';
import { judgeBy } from '../result/judgement';
import { redactorOf } from '../result/redaction';
import { mergeSameKeys } from '../result/rerun';
import { parseRunResult } from '../result/runResultFile';
import type { CommandIo } from '../io/commandIo';
import { loudnessOf, Talk } from '../terminal/talk';
import { checkComparesFiles, checkSameTest, fileOf, findExecutions, readSavedRun, withComparison } from './comparing';
import { addAwsOptions, addReportOptions, addTalkOptions, exitCodesHelp, type Done, type ResultOptions } from './flags';

/** What `report` was asked to do. */
export interface ReportCommandOptions extends ResultOptions, FollowOptions, StateMachineOptions {
  cost: boolean;
  follow?: boolean;
}

const examples = `
Examples:
  system-test report result.json
  system-test report result.json --report html=r.html --report junit=j-%d.xml
  system-test report result.json --known-failures known.json --no-cost
  system-test report arn:aws:states:eu-west-1:123456789012:execution:Feeds:night
  system-test report "$EXECUTION_ARN" --follow --report json=result.json
  system-test report first.json rerun.json    a run and its rerun as one result
`;

/** Adds `system-test report`. */
export function addReport(program: Command, io: CommandIo, done: Done): void {
  const command = program
    .command('report')
    .summary('render a saved result, or that of any execution')
    .description(
      'Renders a saved result again, or that of an execution, whoever started it. Several are reported as a run and its reruns. ' +
        'The exit code is that of the verdict.',
    )
    .argument('<RESULT|ARN...>', 'JSON report of a run, - is standard input; or the ARN of an execution')
    .optionsGroup('Of an execution:')
    .option('--follow', 'wait for the end of one that runs; it is never stopped');
  addReportOptions(addTalkOptions(addAwsOptions(command)), { hasExecutions: true })
    .addHelpText('after', examples + exitCodesHelp)
    .action(async (sources: string[], options: ReportCommandOptions) => {
      done(await report(sources, options, io));
    });
}

/**
 * Renders results again: saved ones, and those of executions. Several are a run and its reruns, in the order in which they
 * were started: there is one verdict and one exit code, and one document in the file of a report.
 * @param open connects to where the executions are
 * @returns the exit code of the result's verdict, as known failures and `--strict` now have it
 * @throws UserError, NoVerdictError, InterruptedError: as the exit codes tell them apart
 */
export async function report(
  sources: string[],
  options: ReportCommandOptions,
  io: CommandIo,
  open: typeof connect = connect,
): Promise<ExitCode> {
  const { report: reports = defaultReports, knownFailures, compare, follow = false } = options;
  const redact = redactorOf(options);
  const talk = new Talk(io.stderr, loudnessOf(options), redact);
  const arns = sources.filter(isArn);
  const files = sources.filter((source) => !isArn(source));
  checkExecutions(arns, options);
  if (arns.length === 0) {
    checkComparesFiles(compare, 'beside a saved result');
  }
  await checkReports(reports, [knownFailures, fileOf(compare), ...files]);
  const judge = await judgeBy(options, io);
  const saved: RunResult[] = [];
  for (const file of files) {
    const text = await readInputFile(file, 'RESULT', { ...io, mebibytes: reportMebibytes });
    saved.push(parseRunResult(text, inputName(file)));
  }
  const older = await readSavedRun(compare, io);
  checkOneTest([...saved, ...arns.map((arn) => ({ execution_arn: arn }))]);
  const [first] = arns;
  const connection =
    first === undefined
      ? undefined
      : await openUnlessInterrupted(
          open({ ...options, stateMachine: parseExecutionArn(first).stateMachineArn }, io, talk),
          io.stop,
        );
  const cleanUp: (() => void)[] = [];
  try {
    const executions = connection && new EarlierExecutions(connection.api, connection.stateMachineArn, io.clock);
    const before = older ?? (await findExecutions(compare, executions, { io, talk }));
    const shown = { ...options, progress: follow && options.progress };
    const context = connection && { connection, options: shown, io, talk, redact, cleanUp };
    const watched = context ? await watchAll(arns, { toEnd: follow, several: sources.length > 1 }, context) : [];
    watched.forEach((one) => executions?.leaveOut(one.result));
    const judged = judge(merged([...saved, ...watched.map((one) => one.result)], options));
    if (older) {
      const configurations = Array.from(everyResult(judged), (one) => one.configuration_identifier);
      checkSameTest(older, { test: judged.test, configurations });
    }
    // A saved result keeps what was new in it then.
    const keeps = compare === undefined && arns.length === 0;
    const whole = older !== undefined || watched.some(({ followed }) => selectsNothing(followed.tracker.input));
    const interrupted = arns.length > 0 && io.stop.aborted && judged.verdict !== 'PASSED';
    const result = keeps ? judged : await withComparison(judged, before, whole, { io, talk });
    const complete = await reportResult(result, reports, options, { io, talk, redact });
    const last = watched.at(-1);
    if (last && result.verdict === 'ERRORED' && result.disagreement === undefined) {
      talk.error(whyNone(last, result, io));
    }
    return codeOf(result.verdict, { interrupted, complete });
  } finally {
    cleanUp.forEach((step) => step());
    await connection?.close();
  }
}

function isArn(source: string): boolean {
  return source.startsWith('arn:aws');
}

/** Refuses what is no execution, and flags that are of no use with the others. */
function checkExecutions(arns: string[], options: ReportCommandOptions): void {
  const flags = {
    follow: '--follow',
    profile: '--profile',
    region: '--region',
    endpointUrl: '--endpoint-url',
  } as const;
  const given = Object.entries(flags).find(([option]) => options[option as keyof typeof flags] !== undefined);
  if (arns.length === 0 && given) {
    throw new UserError(`Expected ${given[1]} only together with the ARN of an execution.`);
  }
  for (const arn of arns) {
    const { region } = parseExecutionArn(arn);
    if (options.region !== undefined && options.region !== region) {
      throw new UserError(`Expected --region to be that of the execution, ${region}, got "${options.region}".`);
    }
  }
}

/**
 * Refuses several results that are not a run and its reruns: in one result, a configuration that passed in one test would
 * excuse one of the same name that failed in another. Without an execution, as of `invoke`, the construct's path tells the
 * test; the same path may be deployed to several accounts.
 */
function checkOneTest(results: Pick<RunResult, 'execution_arn' | 'test'>[]): void {
  const arns = results.map(({ execution_arn: arn }) => arn).filter((arn) => arn !== '');
  const repeated = arns.find((arn, index) => arns.indexOf(arn) !== index);
  if (repeated !== undefined) throw new UserError(`Expected different executions, got ${repeated} twice.`);
  const apart = 'several are reported as a run and its reruns, others one by one';
  const [machine, other] = new Set(arns.map((arn) => arn.split(':').slice(0, -1).join(':')));
  if (other !== undefined) {
    throw new UserError(`Expected executions of one state machine, got ${machine}:… and ${other}:…: ${apart}.`);
  }
  const [{ test } = {}] = results;
  const isOne = test !== undefined && results.every((result) => result.test === test);
  if (results.length > 1 && arns.length < results.length && !isOne) {
    throw new UserError(`Expected results of one system test, got some that do not tell of which they are: ${apart}.`);
  }
}

async function watchAll(
  arns: string[],
  { toEnd, several }: { toEnd: boolean; several: boolean },
  context: FollowContext,
): Promise<WatchedExecution[]> {
  const all: WatchedExecution[] = [];
  for (const arn of arns) {
    const watched = await watchExecution(arn, { toEnd }, context);
    if (several) {
      checkEnded(watched, context.io);
    }
    all.push(watched);
  }
  return all;
}

/** What still runs has no reruns. */
function checkEnded({ followed, result }: WatchedExecution, { stop }: Pick<CommandIo, 'stop'>): void {
  const { tracker, trouble } = followed;
  if (trouble) throw trouble;
  if (tracker.end) return;
  const { execution_arn: arn } = result;
  throw stop.aborted
    ? new InterruptedError(`Left before ${arn} has ended.`)
    : new UserError(`Expected executions that have ended, got ${arn}, which runs: --follow waits for its end.`);
}

/**
 * One result of a run and its reruns, the oldest first: the last outcome of each configuration counts.
 * @throws UserError where there is no telling which is the last one, or what there was to test
 */
function merged(results: RunResult[], options: { strict?: boolean }): RunResult {
  const nameOf = ({ execution_arn: arn, started_at: startedAt }: RunResult) => arn || `the one of ${startedAt}`;
  const empty = results.find(({ total }) => total === 0);
  if (empty && results.length > 1) {
    throw new UserError(
      `Expected several results of which each names configurations, got ${nameOf(empty)}, which ended before it knew them.`,
    );
  }
  return results
    .sort((one, other) => Date.parse(one.started_at) - Date.parse(other.started_at))
    .reduce((first, second) => {
      if (Date.parse(second.started_at) < Date.parse(first.stopped_at)) {
        throw new UserError(
          `Expected a run and its reruns, one after the other, got ${nameOf(second)}, which began before ${nameOf(first)} ` +
            'had ended: report them one by one.',
        );
      }
      return mergeSameKeys(first, second, options);
    });
}

/** Why there is no verdict, in a sentence. */
function whyNone({ followed }: WatchedExecution, result: RunResult, { stop }: Pick<CommandIo, 'stop'>): string {
  if (followed.tracker.end ?? followed.trouble) return whyNoVerdict(followed, result, {});
  return stop.aborted
    ? 'Left before the execution has ended, so there is no verdict.'
    : 'The execution still runs, so there is no verdict yet: --follow waits for it.';
}
