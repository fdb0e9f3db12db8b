import { epochSeconds } from '../../http/jsonProtocol';
import { pageOf } from '../pageToken';
import type { Operation } from './operation';

export const listStateMachines: Operation = (members, { stateMachines }) => {
  const size = members.pageSize();
  const token = members.optionalText('nextToken', { max: 1024 });
  const { page, nextToken } = pageOf(stateMachines.all(), 'state machines', size, token);
  return {
    stateMachines: page.map(({ deployed: { stateMachineArn, name, type, createdAt } }) => ({
      stateMachineArn,
      name,
      type,
      creationDate: epochSeconds(createdAt.getTime()),
    })),
    nextToken,
  };
};
