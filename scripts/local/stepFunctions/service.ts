import { type Clock, systemClock } from '../../io/clock';
import type { DeployedStateMachine, Deployment } from '../app/deployment';
import type { Invoker } from '../lambda/invoke';
import type { ObjectStore } from '../s3/objectStore';
import { refuseUnserved, type Service, ServiceError, type ServiceRequest, type ServiceResponse } from '../http/service';
import { loadDefinition } from './definition/loadDefinition';
import { Executions } from './executions';
import type { JsonCaller } from '../http/jsonClient';
import { errorResponse, jsonResponse } from '../http/jsonProtocol';
import type { Reach } from './integrations/integration';
import { Members } from './members';
import {
  describeExecution,
  getExecutionHistory,
  listExecutions,
  redriveExecution,
  startExecution,
  stopExecution,
} from './operations/executions';
import { describeMapRun, listMapRuns, updateMapRun } from './operations/mapRuns';
import type { Operation, OperationContext } from './operations/operation';
import { describeStateMachine, describeStateMachineForExecution, listStateMachines } from './operations/stateMachines';
import { testState } from './operations/testState';
import { StateMachines } from './stateMachines';

/** The operations, each with the members of its request. */
const operations: Record<string, { run: Operation; members: string[] }> = {
  DescribeExecution: { run: describeExecution, members: ['executionArn', 'includedData'] },
  DescribeMapRun: { run: describeMapRun, members: ['mapRunArn'] },
  DescribeStateMachine: { run: describeStateMachine, members: ['stateMachineArn', 'includedData'] },
  DescribeStateMachineForExecution: {
    run: describeStateMachineForExecution,
    members: ['executionArn', 'includedData'],
  },
  GetExecutionHistory: {
    run: getExecutionHistory,
    members: ['executionArn', 'maxResults', 'reverseOrder', 'nextToken', 'includeExecutionData'],
  },
  ListExecutions: {
    run: listExecutions,
    members: ['stateMachineArn', 'statusFilter', 'maxResults', 'nextToken', 'mapRunArn', 'redriveFilter'],
  },
  ListMapRuns: { run: listMapRuns, members: ['executionArn', 'maxResults', 'nextToken'] },
  ListStateMachines: { run: listStateMachines, members: ['maxResults', 'nextToken'] },
  RedriveExecution: { run: redriveExecution, members: ['executionArn', 'clientToken'] },
  StartExecution: { run: startExecution, members: ['stateMachineArn', 'name', 'input', 'traceHeader'] },
  StopExecution: { run: stopExecution, members: ['executionArn', 'error', 'cause'] },
  TestState: {
    run: testState,
    members: [
      'definition',
      'stateName',
      'input',
      'variables',
      'context',
      'mock',
      'stateConfiguration',
      'inspectionLevel',
      'revealSecrets',
      'roleArn',
    ],
  },
  UpdateMapRun: {
    run: updateMapRun,
    members: ['mapRunArn', 'maxConcurrency', 'toleratedFailureCount', 'toleratedFailurePercentage'],
  },
};

/**
 * Throws a UserError that names machine, state and field where a definition has something that isn't supported or can't be
 * reached.
 */
export function checkStateMachine({ name, definition }: DeployedStateMachine, reach: Reach): void {
  loadDefinition(name, definition, { clock: systemClock, random: Math.random, reach });
}

/** Step Functions in AWS JSON 1.0: the state machines of a deployment, and their executions in memory. */
export class StepFunctionsService implements Service {
  private readonly context: OperationContext;

  /** Throws a UserError that names machine, state and field where a definition has something that isn't supported. */
  constructor(options: {
    deployment: Deployment;
    /** What the tasks call. */
    invoker: Invoker;
    /** What tasks and Distributed Maps read and write. */
    objects: ObjectStore;
    emulator?: JsonCaller;
    /** For every wait and every time; default: the machine's clock. */
    clock?: Clock;
    /** For the jitter of retries and `$random()`, from 0 inclusive to 1 exclusive; default `Math.random`. */
    random?: () => number;
    /** See Runtime; default: never. */
    sdkReadTimeoutSeconds?: number;
  }) {
    const {
      deployment,
      invoker,
      objects,
      emulator,
      clock = systemClock,
      random = Math.random,
      sdkReadTimeoutSeconds,
    } = options;
    const { region, account } = deployment;
    const surroundings = { clock, random, invoker, objects, emulator, region, sdkReadTimeoutSeconds };
    this.context = {
      stateMachines: new StateMachines(deployment, { clock, random }),
      executions: new Executions(surroundings),
      account,
      surroundings,
    };
  }

  /** Aborts all executions. */
  close(): Promise<void> {
    return this.context.executions.close();
  }

  async handle({ headers, body }: ServiceRequest): Promise<ServiceResponse> {
    try {
      const [, name = ''] = (headers['x-amz-target'] ?? '').split('.');
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (!operation) {
        throw new ServiceError('UnknownOperationException', 400, `The operation ${name} is not supported here.`);
      }
      const members = Members.of(body);
      refuseUnserved(name, { given: members.names, served: operation.members, error: 'ValidationException' });
      return jsonResponse(await operation.run(members, this.context));
    } catch (error) {
      if (error instanceof ServiceError) return errorResponse(error);
      throw error;
    }
  }
}
