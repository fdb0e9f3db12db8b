import type { Command } from 'commander';
import type { RunResult } from '../../lib/wire';
import { defaultStack, parseFunctionName } from '../aws/target';
import type { FunctionOptions } from '../direct/connectFunction';
import type { DirectOptions } from '../direct/testDirectly';
import type { ExitCode } from '../exitCode';
import type { TestRound } from '../result/testRound';
import { untestedSentence } from '../result/untested';
import type { StopReason } from '../io/stopSignal';
import type { CommandIo } from '../io/commandIo';
import { UserError } from '../io/userError';
import { checkComparesFiles } from './comparing';
import {
  addConfigurationsOption,
  addGrepOption,
  addLocalOptions,
  addMaxFailuresOption,
  addRerunOption,
  addTestOptions,
  addTimeoutOption,
  addToleratedFailuresOption,
  checkTestOptions,
  exitCodesHelp,
  expected,
  integer,
  stackOption,
  testOption,
  type Done,
  type TestOptions,
} from './flags';
import { testAndReport, type TestContext, type TestMethod } from './testAndReport';

/** What `invoke` was asked to do. */
interface InvokeOptions extends TestOptions, FunctionOptions, DirectOptions {
  /** How many invocations may run at once. */
  maxConcurrency?: number;
}

/** How many invocations run at once where nothing else is asked for: as many as in a `SystemTest`. */
const defaultConcurrency = 10;

/**
 * How many may run at once: what Lambda lets an account run by default, in all its functions together.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const mostConcurrency = 1_000;

const examples = `
Examples:
  system-test invoke --local config_0 config_1   on this machine, without AWS
  system-test invoke config_3 config_7           in the stack ${defaultStack}
  system-test invoke --function feeds:live --configurations feeds.csv
  system-test invoke --configurations feeds.csv --max-concurrency 1
                                                 one after the other
  system-test invoke --rerun-failed result.json  only what did not pass there
`;

/** Adds `system-test invoke`. */
export function addInvoke(program: Command, io: CommandIo, done: Done): void {
  const command = program
    .command('invoke')
    .summary('the same without a state machine: invoke the function directly')
    .description(
      'Tests as run does, but without a state machine: invokes the function itself, so many at once. What only the ' +
        'construct knows (its configurations, its payload) is not known here. When it is stopped, invocations that run ' +
        'go on until they end.',
    )
    .argument('[ID...]', 'identifiers of the configurations to test')
    .optionsGroup('What to invoke:');
  addLocalOptions(command)
    .addOption(stackOption('the system test of the function', 'function'))
    .addOption(testOption('function'))
    .option('--function <NAME|ARN>', 'the function, or a version or alias of it', functionName);
  addRerunOption(addGrepOption(addConfigurationsOption(command)))
    .optionsGroup('How to invoke it:')
    .option('--max-concurrency <N>', `how many at once, 1 to 1000 (default: ${defaultConcurrency})`, (text) =>
      integer(text, '--max-concurrency', 1, mostConcurrency),
    );
  addTimeoutOption(addMaxFailuresOption(addToleratedFailuresOption(command)), 'stop after that long');
  addTestOptions(command)
    .addHelpText('after', examples + exitCodesHelp)
    .action(async (identifiers: string[], options: InvokeOptions) => {
      done(await invoke(identifiers, options, io));
    });
}

function functionName(text: string): string {
  if (!parseFunctionName(text)) {
    throw expected('--function', 'the name or ARN of a function, with a version or alias or without', text);
  }
  return text;
}

/**
 * `run` without a state machine. It invokes the function itself, with the same bounded parallelism, retries and verdicts.
 * @param identifiers of the configurations to test; none: those of a file
 * @throws UserError, NoVerdictError, InterruptedError: as the exit codes tell them apart
 */
async function invoke(identifiers: string[], options: InvokeOptions, io: CommandIo): Promise<ExitCode> {
  checkTestOptions(identifiers, options);
  checkComparesFiles(options.compare, 'of invocations, of which there are no executions');
  const { configurations, rerunFailed, longestFirst } = options;
  if (identifiers.length === 0 && (configurations ?? rerunFailed ?? longestFirst) === undefined) {
    throw new UserError(
      'Expected configurations to invoke the function with, got none: name them, or give --configurations FILE, ' +
        '--rerun-failed RESULT or --longest-first RESULT. ' +
        "Only the state machine knows the construct's own: 'system-test run' tests those.",
    );
  }
  const region = parseFunctionName(options.function ?? '')?.region;
  if (region !== undefined && options.region !== undefined && options.region !== region) {
    throw new UserError(`Expected --region to be that of --function, ${region}, got "${options.region}".`);
  }
  return testAndReport(identifiers, options, io, { open: (context) => byInvocations(options, context) });
}

/** Each test is an invocation of the function for each configuration. What holds the SDK is loaded here, when it is needed. */
async function byInvocations(options: InvokeOptions, context: TestContext): Promise<TestMethod<TestRound>> {
  const { io, talk } = context;
  const { maxConcurrency = defaultConcurrency } = options;
  const [{ connectFunction }, { testDirectly }] = await Promise.all([
    import('../direct/connectFunction'),
    import('../direct/testDirectly'),
  ]);
  const connection = await connectFunction(options, maxConcurrency, io, talk);
  const { api, functionName, findConfigurations } = connection;
  talk.note(`Invoking the function ${functionName}, at most ${maxConcurrency} at once.`);
  return {
    testPath: connection.test,
    test: (configurations = [], _, limit) =>
      testDirectly({ ...context, api, functionName, maxConcurrency, options }, configurations, limit),
    findConfigurations,
    whyNoVerdict: ({ stopped }, result) => whyNoVerdict(stopped, result),
    close: () => connection.close(),
  };
}

function whyNoVerdict(stopped: StopReason | undefined, result: RunResult): string {
  return stopped
    ? `${stopped.cause.replace(/\.$/, '')}, so nothing more was invoked and there is no verdict.`
    : untestedSentence(result);
}
