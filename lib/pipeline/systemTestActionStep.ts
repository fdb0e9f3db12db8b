import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as pipelines from 'aws-cdk-lib/pipelines';
import { SystemTest } from '../systemTest';
import { expectConfigurationsFor } from '../validation';
import { SystemTestInput } from '../wire';
import { plannedEncryptionKey, plannedStateMachineArn } from './pipelineTarget';
import { SystemTestAction } from './systemTestAction';

/** Properties of a `SystemTestActionStep`. */
export interface SystemTestActionStepProps {
  /** The system test of the stage that the pipeline deploys. It needs a `stateMachineName`. */
  readonly systemTest: SystemTest;

  /**
   * The input of the execution, as of a `SystemTestAction`.
   *
   * @default - `{}`: the construct's configurations and settings
   */
  readonly input?: SystemTestInput;

  /**
   * Starts the name of the execution, as of a `SystemTestAction`.
   *
   * @default - none
   */
  readonly executionNamePrefix?: string;
}

/**
 * A step of CDK Pipelines that runs a system test by CodePipeline's own Step Functions action, without a build
 * container; in another account too, if the pipeline has `crossAccountKeys`. What failed is read in the console.
 *
 * Throws a `TypeError` where the system test has no `stateMachineName`, an `encryptionKey` that is not imported, or where
 * neither it nor the input has configurations.
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
    expectConfigurationsFor(`the step ${id}`, props.input?.configurations, props.systemTest);
    this.stateMachineArn = plannedStateMachineArn(props.systemTest);
    this.encryptionKey = plannedEncryptionKey(props.systemTest);
  }

  /** Adds the action; called by the pipeline. */
  produceAction(
    stage: codepipeline.IStage,
    { scope, actionName, runOrder, variablesNamespace }: pipelines.ProduceActionOptions,
  ): pipelines.CodePipelineActionFactoryResult {
    const { input, executionNamePrefix } = this.props;
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
      }),
    );
    return { runOrdersConsumed: 1 };
  }
}
