import type { Command } from 'commander';
import { isExecutionName, limits, type RunResult } from '../../lib/wire';
import { connect, type Connection, type StateMachineOptions } from '../aws/connection';
import { defaultStack } from '../aws/target';
import { configurationsOfExecution } from '../execution/configurationsOfExecution';
import { EarlierExecutions } from '../execution/earlierExecutions';
import { ownConfigurations } from '../execution/ownConfigurations';
import { executionInput } from '../execution/executionInput';
import { durationsBefore, lastResult, wayOut } from '../execution/lastExecution';
import {
  testExecution,
  type ExecutionOptions,
  type RunContext,
  type TestedExecution,
} from '../execution/testExecution';
import { whyNoVerdict } from '../execution/executionResult';
import type { ExitCode } from '../exitCode';
import type { CommandIo } from '../io/commandIo';
import { UserError } from '../io/userError';
import { rerunOf, type Rerun } from '../plan/selection';
import type { Judge } from '../result/judgement';
import { checkComparesFiles } from './comparing';
import {
  addAllowUnknownOption,
  addConfigurationsOption,
  addGrepOption,
  addLocalOptions,
  addMaxFailuresOption,
  addRerunOption,
  addTestOptions,
  addTimeoutOption,
  addToleratedFailuresOption,
  checkRegion,
  checkTestOptions,
  exitCodesHelp,
  expected,
  maxConcurrency,
  stackOption,
  stateMachineOption,
  testOption,
  type Done,
  type TestOptions,
} from './flags';
import { testAndReport, type TestContext, type TestMethod } from './testAndReport';

/** What `run` was asked to do. */
export interface RunOptions extends TestOptions, StateMachineOptions, ExecutionOptions {
  /** Whether all are started in their own order, whatever is known of how long they take. */
  givenOrder?: boolean;
}

const examples = `
Examples:
  system-test run --local                     on this machine, without AWS
  system-test run                             all, in the stack ${defaultStack}
  system-test run config_3 config_7           these two
  system-test run --grep '^config_[0-3]$'     those with such an identifier
  system-test run --configurations feeds.csv --max-concurrency 20
  system-test run --stack Feeds --report text --report json=result.json
  system-test run --retries 1 --known-failures known.json --report junit=j.xml
  system-test run --rerun-failed              only what did not pass last
  system-test run --report github --report markdown=$GITHUB_STEP_SUMMARY
`;

/** Adds `system-test run`. */
export function addRun(program: Command, io: CommandIo, done: Done): void {
  const command = program
    .command('run')
    .summary('start the system test, wait for it and report')
    .description('Starts the system test, waits for it and reports.')
    .argument('[ID...]', 'identifiers of the configurations to test (default: those of the deployed construct)')
    .optionsGroup('What to run:');
  addLocalOptions(command)
    .addOption(stackOption('the system test', 'stateMachine'))
    .addOption(testOption('stateMachine'))
    .addOption(stateMachineOption());
  const chosen = addRerunOption(addGrepOption(addConfigurationsOption(command)), { hasExecutions: true });
  addAllowUnknownOption(chosen)
    .optionsGroup('How to run it:')
    .option(
      '--max-concurrency <N>',
      'how many at once, 1 to 40, or to 10,000 where a Distributed Map tests',
      maxConcurrency,
    );
  addTimeoutOption(
    addMaxFailuresOption(addToleratedFailuresOption(command), '; not where a Distributed Map tests'),
    'stop the execution after that long',
  ).option(
    '--name <NAME>',
    'name of the execution; one with the same input is joined, or reported if it has ended',
    executionName,
  );
  addTestOptions(command, { hasExecutions: true })
    .addHelpText('after', examples + exitCodesHelp)
    .action(async (identifiers: string[], options: RunOptions) => {
      done(await run(identifiers, options, io));
    });
}

/**
 * The name of an execution (https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html).
 * @throws a UserError for a text that can't be one
 */
export function executionName(text: string): string {
  if (!isExecutionName(text)) {
    throw expected(
      '--name',
      `1 to ${limits.executionNameLength} characters without spaces and <>{}[]?*"#%\\^|~\`$&,;:/`,
      text,
    );
  }
  return text;
}

/**
 * Checks what it was given, starts an execution, waits for it and reports.
 * @param identifiers of the configurations to test; none: those of the file, or else of the construct
 * @throws UserError, NoVerdictError, InterruptedError: as the exit codes tell them apart
 */
async function run(identifiers: string[], options: RunOptions, io: CommandIo): Promise<ExitCode> {
  checkTestOptions(identifiers, options);
  checkRegion(options);
  if (options.local) {
    checkComparesFiles(options.compare, 'with --local, which has no executions of the past');
  }
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
  { io, talk, stop, redact }: TestContext,
): TestMethod<TestedExecution> {
  const cleanUp: (() => void)[] = [];
  const context: RunContext = { connection, options, io, talk, stop, redact, cleanUp };
  const executions = new EarlierExecutions(connection.api, connection.stateMachineArn, io.clock);
  return {
    select: async ({ rerun: given, longestFirst, ...selection }, judge) => {
      const rerun =
        given ?? (options.rerunFailed === true ? await rerunOfLast(context, judge, options.grep) : undefined);
      const count = (rerun?.identifiers ?? selection.named)?.length ?? Infinity;
      // Of no more than may run at once, all are started at once.
      if (!options.givenOrder && count > (options.maxConcurrency ?? 1)) {
        context.durations = await durationsBefore(longestFirst ?? rerun, options, context);
      }
      // The state machine starts the longest first, and is given all that are named in their order.
      return { ...selection, rerun };
    },
    testPath: connection.test,
    executions: options.local ? undefined : executions,
    test: async (...asked) => {
      const tested = await testExecution(context, ...asked);
      executions.leaveOut(tested.result);
      return tested;
    },
    findConfigurations: (executionArn) => configurationsOfExecution(connection.api, executionArn, io),
    ownConfigurations: (ended = io.stop) => ownConfigurations(connection, { clock: io.clock, stop: ended }),
    addsKeys: !options.allowUnknown,
    notes: (result) => concurrencyNotes(result, options),
    whyNoVerdict: ({ followed }, result) => whyNoVerdict(followed, result, options),
    close: () => {
      cleanUp.forEach((step) => step());
      return connection.close();
    },
  };
}

/**
 * What did not pass in the last execution.
 * @throws UserError where all of it passed: it may have ended before what is to be tested was deployed
 */
async function rerunOfLast(context: RunContext, judge: Judge, grep?: RegExp): Promise<Rerun> {
  const last = await lastResult(context);
  const rerun = rerunOf(last, judge, grep);
  if (rerun.identifiers.length > 0) return rerun;
  throw new UserError(
    `Expected what did not pass in ${last.source}, got nothing to run again, so nothing was tested: ${wayOut}`,
  );
}

function concurrencyNotes({ max_concurrency: used }: RunResult, { maxConcurrency: asked }: RunOptions): string[] {
  return asked !== undefined && used < asked
    ? [`At most ${used} ran at once, not ${asked}: the state machine allows no more.`]
    : [];
}
