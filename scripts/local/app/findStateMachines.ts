/** The state machines of the stacks. */
import { readFileSync } from 'node:fs';
import { isJsonObject, type Json } from '../../../lib/wire';
import { UserError } from '../../io/userError';
import type { DeployedStateMachine } from './deployment';
import { readTags } from './findFunctions';
import { attempt, reasonOf } from './reasonOf';
import { arnOf, nameOf } from './resourceTypes';
import type { Stack } from './stack';

export interface FoundStateMachine {
  stateMachineArn: string;
  /** Undefined where it can't be served on this machine. */
  machine?: DeployedStateMachine;
  /** Why it can't: `it is an Express state machine`. */
  reason?: string;
}

/** Reads the state machines of a stack, those that can't be served with the reason. */
export function findStateMachines(stack: Stack, assets: Map<string, string>, createdAt: Date): FoundStateMachine[] {
  return stack
    .resources()
    .filter(({ type }) => type === 'AWS::StepFunctions::StateMachine')
    .flatMap(({ logicalId }) => {
      // One whose name can't be told is noted with the resources of its stack.
      const stateMachineArn = attempt(() => arnOf(stack.view(logicalId)));
      if (stateMachineArn === undefined) return [];
      try {
        return { stateMachineArn, machine: readStateMachine(stack, logicalId, assets, createdAt) };
      } catch (error) {
        return { stateMachineArn, reason: reasonOf(error) };
      }
    });
}

function readStateMachine(
  stack: Stack,
  logicalId: string,
  assets: Map<string, string>,
  createdAt: Date,
): DeployedStateMachine {
  const property = (name: string) => stack.property(logicalId, name);
  if (property('StateMachineType') === 'EXPRESS') throw new UserError('it is an Express state machine');
  const view = stack.view(logicalId);
  const role = property('RoleArn');
  const tracing = property('TracingConfiguration');
  return {
    stateMachineArn: arnOf(view),
    name: nameOf(view),
    definition: substitute(readDefinition(property, assets), property('DefinitionSubstitutions')),
    roleArn: typeof role === 'string' ? role : '',
    type: 'STANDARD',
    loggingConfiguration: camelCased(property('LoggingConfiguration')),
    tracingEnabled: isJsonObject(tracing) && tracing.Enabled === true,
    createdAt,
    tags: { ...stack.tags, ...readTags(property('Tags')) },
  };
}

function readDefinition(property: (name: string) => Json | undefined, assets: Map<string, string>): string {
  const text = property('DefinitionString');
  if (typeof text === 'string') return text;
  const definition = property('Definition');
  if (isJsonObject(definition)) return JSON.stringify(definition);
  const location = property('DefinitionS3Location');
  const key = isJsonObject(location) && typeof location.Key === 'string' ? location.Key : '';
  const file = assets.get(key);
  if (file === undefined) throw new UserError(`its definition isn't an asset of the app (${JSON.stringify(location)})`);
  return readFileSync(file, 'utf8');
}

/** `${name}` in the definition stands for the substitution of that name. */
function substitute(definition: string, substitutions: Json | undefined): string {
  if (!isJsonObject(substitutions)) return definition;
  return Object.entries(substitutions).reduce(
    (text, [name, value]) => text.replaceAll(`\${${name}}`, typeof value === 'string' ? value : JSON.stringify(value)),
    definition,
  );
}

/** The API spells the members of a logging configuration with a small first letter. */
function camelCased(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((item) => camelCased(item) ?? null);
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value);
  return Object.fromEntries(
    members.map(([name, member]) => [name.charAt(0).toLowerCase() + name.slice(1), camelCased(member) ?? null]),
  );
}
