/** Flags that several commands have, each group added as one. */
import { Option, type Command } from 'commander';
import type { ExitCode } from '../exitCode';
import { nonEmpty } from './flagValues';
import * as flag from './runOptions';

/** Takes the exit code of the command that was run. */
export type Done = (code: ExitCode) => void;

export const appHelp = "cloud assembly to serve, or the command that synthesizes one (default: cdk.json's app)";

/** `--local` and `--app`. */
export function addLocalOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--local', 'serve the app on this machine and run it there').conflicts(['endpointUrl', 'profile']),
    )
    .option('--app <DIR|COMMAND>', appHelp, nonEmpty('--app'));
}

/** `--configurations`. */
export function addConfigurationsOption(command: Command): Command {
  return command.option(
    '--configurations <FILE>',
    'JSON array, JSON Lines, CSV with header, YAML list or one identifier a line; - is standard input',
    nonEmpty('--configurations'),
  );
}

/** `--allow-unknown`. */
export function addAllowUnknownOption(command: Command): Command {
  return command.option(
    '--allow-unknown',
    'test identifiers that the construct does not know too; else the state machine refuses them',
  );
}

/** `--rerun-failed`. */
export function addRerunOption(command: Command): Command {
  return command.option(
    '--rerun-failed <RESULT>',
    'only what did not pass in this JSON report; the new report holds both runs',
    nonEmpty('--rerun-failed'),
  );
}

/** `--retries` and `--longest-first`. */
export function addOrderOptions(command: Command): Command {
  return command
    .option('--retries <N>', 'run again what did not pass, up to N times, 0 to 10', flag.retries)
    .option(
      '--longest-first <RESULT>',
      'start what took longest in this JSON report first',
      nonEmpty('--longest-first'),
    );
}

/** `--profile`, `--region`, `--endpoint-url`. */
export function addAwsOptions(command: Command): Command {
  return command
    .optionsGroup('AWS, as in the AWS CLI:')
    .option('--profile <NAME>', 'profile of the shared config files', nonEmpty('--profile'))
    .option('--region <REGION>', 'Region', flag.region)
    .option('--endpoint-url <URL>', 'endpoint to call instead of AWS', flag.endpointUrl);
}

/** `--no-progress`, `--quiet`, `--verbose`. */
export function addTalkOptions(command: Command): Command {
  return command
    .optionsGroup('What to say meanwhile:')
    .option('--no-progress', 'do not show how far it is')
    .addOption(new Option('--quiet', 'only the report and errors').conflicts('verbose'))
    .option('--verbose', 'each call to AWS, and stack traces of errors');
}
