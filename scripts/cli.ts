import { Command, CommanderError } from 'commander';
import { version } from '../package.json';
import type { CommandIo, OutputStream } from './io/commandIo';
import { exitCodesHelp } from './commands/flags';
import { addHistory } from './commands/history';
import { addInvoke } from './commands/invoke';
import { addLocal } from './commands/local';
import { addPlan } from './commands/plan';
import { addReport } from './commands/report';
import { addRun } from './commands/run';
import { exitCode, type ExitCode } from './exitCode';
import { InterruptedError } from './io/interruptedError';
import { NoVerdictError } from './io/noVerdictError';
import { isReadForCommands, withoutWorkflowCommands } from './report/workflowCommands';
import { redactorOf, type RedactionOptions } from './result/redaction';
import { loudnessOf, Talk } from './terminal/talk';
import { UserError } from './io/userError';

/**
 * Runs the command line.
 * @param args without the program and the script
 * @returns the exit code; never throws
 */
export async function main(args: string[], given: CommandIo): Promise<ExitCode> {
  const io = isReadForCommands(given.env) ? { ...given, stderr: defused(given.stderr) } : given;
  let code: ExitCode = exitCode.passed;
  const program = programFor(io, (result) => (code = result));
  let command = program;
  program.hook('preSubcommand', (_, subcommand) => {
    command = subcommand;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.passed : exitCode.wrongUse;
    // As far as they were parsed.
    const options = command.opts<RedactionOptions & { verbose?: boolean }>();
    return explain(error, new Talk(io.stderr, loudnessOf(options), redactorOf(options)));
  }
}

/** The stream, without the orders to a CI server that untrusted text may hold: a log line, the message of an error. */
function defused(stream: OutputStream): OutputStream {
  const write = (text: string | Uint8Array) => stream.write(withoutWorkflowCommands(String(text)));
  return Object.create(stream, { write: { value: write } }) as OutputStream;
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
    .addHelpText('after', exitCodesHelp);
  addRun(program, io, done);
  addInvoke(program, io, done);
  addPlan(program, io, done);
  addReport(program, io, done);
  addHistory(program, io, done);
  addLocal(program, io, done);
  return program;
}

/** Tells the user what went wrong, and the pipeline by the exit code. */
function explain(given: unknown, talk: Talk): ExitCode {
  const error = isWithoutDirectory(given)
    ? new UserError('Expected a working directory that exists, got one that was deleted: change to another.', {
        cause: given,
      })
    : given;
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

/** What Node.js throws wherever it is asked for the working directory. */
function isWithoutDirectory(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).syscall === 'uv_cwd';
}

function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const cause = error.cause === undefined ? '' : `\nCaused by: ${traceOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
