import * as codedeploy from 'aws-cdk-lib/aws-codedeploy';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { hookFunctionCode } from './hookFunctionCode';
import { hookDefinition } from './hookDefinition';
import { DeploymentTestOptions } from '../deployment/deploymentTestOptions';
import { newRunner, newStarter, testOfDeployment } from '../deployment/systemTestRun';
import { ISystemTest } from '../iSystemTest';
import { acknowledgeHookNagFindings } from '../nagFindings';

/** Properties of a `SystemTestHook`. */
export interface SystemTestHookProps extends DeploymentTestOptions {
  /** The alias whose traffic the deployment group moves. */
  readonly alias: lambda.Alias;

  /** The deployment group of this alias. It gets the hook; it can't have another `preHook`. */
  readonly deploymentGroup: codedeploy.LambdaDeploymentGroup;

  /**
   * The test of the version that is to get the traffic: its `function` is the version that the alias is given, or another
   * alias of that version. An imported one has to say so by its attributes.
   */
  readonly systemTest: ISystemTest;
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
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import * as codedeploy from 'aws-cdk-lib/aws-codedeploy';
 * import * as lambda from 'aws-cdk-lib/aws-lambda';
 * import { SystemTest, SystemTestHook } from 'lambda-system-test';
 *
 * declare const stack: Stack;
 * declare const live: lambda.Alias;
 * declare const deploymentGroup: codedeploy.LambdaDeploymentGroup;
 *
 * const systemTest = new SystemTest(stack, 'SystemTest', {
 *   function: live.version,
 *   configurations: ['customer_1', 'customer_2'],
 * });
 * new SystemTestHook(stack, 'BeforeTraffic', { alias: live, deploymentGroup, systemTest });
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
    const { alias, deploymentGroup, systemTest } = props;
    expectDeployedBy(this, alias, deploymentGroup);
    expectTestOfNewVersion(this, systemTest, alias);
    const test = testOfDeployment(this, props);

    this.systemTest = systemTest;
    this.stateMachine = newRunner(this, props, {
      systemTest,
      definition: hookDefinition(this, test),
      comment: 'Lets the traffic move to a new version after its system test passed',
    });
    deploymentGroup.grantPutLifecycleEventHookExecutionStatus(this.stateMachine);
    this.function = newStarter(this, props, {
      description: 'Starts the system test of a new version before it gets traffic',
      code: hookFunctionCode,
      environment: { STATE_MACHINE_ARN: this.stateMachine.stateMachineArn },
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
