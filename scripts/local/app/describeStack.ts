/** A stack as CloudFormation describes it. */
import type { DeployedStack } from './deployment';
import { resolve } from './intrinsics';
import { asText } from './parameters';
import { reasonOf } from './reasonOf';
import type { Stack } from './stack';

/** Describes a stack. What can't be resolved here is left out, with a note. */
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
      const value = attempt(() => asText(stack.output(key) ?? ''), note);
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

function attempt<T>(evaluate: () => T, note: (line: string) => void): T | undefined {
  try {
    return evaluate();
  } catch (error) {
    note(`${reasonOf(error)}.`);
    return undefined;
  }
}
