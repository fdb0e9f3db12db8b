/**
 * The flags that several commands have: each group is added as one. The parser of a value takes the text after its flag
 * and throws a UserError that names the flag.
 */
import { Option, type Command } from 'commander';
import { isToleratedFailures, limits } from '../../lib/wire';
import type { AccessOptions } from '../aws/awsAccess';
import { isEndpointUrl } from '../aws/endpoints';
import type { StateMachineOptions } from '../aws/connection';
import { defaultStack, parseExecutionArn, parseStateMachineArn } from '../aws/target';
import type { ExitCode } from '../exitCode';
import { parseGrep } from '../configurations/grep';
import type { SelectionOptions } from '../plan/selection';
import { reportFormats, type ReportOptions } from '../report/reports';
import type { JudgementOptions } from '../result/judgement';
import { parseRedactPattern, type RedactionOptions } from '../result/redaction';
import type { ProgressOptions } from '../terminal/progressChoice';
import { UserError } from '../io/userError';
import type { Comparand } from './comparing';

/** Takes the exit code of the command that was run. */
export type Done = (code: ExitCode) => void;

/** What every command that has a result was asked: `run`, `invoke` and `report`. */
export interface ResultOptions extends JudgementOptions, RedactionOptions, ReportOptions {
  /** What it is compared with. */
  compare?: Comparand;
}

/** What every command that tests was asked, whichever way it tests: `run` and `invoke`. */
export interface TestOptions extends AccessOptions, SelectionOptions, ProgressOptions, ResultOptions {
  /** How often what did not pass is run again. */
  retries?: number;
  /** How many failures end the run early. */
  maxFailures?: number;
  /** A count, or a share such as `5%`. */
  toleratedFailures?: number | string;
}

/** The end of the help of every command that has a verdict. */
export const exitCodesHelp = `
Exit codes:
  0    passed
  1    at least one configuration failed, beyond what is tolerated
  2    wrong use or bad input; nothing was tested
  3    no verdict: configurations could not be tested, the start was refused, or
       the execution timed out, was aborted or took longer than the deadline
  130  interrupted; an execution that it started is stopped first
`;

/** Failures that end a run early: more than any run tests. */
const mostMaxFailures = 1_000_000;

/** Retries of a run: what fails that often won't pass. */
const mostRetries = 10;

/** Seconds that a Standard execution may take at most: a year (AWS Step Functions quotas). */
const longestTimeout = 31_536_000;

/** `--local` and `--app`. */
export function addLocalOptions(command: Command): Command {
  return addAppOption(
    command.addOption(
      new Option('--local', 'serve the app on this machine and run it there').conflicts(['endpointUrl', 'profile']),
    ),
  );
}

/**
 * `--stack`.
 * @param what is found in it
 * @param conflicts the option that names that itself
 * @param local whether the command has `--local`
 */
export function stackOption(what: string, conflicts: string, local = true): Option {
  const otherwise = local ? ', or with --local the only one' : '';
  return new Option('--stack <NAME>', `stack with ${what} (default: ${defaultStack}${otherwise})`)
    .argParser(nonEmpty('--stack'))
    .conflicts(conflicts);
}

/**
 * `--test`.
 * @param conflicts as of `stackOption`
 */
export function testOption(conflicts: string): Option {
  return new Option('--test <ID>', 'which one of the stack: the path of its construct, or the end of it')
    .argParser(nonEmpty('--test'))
    .conflicts(conflicts);
}

/** `--state-machine`. */
export function stateMachineOption(): Option {
  return new Option('--state-machine <ARN>', 'its state machine, or a version or alias of it').argParser(stateMachine);
}

function stateMachine(text: string): string {
  if (!parseStateMachineArn(text)) {
    throw expected(
      '--state-machine',
      'an ARN such as arn:aws:states:eu-west-1:123456789012:stateMachine:SystemTest',
      text,
    );
  }
  return text;
}

/**
 * Refuses another Region than that of the state machine, if it was named.
 * @throws UserError
 */
export function checkRegion({ stateMachine: arn = '', region: given }: StateMachineOptions): void {
  const named = parseStateMachineArn(arn);
  if (named && given !== undefined && given !== named.region) {
    throw new UserError(`Expected --region to be that of --state-machine, ${named.region}, got "${given}".`);
  }
}

/** `--app`. */
export function addAppOption(command: Command): Command {
  return command.option(
    '--app <DIR|COMMAND>',
    "cloud assembly to serve, or the command that synthesizes one (default: cdk.json's app)",
    nonEmpty('--app'),
  );
}

/** The flags that only `--local` takes, but for `--app`. */
const functionFlags = {
  envFile: '--env-file',
  functionProfile: '--function-profile',
  functionEndpointUrl: '--function-endpoint-url',
  strictLayers: '--strict-layers',
  runtimeCache: '--runtime-cache',
  s3: '--s3',
} as const;

/** What the functions get of this machine where the app is served on it. */
export function addFunctionOptions(command: Command): Command {
  return command
    .optionsGroup('What the functions get on this machine:')
    .option(
      '--env-file <FILE>',
      'variables, NAME=value for all functions or FUNCTION.NAME=value for one',
      nonEmpty('--env-file'),
    )
    .option(
      '--function-profile <NAME>',
      'AWS credentials and Region of this profile (default: made-up credentials)',
      nonEmpty('--function-profile'),
    )
    .option(
      '--function-endpoint-url <URL>',
      'endpoint for their calls to AWS, and for lists in SSM and DynamoDB',
      (text) => url('--function-endpoint-url', text),
    )
    .option(
      '--s3 <DIR>',
      'folder served as S3, DIR/BUCKET/KEY, also to them, unless --function-endpoint-url does it',
      nonEmpty('--s3'),
    )
    .option('--strict-layers', 'refuse layers that cannot be had here, instead of leaving them out')
    .option(
      '--runtime-cache <DIR>',
      "where runtimes are installed (default: the user's cache)",
      nonEmpty('--runtime-cache'),
    );
}

/** `--configurations`. */
export function addConfigurationsOption(command: Command): Command {
  return command.option(
    '--configurations <FILE>',
    'JSON array, JSON Lines, CSV with header, YAML list or one identifier a line; - is standard input',
    nonEmpty('--configurations'),
  );
}

/** `--grep`. */
export function addGrepOption(command: Command): Command {
  return command.option('--grep <REGEX>', 'of these, only those whose identifier matches', parseGrep);
}

/** `--allow-unknown`. */
export function addAllowUnknownOption(command: Command): Command {
  return command.option(
    '--allow-unknown',
    'test identifiers that the construct does not know too; else the state machine refuses them',
  );
}

/** What a command has where the last execution takes the place of a file that is not given. */
interface WithExecutions {
  hasExecutions?: boolean;
}

/** `--rerun-failed`. */
export function addRerunOption(command: Command, { hasExecutions }: WithExecutions = {}): Command {
  return command.option(
    `--rerun-failed ${hasExecutions ? '[RESULT]' : '<RESULT>'}`,
    `only what did not pass in this JSON report${hasExecutions ? ' or the last execution' : ''}; the new report holds both runs`,
    nonEmpty('--rerun-failed'),
  );
}

/** `--tolerated-failures`. */
export function addToleratedFailuresOption(command: Command): Command {
  return command.option(
    '--tolerated-failures <N|P%>',
    'how many may fail, a count or a share of all',
    toleratedFailures,
  );
}

/** `--max-failures`. */
export function addMaxFailuresOption(command: Command, exception = ''): Command {
  return command.option(
    '--max-failures <N>',
    `stop early once N failed, and more than are tolerated${exception}`,
    (text) => integer(text, '--max-failures', 1, mostMaxFailures),
  );
}

/** `--timeout`. */
export function addTimeoutOption(command: Command, help: string): Command {
  return command.option('--timeout <TIME>', `${help}: 90s, 5m, 1h or 600, in seconds`, timeout);
}

/** What comes last, and in the same order, in every command that tests: `run` and `invoke`. */
export function addTestOptions(command: Command, has: WithExecutions = {}): Command {
  return addReportOptions(addTalkOptions(addAwsOptions(addFunctionOptions(addOrderOptions(command, has)))), has);
}

/** `--retries`, `--longest-first` and, where that is what is done unasked, `--given-order`. */
function addOrderOptions(command: Command, { hasExecutions }: WithExecutions): Command {
  command
    .option('--retries <N>', 'run again what did not pass, up to N times, 0 to 10', (text) =>
      integer(text, '--retries', 0, mostRetries),
    )
    .option(
      `--longest-first ${hasExecutions ? '[RESULT]' : '<RESULT>'}`,
      `start what took longest in this JSON report first${hasExecutions ? ' (default: the last execution)' : ''}`,
      nonEmpty('--longest-first'),
    );
  return hasExecutions
    ? command.addOption(new Option('--given-order', 'start all in the given order').conflicts('longestFirst'))
    : command;
}

/** `--profile`, `--region`, `--endpoint-url`. */
export function addAwsOptions(command: Command): Command {
  return command
    .optionsGroup('AWS, as in the AWS CLI:')
    .option('--profile <NAME>', 'profile of the shared config files', nonEmpty('--profile'))
    .option('--region <REGION>', 'Region', region)
    .option('--endpoint-url <URL>', 'endpoint to call instead of AWS', (text) => url('--endpoint-url', text));
}

/** `--compare`. */
function compareOption({ hasExecutions }: WithExecutions): Option {
  const [what, named] = hasExecutions
    ? ['RESULT|ARN|none', 'JSON report or execution (default: the execution before)']
    : ['RESULT|none', 'JSON report'];
  return new Option(`--compare <${what}>`, `tell what is new since this ${named}`).argParser(compare);
}

/** `--no-progress`, `--quiet`, `--verbose`. */
export function addTalkOptions(command: Command): Command {
  return command
    .optionsGroup('What to say meanwhile:')
    .option('--no-progress', 'do not show how far it is')
    .addOption(new Option('--quiet', 'only the report and errors').conflicts('verbose'))
    .option('--verbose', 'each that passed, each call to AWS, and stack traces of errors');
}

/** What becomes of a result, the same for every command that has one: `run`, `invoke` and `report`. */
export function addReportOptions(command: Command, has: WithExecutions = {}): Command {
  command
    .optionsGroup('What to report:')
    .option(
      '--report <FORMAT[=FILE]>',
      `${list(reportFormats)}, to standard output or a file; repeatable (default: text). A FILE with %d splits junit`,
      reportsOf(reportFormats),
    )
    .option('--full', 'each failure apart in text, markdown and github, with its log, where equal ones are grouped')
    .option(
      '--known-failures <FILE>',
      'JSON list of configurations whose failure is excused until a date',
      nonEmpty('--known-failures'),
    )
    .addOption(compareOption(has))
    .option('--strict', 'fail when a configuration passed only when run again');
  return addRedactionOptions(command).option('--no-cost', 'do not tell the cost').option('--no-color', 'no colours');
}

/** `--redact` and `--no-redact-credentials`. */
export function addRedactionOptions(command: Command): Command {
  return command
    .option('--redact <REGEX>', 'take out of all reports what matches; repeatable', redact)
    .option('--no-redact-credentials', 'leave in what looks like a credential');
}

export function list(words: string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/**
 * Refuses flags of a command that tests that contradict each other and that commander can't know of.
 * @throws UserError
 */
export function checkTestOptions(identifiers: string[], options: TestOptions): void {
  if (identifiers.length > 0 && options.configurations !== undefined) {
    throw new UserError('Expected either identifiers or --configurations, got both.');
  }
  if (identifiers.length > 0 && options.rerunFailed !== undefined) {
    throw new UserError(
      'Expected either identifiers or --rerun-failed, which takes them from the earlier run, got both.',
    );
  }
  if (options.local && (options.rerunFailed === true || options.longestFirst === true)) {
    const flag = options.rerunFailed === true ? '--rerun-failed' : '--longest-first';
    throw new UserError(
      `Expected ${flag} RESULT together with --local, where there is no last execution, got no file.`,
    );
  }
  for (const [option, flag] of Object.entries({ app: '--app', ...functionFlags })) {
    if (options[option as keyof TestOptions] !== undefined && !options.local) {
      throw new UserError(`Expected ${flag} only together with --local.`);
    }
  }
}

/** The error of a flag whose value is of no use. */
export function expected(flag: string, what: string, got: string): UserError {
  return new UserError(`Expected ${flag} to be ${what}, got ${JSON.stringify(got)}.`);
}

/** A text flag that makes no sense when empty, as from an unset variable of a shell. */
export function nonEmpty(flag: string): (text: string) => string {
  return (text) => {
    if (text.trim() === '') throw expected(flag, 'a value', text);
    return text;
  };
}

/**
 * The integer that a flag was given.
 * @throws a UserError for anything else, and out of its range
 */
export function integer(text: string, flag: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most)) throw expected(flag, `an integer from ${least} to ${most}`, text);
  return value;
}

/** How many the state machine may test at once. */
export function maxConcurrency(text: string): number {
  return integer(text, '--max-concurrency', 1, limits.distributedConcurrency);
}

/**
 * A count, or a share such as `5%`.
 * @throws a UserError for anything else
 */
export function toleratedFailures(text: string): number | string {
  const value = /^\d+$/.test(text) ? Number(text) : text;
  if (isToleratedFailures(value)) return value;
  throw expected('--tolerated-failures', 'a count such as 2 or a share from 0% to 100%', text);
}

/** Seconds of each unit of time; a number without one has seconds. */
const secondsOf = { '': 1, s: 1, m: 60, h: 3_600 };

/**
 * The seconds of `90s`, `5m`, `1h` or `600`.
 * @throws a UserError for anything else, and for what a Standard execution can't take
 */
export function timeout(text: string): number {
  const { amount, unit } = /^(?<amount>\d+(?:\.\d+)?)(?<unit>[smh]?)$/.exec(text)?.groups ?? {};
  const seconds = Number(amount) * secondsOf[unit as keyof typeof secondsOf];
  if (!(seconds > 0 && seconds <= longestTimeout)) {
    throw expected('--timeout', 'a time such as 90s, 5m, 1h or 600, in seconds, above 0 and up to a year', text);
  }
  return seconds;
}

export function region(text: string): string {
  if (!/^[a-z]{2,}(-[a-z0-9]+)+$/.test(text)) throw expected('--region', 'a Region such as eu-west-1', text);
  return text;
}

function url(flag: string, text: string): string {
  if (!isEndpointUrl(text)) throw expected(flag, 'a URL such as http://127.0.0.1:4566', text);
  return text;
}

/**
 * The parser of `--report` for a command's formats, which collects what is repeated.
 * @throws a UserError for another format, and for a file without a name
 */
export function reportsOf<F extends string>(formats: F[]) {
  return (text: string, earlier: { format: F; file?: string }[] = []): { format: F; file?: string }[] => {
    const separator = text.indexOf('=');
    const [name, file] = separator < 0 ? [text] : [text.slice(0, separator), text.slice(separator + 1)];
    const format = formats.find((one) => one === name);
    if (!format || file === '') {
      throw expected('--report', `FORMAT or FORMAT=FILE, the format one of ${formats.join(', ')}`, text);
    }
    return [...earlier, { format, file }];
  };
}

/** What a result is compared with. A file of the name `none` is `./none`. */
function compare(text: string): Comparand {
  if (text === 'none') return text;
  if (!text.startsWith('arn:')) return { file: nonEmpty('--compare')(text) };
  parseExecutionArn(text);
  return { executionArn: text };
}

/** Collects the repeated `--redact`. */
function redact(text: string, earlier: RegExp[] = []): RegExp[] {
  return [...earlier, parseRedactPattern(text)];
}
