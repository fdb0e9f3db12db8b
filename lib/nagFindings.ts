import { Arn, ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import { defaultPrefix } from './stateMachine/distribution';
import { mapLabel } from './stateMachine/distributedMap';
import type { ISystemTest } from './iSystemTest';
import type { SystemTest } from './systemTest';
import type { SystemTestHook } from './beforeTraffic/systemTestHook';
import type { SystemTestOnDeployment } from './onDeployment/systemTestOnDeployment';

/** Of a state machine's role. */
const wildcard = {
  id: 'AwsSolutions-IAM5[Resource::*]',
  reason:
    'Log delivery and X-Ray know no resources: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html and https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html',
};

/** As `SystemTest.acknowledgeNagFindings` says. */
export function acknowledgeNagFindings(systemTest: SystemTest): void {
  const { stateMachine, distributed } = systemTest;
  if (distributed) {
    const objects = distributed.bucket.arnForObjects(`${distributed.prefix ?? defaultPrefix}*`);
    const children = `${executionsOf(systemTest).slice(0, -':*'.length)}/${mapLabel}:*`;
    Validations.of(stateMachine).acknowledge(
      ...[executionsOf(systemTest), children, flat(Stack.of(stateMachine).resolve(objects))].map((resource) => ({
        id: `AwsSolutions-IAM5[Resource::${resource}]`,
        reason:
          'Executions of a Distributed Map, and the objects that they write, have names that nobody knows beforehand',
      })),
    );
    const made = systemTest.node.tryFindChild('Results');
    if (made) {
      Validations.of(made).acknowledge({
        id: 'AwsSolutions-S1',
        reason: 'The state machine alone writes to it; who reads it is in CloudTrail, where data events are logged',
      });
    }
  }
  Validations.of(systemTest.role).acknowledge(wildcard);
  Validations.of(stateMachine).acknowledge({
    id: 'AwsSolutions-SF1',
    reason:
      'The history of a Standard execution keeps every event for 90 days; the log is for errors, unless logLevel says otherwise',
  });
}

/** As `SystemTestHook.acknowledgeNagFindings` and that of `SystemTestOnDeployment` say. */
export function acknowledgeHookNagFindings(hook: SystemTestHook | SystemTestOnDeployment): void {
  Validations.of(hook).acknowledge(
    wildcard,
    {
      id: `AwsSolutions-IAM5[Resource::${executionsOf(hook.systemTest)}]`,
      reason: 'Executions of the system test, which it waits for and stops, have names that nobody knows beforehand',
    },
    {
      id: 'AwsSolutions-SF1',
      reason: 'The history of a Standard execution keeps every event for 90 days; the log is for errors',
    },
  );
}

/** The ARN of all executions, as the CDK permits it and as cdk-nag writes it. */
function executionsOf({ stateMachine }: ISystemTest): string {
  const stack = Stack.of(stateMachine);
  const { resourceName } = Arn.split(stateMachine.stateMachineArn, ArnFormat.COLON_RESOURCE_NAME);
  const arn = stack.formatArn({
    service: 'states',
    resource: 'execution',
    resourceName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return `${flat(stack.resolve(arn))}:*`;
}

/** A value of a template as it stands in the name of a finding: `<LogicalId>` for a reference, others as JSON. */
function flat(value: unknown): string {
  if (typeof value === 'string') return value;
  const {
    Ref: reference,
    'Fn::Join': join,
    'Fn::GetAtt': attribute,
  } = value as { Ref?: string; 'Fn::Join'?: [string, unknown[]]; 'Fn::GetAtt'?: string[] };
  if (join !== undefined) return join[1].map(flat).join(join[0]);
  if (attribute !== undefined) return `<${attribute.join('.')}>`;
  return reference === undefined ? JSON.stringify(value) : `<${reference}>`;
}
