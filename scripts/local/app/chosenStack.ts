import { leadsToSystemTest } from '../../../lib/stackOutputs';
import { UserError } from '../../io/userError';
import type { Deployment } from './deployment';
import type { Assembly } from './manifest';
import { holdsSystemTest, isCalled } from './stacks';

/**
 * The stack to test: the one that is named, or else that of the default name or, where the app has no such stack, its
 * only one with a system test.
 */
export function chooseStack(
  { stacks, unreadable }: Assembly,
  { stack, defaultStack }: { stack?: string; defaultStack?: string },
  note: (line: string) => void,
): string | undefined {
  if (stack !== undefined || defaultStack === undefined) return stack;
  const isThere = stacks.some(({ stackName }) => stackName === defaultStack) || unreadable.has(defaultStack);
  const [only, ...others] = stacks.filter(({ template }) => holdsSystemTest(template));
  if (isThere || only === undefined || others.length > 0) return defaultStack;
  note(`Testing the stack ${only.stackName}, the only one of the app with a system test.`);
  return only.stackName;
}

/**
 * Refuses a chosen stack that the app doesn't have, and one whose system test can't be served here.
 * @param chosen name or ARN
 * @throws UserError
 */
export function checkChosenStack(chosen: string, { stacks, unserved }: Deployment): void {
  const stack = stacks.find((candidate) => isCalled(candidate, chosen));
  if (!stack) {
    const reason = unserved.stacks.get(chosen);
    if (reason !== undefined) throw new UserError(`The local endpoint can't serve the stack ${chosen}: ${reason}.`);
    const tested = stacks.filter(({ outputs }) => outputs.some(leadsToSystemTest));
    const choices = tested.length > 0 ? tested : stacks;
    const names = [...choices.map(({ stackName }) => stackName), ...unserved.stacks.keys()];
    throw new UserError(
      `Expected a stack named ${chosen}, got none in the app: choose one with --stack: ${names.join(', ')}.`,
    );
  }
  for (const output of stack.outputs) {
    const { value } = output;
    const reason = unserved.stateMachines.get(value);
    if (reason === undefined || !leadsToSystemTest(output)) continue;
    const name = JSON.stringify(value.split(':').at(-1));
    throw new UserError(
      `Stack ${stack.stackName} holds what the local endpoint can't serve: state machine ${name}: ${reason}.`,
    );
  }
}
