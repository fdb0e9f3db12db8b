import { Validations } from 'aws-cdk-lib';
import type { SystemTest } from './systemTest';

/**
 * Acknowledges what cdk-nag's AwsSolutions checks find in every `SystemTest`, for those who run them and agree with the
 * reasons. Nothing is acknowledged without this call.
 */
export function acknowledgeNagFindings({ stateMachine }: SystemTest): void {
  Validations.of(stateMachine.role).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason:
      'Log delivery and X-Ray know no resources: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html and https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html',
  });
  Validations.of(stateMachine).acknowledge({
    id: 'AwsSolutions-SF1',
    reason:
      'The history of a Standard execution keeps every event for 90 days; the log is for errors, unless logLevel says otherwise',
  });
}
