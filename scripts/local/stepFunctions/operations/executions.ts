import { limits } from '../../../../lib/wire';
import { epochSeconds } from '../../http/jsonProtocol';
import { ServiceError } from '../../http/service';
import type { Execution, ExecutionFacts } from '../execution';
import { withoutExecutionData } from '../history';
import { makeToken, readToken } from '../pageToken';
import { redriveOf } from '../redrive';
import { checkArn } from '../stateMachines';
import { arnLimits, executionOf, factsOf, longArnLimits, type Operation, wantsData } from './operation';

export const startExecution: Operation = (members, { stateMachines, executions }) => {
  const stateMachineArn = members.text('stateMachineArn', arnLimits);
  const name = members.optionalText('name', { max: limits.executionNameLength });
  // Measured: an empty text is no valid input rather than too short.
  const input = members.optionalText('input', { min: 0, maxBytes: limits.payloadBytes });
  const traceHeader = members.optionalText('traceHeader', { min: 0, max: 256 });
  const machine = stateMachines.get(stateMachineArn);
  const { executionArn, startedAt } = executions.start(machine, { name, input, traceHeader });
  return { executionArn, startDate: epochSeconds(startedAt) };
};

/** Of an execution that has ended it gives the time when it did, and changes nothing. */
export const stopExecution: Operation = (members, context) => {
  const error = members.optionalText('error', { min: 0, max: 256 });
  const cause = members.optionalText('cause', { min: 0, max: limits.causeLength });
  const execution = executionOf(members, context);
  execution.abort(error, cause);
  return { stopDate: epochSeconds(execution.stoppedAt ?? execution.startedAt) };
};

/**
 * Goes on with the Distributed Map that an execution ended in. The same token gives the same answer (API reference).
 * @throws ExecutionNotRedrivable
 */
export const redriveExecution: Operation = (members, { executions, ...context }) => {
  const clientToken = members.optionalText('clientToken', { max: 64 });
  const execution = executionOf(members, { executions, ...context });
  if (clientToken === undefined || executions.lastRedrive.get(execution) !== clientToken) {
    const visit = execution.redrivableVisit;
    if (!visit) throw notRedrivable(execution);
    executions.redrive(execution, visit);
    if (clientToken !== undefined) executions.lastRedrive.set(execution, clientToken);
  }
  return { redriveDate: epochSeconds(execution.redrivenAt ?? execution.startedAt) };
};

function notRedrivable(execution: Execution): ServiceError {
  const { redriveStatusReason } = redriveOf(execution);
  const reason =
    redriveStatusReason ??
    'The local endpoint redrives no child by itself, and only an execution that ended in a Distributed Map of its own level';
  return new ServiceError('ExecutionNotRedrivable', 400, `Execution Not Redrivable: '${reason}'`);
}

/** Of a child that is no longer kept, what was processed is left out. */
export const describeExecution: Operation = (members, context) => {
  const withData = wantsData(members);
  const facts = factsOf(members, context);
  const { status, input, output, error, cause, traceHeader, child } = facts;
  return {
    ...summaryOf(facts),
    ...(withData && { input, output, error, cause }),
    inputDetails: { included: withData && input !== undefined },
    ...(status === 'SUCCEEDED' && { outputDetails: { included: withData && output !== undefined } }),
    traceHeader,
    mapRunArn: child?.mapRunArn,
    ...redriveOf(facts),
  };
};

/** In the order of AWS's own message. */
const statuses = ['SUCCEEDED', 'TIMED_OUT', 'PENDING_REDRIVE', 'ABORTED', 'FAILED', 'RUNNING'] as const;

/**
 * The newest first. A token names the last of its page, so what is started or let go of meanwhile moves nothing.
 * @throws ValidationException and ResourceNotFound
 */
export const listExecutions: Operation = (members, { stateMachines, executions }) => {
  const stateMachineArn = members.optionalText('stateMachineArn', arnLimits);
  const status = members.optionalChoice('statusFilter', statuses);
  const size = members.pageSize();
  const token = members.optionalText('nextToken', { max: 3096 });
  const mapRunArn = members.optionalText('mapRunArn', longArnLimits);
  const redriveFilter = members.optionalChoice('redriveFilter', ['REDRIVEN', 'NOT_REDRIVEN']);
  if (stateMachineArn === undefined && mapRunArn === undefined) {
    throw invalid('Must provide State Machine ARN or Map Run ARN');
  }
  // The API reference says so without the words.
  if (stateMachineArn !== undefined && mapRunArn !== undefined) {
    throw invalid('Must provide State Machine ARN or Map Run ARN, not both');
  }
  if (stateMachineArn !== undefined && redriveFilter !== undefined) {
    throw invalid('redriveFilter can not be provided with a State Machine ARN');
  }
  if (mapRunArn !== undefined) checkArn(mapRunArn, 'mapRun');
  const scope = [stateMachineArn, mapRunArn, status, redriveFilter].join(' ');
  const before = token === undefined ? Infinity : readToken(scope, token);
  const all =
    mapRunArn === undefined
      ? executions.of(stateMachines.get(stateMachineArn ?? '').deployed.stateMachineArn, before)
      : executions.mapRun(mapRunArn).childrenBefore(before);
  const page: ExecutionFacts[] = [];
  for (const execution of all) {
    if (status !== undefined && execution.status !== status) continue;
    if (redriveFilter !== undefined && execution.redriveCount > 0 !== (redriveFilter === 'REDRIVEN')) continue;
    // One more than the page tells that there is another one.
    if (page.push(execution) > size) break;
  }
  const shown = page.slice(0, size);
  const last = shown.at(-1);
  return {
    executions: shown.map((facts) => ({ ...summaryOf(facts), ...childOf(facts) })),
    nextToken: last && page.length > size ? makeToken(scope, last.ordinal) : undefined,
  };
};

function childOf({ child }: ExecutionFacts): object {
  return { mapRunArn: child?.mapRunArn, itemCount: child?.itemCount };
}

function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', 400, message);
}

/** What the list and the description of an execution have in common. */
function summaryOf(facts: ExecutionFacts): object {
  const { executionArn, machine, name, status, startedAt, stoppedAt, redriveCount, redrivenAt } = facts;
  return {
    executionArn,
    stateMachineArn: machine.deployed.stateMachineArn,
    name,
    status,
    startDate: epochSeconds(startedAt),
    stopDate: stoppedAt === undefined ? undefined : epochSeconds(stoppedAt),
    redriveCount,
    redriveDate: redrivenAt === undefined ? undefined : epochSeconds(redrivenAt),
  };
}

/**
 * A page starts at an event's id, which never changes: asking again with the same token gives the same events and,
 * where the page was not full, those recorded since.
 */
export const getExecutionHistory: Operation = (members, context) => {
  const size = members.pageSize();
  const reverse = members.optionalFlag('reverseOrder') ?? false;
  const withData = members.optionalFlag('includeExecutionData') ?? true;
  const token = members.optionalText('nextToken', { max: 1024 });
  const execution = executionOf(members, context);
  const scope = `${execution.executionArn} ${reverse ? 'newest first' : 'oldest first'}`;
  const first = token === undefined ? (reverse ? execution.history.length : 1) : readToken(scope, token);
  const events = reverse ? backward(execution, first, size) : forward(execution, first, size);
  const next = (events.at(-1)?.id ?? first) + (reverse ? -1 : 1);
  const more = next >= 1 && next <= execution.history.length;
  return {
    events: withData ? events : events.map(withoutExecutionData),
    nextToken: more ? makeToken(scope, next) : undefined,
  };
};

function forward({ history }: Execution, first: number, size: number) {
  const last = Math.min(first + size - 1, history.length);
  return last < first ? [] : history.between(first, last);
}

function backward({ history }: Execution, first: number, size: number) {
  return first < 1 ? [] : history.between(first, Math.max(first - size + 1, 1));
}
