import { limits } from '../../../../lib/wire';
import { epochSeconds } from '../../http/jsonProtocol';
import { arnLimits, type Operation } from './operation';

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
