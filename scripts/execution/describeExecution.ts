import type { ExecutionDescription, StepFunctions } from '../aws/stepFunctions';

/** Milliseconds for a description, without which only less is known. */
const describedWithin = 5_000;

/** Undefined where it can't be had: the history says all that is needed. */
export async function describeExecution(
  api: Pick<StepFunctions, 'describe'>,
  executionArn: string,
  leave?: AbortSignal,
): Promise<ExecutionDescription | undefined> {
  try {
    const timeOver = AbortSignal.timeout(describedWithin);
    return await api.describe(executionArn, leave ? AbortSignal.any([leave, timeOver]) : timeOver);
  } catch {
    return undefined;
  }
}
