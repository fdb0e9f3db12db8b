/** The local endpoint's interpreter, for the state machine of a hook: its tasks call AWS at an endpoint of the test. */
import { type DescribeExecutionCommandOutput, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Json, JsonObject } from '../../../lib/wire';
import type { InvokeResult } from '../../../scripts/local/lambda/invoke';
import { describedEnd, impatientClock } from '../../localSystemTest';
import { clientOf, type Interpreter } from '../../localStack';
import { invokerOf, serveMachines, stateMachine } from '../../scripts/local/stepFunctions/fixture';

/** Starts `NAME` and waits for its end. */
export async function execute(
  { client, stateMachineArn }: Awaited<ReturnType<Interpreter['deploy']>>,
  name: string,
  input: JsonObject,
): Promise<DescribeExecutionCommandOutput> {
  const { executionArn } = await client.send(
    new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
  );
  return await describedEnd(client, executionArn!);
}

/**
 * It knows tasks that invoke Lambda only. So these get the arguments of the others, and the invoker does what the service
 * integrations do.
 */
export function startLocalInterpreter(url: string): Promise<Interpreter> {
  const aws = clientOf(url);
  const invoker = invokerOf((payload, { functionName }) => integrations[functionName]!(payload as JsonObject));
  const integrations: Record<string, (parameters: JsonObject) => Promise<Partial<InvokeResult>>> = {
    'states:startExecution.sync:2': (parameters) => startExecutionSync(aws, parameters),
    'aws-sdk:codedeploy:putLifecycleEventHookExecutionStatus': (parameters) => putStatus(url, parameters),
  };
  const machines: Awaited<ReturnType<typeof serveMachines>>[] = [];
  return Promise.resolve({
    deploy: async (definition) => {
      const hook = stateMachine(byInvocations(definition), 'Hook');
      const fixture = await serveMachines([hook], { invoker, clock: impatientClock });
      machines.push(fixture);
      return { client: fixture.client, stateMachineArn: hook.stateMachineArn };
    },
    close: async () => {
      aws.destroy();
      await Promise.all(machines.map(({ close }) => close()));
    },
  });
}

/** The definition with each integration as an invocation of a function that is named after it. */
export function byInvocations(definition: string): string {
  const { States: states, ...rest } = JSON.parse(definition) as { States: Record<string, JsonObject> };
  const translated = Object.entries(states).map(([name, state]) => {
    const [, integration] =
      /^arn:aws:states:::(.*)$/.exec(typeof state.Resource === 'string' ? state.Resource : '') ?? [];
    const invocation = integration !== undefined && {
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: integration, Payload: state.Arguments! },
    };
    return [name, { ...state, ...invocation }];
  });
  return JSON.stringify({ ...rest, States: Object.fromEntries(translated) as JsonObject });
}

/** The task fails unless the execution succeeded; the cause is what DescribeExecution says. */
export async function startExecutionSync(
  aws: SFNClient,
  { StateMachineArn, Name, Input }: JsonObject,
): Promise<Partial<InvokeResult>> {
  try {
    const { executionArn } = await aws.send(
      new StartExecutionCommand({
        stateMachineArn: StateMachineArn as string,
        name: Name as string | undefined,
        input: JSON.stringify(Input),
      }),
    );
    const described = await describedEnd(aws, executionArn!);
    return described.status === 'SUCCEEDED' ? result(described) : failure('States.TaskFailed', described);
  } catch (error) {
    return failure(`StepFunctions.${(error as Error).name}`, { message: (error as Error).message });
  }
}

async function putStatus(url: string, parameters: JsonObject): Promise<Partial<InvokeResult>> {
  const members = Object.entries(parameters).map(([name, value]) => [name[0]!.toLowerCase() + name.slice(1), value]);
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus',
    },
    body: JSON.stringify(Object.fromEntries(members)),
  });
  const answer = (await response.json()) as Json;
  return response.ok ? result(answer) : failure('CodeDeploy.ThrottlingException', answer);
}

function result(payload: unknown): Partial<InvokeResult> {
  return { payload: Buffer.from(JSON.stringify(payload)) };
}

function failure(errorType: string, details: unknown): Partial<InvokeResult> {
  return { functionError: 'Unhandled', ...result({ errorType, ...(details as object) }) };
}
