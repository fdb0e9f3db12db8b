import type { ApiCall, AwsOptions } from './aws/clientConfig';
import type { StepFunctions } from './aws/stepFunctions';
import { inRegion, type CommandIo } from './commandIo';
import type { RunOptions } from './commands/runOptions';
import { isAwsHost } from './consoleLink';
import type { Talk } from './talk';
import { defaultStack, parseStateMachineArn, stateMachineOfStack } from './target';

/** The state machine to start and the service to start it with. */
export interface Connection {
  api: StepFunctions;
  stateMachineArn: string;
  /** Whether the calls go to AWS itself rather than to an endpoint that stands in for it. */
  isAws(): boolean;
  close(): Promise<void>;
}

/**
 * Finds the state machine, on AWS or, with `--local`, on an endpoint on this machine that serves the app.
 *
 * The modules with the SDK's clients and the local endpoint are loaded here, when they are needed: that makes help and
 * messages about wrong flags quick.
 * @throws UserError for an unknown stack, one without a system test, missing credentials, a missing Region
 * @throws NoVerdictError where AWS refuses
 */
export async function connect(options: RunOptions, io: CommandIo, talk: Talk): Promise<Connection> {
  const hosts = new Set<string>();
  const onCall = (call: ApiCall) => {
    hosts.add(call.host);
    talk.detail(describeCall(call));
  };
  const endpoint = options.local ? await localEndpoint(options, io, talk) : undefined;
  try {
    const aws: AwsOptions = { env: io.env, onCall, ...(endpoint?.aws ?? awsOptions(options)) };
    const [stateMachineArn, { stepFunctions }] = await Promise.all([
      options.stateMachine ?? machineOfStack(options.stack ?? defaultStack, aws),
      import('./aws/stepFunctions'),
    ]);
    const api = stepFunctions(aws);
    return {
      api,
      stateMachineArn,
      isAws: () => [...hosts].every(isAwsHost),
      close: async () => {
        api.close();
        await endpoint?.close();
      },
    };
  } catch (error) {
    await endpoint?.close();
    throw error;
  }
}

/** Serves the app on this machine. The SDK wants credentials; the endpoint takes any. */
async function localEndpoint({ app, region }: RunOptions, io: CommandIo, talk: Talk) {
  const { startLocalEndpoint } = await import('./local/localEndpoint');
  const endpoint = await startLocalEndpoint({
    app,
    env: inRegion(io.env, region),
    log: (line) => talk.note(line),
    signal: io.stop,
  });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return {
    aws: { endpointUrl: endpoint.url, region: endpoint.deployment.region, credentials },
    close: () => endpoint.close(),
  };
}

/** The Region of a state machine's ARN is the one to call, whatever the environment says. */
function awsOptions({ profile, region, endpointUrl, stateMachine }: RunOptions): Omit<AwsOptions, 'env'> {
  return { profile, region: region ?? parseStateMachineArn(stateMachine ?? '')?.region, endpointUrl };
}

async function machineOfStack(stack: string, aws: AwsOptions): Promise<string> {
  const { stackOutputs } = await import('./aws/cloudFormation');
  return stateMachineOfStack(stack, (name) => stackOutputs(name, aws));
}

/** `0.213s StartExecution 12 ms`: seconds since the process started, so that the start-up can be read off. */
function describeCall({ operation, durationMs, error }: ApiCall): string {
  const sentAt = ((performance.now() - durationMs) / 1000).toFixed(3);
  const failure = error instanceof Error ? ` ${error.name}` : '';
  return `${sentAt}s ${operation} ${durationMs.toFixed(0)} ms${failure}`;
}
