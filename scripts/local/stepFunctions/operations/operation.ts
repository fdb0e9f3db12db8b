import type { Execution, ExecutionFacts, ExecutionSurroundings } from '../execution';
import type { Executions } from '../executions';
import type { Members } from '../members';
import { checkArn, type StateMachines } from '../stateMachines';

/** What the operations work on. */
export interface OperationContext {
  stateMachines: StateMachines;
  executions: Executions;
  /** Twelve digits. */
  account: string;
  /** What a state runs with. */
  surroundings: Omit<ExecutionSurroundings, 'startMapRun'>;
}

/** One operation of the API: takes the members of a request and gives those of the answer. Throws a ServiceError. */
export type Operation = (members: Members, context: OperationContext) => object | Promise<object>;

/** The longest ARN that the API takes. */
export const arnLimits = { max: 256 };

/** The longest ARN of a Map Run that the API takes. */
export const longArnLimits = { max: 2000 };

/** What is known of the execution that a request names. */
export function factsOf(members: Members, { executions }: OperationContext): ExecutionFacts {
  const executionArn = members.text('executionArn', arnLimits);
  checkArn(executionArn, 'execution', 'express');
  return executions.facts(executionArn);
}

/** The execution that a request names, which must be one with a history. */
export function executionOf(members: Members, { executions }: OperationContext): Execution {
  const executionArn = members.text('executionArn', arnLimits);
  checkArn(executionArn, 'execution');
  return executions.get(executionArn);
}

/** Whether a request wants inputs, outputs and definitions in the answer; default: yes. */
export function wantsData(members: Members): boolean {
  return members.optionalChoice('includedData', ['ALL_DATA', 'METADATA_ONLY']) !== 'METADATA_ONLY';
}
