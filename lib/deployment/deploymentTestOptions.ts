import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';

/** What a test that belongs to a deployment may be given, whoever waits for its verdict: CodeDeploy or CloudFormation. */
export interface DeploymentTestOptions {
  /**
   * The input of the test, as of a `SystemTestAction`, at most 8,000 characters of JSON. Its texts are passed on as they stand.
   *
   * @default - `{}`: the construct's configurations and settings
   */
  readonly input?: { [key: string]: unknown };

  /**
   * How long the test may take, 1 to 58 minutes in whole seconds. After that it is stopped, and has not passed. CodeDeploy
   * gives a deployment up that hears nothing from its hook for an hour, and CloudFormation a custom resource.
   * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html
   *
   * @default Duration.minutes(55)
   */
  readonly timeout?: Duration;

  /**
   * What the state machine logs. It never logs inputs and outputs. With OFF there is no log group, and the function logs
   * nothing either.
   *
   * @default LogLevel.ERROR
   */
  readonly logLevel?: sfn.LogLevel;

  /**
   * Whether X-Ray traces state machine and function.
   *
   * @default true
   */
  readonly tracingEnabled?: boolean;

  /**
   * Whether log groups and state machine go with the stack.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
}
