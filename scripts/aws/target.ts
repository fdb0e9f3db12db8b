import { outputDescriptions } from '../../lib/stackOutputs';
import { summary, refusedCall, isNamed } from './errors';
import type { StackOutput } from './cloudFormation';
import type { NoVerdictError } from '../io/noVerdictError';
import { UserError } from '../io/userError';

/** The stack that the sample app deploys. */
export const defaultStack = 'SystemTest';

/** An output that the SystemTest construct gives its stack. */
interface KnownOutput {
  /** How its description starts. */
  description: string;
  /** The flag that names another one. */
  flag: string;
  isValid: (value: string) => boolean;
}

const stateMachineOutput: KnownOutput = {
  description: outputDescriptions.stateMachine,
  flag: '--state-machine',
  isValid: (value) => parseStateMachineArn(value) !== undefined,
};

const functionOutput: KnownOutput = {
  description: outputDescriptions.function,
  flag: '--function',
  isValid: (value) => parseFunctionName(value) !== undefined,
};

/** The ARN of a state machine, of a version or an alias of one. */
const stateMachineArn =
  /^arn:aws[a-z-]*:states:(?<region>[a-z0-9-]+):\d{12}:stateMachine:(?<name>[^:\s]{1,80})(?::[^:\s]{1,80})?$/;

/** The parts of a state machine's ARN that matter; undefined where the text isn't one. */
export function parseStateMachineArn(arn: string): { region: string; name: string } | undefined {
  const { region, name } = stateMachineArn.exec(arn)?.groups ?? {};
  return region && name ? { region, name } : undefined;
}

/**
 * The ARN of the execution of a state machine that has this name; of a version or an alias, it is that of the machine:
 * https://docs.aws.amazon.com/step-functions/latest/dg/execution-alias-version-associate.html
 */
export function executionArnOf(stateMachineArn: string, name: string): string {
  const [arn, partition, service, region, account, , machine] = stateMachineArn.split(':');
  return [arn, partition, service, region, account, 'execution', machine, name].join(':');
}

/**
 * A function's name, `123456789012:function:name` or ARN, each with a version or alias or without:
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
const functionName =
  /^(?:(?:arn:aws[a-z-]*:lambda:(?<region>[a-z0-9-]+):)?\d{12}:function:)?[a-zA-Z0-9._-]{1,64}(?::(?:\$LATEST|[a-zA-Z0-9_-]{1,128}))?$/;

/** The Region, where the text is a function's ARN; undefined where it names no function. */
export function parseFunctionName(text: string): { region?: string } | undefined {
  const found = functionName.exec(text);
  return found ? { region: found.groups?.region } : undefined;
}

/**
 * Finds the state machine of a stack by its outputs.
 * @param stack name or ARN
 * @param read reads the stack's outputs; its errors are the SDK's own
 * @returns the state machine's ARN
 * @throws UserError for an unknown stack, and where the stack has no system test or several
 * @throws NoVerdictError where the stack can't be read
 */
export function stateMachineOfStack(stack: string, read: (stack: string) => Promise<StackOutput[]>): Promise<string> {
  return onlyOutput(stack, read, stateMachineOutput);
}

/**
 * Finds the function that a stack's system tests test, in the same way.
 * @returns the function's name, with a version or alias where that is what they test
 */
export function functionOfStack(stack: string, read: (stack: string) => Promise<StackOutput[]>): Promise<string> {
  return onlyOutput(stack, read, functionOutput);
}

async function onlyOutput(
  stack: string,
  read: (stack: string) => Promise<StackOutput[]>,
  output: KnownOutput,
): Promise<string> {
  const { description: start, flag, isValid } = output;
  const outputs = await outputsOf(stack, read, output);
  const found = outputs.filter(({ description, value }) => description.startsWith(start) && isValid(value));
  // Several system tests may test one function.
  const values = [...new Set(found.map(({ value }) => value))];
  const [only] = values;
  if (only === undefined) {
    throw new UserError(
      `Expected a system test in the stack ${stack}, got none: none of its outputs is described as ` +
        `"${start}…". Deploy one with the SystemTest construct, or name another with --stack or ${flag}.`,
    );
  }
  if (values.length > 1) {
    throw new UserError(
      `Expected one system test in the stack ${stack}, got ${values.length}: choose one with ${flag}: ${values.join(', ')}.`,
    );
  }
  return only;
}

async function outputsOf(
  stack: string,
  read: (stack: string) => Promise<StackOutput[]>,
  { flag }: KnownOutput,
): Promise<StackOutput[]> {
  try {
    return await read(stack);
  } catch (error) {
    throw unreadable(stack, error, flag);
  }
}

function unreadable(stack: string, error: unknown, flag: string): UserError | NoVerdictError {
  if (isNamed(error, 'ValidationError')) {
    const unknown = /does not exist/.test((error as Error).message);
    return new UserError(
      unknown
        ? `Expected a stack named ${stack}, got none in this account and Region: deploy it, or name another with --stack or ${flag}.`
        : `Expected --stack to name a stack, got ${JSON.stringify(stack)} (${summary(error)}).`,
      { cause: error },
    );
  }
  return refusedCall(error, `read the outputs of the stack ${stack}`);
}
