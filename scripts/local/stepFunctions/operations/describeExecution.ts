import type { Execution } from '../execution';
import { epochSeconds } from '../../http/jsonProtocol';
import { executionOf, type Operation, wantsData } from './operation';

export const describeExecution: Operation = (members, context) => {
  const withData = wantsData(members);
  const execution = executionOf(members, context);
  const { executionArn, machine, name, status, startedAt, stoppedAt } = execution;
  return {
    executionArn,
    stateMachineArn: machine.deployed.stateMachineArn,
    name,
    status,
    startDate: epochSeconds(startedAt),
    stopDate: stoppedAt === undefined ? undefined : epochSeconds(stoppedAt),
    ...(withData && dataOf(execution)),
    inputDetails: { included: withData },
    ...(execution.output !== undefined && { outputDetails: { included: withData } }),
    traceHeader: execution.traceHeader,
    redriveCount: 0,
    ...redriveOf(execution),
  };
};

function dataOf({ input, output, error, cause }: Execution): object {
  return { input, output, error, cause };
}

/** As recorded; an operation to redrive isn't offered here. */
function redriveOf({ status }: Execution): object {
  if (status !== 'RUNNING' && status !== 'SUCCEEDED') return { redriveStatus: 'REDRIVABLE' };
  return { redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason: `Execution is ${status} and cannot be redriven` };
}
