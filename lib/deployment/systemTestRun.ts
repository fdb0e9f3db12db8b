/** What a test that belongs to a deployment needs, whoever waits for its verdict: CodeDeploy or CloudFormation. */
import { Aws, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { DeploymentTestOptions } from './deploymentTestOptions';
import { ISystemTest } from '../iSystemTest';
import { jsonata } from '../stateMachine/jsonata';
import { StateMachineLog } from '../stateMachine/stateMachineLog';
import { SystemTest } from '../systemTest';
import {
  expectConfigurationsFor,
  expectInput,
  expectIntegerWithin,
  expectKnownConfigurations,
  expectNoVariable,
  inputOf,
} from '../validation';
import { limits, SystemTestInput } from '../wire';

/**
 * How long the test waits for the update of the stack to settle: executions started a few seconds after an update of
 * their state machine may still be those of the old definition, which tests the old version, and its role's permission to
 * invoke the new version takes effect as late.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html
 */
const settling = Duration.seconds(30);

/**
 * Characters of JSON: the result of the state that waits for the test holds its input beside its output, and has to stay
 * within 256 KiB.
 */
const maxInputLength = 8_000;

/** The test that is run. */
export interface TestOfDeployment {
  readonly systemTest: ISystemTest;
  readonly input: SystemTestInput;
  readonly timeout: Duration;
}

/** @throws unless the test has something to test, and its input and timeout are within what fits */
export function testOfDeployment(
  scope: Construct,
  {
    systemTest,
    input: given = {},
    timeout = Duration.minutes(55),
  }: DeploymentTestOptions & { readonly systemTest: ISystemTest },
): TestOfDeployment {
  const { path } = scope.node;
  const input = inputOf(path, given);
  expectIntegerWithin(scope, 'timeout in seconds', timeout.toSeconds({ integral: false }), 60, 58 * 60);
  expectInput(scope, input, maxInputLength, {
    mostAtOnce: systemTest instanceof SystemTest ? systemTest._mostAtOnce : limits.distributedConcurrency,
  });
  expectNoVariable(`the input of ${path}`, input);
  expectConfigurationsFor(path, input.configurations, systemTest);
  expectKnownConfigurations(path, input, systemTest);
  return { systemTest, input, timeout };
}

/**
 * Let the update settle → Run the system test
 *
 * @param states.next what follows a test that passed, and its output
 * @param states.caught what follows any other; its input is the error output
 * @param states.name the name of the test's execution; without, Step Functions draws one
 */
export function runStates(
  scope: Construct,
  { systemTest, input, timeout }: TestOfDeployment,
  states: {
    next: sfn.IChainable & sfn.INextable;
    output: unknown;
    caught: sfn.IChainable;
    assign?: Record<string, unknown>;
    name?: string;
  },
): sfn.Chain {
  const settle = sfn.Wait.jsonata(scope, 'Let the update settle', {
    comment: 'Until no execution runs the old definition any more, which tests the old version',
    time: sfn.WaitTime.duration(settling),
  });
  const test = new sfn.CustomState(scope, 'Run the system test', {
    stateJson: {
      Type: 'Task',
      Comment: 'Starts the system test of the new version and waits for its end',
      Resource: `arn:${Aws.PARTITION}:states:::states:startExecution.sync:2`,
      Arguments: {
        StateMachineArn: systemTest.stateMachineArn,
        Name: states.name,
        // One expression, in which the input is a literal: by itself, a text in it that holds {% %} would be evaluated.
        Input: jsonata(
          `$merge([${Stack.of(scope).toJsonString(input)}, {"AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID": $states.context.Execution.Id}])`,
        ),
      },
      TimeoutSeconds: timeout.toSeconds(),
      Output: states.output,
    },
  });
  // States.ALL leaves this one out: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
  test.addCatch(states.caught, { errors: ['States.DataLimitExceeded'], assign: states.assign });
  test.addCatch(states.caught, { errors: ['States.ALL'], assign: states.assign });
  return settle.next(test).next(states.next);
}

/** A task that tells the verdict; retried, since whoever waits for it waits for an hour without it. */
export function reportState(scope: Construct, id: string, stateJson: Record<string, unknown>): sfn.CustomState {
  const state = new sfn.CustomState(scope, id, { stateJson: { Type: 'Task', ...stateJson } });
  state.addRetry({ errors: ['States.ALL'], interval: Duration.seconds(2), backoffRate: 2, maxAttempts: 5 });
  return state;
}

/** The state machine that runs the test, with what it is permitted for that. */
export function newRunner(
  scope: Construct,
  {
    logLevel = sfn.LogLevel.ERROR,
    tracingEnabled = true,
    removalPolicy = RemovalPolicy.DESTROY,
  }: DeploymentTestOptions,
  { systemTest, definition, comment }: { systemTest: ISystemTest; definition: sfn.IChainable; comment: string },
): sfn.StateMachine {
  const runner = new sfn.StateMachine(scope, 'StateMachine', {
    comment,
    queryLanguage: sfn.QueryLanguage.JSONATA,
    definitionBody: sfn.DefinitionBody.fromChainable(definition),
    // By then CodeDeploy and CloudFormation have given up.
    timeout: Duration.hours(1),
    logs:
      logLevel === sfn.LogLevel.OFF
        ? undefined
        : {
            destination: new StateMachineLog(scope, 'Log', { removalPolicy }),
            level: logLevel,
            includeExecutionData: false,
          },
    tracingEnabled,
    removalPolicy,
  });
  systemTest.grantDecrypt(runner);
  systemTest.stateMachine.grantStartExecution(runner);
  systemTest.stateMachine.grantExecution(runner, 'states:DescribeExecution', 'states:StopExecution');
  // What `states:startExecution.sync` needs; the rule is the one that Step Functions itself keeps in each account.
  // https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
  runner.addToRolePolicy(
    new iam.PolicyStatement({
      actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
      resources: [
        Stack.of(scope).formatArn({
          service: 'events',
          resource: 'rule',
          resourceName: 'StepFunctionsGetEventsForStepFunctionsExecutionRule',
        }),
      ],
    }),
  );
  return runner;
}

/** The function between the deployment and the runner. */
export function newStarter(
  scope: Construct,
  { logLevel, tracingEnabled = true, removalPolicy = RemovalPolicy.DESTROY }: DeploymentTestOptions,
  { code, ...props }: { code: string; description: string; environment?: Record<string, string> },
): lambda.Function {
  // With a role that the CDK makes, the function might write into every log of the account.
  const role = new iam.Role(scope, 'FunctionRole', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  const logGroup =
    logLevel === sfn.LogLevel.OFF
      ? undefined
      : new logs.LogGroup(scope, 'FunctionLog', { retention: logs.RetentionDays.ONE_MONTH, removalPolicy });
  logGroup?.grantWrite(role);
  return new lambda.Function(scope, 'Function', {
    ...props,
    // Inline, so that nobody needs a bundler; the runtime brings the SDK.
    code: lambda.Code.fromInline(code),
    runtime: lambda.Runtime.NODEJS_24_X,
    architecture: lambda.Architecture.ARM_64,
    handler: 'index.handler',
    role,
    timeout: Duration.seconds(30),
    tracing: tracingEnabled ? lambda.Tracing.ACTIVE : undefined,
    logGroup,
  });
}
