/**
 * Proves the state machines' expressions on AWS, without a deployment: sends each case to TestState of Step Functions and to
 * that of the local endpoint, and says what differs. docs/prove.md has what it takes.
 */
import { SFNClient } from '@aws-sdk/client-sfn';
import { Command, CommanderError } from 'commander';
import { promptClientConfig } from '../../scripts/aws/clientConfig';
import { refusedCall } from '../../scripts/aws/errors';
import { proxyOf } from '../../scripts/aws/proxy';
import { addAwsOptions } from '../../scripts/commands/flags';
import { exitCode, type ExitCode } from '../../scripts/exitCode';
import { UserError } from '../../scripts/io/userError';
import { systemClock } from '../../scripts/io/clock';
import { serveMachines } from '../scripts/local/stepFunctions/fixture';
import { asking } from './ask';
import { cases } from './cases';
import { prove } from './proof';

interface Options {
  profile?: string;
  region?: string;
  endpointUrl?: string;
  roleArn?: string;
  local?: boolean;
}

const write = (text: string) => process.stdout.write(text);

async function main({ local = false, roleArn, ...aws }: Options): Promise<ExitCode> {
  const config = promptClientConfig({ ...aws, proxy: await proxyOf(process.env), answerWithin: 60_000 });
  // Step Functions has a host of its own for what waits, sync-states, which nothing that stands in for it has.
  const client = new SFNClient({ ...config, disableHostPrefix: aws.endpointUrl !== undefined });
  const region = local ? 'us-east-1' : await regionOf(client);
  // The CDK takes seconds to load.
  const { synthesizeMachines } = await import('./machines');
  const machines = synthesizeMachines(region);
  const served = await serveMachines([], { clock: systemClock });
  try {
    const here = asking(served.client, machines);
    const name = aws.endpointUrl === undefined ? 'AWS' : 'there';
    return await prove(
      cases,
      { here, there: local ? undefined : { name, ask: asking(client, machines, roleArn) } },
      write,
    );
  } finally {
    client.destroy();
    await served.close();
  }
}

/** Without credentials, nothing else need be done either. */
async function regionOf({ config }: SFNClient): Promise<string> {
  try {
    await config.credentials();
    return await config.region();
  } catch (error) {
    throw refusedCall(error, 'find credentials and a Region');
  }
}

const program = new Command('npm run prove --')
  .description(
    'Compares what TestState of Step Functions and of the local endpoint say of the state machines. Deploys nothing.',
  )
  .exitOverride()
  .option('--local', 'compare the local endpoint with what the cases expect, without AWS')
  .option('--role-arn <ARN>', 'role to hand to TestState (default: none, as no case needs one)');
addAwsOptions(program).action(async (options: Options) => {
  process.exitCode = await main(options);
});

// The SDK's note on this version of Node.js says nothing of the states.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
// Until the last case is compared nothing is proven.
process.exitCode = exitCode.noVerdict;
program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCode.passed : exitCode.wrongUse;
    return;
  }
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UserError ? exitCode.wrongUse : exitCode.noVerdict;
});
