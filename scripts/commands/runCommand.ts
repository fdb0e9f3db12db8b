import { Option, type Command } from 'commander';
import type { CommandIo } from '../terminal/commandIo';
import { defaultStack } from '../aws/target';
import { exitCodesHelp } from './exitCodesHelp';
import { nonEmpty } from './flagValues';
import { addReportOptions } from './reportOptions';
import { run } from './run';
import * as flag from './runOptions';
import {
  addAllowUnknownOption,
  addAwsOptions,
  addConfigurationsOption,
  addLocalOptions,
  addOrderOptions,
  addRerunOption,
  addTalkOptions,
  type Done,
} from './sharedOptions';

const examples = `
Examples:
  system-test run --local                      on this machine, no AWS account needed
  system-test run                              all configurations, in the stack ${defaultStack}
  system-test run config_3 config_7            these two
  system-test run --configurations feeds.csv --max-concurrency 20
  system-test run --stack Feeds --report text --report json=result.json
  system-test run --retries 1 --known-failures known.json --report junit=junit.xml
  system-test run --rerun-failed result.json   only what did not pass there
  system-test run --report markdown=$GITHUB_STEP_SUMMARY --report html=report.html
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
    .addOption(
      new Option(
        '--stack <NAME>',
        `stack with the system test (default: ${defaultStack}, or with --local the only one)`,
      )
        .argParser(nonEmpty('--stack'))
        .conflicts('stateMachine'),
    )
    .option('--state-machine <ARN>', 'its state machine, or a version or alias of it', flag.stateMachine);
  addAllowUnknownOption(addRerunOption(addConfigurationsOption(command)))
    .optionsGroup('How to run it:')
    .option('--max-concurrency <N>', 'how many at once, 1 to 40', flag.maxConcurrency)
    .option('--tolerated-failures <N|P%>', 'how many may fail, a count or a share of all', flag.toleratedFailures)
    .option('--timeout <SECONDS>', 'stop the execution after that long', flag.timeout)
    .option(
      '--name <NAME>',
      'name of the execution; one with the same input is joined, or reported if it has ended',
      flag.executionName,
    );
  addReportOptions(addTalkOptions(addAwsOptions(addOrderOptions(command))))
    .addHelpText('after', examples + exitCodesHelp)
    .action(async (identifiers: string[], options: flag.RunOptions) => {
      done(await run(identifiers, options, io));
    });
}
