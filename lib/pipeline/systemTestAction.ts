import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as actions from 'aws-cdk-lib/aws-codepipeline-actions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { decryptStatement, expectKey } from '../encryption';
import { ISystemTest } from '../iSystemTest';
import { expectConfigurationsFor, expectInput, expectKnownConfigurations, expectMatch, inputOf } from '../validation';
import { limits } from '../wire';

/** Characters that CodePipeline adds to the prefix of an execution's name: a hyphen and a UUID. */
const actionExecutionIdLength = 37;
/**
 * Characters in a value of an action's configuration.
 * https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ActionDeclaration.html
 */
const maxConfigurationValueLength = 1_000;

/** Properties of a `SystemTestAction`. */
export interface SystemTestActionProps extends codepipeline.CommonAwsActionProps {
  /**
   * The system test; also one that was imported by its name or ARN. The action's role is permitted to decrypt its
   * executions where it has an `encryptionKey`.
   *
   * @default - that of the `stateMachine`; one of them is needed
   */
  readonly systemTest?: ISystemTest;

  /**
   * Its state machine, in place of the `systemTest`.
   *
   * @default - that of the `systemTest`
   */
  readonly stateMachine?: sfn.IStateMachine;

  /**
   * The key that encrypts its executions. The action's role is permitted to decrypt them.
   *
   * @default - the `encryptionKey` of the `systemTest`; else none: encrypted by Step Functions' own key
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * The input of the execution, of which every key is optional: `configurations` (identifiers, or objects with a
   * `configuration_identifier`), `max_concurrency`, `tolerated_failures` (a count, or a share such as `"5%"`), `allow_unknown`,
   * `start_first`. Its texts may hold variables of the pipeline, such as
   * `#{codepipeline.PipelineExecutionId}` or `#{variables.customer}`, at most 1,000 characters of JSON: take
   * `inputFile` for more.
   *
   * @default - `{}`: the construct's configurations and settings
   */
  readonly input?: { [key: string]: unknown };

  /**
   * A file of an artifact that holds the input, instead of `input`. Its artifact is subject to the size limits of Lambda,
   * which runs the action.
   *
   * @default - none
   */
  readonly inputFile?: codepipeline.ArtifactPath;

  /**
   * Gets the aggregated result. Only of a test that passed: a failed execution has no output.
   *
   * @default - none
   */
  readonly output?: codepipeline.Artifact;

  /**
   * Starts the name of the execution, which else is the id of the action's execution. 1 to 43 of A-Z, a-z, 0-9, - and _.
   *
   * @default - none
   */
  readonly executionNamePrefix?: string;
}

/**
 * Runs a system test by CodePipeline's own Step Functions action: no build container. The action fails unless the
 * execution succeeded, so a stage that is rolled back on failure takes the deployment back.
 *
 * Its role may start and describe this state machine's executions. It waits up to 7 days and isn't available in China.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-StepFunctions.html
 *
 * Adding it to a stage throws a `RangeError` or `TypeError` that names the property, the value and what was expected.
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
 * import { SystemTest, SystemTestAction } from 'lambda-system-test';
 *
 * declare const stack: Stack;
 * declare const deployment: codepipeline.IStage;
 *
 * deployment.addAction(
 *   new SystemTestAction({
 *     actionName: 'SystemTest',
 *     runOrder: 2,
 *     systemTest: SystemTest.fromStateMachineName(stack, 'ReportsTest', 'ReportsTest'),
 *   }),
 * );
 */
export class SystemTestAction extends actions.StepFunctionInvokeAction {
  private readonly systemTestProps: SystemTestActionProps;

  constructor(props: SystemTestActionProps) {
    super({ ...props, stateMachine: stateMachineOf(props), stateMachineInput: stateMachineInput(props) });
    this.systemTestProps = props;
  }

  protected override bound(
    scope: Construct,
    stage: codepipeline.IStage,
    options: codepipeline.ActionBindOptions,
  ): codepipeline.ActionConfig {
    expectValid(scope, this.systemTestProps);
    const { systemTest, encryptionKey = systemTest?.encryptionKey } = this.systemTestProps;
    if (encryptionKey) {
      expectKey(scope, encryptionKey);
      const { stateMachineArn } = stateMachineOf(this.systemTestProps);
      options.role.addToPrincipalPolicy(decryptStatement(stateMachineArn, encryptionKey));
    }
    return super.bound(scope, stage, options);
  }
}

function stateMachineOf({ actionName, systemTest, ...props }: SystemTestActionProps): sfn.IStateMachine {
  const stateMachine = props.stateMachine ?? systemTest?.stateMachine;
  if (!stateMachine || (props.stateMachine && systemTest)) {
    throw new TypeError(
      `Expected either systemTest or stateMachine of the action ${actionName}, got ${stateMachine ? 'both' : 'neither'}.`,
    );
  }
  return stateMachine;
}

function stateMachineInput({ input, inputFile }: SystemTestActionProps): actions.StateMachineInput | undefined {
  if (inputFile) return actions.StateMachineInput.filePath(inputFile);
  return input && actions.StateMachineInput.literal(input);
}

function expectValid(
  scope: Construct,
  { systemTest, input: given, inputFile, executionNamePrefix }: SystemTestActionProps,
): void {
  const input = given && inputOf(scope.node.path, given);
  if (systemTest && !inputFile) expectConfigurationsFor(scope.node.path, input?.configurations, systemTest);
  if (input && inputFile) throw new TypeError(`Expected either input or inputFile of ${scope.node.path}, got both.`);
  if (input) {
    // Whether it has a Distributed Map is not known of a state machine that was imported.
    const mostAtOnce = limits.distributedConcurrency;
    expectInput(scope, input, maxConfigurationValueLength, { variables: true, mostAtOnce });
    if (systemTest) expectKnownConfigurations(scope.node.path, input, systemTest);
  }
  const maxPrefixLength = limits.executionNameLength - actionExecutionIdLength;
  if (executionNamePrefix !== undefined) {
    expectMatch(
      scope,
      'executionNamePrefix',
      executionNamePrefix,
      new RegExp(`^[A-Za-z0-9_-]{1,${maxPrefixLength}}$`),
      `1 to ${maxPrefixLength} of A-Z, a-z, 0-9, - and _`,
    );
  }
}
