/** AWS CloudFormation: what the stacks of the app hold. */
import { StackStatus } from '@aws-sdk/client-cloudformation';
import type { DeployedStack, Deployment } from '../app/deployment';
import { answerQuery, type QueryApi, type QueryValue } from '../http/queryProtocol';
import { isCalled } from '../app/stacks';
import { ServiceError, type Service, type ServiceRequest, type ServiceResponse } from '../http/service';

/** Every stack here was deployed once, without trouble. */
const stackStatus = 'CREATE_COMPLETE';

/** CloudFormation for the deployment's stacks: DescribeStacks, ListStacks, DescribeStackResources. */
export class CloudFormationService implements Service {
  private readonly api: QueryApi;

  constructor({ deployment }: { deployment: Deployment }) {
    const { stacks } = deployment;
    this.api = {
      namespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
      version: '2010-05-15',
      actions: {
        // No answer has a next page, so no request has a NextToken.
        DescribeStacks: {
          parameters: ['StackName'],
          run: (parameters) => {
            const name = parameters.get('StackName');
            return { Stacks: (name === null ? stacks : [findStack(deployment, name)]).map(describeStack) };
          },
        },
        ListStacks: {
          parameters: ['StackStatusFilter.member'],
          run: (parameters) => {
            const wanted = statusFilter(parameters);
            const listed = wanted.length === 0 || wanted.includes(stackStatus) ? stacks : [];
            return { StackSummaries: listed.map(summarize) };
          },
        },
        DescribeStackResources: {
          parameters: ['StackName', 'PhysicalResourceId', 'LogicalResourceId'],
          run: (parameters) => ({ StackResources: describeResources(deployment, parameters) }),
        },
      },
    };
  }

  handle(request: ServiceRequest, requestId: string): Promise<ServiceResponse> {
    return Promise.resolve(answerQuery(this.api, request, requestId));
  }
}

function findStack({ stacks, unserved }: Deployment, nameOrId: string): DeployedStack {
  const stack = stacks.find((candidate) => isCalled(candidate, nameOrId));
  if (stack) return stack;
  const reason = unserved.stacks.get(nameOrId);
  throw validationError(
    reason === undefined
      ? `Stack with id ${nameOrId} does not exist`
      : `The local endpoint can't serve the stack ${nameOrId}: ${reason}`,
  );
}

function describeStack(stack: DeployedStack): QueryValue {
  return {
    StackId: stack.stackId,
    StackName: stack.stackName,
    Description: stack.description,
    Parameters: someOf(stack.parameters.map(({ key, value }) => ({ ParameterKey: key, ParameterValue: value }))),
    CreationTime: stack.createdAt,
    RollbackConfiguration: {},
    StackStatus: stackStatus,
    DisableRollback: false,
    NotificationARNs: [],
    Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
    Outputs: someOf(
      stack.outputs.map(({ key, value, description, exportName }) => ({
        OutputKey: key,
        OutputValue: value,
        Description: description,
        ExportName: exportName,
      })),
    ),
    Tags: Object.entries(stack.tags).map(([Key, Value]) => ({ Key, Value })),
    EnableTerminationProtection: false,
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  };
}

/** A stack without parameters or outputs has no such member at all. */
function someOf(list: QueryValue[]): QueryValue[] | undefined {
  return list.length === 0 ? undefined : list;
}

function summarize(stack: DeployedStack): QueryValue {
  return {
    StackId: stack.stackId,
    StackName: stack.stackName,
    TemplateDescription: stack.description,
    CreationTime: stack.createdAt,
    StackStatus: stackStatus,
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  };
}

function describeResources(deployment: Deployment, parameters: URLSearchParams): QueryValue {
  const stackName = parameters.get('StackName');
  const physicalId = parameters.get('PhysicalResourceId');
  const logicalId = parameters.get('LogicalResourceId');
  if ((stackName === null) === (physicalId === null)) {
    throw validationError('Either StackName or PhysicalResourceId must be specified, not both');
  }
  const stack = stackName === null ? findOwner(deployment.stacks, physicalId ?? '') : findStack(deployment, stackName);
  return stack.resources
    .filter((resource) => logicalId === null || resource.logicalId === logicalId)
    .map((resource) => ({
      StackName: stack.stackName,
      StackId: stack.stackId,
      LogicalResourceId: resource.logicalId,
      PhysicalResourceId: resource.physicalId,
      ResourceType: resource.type,
      Timestamp: stack.createdAt,
      ResourceStatus: stackStatus,
      DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
    }));
}

function findOwner(stacks: DeployedStack[], physicalId: string): DeployedStack {
  const stack = stacks.find(({ resources }) => resources.some((resource) => resource.physicalId === physicalId));
  if (!stack) throw validationError(`Stack for ${physicalId} does not exist`);
  return stack;
}

/** `StackStatusFilter.member.1`, `StackStatusFilter.member.2` and so on. */
function statusFilter(parameters: URLSearchParams): string[] {
  const wanted = [...parameters].filter(([key]) => key.startsWith('StackStatusFilter.')).map(([, value]) => value);
  const known: string[] = Object.values(StackStatus);
  if (wanted.every((status) => known.includes(status))) return wanted;
  throw validationError(
    `1 validation error detected: Value '[${wanted.join(', ')}]' at 'stackStatusFilter' failed to satisfy constraint: ` +
      `Member must satisfy constraint: [Member must satisfy enum value set: [${known.join(', ')}]]`,
  );
}

function validationError(message: string): ServiceError {
  return new ServiceError('ValidationError', 400, message);
}
