import type { Execution } from '../execution';
import type { Executions } from '../executions';
import type { Members } from '../members';
import { checkArn, type StateMachines } from '../stateMachines';

/** What the operations work on. */
export interface OperationContext {
  stateMachines: StateMachines;
  executions: Executions;
}

/** One operation of the API: takes the members of a request and gives those of the answer. Throws a ServiceError. */
export type Operation = (members: Members, context: OperationContext) => object;

/** The longest ARN that the API takes. */
export const arnLimits = { max: 256 };

/** The execution that a request names. */
export function executionOf(members: Members, { executions }: OperationContext): Execution {
  const executionArn = members.text('executionArn', arnLimits);
  checkArn(executionArn, 'execution');
  return executions.get(executionArn);
}

/** Whether a request wants inputs, outputs and definitions in the answer; default: yes. */
export function wantsData(members: Members): boolean {
  return members.optionalChoice('includedData', ['ALL_DATA', 'METADATA_ONLY']) !== 'METADATA_ONLY';
}
