import { Aws } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

export interface IntegrationTaskProps extends sfn.TaskStateJsonataBaseProps {
  /** Which integration of Step Functions: `aws-sdk:s3:getObject`. */
  readonly integration: string;
  readonly arguments: Record<string, unknown>;
  /** What the state machine's role has to be permitted. */
  readonly permits: iam.PolicyStatement[];
}

/** The Task that makes one call of a service. `CallAwsService` of the CDK permits no call on conditions alone. */
export class IntegrationTask extends sfn.TaskStateBase {
  protected readonly taskMetrics = undefined;
  protected readonly taskPolicies: iam.PolicyStatement[];
  private readonly call: { Resource: string; Arguments: unknown };

  constructor(scope: Construct, id: string, props: IntegrationTaskProps) {
    super(scope, id, props);
    this.taskPolicies = props.permits;
    this.call = { Resource: `arn:${Aws.PARTITION}:states:::${props.integration}`, Arguments: props.arguments };
  }

  protected override _renderTask(): unknown {
    return this.call;
  }
}
