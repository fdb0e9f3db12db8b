import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as codedeploy from 'aws-cdk-lib/aws-codedeploy';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { hookFunctionCode } from './hookFunctionCode';
import { hookDefinition } from './hookDefinition';
import { acknowledgeHookNagFindings } from '../nagFindings';
import { StateMachineLog } from '../stateMachine/stateMachineLog';
import { ISystemTest } from '../iSystemTest';
import { SystemTest } from '../systemTest';
import {
  expectConfigurationsFor,
  expectInput,
  expectIntegerWithin,
  expectKnownConfigurations,
  expectNoVariable,
  inputOf,
} from '../validation';
import { limits } from '../wire';

/**
 * Characters of JSON: the result of the state that waits for the test holds its input beside its output, and has to stay
 * within 256 KiB.
 */
const maxInputLength = 8_000;

/** Properties of a `SystemTestHook`. */
export interface SystemTestHookProps {
  /** The alias whose traffic the deployment group moves. */
  readonly alias: lambda.Alias;

  /** The deployment group of this alias. It gets the hook; it can't have another `preHook`. */
  readonly deploymentGroup: codedeploy.LambdaDeploymentGroup;

  /**
   * The test of the version that is to get the traffic: its `function` is the version that the alias is given, or another
   * alias of that version. An imported one has to say so by its attributes.
   */
  readonly systemTest: ISystemTest;

  /**
   * The input of the test, as of a `SystemTestAction`, at most 8,000 characters of JSON. Its texts are passed on as they stand.
   *
   * @default - `{}`: the construct's configurations and settings
   */
  readonly input?: { [key: string]: unknown };

  /**
   * How long the test may take, 1 to 58 minutes in whole seconds. After that it is stopped and the traffic stays.
   * CodeDeploy gives a deployment up that hears nothing from its hook for an hour.
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

/**
 * Moves the traffic of an alias to a new version only after its system test passed: the `BeforeAllowTraffic` hook of a
 * deployment by CodeDeploy.
 *
 *     CodeDeploy → hook function → state machine: wait for the update → run the system test → report to CodeDeploy
 *
 * The function only starts the state machine, so neither the 15 minutes of a Lambda function nor a lost event bound the
 * test. Whatever goes wrong, the traffic stays where it is. The first deployment of an alias moves no traffic, so it is
 * not tested.
 *
 * Throws a `RangeError` or `TypeError` that names the property, the value and what was expected.
 */
export class SystemTestHook extends Construct {
  /** What CodeDeploy invokes. */
  public readonly function: lambda.Function;
  /** What runs the test and reports its verdict to CodeDeploy. */
  public readonly stateMachine: sfn.StateMachine;
  /** The test that it runs. */
  public readonly systemTest: ISystemTest;

  constructor(scope: Construct, id: string, props: SystemTestHookProps) {
    super(scope, id);
    const { alias, deploymentGroup, systemTest, timeout = Duration.minutes(55) } = props;
    const { removalPolicy = RemovalPolicy.DESTROY, logLevel = sfn.LogLevel.ERROR, tracingEnabled = true } = props;
    const input = inputOf(this.node.path, props.input ?? {});
    const isLogged = logLevel !== sfn.LogLevel.OFF;
    expectIntegerWithin(this, 'timeout in seconds', timeout.toSeconds({ integral: false }), 60, 58 * 60);
    expectInput(this, input, maxInputLength, {
      mostAtOnce: systemTest instanceof SystemTest ? systemTest._mostAtOnce : limits.distributedConcurrency,
    });
    expectNoVariable(`the input of ${this.node.path}`, input);
    expectDeployedBy(this, alias, deploymentGroup);
    expectTestOfNewVersion(this, systemTest, alias);
    expectConfigurationsFor(this.node.path, input.configurations, systemTest);
    expectKnownConfigurations(this.node.path, input, systemTest);

    this.systemTest = systemTest;
    this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      comment: 'Lets the traffic move to a new version after its system test passed',
      queryLanguage: sfn.QueryLanguage.JSONATA,
      definitionBody: sfn.DefinitionBody.fromChainable(
        hookDefinition(this, { stateMachineArn: systemTest.stateMachine.stateMachineArn, input, timeout }),
      ),
      // CodeDeploy has given up by then.
      timeout: Duration.hours(1),
      logs: isLogged
        ? {
            destination: new StateMachineLog(this, 'Log', { removalPolicy }),
            level: logLevel,
            includeExecutionData: false,
          }
        : undefined,
      tracingEnabled,
      removalPolicy,
    });
    this.permitTest(systemTest);
    deploymentGroup.grantPutLifecycleEventHookExecutionStatus(this.stateMachine);

    // With a role that the CDK makes, the function might write into every log of the account.
    const role = new iam.Role(this, 'FunctionRole', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    const logGroup = isLogged
      ? new logs.LogGroup(this, 'FunctionLog', { retention: logs.RetentionDays.ONE_MONTH, removalPolicy })
      : undefined;
    logGroup?.grantWrite(role);
    this.function = new lambda.Function(this, 'Function', {
      description: 'Starts the system test of a new version before it gets traffic',
      // Inline, so that nobody needs a bundler; the runtime brings the SDK.
      code: lambda.Code.fromInline(hookFunctionCode),
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      handler: 'index.handler',
      role,
      timeout: Duration.seconds(30),
      environment: { STATE_MACHINE_ARN: this.stateMachine.stateMachineArn },
      tracing: tracingEnabled ? lambda.Tracing.ACTIVE : undefined,
      logGroup,
    });
    this.stateMachine.grantStartExecution(this.function);
    deploymentGroup.addPreHook(this.function);

    // CloudFormation updates the alias by a deployment, whose hook needs all of these to be up to date.
    alias.node.addDependency(this, systemTest, deploymentGroup);
  }

  /**
   * Acknowledges what cdk-nag's AwsSolutions checks find in every `SystemTestHook`, as
   * `SystemTest.acknowledgeNagFindings` does for the system test itself.
   */
  public acknowledgeNagFindings(): void {
    acknowledgeHookNagFindings(this);
  }

  /**
   * What `states:startExecution.sync` needs; the rule is the one that Step Functions itself keeps in each account.
   * https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
   */
  private permitTest(systemTest: ISystemTest): void {
    const { stateMachine } = systemTest;
    systemTest.grantDecrypt(this.stateMachine);
    stateMachine.grantStartExecution(this.stateMachine);
    stateMachine.grantExecution(this.stateMachine, 'states:DescribeExecution', 'states:StopExecution');
    this.stateMachine.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
        resources: [
          Stack.of(this).formatArn({
            service: 'events',
            resource: 'rule',
            resourceName: 'StepFunctionsGetEventsForStepFunctionsExecutionRule',
          }),
        ],
      }),
    );
  }
}

/** Throws where the deployment group moves the traffic of another alias. */
function expectDeployedBy(
  scope: Construct,
  alias: lambda.Alias,
  deploymentGroup: codedeploy.LambdaDeploymentGroup,
): void {
  const { updatePolicy } = (alias.node.defaultChild as lambda.CfnAlias).cfnOptions;
  const { ref } = deploymentGroup.node.defaultChild as codedeploy.CfnDeploymentGroup;
  if (updatePolicy?.codeDeployLambdaAliasUpdate?.deploymentGroupName !== ref) {
    throw new TypeError(
      `Expected alias of ${scope.node.path} to be the one of its deployment group ${deploymentGroup.node.path}, got ${alias.node.path}.`,
    );
  }
}

/** Throws where the test would not be one of the version that is to get the traffic. */
function expectTestOfNewVersion(scope: Construct, systemTest: ISystemTest, alias: lambda.Alias): void {
  const tested = systemTest.testedFunction;
  if (!tested) {
    throw new TypeError(
      `Expected systemTest of ${scope.node.path} to say that it tests the version that the alias is given (SystemTest.fromSystemTestAttributes takes its function), got ${systemTest.node.path}, which was imported without.`,
    );
  }
  if (tested.functionArn === alias.functionArn) {
    throw new TypeError(
      `Expected systemTest of ${scope.node.path} to test the version that the alias is given (alias.version), got the alias ${alias.aliasName} itself, which stays on the old version until the test has passed.`,
    );
  }
  const version = isAlias(tested) ? tested.version : tested;
  if (version.functionArn !== alias.version.functionArn) {
    throw new TypeError(
      `Expected systemTest of ${scope.node.path} to test the version that the alias ${alias.aliasName} is given (${alias.version.node.path}), got ${tested.node.path}.`,
    );
  }
}

function isAlias(tested: lambda.IFunction): tested is lambda.IAlias {
  return 'aliasName' in tested;
}
