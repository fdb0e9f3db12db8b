/** The stacks of an assembly, each in its environment, with what they import from each other. */
import { isAbsolute, join } from 'node:path';
import { leadsToSystemTest } from '../../../lib/stackOutputs';
import { isJsonObject } from '../../../lib/wire';
import type { Environment } from './environment';
import { readTemplate, type Assembly } from './manifest';
import { nameOf } from './resourceTypes';
import { Stack, type Surroundings } from './stack';
import type { Template } from './template';

export interface PlacedStack {
  stack: Stack;
  /** Where the relative paths of the stack's assets start. */
  directory: string;
}

/**
 * Makes the stacks, those nested in others not included. A client speaks to one account and Region at a time: those of
 * the chosen stack, or else of the first with a system test. The stacks there come first, and where several have the
 * same name, the others are left out with a note.
 *
 * @param local account and Region of the stacks that leave them open
 * @param chosen name or ARN of a stack
 */
export function placeStacks(
  assembly: Assembly,
  local: Environment,
  chosen: string | undefined,
  note: (line: string) => void,
): { stacks: PlacedStack[]; environment: Environment } {
  const all: PlacedStack[] = [];
  for (const { stackName, account, region, template, tags, directory } of assembly.stacks) {
    const environment = { account: account ?? local.account, region: region ?? local.region };
    const surroundings = surroundingsOf(all, assembly, directory, note);
    all.push({ stack: new Stack({ stackName, environment, template, tags, surroundings }), directory });
    for (const transform of template.otherTransforms) {
      note(`Stack ${stackName} declares the transform ${transform}, which isn't applied here.`);
    }
  }
  const named = all.filter(({ stack }) => chosen !== undefined && isCalled(stack, chosen));
  const candidates = named.length > 0 ? named : all;
  const main = candidates.find(({ stack }) => holdsSystemTest(stack.options.template)) ?? candidates[0];
  const environment = main?.stack.environment ?? local;
  const served = all.filter(({ stack }) => {
    const namesakes = all.filter((other) => other.stack.stackName === stack.stackName).map((other) => other.stack);
    const kept = namesakes.find((other) => isSame(other.environment, environment)) ?? namesakes[0];
    if (kept === stack) return true;
    const { account, region } = stack.environment;
    note(`Left out stack ${stack.stackName} of ${account} in ${region}: another stack has the same name.`);
    return false;
  });
  const isElsewhere = ({ stack }: PlacedStack) => Number(!isSame(stack.environment, environment));
  return { stacks: served.sort((left, right) => isElsewhere(left) - isElsewhere(right)), environment };
}

/** Whether a text is the name or the ARN of a stack. */
export function isCalled({ stackName, stackId }: { stackName: string; stackId: string }, text: string): boolean {
  return text === stackName || text === stackId;
}

function surroundingsOf(
  all: PlacedStack[],
  assembly: Assembly,
  directory: string,
  note: (line: string) => void,
): Surroundings {
  const surroundings: Surroundings = {
    exported: (wanted, importer) => {
      const near = all.filter(({ stack }) => isSame(stack.environment, importer));
      const values = near.map(({ stack }) => stack.exported(wanted));
      return values.find((value) => value !== undefined);
    },
    output: (stackName, outputName, { account, region }) => {
      const candidates = all
        .map(({ stack }) => stack)
        .filter((stack) => stack.stackName === stackName && stack.environment.region === region);
      const stack = candidates.find(({ environment }) => environment.account === account) ?? candidates[0];
      return stack?.output(outputName);
    },
    nested: (logicalId, parent) => {
      const stackName = nameOf(parent.view(logicalId));
      const file = templateFile(assembly, directory, logicalId, parent);
      if (file === undefined) {
        note(
          `Left out the nested stack ${logicalId} of stack ${parent.stackName}: its template isn't in the assembly.`,
        );
        return undefined;
      }
      const given = parent.property(logicalId, 'Parameters');
      const parameters = isJsonObject(given) ? given : {};
      const { environment, tags } = parent;
      return new Stack({
        stackName,
        environment,
        template: readTemplate(file, stackName),
        tags,
        parameters,
        surroundings,
      });
    },
  };
  return surroundings;
}

/** The CDK writes the file's name into the resource's metadata; without it, the URL ends in the asset's object key. */
function templateFile(assembly: Assembly, directory: string, logicalId: string, parent: Stack): string | undefined {
  const path = parent.resource(logicalId).metadata['aws:asset:path'];
  if (typeof path === 'string') return isAbsolute(path) ? path : join(directory, path);
  const url = parent.property(logicalId, 'TemplateURL');
  return typeof url === 'string' ? assembly.assets.get(url.slice(url.lastIndexOf('/') + 1)) : undefined;
}

/** A stack and those nested in it. */
export function withNested(placed: PlacedStack): PlacedStack[] {
  const { stack, directory } = placed;
  const nested = stack.resources().flatMap(({ logicalId }) => stack.nestedStack(logicalId) ?? []);
  return [placed, ...nested.flatMap((inner) => withNested({ stack: inner, directory }))];
}

/** Whether a stack was given the outputs of the construct. */
export function holdsSystemTest({ outputs }: Template): boolean {
  return Object.values(outputs).some(leadsToSystemTest);
}

function isSame(left: Environment, right: Environment): boolean {
  return left.account === right.account && left.region === right.region;
}
