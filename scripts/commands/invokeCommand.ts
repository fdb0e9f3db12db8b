import { Option, type Command } from 'commander';
import type { CommandIo } from '../terminal/commandIo';
import { defaultStack } from '../aws/target';
import { exitCodesHelp } from './exitCodesHelp';
import { nonEmpty } from './flagValues';
import * as flag from './invokeOptions';
import { addReportOptions } from './reportOptions';
import { timeout, toleratedFailures } from './runOptions';
import {
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
  system-test invoke --local config_0 config_1    on this machine, no AWS account needed
  system-test invoke config_3 config_7            the function of the stack ${defaultStack}
  system-test invoke --function feeds:live --configurations feeds.csv
  system-test invoke --configurations feeds.csv --max-concurrency 1
                                                  one after the other, for comparison
  system-test invoke --rerun-failed result.json   only what did not pass there
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
    .addOption(
      new Option(
        '--stack <NAME>',
        `stack with the system test of the function (default: ${defaultStack}, or with --local the only one)`,
      )
        .argParser(nonEmpty('--stack'))
        .conflicts('function'),
    )
    .option('--function <NAME|ARN>', 'the function, or a version or alias of it', flag.functionName);
  addRerunOption(addConfigurationsOption(command))
    .optionsGroup('How to invoke it:')
    .option(
      '--max-concurrency <N>',
      `how many at once, 1 to 1000 (default: ${flag.defaultConcurrency})`,
      flag.invokeConcurrency,
    )
    .option('--tolerated-failures <N|P%>', 'how many may fail, a count or a share of all', toleratedFailures)
    .option('--timeout <SECONDS>', 'stop after that long', timeout);
  addReportOptions(addTalkOptions(addAwsOptions(addOrderOptions(command))))
    .addHelpText('after', examples + exitCodesHelp)
    .action(async (identifiers: string[], options: flag.InvokeOptions) => {
      const { invoke } = await import('./invoke');
      done(await invoke(identifiers, options, io));
    });
}
