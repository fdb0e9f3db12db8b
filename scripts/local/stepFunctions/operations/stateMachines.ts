import type { DeployedStateMachine } from '../../app/deployment';
import { epochSeconds } from '../../http/jsonProtocol';
import { pageOf } from '../pageToken';
import { arnLimits, factsOf, type Operation, wantsData } from './operation';

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

export const describeStateMachine: Operation = (members, { stateMachines }) => {
  const withData = wantsData(members);
  const { deployed } = stateMachines.get(members.text('stateMachineArn', arnLimits));
  return {
    ...describe(deployed, withData),
    status: 'ACTIVE',
    type: deployed.type,
    creationDate: epochSeconds(deployed.createdAt.getTime()),
  };
};

/** The state machine as it was when the execution started: here it can't change. Of a Map Run's child it is the processor. */
export const describeStateMachineForExecution: Operation = (members, context) => {
  const withData = wantsData(members);
  const { machine, child } = factsOf(members, context);
  return {
    ...describe(machine.deployed, withData),
    updateDate: epochSeconds(machine.deployed.createdAt.getTime()),
    mapRunArn: child?.mapRunArn,
    label: child?.label,
  };
};

function describe(deployed: DeployedStateMachine, withData: boolean): object {
  const { stateMachineArn, name, definition, roleArn, tracingEnabled, loggingConfiguration } = deployed;
  return {
    stateMachineArn,
    name,
    // What is left out is {} (API reference).
    definition: withData ? definition : '{}',
    roleArn,
    loggingConfiguration: loggingConfiguration ?? { level: 'OFF', includeExecutionData: false },
    tracingConfiguration: { enabled: tracingEnabled },
  };
}
