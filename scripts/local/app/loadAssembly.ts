/** A cloud assembly becomes a deployment: what AWS would hold after `cdk deploy --all`. */
import { checkChosenStack, chooseStack, testsOf } from './chosenStack';
import type { DeployedFunction, DeployedStack, DeployedStateMachine, Deployment } from './deployment';
import { describeStack } from './describeStack';
import type { EnvFile } from './envFile';
import type { Environment } from './environment';
import {
  findFunctions,
  findPublications,
  publish,
  type FoundFunction,
  type FunctionSources,
  type Publication,
} from './findFunctions';
import { Layers } from './layers';
import { findAbsences, noteMadeUpValues, type Absence } from './madeUpValues';
import { readAssembly } from './manifest';
import { attempt, reasonOf } from './reasonOf';
import { nameOf } from './resourceTypes';
import type { Stack } from './stack';
import { placeStacks, withNested, type PlacedStack } from './stacks';
import { findStateMachines, type FoundStateMachine } from './findStateMachines';

export interface LoadOptions {
  /** Account and Region of the stacks that leave them open. */
  environment: Environment;
  /** Name or ARN of the stack whose system test has to be served; default: none has to be. */
  stack?: string;
  /** The same where no `stack` is given: this one or, where the app has no such stack, its only one with a system test. */
  defaultStack?: string;
  /** A directory of this run for code that has to be unpacked. */
  workDirectory: string;
  /** Refuses functions with layers that can't be had here; default: they are left out, with a note. */
  strictLayers?: boolean;
  /** Variables for the functions beside their own. */
  envFile?: EnvFile;
  /** Throws a UserError with why a function can't run here. */
  checkFunction: (deployed: DeployedFunction) => Promise<void>;
  /** Throws a UserError for a state machine that can't be executed here, in an app with these buckets. */
  checkStateMachine: (machine: DeployedStateMachine, buckets: string[]) => void;
  /** Whether the functions find the app's buckets here; default: not. */
  serveS3?: boolean;
  /** Gets a line for what is left out or differs from the account. */
  note: (line: string) => void;
  /** The time of the deployment. */
  now: Date;
}

/** What a stack holds. */
interface LoadedStack {
  described: DeployedStack;
  functions: FoundFunction[];
  publications: Publication[];
  machines: FoundStateMachine[];
  buckets: string[];
  absences: Absence[];
}

/**
 * Loads a cloud assembly. An app holds more than its system test, so what can't be served here doesn't keep the rest from
 * being served. Throws a UserError where it belongs to the system test of the chosen stack, and where there is no such
 * stack.
 */
export async function loadAssembly(directory: string, options: LoadOptions): Promise<Deployment> {
  const { note, envFile } = options;
  const assembly = readAssembly(directory);
  if (assembly.missingContext.length > 0) {
    note(
      `The app looks things up in its account (${assembly.missingContext.join(', ')}) that cdk.context.json doesn't ` +
        'hold, so the CDK put dummy values in their place: run cdk synth once with credentials to store them.',
    );
  }
  const chosenStack = chooseStack(assembly, options, note);
  const { stacks: placed, environment } = placeStacks(assembly, options.environment, chosenStack, note);
  const givenVariables = (names: string[]) => envFile?.variablesOf(names) ?? {};
  const sources = { ...options, assets: assembly.assets, givenVariables };
  const { loaded, failed } = await loadStacks(placed, { ...sources, layers: new Layers(placed, sources) }, options);
  const functions = withoutNamesakes(loaded, note);
  const runnable = functions.flatMap((found) => found.runnable ?? []);
  publish(
    loaded.flatMap(({ publications }) => publications),
    runnable,
  );
  envFile?.checkFunctions(functions);
  const deployment: Deployment = {
    ...environment,
    stacks: loaded.map(({ described }) => described),
    chosenStack,
    functions: runnable,
    stateMachines: [],
    buckets: loaded.flatMap(({ buckets }) => buckets),
    unserved: {
      stacks: new Map([...assembly.unreadable, ...failed]),
      functions: new Map(functions.flatMap(({ functionName, reason }) => (reason ? [[functionName, reason]] : []))),
      stateMachines: new Map(),
    },
  };
  for (const { machine, stateMachineArn, reason } of loaded.flatMap(({ machines }) => machines)) {
    const obstacle = machine ? obstacleTo(machine, functions, deployment.buckets, options) : reason;
    if (obstacle !== undefined) deployment.unserved.stateMachines.set(stateMachineArn, obstacle);
    else if (machine) deployment.stateMachines.push(machine);
  }
  for (const machine of deployment.stateMachines) noteMissingFunctions(machine, functions, note);
  const chosen = chosenStack === undefined ? undefined : checkChosenStack(chosenStack, deployment, note);
  const tested = chosen ? invokedBy(testsOf(chosen), deployment) : runnable;
  noteLeftOut(tested, note);
  noteMadeUpValues(
    functions.filter((found) => found.runnable && tested.includes(found.runnable)),
    loaded.flatMap(({ absences }) => absences),
    givenVariables,
    note,
  );
  return deployment;
}

/** Loads the stacks, and those nested in them; of those that can't be loaded, the reasons by their names. */
async function loadStacks(
  placed: PlacedStack[],
  sources: FunctionSources,
  options: LoadOptions,
): Promise<{ loaded: LoadedStack[]; failed: Map<string, string> }> {
  const loaded: LoadedStack[] = [];
  const failed = new Map<string, string>();
  for (const one of placed) {
    try {
      const whole: LoadedStack[] = [];
      for (const each of withNested(one)) whole.push(await loadStack(each, sources, options));
      loaded.push(...whole);
    } catch (error) {
      failed.set(one.stack.stackName, reasonOf(error));
    }
  }
  return { loaded, failed };
}

async function loadStack(
  { stack, directory }: PlacedStack,
  sources: FunctionSources,
  { now, note, serveS3 }: LoadOptions,
): Promise<LoadedStack> {
  return {
    functions: await findFunctions(stack, directory, sources),
    publications: findPublications(stack),
    machines: findStateMachines(stack, sources.assets, now),
    buckets: findBuckets(stack),
    absences: findAbsences(stack, serveS3),
    described: describeStack(stack, now, note),
  };
}

function findBuckets(stack: Stack): string[] {
  const buckets = stack.resources().filter(({ type }) => type === 'AWS::S3::Bucket');
  return buckets.flatMap(({ logicalId }) => attempt(() => nameOf(stack.view(logicalId))) ?? []);
}

/** Stacks in other accounts and Regions may have functions of the same name. */
function withoutNamesakes(loaded: LoadedStack[], note: (line: string) => void): FoundFunction[] {
  const functions = new Map<string, FoundFunction>();
  for (const found of loaded.flatMap((one) => one.functions)) {
    if (!functions.has(found.functionName)) functions.set(found.functionName, found);
    else note(`Left out the function ${found.functionArn}: another stack has one of the same name.`);
  }
  return [...functions.values()];
}

function noteLeftOut(functions: DeployedFunction[], note: (line: string) => void): void {
  for (const { functionName, leftOut = [] } of functions) {
    if (leftOut.length === 0) continue;
    note(
      `The function ${functionName} runs without ${leftOut.join(' and ')}: only layers that are assets of the app can be ` +
        "had here, and extensions don't run. With --strict-layers such functions are refused.",
    );
  }
}

/** Why a machine can't be executed here, if so. */
function obstacleTo(
  machine: DeployedStateMachine,
  functions: FoundFunction[],
  buckets: string[],
  { checkStateMachine }: LoadOptions,
): string | undefined {
  const blocked = functions.find((found) => found.reason !== undefined && mentions(machine.definition, found));
  if (blocked) return `it invokes the function ${blocked.functionName}, but ${blocked.reason ?? ''}`;
  try {
    checkStateMachine(machine, buckets);
    return undefined;
  } catch (error) {
    return reasonOf(error).replace(/^State machine "[^"]*"(:|,) /, '');
  }
}

/** The functions that state machines invoke. */
function invokedBy(arns: string[], { functions, stateMachines }: Deployment): DeployedFunction[] {
  const machines = stateMachines.filter(({ stateMachineArn }) => arns.includes(stateMachineArn));
  return functions.filter((one) => machines.some(({ definition }) => mentions(definition, one)));
}

/** Whether a definition names a function, by its ARN (a qualifier may follow) or as a whole string by its name. */
function mentions(
  definition: string,
  { functionArn, functionName }: Pick<FoundFunction, 'functionArn' | 'functionName'>,
): boolean {
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
