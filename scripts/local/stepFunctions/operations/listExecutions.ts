import { ServiceError } from '../../service';
import { epochSeconds } from '../jsonProtocol';
import { pageOf } from '../pageToken';
import { arnLimits, type Operation } from './operation';

/** In the order of AWS's own message. */
const statuses = ['SUCCEEDED', 'TIMED_OUT', 'PENDING_REDRIVE', 'ABORTED', 'FAILED', 'RUNNING'] as const;

/** The newest first. */
export const listExecutions: Operation = (members, { stateMachines, executions }) => {
  const stateMachineArn = members.optionalText('stateMachineArn', arnLimits);
  const status = members.optionalChoice('statusFilter', statuses);
  const size = members.pageSize();
  const token = members.optionalText('nextToken', { max: 3096 });
  // There are no distributed Maps here, so no Map Runs either.
  if (stateMachineArn === undefined) {
    throw new ServiceError('ValidationException', 400, 'Must provide State Machine ARN or Map Run ARN');
  }
  const { deployed } = stateMachines.get(stateMachineArn);
  const wanted = executions
    .of(deployed.stateMachineArn)
    .filter((execution) => status === undefined || execution.status === status);
  const { page, nextToken } = pageOf(wanted, `${stateMachineArn} ${status ?? ''}`, size, token);
  return {
    executions: page.map((execution) => ({
      executionArn: execution.executionArn,
      stateMachineArn,
      name: execution.name,
      status: execution.status,
      startDate: epochSeconds(execution.startedAt),
      stopDate: execution.stoppedAt === undefined ? undefined : epochSeconds(execution.stoppedAt),
      redriveCount: 0,
    })),
    nextToken,
  };
};
