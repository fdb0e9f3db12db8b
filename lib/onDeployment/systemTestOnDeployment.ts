import { CfnResource, CustomResource, Duration, Lazy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { logicalIdOfDeployment } from './deployedHash';
import { deploymentDefinition } from './deploymentDefinition';
import { deploymentFunctionCode } from './deploymentFunctionCode';
import { DeploymentTestOptions } from '../deployment/deploymentTestOptions';
import { newRunner, newStarter, testOfDeployment } from '../deployment/systemTestRun';
import { ISystemTest } from '../iSystemTest';
import { acknowledgeHookNagFindings } from '../nagFindings';
import { expectKnown, expectMatch } from '../validation';

/** What CloudFormation waits for beside the test: the update that has to settle, and the answer, which is tried again for a minute. */
const besidesTheTest = Duration.minutes(2);

/** Properties of a `SystemTestOnDeployment`. */
export interface SystemTestOnDeploymentProps extends DeploymentTestOptions {
  /** The test that has to pass. Where its function is not one of this app, there has to be a `revision`. */
  readonly systemTest: ISystemTest;

  /**
   * What is deployed, such as the hash of a commit. Where it differs from that of the last deployment, the test runs, even
   * where nothing else in the stack does. What the template doesn't tell needs it: a function of another app, an image
   * whose tag was moved, code in an object of the same key.
   *
   * @default - the test runs in each deployment that changes something in its stack
   */
  readonly revision?: string;
}

/**
 * Runs a system test in the deployment of its stack, after the function was updated, and fails the deployment unless it
 * passed: CloudFormation then rolls the stack back. For those who deploy without a pipeline.
 *
 *     CloudFormation → function → state machine: wait for the update → run the system test → function → CloudFormation
 *
 * It is a custom resource that each deployment which changes the stack creates anew. A rollback deletes it, so it is
 * neither held up by a test nor made to fail by one. The test waits for the system test and its function, and for whatever
 * else is given to `node.addDependency`.
 *
 * Throws a `RangeError` or `TypeError` that names the property, the value and what was expected.
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import { SystemTest, SystemTestOnDeployment } from 'lambda-system-test';
 *
 * declare const stack: Stack;
 * declare const systemTest: SystemTest;
 *
 * new SystemTestOnDeployment(stack, 'OnDeployment', { systemTest });
 */
export class SystemTestOnDeployment extends Construct {
  /** What CloudFormation and the state machine invoke. */
  public readonly function: lambda.Function;
  /** What runs the test. */
  public readonly stateMachine: sfn.StateMachine;
  /** The test that it runs. */
  public readonly systemTest: ISystemTest;

  constructor(scope: Construct, id: string, props: SystemTestOnDeploymentProps) {
    super(scope, id);
    const { systemTest, revision } = props;
    const { testedFunction } = systemTest;
    const test = testOfDeployment(this, props);
    if (revision !== undefined) {
      expectKnown(this, 'revision', revision);
      expectMatch(this, 'revision', revision, /\S/, 'what tells this deployment from the last one');
    }
    expectChanges(this, testedFunction, revision);

    this.systemTest = systemTest;
    this.function = newStarter(this, props, {
      description: 'Starts the system test of a deployment, and tells CloudFormation how it ended',
      code: deploymentFunctionCode,
    });
    systemTest.grantDecrypt(this.function);
    systemTest.stateMachine.grantExecution(this.function, 'states:DescribeExecution');
    this.stateMachine = newRunner(this, props, {
      systemTest,
      definition: deploymentDefinition(this, this.function.functionArn, test),
      comment: 'Tests a deployment, which CloudFormation rolls back unless it passed',
    });
    // Not by `grantInvoke`, which permits all versions.
    this.stateMachine.addToRolePolicy(permit('lambda:InvokeFunction', this.function.functionArn));
    // A policy of its own, as the function, on which the state machine depends, depends on those of its role.
    const start = new iam.Policy(this, 'StartPolicy', {
      statements: [permit('states:StartExecution', this.stateMachine.stateMachineArn)],
    });
    this.function.role?.attachInlinePolicy(start);

    const scopes = [this, systemTest, ...(testedFunction ? [testedFunction] : [])];
    const resource = new CustomResource(this, 'Deployment', {
      resourceType: 'Custom::SystemTestOnDeployment',
      serviceToken: this.function.functionArn,
      serviceTimeout: test.timeout.plus(besidesTheTest),
      properties: {
        StateMachineArn: this.stateMachine.stateMachineArn,
        SystemTestArn: systemTest.stateMachineArn,
      },
    });
    const cfnResource = resource.node.defaultChild as CfnResource;
    const baseId = Stack.of(this).getLogicalId(cfnResource);
    cfnResource.overrideLogicalId(
      Lazy.uncachedString({ produce: () => logicalIdOfDeployment(baseId, scopes, revision ?? '') }),
    );
    resource.node.addDependency(this.function, this.stateMachine, start, ...scopes.slice(1));
  }

  /**
   * Acknowledges what cdk-nag's AwsSolutions checks find in every `SystemTestOnDeployment`, as
   * `SystemTest.acknowledgeNagFindings` does for the system test itself.
   */
  public acknowledgeNagFindings(): void {
    acknowledgeHookNagFindings(this);
  }
}

function permit(action: string, resource: string): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: [action], resources: [resource] });
}

/** What the template has of a function's code. Permissions and URLs a function of another app may have here, too. */
const ofFunctions = ['AWS::Lambda::Function', 'AWS::Lambda::Version', 'AWS::Lambda::Alias'];

/** Throws where a deployment of this app would not show whether the function has changed. */
function expectChanges(scope: Construct, tested: lambda.IFunction | undefined, revision: string | undefined): void {
  const own = tested?.node.findAll().filter((one) => CfnResource.isCfnResource(one)) ?? [];
  if (revision === undefined && !own.some(({ cfnResourceType }) => ofFunctions.includes(cfnResourceType))) {
    throw new TypeError(
      `Expected ${scope.node.path} to be given a revision, as the function that its system test tests is not one of this app: nothing here would tell when it changed.`,
    );
  }
}
