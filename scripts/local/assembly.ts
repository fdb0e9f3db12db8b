/** A cloud assembly becomes a deployment: what AWS would hold after `cdk deploy --all`. */
import { UserError } from '../userError';
import type { DeployedStack, DeployedStateMachine, Deployment } from './deployment';
import { describeStack } from './describeStack';
import type { Environment } from './environment';
import { addVersionsAndAliases, findFunctions, type FoundFunction } from './functions';
import { readAssembly } from './manifest';
import { machineOutputDescription, placeStacks } from './stacks';
import { findStateMachines, type FoundStateMachine } from './stateMachines';

export interface LoadOptions {
  /** Account and Region of the stacks that leave them open. */
  environment: Environment;
  /** A directory of this run for code that has to be unpacked. */
  workDirectory: string;
  /** Throws a UserError for a state machine that can't be executed here. */
  checkStateMachine: (machine: DeployedStateMachine) => void;
  /** Gets a line for what is left out, and why. */
  note: (line: string) => void;
  /** The time of the deployment. */
  now: Date;
}

/**
 * Loads a cloud assembly. A system test's state machine and its functions must be complete: throws a UserError where
 * they aren't. What else is in the app and can't be served here is left out with a note.
 */
export async function loadAssembly(directory: string, options: LoadOptions): Promise<Deployment> {
  const { note, now, workDirectory } = options;
  const assembly = readAssembly(directory);
  if (assembly.missingContext.length > 0) {
    note(
      `The app looks things up in its account (${assembly.missingContext.join(', ')}) that cdk.context.json doesn't ` +
        'hold, so the CDK put dummy values in their place: run cdk synth once with credentials to store them.',
    );
  }
  const { stacks, environment } = placeStacks(assembly, options.environment, note);
  const functions: FoundFunction[] = [];
  const machines: FoundStateMachine[] = [];
  for (const { stack, directory: base } of stacks) {
    const found = await findFunctions(stack, base, { assets: assembly.assets, workDirectory }, now);
    for (const one of found) {
      if (!functions.some(({ functionName }) => functionName === one.functionName)) functions.push(one);
      else note(`Left out the function ${one.functionArn}: another stack has one of the same name.`);
    }
    machines.push(...findStateMachines(stack, assembly.assets, now));
  }
  const runnable = functions.flatMap((found) => found.runnable ?? []);
  for (const { stack } of stacks) addVersionsAndAliases(stack, runnable);
  const described = stacks.map(({ stack }) => describeStack(stack, now, note));
  const stateMachines = chooseMachines(machines, functions, described, options);
  for (const { functionName, reason, runnable: deployed } of functions) {
    if (reason !== undefined) note(`Left out the function ${functionName}: ${reason}.`);
    for (const [name, value] of Object.entries(deployed?.environment ?? {})) {
      if (!value.includes('{{resolve:')) continue;
      note(
        `The function ${functionName} gets its variable ${name} unresolved, as ${value}: its value is in the account.`,
      );
    }
  }
  return { ...environment, stacks: described, functions: runnable, stateMachines };
}

function chooseMachines(
  machines: FoundStateMachine[],
  functions: FoundFunction[],
  stacks: DeployedStack[],
  { checkStateMachine, note }: LoadOptions,
): DeployedStateMachine[] {
  return machines.flatMap((found) => {
    const { machine, stackName } = found;
    const reason = found.reason ?? obstacle(machine, functions, checkStateMachine);
    if (machine && reason === undefined) {
      noteMissingFunctions(machine, functions, note);
      return [machine];
    }
    const isNeeded = machines.length === 1 || isSystemTest(found, stacks);
    const sentence = `state machine ${JSON.stringify(found.name)}: ${reason ?? ''}`;
    if (isNeeded) throw new UserError(`Stack ${stackName} holds what the local endpoint can't serve: ${sentence}.`);
    note(`Left out of stack ${stackName}: ${sentence}.`);
    return [];
  });
}

/** Why a machine can't be executed here, if so. */
function obstacle(
  machine: DeployedStateMachine | undefined,
  functions: FoundFunction[],
  check: (machine: DeployedStateMachine) => void,
): string | undefined {
  if (!machine) return undefined;
  const blocked = functions.find((found) => found.reason !== undefined && mentions(machine.definition, found));
  if (blocked) return `it invokes the function ${blocked.functionName}, but ${blocked.reason ?? ''}`;
  try {
    check(machine);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message.replace(/^State machine "[^"]*"(:|,) |\.$/g, '');
    throw error;
  }
}

/** The construct marks its machine with an output. */
function isSystemTest({ stateMachineArn }: FoundStateMachine, stacks: DeployedStack[]): boolean {
  return stacks
    .flatMap(({ outputs }) => outputs)
    .some(({ value, description }) => value === stateMachineArn && description?.startsWith(machineOutputDescription));
}

/** Whether a definition names a function, by its ARN (a qualifier may follow) or as a whole string by its name. */
function mentions(definition: string, { functionArn, functionName }: FoundFunction): boolean {
  return definition.includes(`"${functionName}"`) || new RegExp(`${functionArn}(?![\\w-])`).test(definition);
}

/** A function that was imported into the app isn't deployed with it: its invocations will find nothing here. */
function noteMissingFunctions(
  { name, definition }: DeployedStateMachine,
  functions: FoundFunction[],
  note: (line: string) => void,
): void {
  const named = definition.matchAll(/arn:[\w-]+:lambda:[\w-]*:\d*:function:([\w-]+)/g);
  for (const functionName of new Set([...named].map(([, match = '']) => match))) {
    if (functions.some((found) => found.functionName === functionName)) continue;
    note(
      `The state machine ${name} invokes the function ${functionName}, which isn't in the app: it won't be found here.`,
    );
  }
}
