import { leadsToSystemTest } from '../../../lib/stackOutputs';
import { UserError } from '../../io/userError';
import type { DeployedStack, Deployment } from './deployment';
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

/** The ARNs of the state machines of a stack's system tests. */
export function testsOf({ outputs }: DeployedStack): string[] {
  return outputs.filter(leadsToSystemTest).map(({ value }) => value);
}

/**
 * Refuses a chosen stack that the app doesn't have, and one none of whose system tests can be served here. Of several, what
 * can't be served is noted: who runs them has to name one, and gets the reason where it is that one.
 * @param chosen name or ARN
 * @returns the stack
 * @throws UserError
 */
export function checkChosenStack(
  chosen: string,
  { stacks, unserved }: Deployment,
  note: (line: string) => void,
): DeployedStack {
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
  const tests = testsOf(stack);
  const left = tests.flatMap((arn) => {
    const reason = unserved.stateMachines.get(arn);
    return reason === undefined ? [] : [`state machine ${JSON.stringify(arn.split(':').at(-1))}: ${reason}.`];
  });
  if (left[0] !== undefined && left.length === tests.length) {
    throw new UserError(`Stack ${stack.stackName} holds what the local endpoint can't serve: ${left[0]}`);
  }
  left.forEach((what) => note(`Left out of the stack ${stack.stackName} what can't be served here: ${what}`));
  return stack;
}
