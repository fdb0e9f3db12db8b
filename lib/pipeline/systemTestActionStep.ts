import { Stack, Token, TokenComparison } from 'aws-cdk-lib';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as pipelines from 'aws-cdk-lib/pipelines';
import { ISystemTest } from '../iSystemTest';
import { expectConfigurationsFor, expectKnownConfigurations, inputOf } from '../validation';
import { plannedEncryptionKey, plannedStateMachineArn } from './pipelineTarget';
import { SystemTestAction } from './systemTestAction';

/** Properties of a `SystemTestActionStep`. */
export interface SystemTestActionStepProps {
  /** The system test of the stage that the pipeline deploys, which needs a `stateMachineName`; or an imported one. */
  readonly systemTest: ISystemTest;

  /**
   * The input of the execution, as of a `SystemTestAction`.
   *
   * @default - `{}`: the construct's configurations and settings
   */
  readonly input?: { [key: string]: unknown };

  /**
   * Starts the name of the execution, as of a `SystemTestAction`.
   *
   * @default - none
   */
  readonly executionNamePrefix?: string;

  /**
   * The role that CodePipeline assumes for the action: needed where the system test is in another account than the
   * pipeline, and then one of that account. It has to be there before the pipeline has the step, so this pipeline can't
   * deploy it: CodePipeline refuses an action whose role it can't assume. docs/pipelines.md has its policies.
   *
   * @default - a new one, which may run this state machine and nothing else
   */
  readonly role?: iam.IRole;
}

/**
 * A step of CDK Pipelines that runs a system test by CodePipeline's own Step Functions action, without a build
 * container; in another account too, if the pipeline has `crossAccountKeys` and the step a `role`. What failed is read in
 * the console.
 *
 * Throws a `TypeError` where the system test has no `stateMachineName`, an `encryptionKey` that is not imported, or where
 * neither it nor the input has configurations, and a `RangeError` where the input names one that it does not know; the
 * pipeline throws for the lack of a role in the account of the test.
 *
 * @example
 * import { Stage } from 'aws-cdk-lib';
 * import * as iam from 'aws-cdk-lib/aws-iam';
 * import * as pipelines from 'aws-cdk-lib/pipelines';
 * import { ISystemTest, SystemTestActionStep } from 'lambda-system-test';
 *
 * declare const pipeline: pipelines.CodePipeline;
 * declare const production: Stage;
 * declare const systemTest: ISystemTest;
 * declare const role: iam.IRole;
 *
 * pipeline.addStage(production, {
 *   post: [new SystemTestActionStep('Test', { systemTest, role })],
 * });
 */
export class SystemTestActionStep extends pipelines.Step implements pipelines.ICodePipelineActionFactory {
  private readonly stateMachineArn: string;
  private readonly encryptionKey?: kms.IKey;

  /** `id` is the name of the action. */
  constructor(
    id: string,
    private readonly props: SystemTestActionStepProps,
  ) {
    super(id);
    const input = inputOf(`the step ${id}`, props.input ?? {});
    expectConfigurationsFor(`the step ${id}`, input.configurations, props.systemTest);
    expectKnownConfigurations(`the step ${id}`, input, props.systemTest);
    this.stateMachineArn = plannedStateMachineArn(props.systemTest);
    this.encryptionKey = plannedEncryptionKey(props.systemTest);
  }

  /** Adds the action; called by the pipeline. */
  produceAction(
    stage: codepipeline.IStage,
    options: pipelines.ProduceActionOptions,
  ): pipelines.CodePipelineActionFactoryResult {
    const { scope, actionName, runOrder, variablesNamespace } = options;
    const { input, executionNamePrefix, role } = this.props;
    this.expectRole(Stack.of(scope).account);
    stage.addAction(
      new SystemTestAction({
        actionName,
        runOrder,
        variablesNamespace,
        // In a wave, the steps of all stages share the scope, and only the action's name tells them apart.
        stateMachine: sfn.StateMachine.fromStateMachineArn(scope, `${actionName} state machine`, this.stateMachineArn),
        encryptionKey: this.encryptionKey,
        input,
        executionNamePrefix,
        role,
      }),
    );
    return { runOrdersConsumed: 1 };
  }

  /**
   * The CDK would make the role in a stack of its own, which the pipeline, as it updates itself, may not deploy to
   * another account (https://github.com/aws/aws-cdk/issues/16374). Nor can the tested stack hold it: the update of a
   * pipeline with a role that can't be assumed ends with an InvalidStructureException
   * (https://github.com/awslabs/aws-deployment-framework/pull/80).
   */
  private expectRole(pipelineAccount: string): void {
    const { role, systemTest } = this.props;
    const { account } = systemTest.stateMachine.env;
    if (Token.compareStrings(role?.env.account ?? pipelineAccount, account) === TokenComparison.DIFFERENT) {
      throw new TypeError(
        `Expected the step ${this.id} to have a role of account ${account}, where its system test is, got ${role?.roleArn ?? `none, which is one of ${pipelineAccount}`}: docs/pipelines.md says how to make it.`,
      );
    }
  }
}
