import { UserError } from '../userError';
import type { Deployment } from './deployment';
import { isCalled, machineOutputDescription } from './stacks';

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
    const names = [...stacks.map(({ stackName }) => stackName), ...unserved.stacks.keys()];
    throw new UserError(
      `Expected a stack named ${chosen}, got none in the app: choose one with --stack: ${names.join(', ')}.`,
    );
  }
  for (const { value, description } of stack.outputs) {
    const reason = unserved.stateMachines.get(value);
    if (reason === undefined || !description?.startsWith(machineOutputDescription)) continue;
    const name = JSON.stringify(value.split(':').at(-1));
    throw new UserError(
      `Stack ${stack.stackName} holds what the local endpoint can't serve: state machine ${name}: ${reason}.`,
    );
  }
}
