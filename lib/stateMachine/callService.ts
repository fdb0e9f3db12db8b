import * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { integration } from './invokeFunction';
import { jsonata } from '../stateMachine/jsonata';

/** An argument that asks for the next page. On the first one it is null, which is as if it were not given (recorded). */
export const nextToken = jsonata('$listing.next_token');

export interface CallServiceProps extends sfn.TaskStateJsonataBaseProps {
  /** Of the SDK integration: `s3:getObject`. */
  readonly call: string;
  readonly arguments: Record<string, unknown>;
  readonly permits: iam.PolicyStatement[];
}

/** The Task that calls a service by its SDK integration. `CallAwsService` of the CDK permits no call on conditions alone. */
export class CallService extends sfn.TaskStateBase {
  protected readonly taskMetrics = undefined;
  protected readonly taskPolicies: iam.PolicyStatement[];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: CallServiceProps,
  ) {
    super(scope, id, props);
    this.taskPolicies = props.permits;
  }

  protected override _renderTask(): unknown {
    return { Resource: integration(`aws-sdk:${this.props.call}`), Arguments: this.props.arguments };
  }
}
