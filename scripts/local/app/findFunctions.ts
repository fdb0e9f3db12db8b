/** The Lambda functions of the stacks. */
import { isJsonObject, type Json, type JsonObject } from '../../../lib/wire';
import { UserError } from '../../io/userError';
import type { DeployedFunction } from './deployment';
import { variableName } from './envFile';
import { locateCode, type CodeSources } from './functionCode';
import type { Layers } from './layers';
import { attempt, reasonOf } from './reasonOf';
import { arnOf, nameOf } from './resourceTypes';
import type { Stack, StackResource } from './stack';

/** A version or an alias that a stack publishes, of a function of this stack or another. */
export interface Publication {
  /** Name or ARN. */
  owner: string;
  version: string;
  /** Undefined for the version itself. */
  alias?: string;
}

export interface FoundFunction {
  functionName: string;
  functionArn: string;
  /** By which an env file may call it: those of its construct, if the CDK tells, and its resource, and its own. */
  names: string[];
  /** Undefined where it can't run on this machine. */
  runnable?: DeployedFunction;
  /** Why it can't: `its runtime is ruby3.4, which isn't served here`. */
  reason?: string;
}

export interface FunctionSources extends CodeSources {
  /** The time of the deployment. */
  now: Date;
  layers: Layers;
  /** Refuses a function that lacks something here, instead of leaving it out. */
  strictLayers?: boolean;
  /** Throws a UserError with why a function can't run here. */
  checkFunction: (deployed: DeployedFunction) => Promise<void>;
  /** The variables that a function of these names gets beside its own, or in their place. */
  givenVariables: (names: string[]) => Record<string, string>;
}

/** Reads the functions of a stack, those that can't run here with the reason. */
export async function findFunctions(
  stack: Stack,
  directory: string,
  sources: FunctionSources,
): Promise<FoundFunction[]> {
  const found: FoundFunction[] = [];
  for (const resource of stack.resources()) {
    if (resource.type !== 'AWS::Lambda::Function') continue;
    const view = stack.view(resource.logicalId);
    // One whose name can't be told is noted with the resources of its stack.
    const identity = attempt(() => ({ functionName: nameOf(view), functionArn: arnOf(view) }));
    if (!identity) continue;
    const names = [...constructId(resource), resource.logicalId, identity.functionName];
    try {
      const declared = await readFunction(stack, resource, identity, directory, sources);
      const environment = { ...declared.environment, ...sources.givenVariables(names) };
      const layers = await sources.layers.of(stack, resource.logicalId, { ...declared, environment });
      if (sources.strictLayers && layers.leftOut.length > 0) {
        throw new UserError(`it would run without ${layers.leftOut.join(' and ')} here, which --strict-layers refuses`);
      }
      const runnable = { ...declared, ...layers, environment, declaredEnvironment: declared.environment };
      await sources.checkFunction(runnable);
      found.push({ ...identity, names, runnable });
    } catch (error) {
      found.push({ ...identity, names, reason: reasonOf(error) });
    }
  }
  return found;
}

/** `Reports` of `new Function(stack, 'Reports', …)`, by the path that the CDK writes. */
function constructId({ metadata }: StackResource): string[] {
  const path = metadata['aws:cdk:path'];
  const id = typeof path === 'string' ? /([^/]+)(?:\/Resource)?$/.exec(path)?.[1] : undefined;
  return id === undefined ? [] : [id];
}

async function readFunction(
  stack: Stack,
  resource: StackResource,
  identity: { functionName: string; functionArn: string },
  directory: string,
  sources: FunctionSources,
): Promise<DeployedFunction> {
  const property = (name: string) => stack.property(resource.logicalId, name);
  const group = (name: string) => objectOr(property(name));
  const { functionName } = identity;
  if (property('PackageType') === 'Image') {
    throw new UserError('it is a container image, which is not served here: test it on AWS');
  }
  const runtime = textOr(property('Runtime'), '');
  const codeDirectory = await locateCode(group('Code'), resource, directory, runtime, sources);
  const logging = group('LoggingConfig');
  const environment = Object.entries(objectOr(group('Environment').Variables));
  const reserved = property('ReservedConcurrentExecutions');
  const handler = textOr(property('Handler'), '');
  // As Lambda does; the numbers are its quotas and the bounds of its API.
  if (!/^\S{1,128}$/.test(handler)) {
    throw new UserError(
      `its Handler is ${handler === '' ? 'not set' : JSON.stringify(handler)}, not one such as index.handler`,
    );
  }
  const wrong = environment.find(([name]) => !variableName.test(name));
  if (wrong) throw new UserError(`its environment variable ${JSON.stringify(wrong[0])} has a name that Lambda refuses`);
  return {
    ...identity,
    runtime,
    handler,
    codeDirectory,
    description: textOr(property('Description'), ''),
    timeoutSeconds: integerOf('Timeout', property('Timeout') ?? 3, 1, 900),
    memoryMb: integerOf('MemorySize', property('MemorySize') ?? 128, 128, 10_240),
    environment: Object.fromEntries(environment.map(([name, value]) => [name, textOr(value, '')])),
    roleArn: textOr(property('Role'), ''),
    architectures: listOr(property('Architectures'), ['x86_64']).map((item) => textOr(item, '')),
    reservedConcurrentExecutions:
      reserved === undefined ? undefined : integerOf('ReservedConcurrentExecutions', reserved, 0, Infinity),
    logGroupName: textOr(logging.LogGroup, `/aws/lambda/${functionName}`),
    logFormat: logging.LogFormat === 'JSON' ? 'JSON' : 'Text',
    tracing: group('TracingConfig').Mode === 'Active' ? 'Active' : 'PassThrough',
    versions: [],
    aliases: {},
    tags: { ...stack.tags, ...readTags(property('Tags')) },
    lastModified: sources.now,
  };
}

/** Reads the versions and aliases that a stack publishes. */
export function findPublications(stack: Stack): Publication[] {
  const read = ({ logicalId, type }: StackResource): Publication => {
    const property = (name: string, otherwise: string) => textOr(stack.property(logicalId, name), otherwise);
    if (type === 'AWS::Lambda::Version') {
      const version = stack.physicalId(logicalId).split(':').at(-1) ?? '';
      return { owner: property('FunctionName', ''), version };
    }
    const version = property('FunctionVersion', '$LATEST');
    return { owner: property('FunctionName', ''), version, alias: property('Name', '') };
  };
  const published = stack.resources().filter(({ type }) => /^AWS::Lambda::(Version|Alias)$/.test(type));
  return published.flatMap((resource) => attempt(() => read(resource)) ?? []);
}

/** Adds versions and aliases to their functions. */
export function publish(publications: Publication[], functions: DeployedFunction[]): void {
  for (const { owner, version, alias } of publications) {
    const target = functions.find(({ functionName, functionArn }) => owner === functionName || owner === functionArn);
    if (alias === undefined) target?.versions.push(version);
    else if (target) target.aliases[alias] = version;
  }
}

/** The tags of a resource: a list of `{Key, Value}`. */
export function readTags(tags: Json | undefined): Record<string, string> {
  const pairs = listOr(tags, []).map(objectOr);
  return Object.fromEntries(pairs.map(({ Key, Value }) => [textOr(Key, ''), textOr(Value, '')]));
}

/** A property's integer; CloudFormation takes it as a text as well. */
function integerOf(property: string, value: Json, min: number, max: number): number {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max) return number;
  const range = max === Infinity ? `from ${min} up` : `from ${min} to ${max}`;
  throw new UserError(`its ${property} is ${JSON.stringify(value)}, not an integer ${range}`);
}

function textOr(value: Json | undefined, otherwise: string): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : otherwise;
}

function objectOr(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function listOr(value: Json | undefined, otherwise: Json[]): Json[] {
  return Array.isArray(value) ? value : otherwise;
}
