import { Aws, Duration, Stack } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { jsonata, start } from '../stateMachine/jsonata';
import { limits, SystemTestInput } from '../wire';

/**
 * How long the test waits for the update of the stack to settle: executions started a few seconds after an update of
 * their state machine may still be those of the old definition, which tests the old version, and its role's permission to
 * invoke the new version takes effect as late.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html
 */
const settling = Duration.seconds(30);

/** Why the traffic stays. A timeout has no cause. */
export const notPassedCause = jsonata(`(
  ${start}
  $start($failure.Error & ($failure.Cause ? ": " & $failure.Cause), ${limits.causeLength})
)`);

/** What the definition needs to know; the meaning of each is that of the `SystemTestHook` prop of the same name. */
export interface HookDefinitionProps {
  /** The state machine of the system test. */
  readonly stateMachineArn: string;
  readonly input: SystemTestInput;
  readonly timeout: Duration;
}

/**
 * The state machine of a hook, whose input is `{deployment_id, hook_execution_id}`:
 *
 *     Let the update settle → Run the system test → Let the traffic move → Traffic may move
 *                                                 ↘ Keep the traffic     → Traffic stays
 */
export function hookDefinition(
  scope: Construct,
  { stateMachineArn, input, timeout }: HookDefinitionProps,
): sfn.IChainable {
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
        StateMachineArn: stateMachineArn,
        // One expression, in which the input is a literal: by itself, a text in it that holds {% %} would be evaluated.
        Input: jsonata(
          `$merge([${Stack.of(scope).toJsonString(input)}, {"AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID": $states.context.Execution.Id}])`,
        ),
      },
      TimeoutSeconds: timeout.toSeconds(),
      Output: jsonata('$states.context.Execution.Input'),
    },
  });
  const keep = report(scope, 'Keep the traffic', 'Failed').next(
    sfn.Fail.jsonata(scope, 'Traffic stays', {
      comment: 'The system test did not pass. The Cause says why',
      // Not $failure.Error: names that begin with "States." are reserved (https://states-language.net/spec.html#errors).
      error: 'SystemTestNotPassed',
      cause: notPassedCause,
    }),
  );
  const move = report(scope, 'Let the traffic move', 'Succeeded').next(
    sfn.Succeed.jsonata(scope, 'Traffic may move', { comment: 'CodeDeploy goes on with the deployment' }),
  );
  const caught = { assign: { failure: jsonata('$states.errorOutput') } };
  // States.ALL leaves this one out: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
  test.addCatch(keep, { errors: ['States.DataLimitExceeded'], ...caught });
  test.addCatch(keep, { errors: ['States.ALL'], ...caught });
  return settle.next(test).next(move);
}

/** A state that tells CodeDeploy how the hook ended; retried, since CodeDeploy waits for an hour without it. */
function report(scope: Construct, id: string, status: 'Succeeded' | 'Failed'): sfn.CustomState {
  const state = new sfn.CustomState(scope, id, {
    stateJson: {
      Type: 'Task',
      Comment: `Tells CodeDeploy that the hook has ${status.toLowerCase()}`,
      Resource: `arn:${Aws.PARTITION}:states:::aws-sdk:codedeploy:putLifecycleEventHookExecutionStatus`,
      Arguments: {
        DeploymentId: jsonata('$states.context.Execution.Input.deployment_id'),
        LifecycleEventHookExecutionId: jsonata('$states.context.Execution.Input.hook_execution_id'),
        Status: status,
      },
    },
  });
  state.addRetry({ errors: ['States.ALL'], interval: Duration.seconds(2), backoffRate: 2, maxAttempts: 5 });
  return state;
}
