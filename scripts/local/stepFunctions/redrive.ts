import type { ExecutionFacts } from './execution';

/** Whether an execution can be redriven, as it is recorded. */
export function redriveOf({ status, child }: Pick<ExecutionFacts, 'status' | 'child'>): {
  redriveStatus: 'REDRIVABLE' | 'NOT_REDRIVABLE' | 'REDRIVABLE_BY_MAP_RUN';
  redriveStatusReason?: string;
} {
  if (status !== 'RUNNING' && status !== 'SUCCEEDED') {
    return { redriveStatus: child ? 'REDRIVABLE_BY_MAP_RUN' : 'REDRIVABLE' };
  }
  return { redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason: `Execution is ${status} and cannot be redriven` };
}
