import type { Command } from 'commander';
import { leadsToSystemTest } from '../../lib/stackOutputs';
import { exitCode, type ExitCode } from '../exitCode';
import { InterruptedError } from '../io/interruptedError';
import type { LocalEndpoint, LocalFunctionOptions } from '../local/localEndpoint';
import { inRegion, type CommandIo } from '../io/commandIo';
import { printable } from '../terminal/printable';
import { Talk } from '../terminal/talk';
import { addAppOption, addFunctionOptions, integer, nonEmpty, region, type Done } from './flags';

/** The port where none is given. */
const defaultPort = 8123;

interface LocalOptions extends LocalFunctionOptions {
  /** A directory with a cloud assembly, or a command; default: the `app` of the working directory's cdk.json. */
  app?: string;
  /** Name of the stack whose system test has to be served; default: what can't be served is refused when it is called. */
  stack?: string;
  /** 0 to 65535, 0 for any free one; default 8123. */
  port?: number;
  /** Shows what the functions log. */
  verbose?: boolean;
}

const examples = `
Examples:
  system-test local
  system-test local --port 4566 --app cdk.out
  AWS_ENDPOINT_URL=http://127.0.0.1:${defaultPort} aws stepfunctions list-state-machines
`;

/** Adds `system-test local`. */
export function addLocal(program: Command, io: CommandIo, done: Done): void {
  const command = program
    .command('local')
    .summary('serve the app on this machine, for any AWS client')
    .description('Serves the app on this machine until Ctrl-C: Step Functions, Lambda, CloudFormation, STS and S3.');
  addAppOption(command)
    .option(
      '--stack <NAME>',
      'stack whose system test has to be served, in its account and Region (default: serve what can be)',
      nonEmpty('--stack'),
    )
    .option('--port <N>', `port on 127.0.0.1, 0 for any free one (default: ${defaultPort})`, (text) =>
      integer(text, '--port', 0, 65_535),
    )
    .option('--region <REGION>', 'Region that the app is deployed to (default: us-east-1)', region)
    .option('--verbose', 'what the functions log');
  addFunctionOptions(command)
    .addHelpText('after', examples)
    .action(async ({ region, ...options }: LocalOptions & { region?: string }) => {
      done(await runLocal(options, { ...io, env: inRegion(io.env, region) }));
    });
}

/**
 * Serves the app until it is interrupted, which is how it ends well. Says on standard output where it is and how to
 * point a client at it, once it takes requests.
 *
 * @throws UserError where the app or the stack can't be served or the port can't be had
 * @throws InterruptedError where it is interrupted before it serves
 */
export async function runLocal(options: LocalOptions, io: CommandIo): Promise<ExitCode> {
  const talk = new Talk(io.stderr, options.verbose ? 'verbose' : 'normal');
  const endpoint = await start(options, io, talk);
  try {
    io.stdout.write(printable(guide(endpoint)));
    await aborted(io.stop);
    talk.note('Stopping.');
  } finally {
    await endpoint.close();
  }
  return exitCode.passed;
}

async function start(
  { port = defaultPort, ...options }: LocalOptions,
  io: CommandIo,
  talk: Talk,
): Promise<LocalEndpoint> {
  const { env, stop, clock } = io;
  const log = (line: string): void => talk.note(line);
  const functionLog = (functionName: string, text: string): void => talk.detail(`${functionName}: ${text.trimEnd()}`);
  const { startLocalEndpoint } = await import('../local/localEndpoint');
  try {
    return await startLocalEndpoint({ ...options, port, cwd: io.cwd(), env, log, functionLog, clock, signal: stop });
  } catch (error) {
    if (stop.aborted) throw new InterruptedError('Interrupted before the app was served.', { cause: error });
    throw error;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function guide({ url, deployment }: LocalEndpoint): string {
  const { region, stacks, stateMachines, functions, unserved } = deployment;
  const [machine] = stateMachines;
  const tested = stacks.find(({ outputs }) =>
    outputs.some((output) => leadsToSystemTest(output) && !unserved.stateMachines.has(output.value)),
  );
  const held = listed({
    stacks: stacks.map(({ stackName }) => stackName),
    stateMachines: stateMachines.map(({ stateMachineArn }) => stateMachineArn),
    functions: functions.map(({ functionName }) => functionName),
  });
  const refused = listed({
    stacks: withReasons(unserved.stacks),
    stateMachines: withReasons(unserved.stateMachines),
    functions: withReasons(unserved.functions),
  });
  const start =
    machine && `  aws stepfunctions start-execution --state-machine-arn ${machine.stateMachineArn} --input '{}'`;
  return `${[
    `Serving the app at ${url}, until Ctrl-C:`,
    ...held,
    ...(refused.length === 0 ? [] : ['', "Can't be served here, and is refused when it is called:", ...refused]),
    '',
    'Any credentials do, but the clients want some:',
    `  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_REGION=${region} AWS_DEFAULT_REGION=${region}`,
    `  export AWS_ENDPOINT_URL=${url}`,
    '',
    'Then every client of AWS works, each SDK as well:',
    ...(start === undefined ? [] : [start]),
    ...(tested ? [`  system-test run --stack ${tested.stackName}`] : []),
    `  python3 -c "import boto3; print(boto3.client('lambda').list_functions())"`,
    'Without AWS_ENDPOINT_URL, name the endpoint in each:',
    `  aws --endpoint-url ${url} stepfunctions list-state-machines`,
    `  boto3.client('stepfunctions', endpoint_url='${url}')`,
    `  new SFNClient({ endpoint: '${url}' })`,
  ].join('\n')}\n`;
}

function listed(names: { stacks: string[]; stateMachines: string[]; functions: string[] }): string[] {
  return [
    ...names.stacks.map((name) => `  Stack          ${name}`),
    ...names.stateMachines.map((name) => `  State machine  ${name}`),
    ...names.functions.map((name) => `  Function       ${name}`),
  ];
}

function withReasons(unserved: Map<string, string>): string[] {
  return [...unserved].map(([name, reason]) => `${name}: ${reason}`);
}
