import { epochSeconds } from '../../http/jsonProtocol';
import { ServiceError } from '../../http/service';
import type { MapRun } from '../mapRun/mapRun';
import type { Members } from '../members';
import { pageOf } from '../pageToken';
import { checkArn } from '../stateMachines';
import { executionOf, longArnLimits, type Operation, type OperationContext } from './operation';

/** Those of one execution, the newest first. */
export const listMapRuns: Operation = (members, context) => {
  const size = members.pageSize();
  const token = members.optionalText('nextToken', { max: 1024 });
  const { executionArn, mapRuns } = executionOf(members, context);
  const { page, nextToken } = pageOf([...mapRuns].reverse(), `Map Runs of ${executionArn}`, size, token);
  return {
    mapRuns: page.map((mapRun) => ({ ...summaryOf(mapRun), stateMachineArn: mapRun.stateMachineArn })),
    nextToken,
  };
};

export const describeMapRun: Operation = (members, context) => {
  const mapRun = mapRunOf(members, context);
  return {
    ...summaryOf(mapRun),
    status: mapRun.status,
    maxConcurrency: mapRun.maxConcurrency,
    toleratedFailureCount: mapRun.toleratedFailureCount ?? 0,
    toleratedFailurePercentage: mapRun.toleratedFailurePercentage ?? 0,
    itemCounts: mapRun.counts('items'),
    executionCounts: mapRun.counts('executions'),
    redriveCount: mapRun.redriveCount,
    redriveDate: mapRun.redrivenAt === undefined ? undefined : epochSeconds(mapRun.redrivenAt),
  };
};

/** @throws ValidationException for a Map Run that has ended; AWS's words for it are not recorded */
export const updateMapRun: Operation = (members, context) => {
  const settings = {
    maxConcurrency: members.optionalNumber('maxConcurrency', { integer: true }),
    toleratedFailureCount: members.optionalNumber('toleratedFailureCount', { integer: true }),
    toleratedFailurePercentage: members.optionalNumber('toleratedFailurePercentage', { max: 100 }),
  };
  const mapRun = mapRunOf(members, context);
  if (mapRun.status !== 'RUNNING') {
    const message = `The Map Run is ${mapRun.status} and cannot be updated: '${mapRun.mapRunArn}'`;
    throw new ServiceError('ValidationException', 400, message);
  }
  mapRun.update(settings);
  return {};
};

function mapRunOf(members: Members, { executions }: OperationContext): MapRun {
  const mapRunArn = members.text('mapRunArn', longArnLimits);
  checkArn(mapRunArn, 'mapRun');
  return executions.mapRun(mapRunArn);
}

/** What the list and the description of a Map Run have in common. */
function summaryOf({ mapRunArn, parent, startedAt, stoppedAt }: MapRun): object {
  return {
    mapRunArn,
    executionArn: parent.executionArn,
    startDate: epochSeconds(startedAt),
    stopDate: stoppedAt === undefined ? undefined : epochSeconds(stoppedAt),
  };
}
