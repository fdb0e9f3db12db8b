import type { Command } from 'commander';
import { inRegion, type CommandIo } from '../terminal/commandIo';
import { nonEmpty } from './flagValues';
import type { LocalOptions } from './local';
import * as flag from './runOptions';
import { appHelp, type Done } from './sharedOptions';

const examples = `
Examples:
  system-test local
  system-test local --port 4566 --app cdk.out
  AWS_ENDPOINT_URL=http://127.0.0.1:8123 aws stepfunctions list-state-machines
`;

/** Adds `system-test local`. */
export function addLocal(program: Command, io: CommandIo, done: Done): void {
  program
    .command('local')
    .summary('serve the app on this machine, for any AWS client')
    .description('Serves the app on this machine until Ctrl-C: Step Functions, Lambda, CloudFormation and STS.')
    .option('--app <DIR|COMMAND>', appHelp, nonEmpty('--app'))
    .option(
      '--stack <NAME>',
      'stack whose system test has to be served, in its account and Region (default: serve what can be)',
      nonEmpty('--stack'),
    )
    .option('--port <N>', 'port on 127.0.0.1, 0 for any free one (default: 8123)', flag.port)
    .option('--region <REGION>', 'Region that the app is deployed to (default: us-east-1)', flag.region)
    .option('--verbose', 'what the functions log')
    .addHelpText('after', examples)
    .action(async ({ region, ...options }: LocalOptions & { region?: string }) => {
      const { runLocal } = await import('./local');
      done(await runLocal(options, { ...io, env: inRegion(io.env, region) }));
    });
}
