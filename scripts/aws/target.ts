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

/** The ARN of an execution of a Standard state machine that is no child of a Map Run. */
const executionArn =
  /^(?<place>arn:aws[a-z-]*:states:(?<region>[a-z0-9-]+):(?<account>\d{12})):execution:(?<machine>[^:/\s]{1,80}):[^:\s]{1,80}$/;

/**
 * Where an execution is, and of which state machine, by its ARN.
 * @throws UserError for the ARN of anything else
 */
export function parseExecutionArn(arn: string): { region: string; account: string; stateMachineArn: string } {
  const { place, region, account, machine } = executionArn.exec(arn)?.groups ?? {};
  if (!place || !region || !account || !machine) throw new UserError(noExecution(arn));
  return { region, account, stateMachineArn: `${place}:stateMachine:${machine}` };
}

function noExecution(arn: string): string {
  const [, , service, , , resource, name = ''] = arn.split(':');
  const kind = service === 'states' ? resource : undefined;
  if (kind === 'stateMachine') {
    return (
      `Expected the ARN of an execution, got that of a state machine, ${arn}: ` +
      `system-test history --state-machine ${arn} tells its executions.`
    );
  }
  if (kind === 'express') {
    return `Expected a Standard execution, got the Express one ${arn}, which has no history to report from.`;
  }
  if (kind === 'mapRun' || (kind === 'execution' && name.includes('/'))) {
    return `Expected the ARN of the execution that started the Map Run, got that of ${kind === 'mapRun' ? 'the Map Run itself' : 'a child of it'}, ${arn}.`;
  }
  return `Expected the ARN of an execution, such as arn:aws:states:eu-west-1:123456789012:execution:SystemTest:name, got ${arn}.`;
}

/**
 * The ARN of the execution of a state machine that has this name; of a version or an alias, it is that of the machine:
 * https://docs.aws.amazon.com/step-functions/latest/dg/execution-alias-version-associate.html
 */
export function executionArnOf(stateMachineArn: string, name: string): string {
  const [arn, partition, service, region, account, , machine] = stateMachineArn.split(':');
  return [arn, partition, service, region, account, 'execution', machine, name].join(':');
}

/** The ARN of the state machine that an execution is of. */
export function machineArnOf(executionArn: string): string {
  return executionArn.replace(':execution:', ':stateMachine:').replace(/:[^:]*$/, '');
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

/** What a stack has of a system test. */
export interface FoundTest {
  /** ARN of its state machine; or of its function, or that's name. */
  arn: string;
  /** Path of the construct, such as `Feeds/SystemTest`; undefined where several test the same function. */
  test?: string;
}

/** Where to look, and for which one. */
export interface TestSearch {
  /** Name or ARN. */
  stack: string;
  /** Path of the construct, or the end of it; undefined: the only one. */
  test?: string;
  /** Reads the stack's outputs; its errors are the SDK's own. */
  read: (stack: string) => Promise<StackOutput[]>;
}

/**
 * Finds the state machine of a stack by its outputs.
 * @throws UserError for an unknown stack, and where the stack has no such system test or several
 * @throws NoVerdictError where the stack can't be read
 */
export function stateMachineOfStack(search: TestSearch): Promise<FoundTest> {
  return onlyOutput(search, stateMachineOutput);
}

/** Finds the function that a stack's system tests test, in the same way, with a version or alias where they test that. */
export function functionOfStack(search: TestSearch): Promise<FoundTest> {
  return onlyOutput(search, functionOutput);
}

async function onlyOutput({ stack, test, read }: TestSearch, output: KnownOutput): Promise<FoundTest> {
  const { description: start, flag, isValid } = output;
  const outputs = await outputsOf(stack, read, output);
  const all = outputs
    .filter(({ description, value }) => description.startsWith(start) && isValid(value))
    .map(({ description, value }) => ({ arn: value, test: description.slice(`${start}: `.length) || undefined }));
  const found = test === undefined ? all : endingIn(test, all);
  const [only] = found;
  const paths = (some: FoundTest[]) => some.map(({ arn, test: path }) => path ?? arn).join(', ');
  if (all.length === 0) {
    throw new UserError(
      `Expected a system test in the stack ${stack}, got none: none of its outputs is described as ` +
        `"${start}…". Deploy one with the SystemTest construct, or name another with --stack or ${flag}.`,
    );
  }
  if (!only) {
    throw new UserError(
      `Expected --test to be the path of a system test in the stack ${stack}, or the end of it, got ` +
        `${JSON.stringify(test)}: it has ${paths(all)}.`,
    );
  }
  if (found.length === 1) return only;
  // Several system tests may test one function.
  if (test === undefined && found.every(({ arn }) => arn === only.arn)) return { arn: only.arn };
  const got = test === undefined ? found.length : `${found.length} that end in ${JSON.stringify(test)}`;
  throw new UserError(
    `Expected one system test in the stack ${stack}, got ${got}: choose one with --test: ${paths(found)}.`,
  );
}

/** Those of this path, or else those whose path ends in it. */
function endingIn(test: string, all: FoundTest[]): FoundTest[] {
  const same = all.filter((one) => one.test === test);
  return same.length > 0 ? same : all.filter((one) => one.test?.endsWith(`/${test}`));
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
