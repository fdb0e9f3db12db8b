/** A cloud assembly (`cdk.out`): its stacks, those of nested assemblies (Stages) included, and its assets. */
import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { isJsonObject, type Json, type JsonObject } from '../../../lib/wire';
import { UserError } from '../../io/userError';
import { reasonOf } from './reasonOf';
import { parseTemplate, type Template } from './template';

export interface Assembly {
  stacks: AssemblyStack[];
  /** The stacks with a template that can't be read here, by name, each with the reason. */
  unreadable: Map<string, string>;
  /** File assets by the object key that they would have in the bootstrap bucket. */
  assets: Map<string, string>;
  /** The context lookups that the app asked for and nobody answered (`vpc-provider`, `ssm` and so on). */
  missingContext: string[];
}

export interface AssemblyStack {
  stackName: string;
  /** Undefined where the stack leaves it to whoever deploys it. */
  account?: string;
  region?: string;
  template: Template;
  tags: Record<string, string>;
  /** Where the relative paths of the stack's assets start. */
  directory: string;
}

/**
 * Reads an assembly.
 * @throws a UserError for a directory that isn't one and for one without stacks
 */
export function readAssembly(directory: string): Assembly {
  const assembly: Assembly = { stacks: [], unreadable: new Map(), assets: new Map(), missingContext: [] };
  collect(directory, assembly);
  if (assembly.stacks.length + assembly.unreadable.size === 0) {
    throw new UserError(`There is no stack in the cloud assembly ${directory}: the app has to define at least one.`);
  }
  return assembly;
}

function collect(directory: string, assembly: Assembly): void {
  const file = join(directory, 'manifest.json');
  if (!existsSync(file)) {
    throw new UserError(
      `Expected a cloud assembly (a directory with a manifest.json, as cdk synth writes it) in ${directory}.`,
    );
  }
  const manifest = readJson(file);
  for (const missing of Array.isArray(manifest.missing) ? manifest.missing : []) {
    if (isJsonObject(missing)) assembly.missingContext.push(asText(missing.provider));
  }
  for (const [id, artifact] of Object.entries(objectAt(manifest, 'artifacts'))) {
    if (!isJsonObject(artifact)) throw new UserError(`Expected an object as artifact ${id} in ${file}.`);
    const properties = objectAt(artifact, 'properties');
    if (artifact.type === 'aws:cloudformation:stack') {
      const name = typeof properties.stackName === 'string' ? properties.stackName : id;
      try {
        assembly.stacks.push(readStack(directory, name, artifact, properties));
      } catch (error) {
        assembly.unreadable.set(name, reasonOf(error));
      }
    } else if (artifact.type === 'cdk:asset-manifest') {
      collectAssets(directory, readJson(join(directory, stringAt(properties, 'file', file))), assembly.assets);
    } else if (artifact.type === 'cdk:cloud-assembly') {
      collect(join(directory, stringAt(properties, 'directoryName', file)), assembly);
    }
  }
}

function readStack(directory: string, name: string, artifact: JsonObject, properties: JsonObject): AssemblyStack {
  const file = join(directory, stringAt(properties, 'templateFile', `the artifact of stack ${name}`));
  const environment = /^aws:\/\/([^/]+)\/(.+)$/.exec(
    typeof artifact.environment === 'string' ? artifact.environment : '',
  );
  const [, account = 'unknown-account', region = 'unknown-region'] = environment ?? [];
  const tags = Object.entries(objectAt(properties, 'tags')).map(([key, value]) => [key, asText(value)]);
  return {
    stackName: name,
    account: account === 'unknown-account' ? undefined : account,
    region: region === 'unknown-region' ? undefined : region,
    template: readTemplate(file, name),
    tags: Object.fromEntries(tags) as Record<string, string>,
    directory,
  };
}

/** Reads a template file of a stack. Throws a UserError for what isn't one. */
export function readTemplate(file: string, stackName: string): Template {
  return parseTemplate(readJson(file), `the template of stack ${stackName} (${file})`);
}

/** An asset manifest says under which keys each file or directory would be published. */
function collectAssets(directory: string, manifest: JsonObject, assets: Map<string, string>): void {
  for (const asset of Object.values(objectAt(manifest, 'files'))) {
    if (!isJsonObject(asset)) continue;
    const { path } = objectAt(asset, 'source');
    for (const destination of Object.values(objectAt(asset, 'destinations'))) {
      const key = isJsonObject(destination) ? destination.objectKey : undefined;
      if (typeof key === 'string' && typeof path === 'string') {
        assets.set(key, isAbsolute(path) ? path : join(directory, path));
      }
    }
  }
}

/**
 * Reads a JSON file that has to hold an object.
 * @throws a UserError that names the file
 */
export function readJson(file: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UserError(`Could not read ${file} as JSON: ${(error as Error).message}`, { cause: error });
  }
  if (!isJsonObject(value)) throw new UserError(`Expected a JSON object in ${file}.`);
  return value;
}

function asText(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

function objectAt(parent: JsonObject, key: string): JsonObject {
  const value: Json | undefined = parent[key];
  return isJsonObject(value) ? value : {};
}

function stringAt(parent: JsonObject, key: string, where: string): string {
  const value = parent[key];
  if (typeof value !== 'string') throw new UserError(`Expected a string as ${key} in ${where}.`);
  return value;
}
