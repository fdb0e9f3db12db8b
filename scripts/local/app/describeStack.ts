/** A stack as CloudFormation describes it. */
import { leadsToSystemTest } from '../../../lib/stackOutputs';
import type { DeployedStack } from './deployment';
import { resolve } from './intrinsics';
import { asText } from './parameters';
import { attempt } from './reasonOf';
import type { Stack } from './stack';

/**
 * Describes a stack. What can't be resolved here is left out, with a note.
 * @throws UserError for what leads to a system test: without it, another one of the stack would seem to be its only one
 */
export function describeStack(stack: Stack, createdAt: Date, note: (line: string) => void): DeployedStack {
  const { stackName, stackId, tags, options } = stack;
  return {
    stackName,
    stackId,
    description: options.template.description,
    createdAt,
    parameters: Object.entries(options.template.parameters).flatMap(([key, declared]) => {
      const value = options.parameters?.[key] ?? declared.default;
      return value === undefined ? [] : [{ key, value: asText(value) }];
    }),
    outputs: stack.declaredOutputs().flatMap(([key, { description, exportName }]) => {
      const read = () => asText(stack.output(key) ?? '');
      const value = leadsToSystemTest({ description }) ? read() : attempt(read, note);
      if (value === undefined) return [];
      const place = `stack ${stackName}, output ${key}, Export`;
      const name = exportName === undefined ? undefined : attempt(() => resolve(exportName, stack, place), note);
      return [{ key, value, description, exportName: name === undefined ? undefined : asText(name) }];
    }),
    resources: stack.resources().map(({ logicalId, type }) => {
      const physicalId = attempt(() => stack.physicalId(logicalId), note) ?? logicalId;
      return { logicalId, physicalId, type };
    }),
    tags,
  };
}
