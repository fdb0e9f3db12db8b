import { summary, refusedCall, isNamed } from './aws/errors';
import type { StackOutput } from './aws/cloudFormation';
import type { NoVerdictError } from './noVerdictError';
import { UserError } from './userError';

/** The stack that the sample app deploys. */
export const defaultStack = 'SystemTest';

/** How the description of an output starts that holds the ARN of a system test's state machine. */
const outputDescription = 'System test state machine';

/** The ARN of a state machine, of a version or an alias of one. */
const stateMachineArn =
  /^arn:aws[a-z-]*:states:(?<region>[a-z0-9-]+):\d{12}:stateMachine:(?<name>[^:\s]{1,80})(?::[^:\s]{1,80})?$/;

/** The parts of a state machine's ARN that matter; undefined where the text isn't one. */
export function parseStateMachineArn(arn: string): { region: string; name: string } | undefined {
  const { region, name } = stateMachineArn.exec(arn)?.groups ?? {};
  return region && name ? { region, name } : undefined;
}

/** The ARN of the execution of a state machine that has this name; of a version or an alias, it is that of the machine. */
export function executionArnOf(stateMachineArn: string, name: string): string {
  const [arn, partition, service, region, account, , machine] = stateMachineArn.split(':');
  return [arn, partition, service, region, account, 'execution', machine, name].join(':');
}

/**
 * Finds the state machine of a stack by its outputs.
 * @param stack name or ARN
 * @param read reads the stack's outputs; its errors are the SDK's own
 * @returns the state machine's ARN
 * @throws UserError for an unknown stack, and where the stack has no system test or several
 * @throws NoVerdictError where the stack can't be read
 */
export async function stateMachineOfStack(
  stack: string,
  read: (stack: string) => Promise<StackOutput[]>,
): Promise<string> {
  const found = (await outputsOf(stack, read)).filter(
    ({ description, value }) => description.startsWith(outputDescription) && parseStateMachineArn(value),
  );
  const [only] = found;
  if (!only) {
    throw new UserError(
      `Expected a system test in the stack ${stack}, got none: none of its outputs is described as ` +
        `"${outputDescription}…". Deploy one with the SystemTest construct, or name another with --stack or --state-machine.`,
    );
  }
  if (found.length > 1) {
    const arns = found.map(({ value }) => value).join(', ');
    throw new UserError(
      `Expected one system test in the stack ${stack}, got ${found.length}: choose one with --state-machine: ${arns}.`,
    );
  }
  return only.value;
}

async function outputsOf(stack: string, read: (stack: string) => Promise<StackOutput[]>): Promise<StackOutput[]> {
  try {
    return await read(stack);
  } catch (error) {
    throw unreadable(stack, error);
  }
}

function unreadable(stack: string, error: unknown): UserError | NoVerdictError {
  if (isNamed(error, 'ValidationError')) {
    const unknown = /does not exist/.test((error as Error).message);
    return new UserError(
      unknown
        ? `Expected a stack named ${stack}, got none in this account and Region: deploy it, or name another with --stack or --state-machine.`
        : `Expected --stack to name a stack, got ${JSON.stringify(stack)} (${summary(error)}).`,
      { cause: error },
    );
  }
  return refusedCall(error, `read the outputs of the stack ${stack}`);
}
