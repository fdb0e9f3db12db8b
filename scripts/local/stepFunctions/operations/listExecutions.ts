import { ServiceError } from '../../http/service';
import { epochSeconds } from '../../http/jsonProtocol';
import { makeToken, readToken } from '../pageToken';
import { arnLimits, type Operation } from './operation';

/** In the order of AWS's own message. */
const statuses = ['SUCCEEDED', 'TIMED_OUT', 'PENDING_REDRIVE', 'ABORTED', 'FAILED', 'RUNNING'] as const;

/**
 * The newest first. A token names the last of its page, so what is started or let go of meanwhile moves nothing.
 * @throws ValidationException and ResourceNotFound.
 */
export const listExecutions: Operation = (members, { stateMachines, executions }) => {
  const stateMachineArn = members.optionalText('stateMachineArn', arnLimits);
  const status = members.optionalChoice('statusFilter', statuses);
  const size = members.pageSize();
  const token = members.optionalText('nextToken', { max: 3096 });
  const mapRunArn = members.optionalText('mapRunArn', { max: 2000 });
  const redriveFilter = members.optionalChoice('redriveFilter', ['REDRIVEN', 'NOT_REDRIVEN']);
  if (stateMachineArn === undefined) {
    if (mapRunArn === undefined) throw invalid('Must provide State Machine ARN or Map Run ARN');
    // There are no distributed Maps here.
    throw new ServiceError('ResourceNotFound', 400, `Resource not found: '${mapRunArn}'`);
  }
  // The API reference says so without the words.
  if (mapRunArn !== undefined) throw invalid('Must provide State Machine ARN or Map Run ARN, not both');
  if (redriveFilter !== undefined) throw invalid('redriveFilter can not be provided with a State Machine ARN');
  const { deployed } = stateMachines.get(stateMachineArn);
  const scope = `${stateMachineArn} ${status ?? ''}`;
  const before = token === undefined ? Infinity : readToken(scope, token);
  const wanted = executions
    .of(deployed.stateMachineArn)
    .filter(({ ordinal }) => ordinal < before)
    .filter((execution) => status === undefined || execution.status === status);
  const page = wanted.slice(-size).reverse();
  const last = page.at(-1);
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
    nextToken: last && wanted.length > size ? makeToken(scope, last.ordinal) : undefined,
  };
};

function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', 400, message);
}
