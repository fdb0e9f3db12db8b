import { Aws, Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { retryRule } from './invocationRules';

export interface InvokeFunctionProps extends Omit<sfn.TaskStateJsonataBaseProps, 'credentials'> {
  /** What is invoked; a version or an alias too. */
  readonly function: IFunction;
  /** The role that is assumed for the invocation; without, it is made by the state machine's role. */
  readonly invokeRole?: iam.IRole;
  /** The JSONata of the event. It evaluates to JSON, not to text: a blob parameter is JSON-encoded, strings too. */
  readonly event: string;
  /**
   * `true`: the SDK integration with the log tail. A function error is data then, so the log of a failed invocation
   * survives. `false`: the optimised integration, where a function error fails the task and its log is lost.
   */
  readonly logTail: boolean;
  readonly queryLanguage: sfn.QueryLanguage;
}

/**
 * The Task that invokes the function by one of the two Lambda integrations.
 *
 * The CDK's own tasks don't fit: `LambdaInvoke` has no log tail and permits every version and alias beside the function;
 * `CallAwsService` covers the SDK integration only.
 */
export class InvokeFunction extends sfn.TaskStateBase {
  protected readonly taskMetrics = undefined;
  protected readonly taskPolicies: iam.PolicyStatement[];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: InvokeFunctionProps,
  ) {
    super(scope, id, {
      ...props,
      credentials: props.invokeRole && { role: sfn.TaskRole.fromRole(props.invokeRole) },
    });
    // The base class permits to assume a role.
    this.taskPolicies = props.invokeRole
      ? []
      : [new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [props.function.functionArn] })];
  }

  protected override _renderTask(): unknown {
    const call = { FunctionName: this.props.function.functionArn, Payload: this.props.event };
    return this.props.logTail
      ? { Resource: integration('aws-sdk:lambda:invoke'), Arguments: { ...call, LogType: 'Tail' } }
      : { Resource: integration('lambda:invoke'), Arguments: call };
  }
}

/** How an invocation is tried again after one of these errors. */
export function retryPolicy(errors: string[], maxAttempts: number): sfn.RetryProps {
  return {
    errors,
    interval: Duration.seconds(retryRule.intervalSeconds),
    backoffRate: retryRule.backoffRate,
    maxDelay: Duration.seconds(retryRule.maxDelaySeconds),
    maxAttempts,
    jitterStrategy: sfn.JitterType.FULL,
  };
}

/** The Resource of a Task. */
export function integration(name: string): string {
  return `arn:${Aws.PARTITION}:states:::${name}`;
}
