import { Command, CommanderError, Option } from 'commander';
import { version } from '../package.json';
import { inRegion, type CommandIo } from './commandIo';
import type { LocalOptions } from './commands/local';
import { run } from './commands/run';
import * as flag from './commands/runOptions';
import { exitCode, type ExitCode } from './exitCode';
import { InterruptedError } from './interruptedError';
import { NoVerdictError } from './noVerdictError';
import { reportFormats } from './report/reports';
import { Talk } from './talk';
import { defaultStack } from './target';
import { UserError } from './userError';

const exitCodes = `
Exit codes:
  0    passed
  1    at least one configuration failed, beyond what is tolerated
  2    wrong use or bad input; nothing was tested
  3    no verdict: configurations could not be tested, the start was refused, or
       the execution timed out, was aborted or took longer than the deadline
  130  interrupted; the execution is stopped first
`;

const runExamples = `
Examples:
  system-test run --local                      on this machine, no AWS account needed
  system-test run                              all configurations, in the stack ${defaultStack}
  system-test run config_3 config_7            these two
  system-test run --configurations feeds.csv --max-concurrency 20
  system-test run --stack Feeds --report text --report json=result.json
`;

const localExamples = `
Examples:
  system-test local
  system-test local --port 4566 --app cdk.out
  AWS_ENDPOINT_URL=http://127.0.0.1:8123 aws stepfunctions list-state-machines
`;

const appHelp = "cloud assembly to serve, or the command that synthesizes one (default: cdk.json's app)";

/**
 * Runs the command line.
 * @param args without the program and the script
 * @returns the exit code; never throws
 */
export async function main(args: string[], io: CommandIo): Promise<ExitCode> {
  let code: ExitCode = exitCode.passed;
  const program = programFor(io, (result) => (code = result));
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCode.passed : exitCode.wrongUse;
    }
    return explain(error, io, args.includes('--verbose'));
  }
}

function programFor(io: CommandIo, done: (code: ExitCode) => void): Command {
  const program = new Command('system-test')
    .description('Tests a Lambda function against each of its configurations, in a Step Functions Map.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // One sentence, with commander's suggestion on the same line.
      outputError: (text, write) => write(`${text.trim().replaceAll('\n', ' ')}\n`),
    })
    .addHelpText('after', exitCodes);
  addRun(program, io, done);
  addLocal(program, io, done);
  return program;
}

function addRun(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  program
    .command('run')
    .summary('start the system test, wait for it and report')
    .description('Starts the system test, waits for it and reports.')
    .argument('[ID...]', 'identifiers of the configurations to test (default: those of the deployed construct)')
    .optionsGroup('What to run:')
    .addOption(
      new Option('--local', 'serve the app on this machine and run it there').conflicts([
        'stateMachine',
        'endpointUrl',
        'profile',
      ]),
    )
    .option('--app <DIR|COMMAND>', appHelp, flag.nonEmpty('--app'))
    .addOption(
      new Option('--stack <NAME>', `stack with the system test (default: ${defaultStack})`)
        .argParser(flag.nonEmpty('--stack'))
        .conflicts('stateMachine'),
    )
    .option('--state-machine <ARN>', 'its state machine, or a version or alias of it', flag.stateMachine)
    .option(
      '--configurations <FILE>',
      'JSON array, JSON Lines, CSV with header or one identifier a line; - is standard input',
      flag.nonEmpty('--configurations'),
    )
    .optionsGroup('How to run it:')
    .option('--max-concurrency <N>', 'how many at once, 1 to 40', flag.maxConcurrency)
    .option('--tolerated-failures <N|P%>', 'how many may fail, a count or a share of all', flag.toleratedFailures)
    .option('--timeout <SECONDS>', 'stop the execution after that long', flag.timeout)
    .option('--name <NAME>', 'name of the execution; a running one with the same input is joined', flag.executionName)
    .optionsGroup('AWS, as in the AWS CLI:')
    .option('--profile <NAME>', 'profile of the shared config files', flag.nonEmpty('--profile'))
    .option('--region <REGION>', 'Region', flag.region)
    .option('--endpoint-url <URL>', 'endpoint to call instead of AWS', flag.endpointUrl)
    .optionsGroup('What to say:')
    .option(
      '--report <FORMAT[=FILE]>',
      `${reportFormats.join(' or ')}, to standard output or a file; repeatable (default: text)`,
      flag.report,
    )
    .option('--no-progress', 'do not show how far it is')
    .option('--no-color', 'no colours')
    .addOption(new Option('--quiet', 'only the report and errors').conflicts('verbose'))
    .option('--verbose', 'each call to AWS, and stack traces of errors')
    .addHelpText('after', runExamples + exitCodes)
    .action(async (identifiers: string[], options: flag.RunOptions) => {
      done(await run(identifiers, options, io));
    });
}

function addLocal(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  program
    .command('local')
    .summary('serve the app on this machine, for any AWS client')
    .description('Serves the app on this machine until Ctrl-C: Step Functions, Lambda, CloudFormation and STS.')
    .option('--app <DIR|COMMAND>', appHelp, flag.nonEmpty('--app'))
    .option('--port <N>', 'port on 127.0.0.1, 0 for any free one (default: 8123)', flag.port)
    .option('--region <REGION>', 'Region that the app is deployed to (default: us-east-1)', flag.region)
    .option('--verbose', 'what the functions log')
    .addHelpText('after', localExamples)
    .action(async ({ region, ...options }: LocalOptions & { region?: string }) => {
      const { runLocal } = await import('./commands/local');
      done(await runLocal(options, { ...io, env: inRegion(io.env, region) }));
    });
}

/** Tells the user what went wrong, and the pipeline by the exit code. */
function explain(error: unknown, io: CommandIo, verbose: boolean): ExitCode {
  const talk = new Talk(io.stderr, verbose ? 'verbose' : 'normal');
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof InterruptedError) {
    talk.error(message);
    return exitCode.interrupted;
  }
  const known = error instanceof UserError || error instanceof NoVerdictError;
  talk.error(known ? message : `Unexpected, please report it: ${message} (--verbose shows where)`);
  talk.detail(traceOf(error));
  return error instanceof UserError ? exitCode.wrongUse : exitCode.noVerdict;
}

function traceOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return '';
  }
  const cause = error.cause === undefined ? '' : `\nCaused by: ${traceOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
