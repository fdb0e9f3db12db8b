import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { IntegrationTask } from './integrationTask';
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
export class InvokeFunction extends IntegrationTask {
  constructor(scope: Construct, id: string, props: InvokeFunctionProps) {
    const { function: tested, invokeRole, logTail } = props;
    const call = { FunctionName: tested.functionArn, Payload: props.event };
    super(scope, id, {
      ...props,
      credentials: invokeRole && { role: sfn.TaskRole.fromRole(invokeRole) },
      integration: logTail ? 'aws-sdk:lambda:invoke' : 'lambda:invoke',
      arguments: logTail ? { ...call, LogType: 'Tail' } : call,
      // The base class permits to assume a role.
      permits: invokeRole
        ? []
        : [new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [tested.functionArn] })],
    });
  }
}

/** How an invocation is tried again after one of these errors. */
export function retryPolicy(
  errors: string[],
  maxAttempts: number,
  interval = Duration.seconds(retryRule.intervalSeconds),
): sfn.RetryProps {
  return {
    errors,
    interval,
    backoffRate: retryRule.backoffRate,
    maxDelay: Duration.seconds(retryRule.maxDelaySeconds),
    maxAttempts,
    jitterStrategy: sfn.JitterType.FULL,
  };
}
