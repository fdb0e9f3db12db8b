import { Aws } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { reportState, runStates, TestOfDeployment } from '../deployment/systemTestRun';
import { jsonata, start } from '../stateMachine/jsonata';
import { limits } from '../wire';

/** Why the traffic stays. A timeout has no cause. */
export const notPassedCause = jsonata(`(
  ${start}
  $start($failure.Error & ($failure.Cause ? ": " & $failure.Cause), ${limits.causeLength})
)`);

/**
 * The state machine of a hook, whose input is `{deployment_id, hook_execution_id}`:
 *
 *     Let the update settle → Run the system test → Let the traffic move → Traffic may move
 *                                                 ↘ Keep the traffic     → Traffic stays
 */
export function hookDefinition(scope: Construct, test: TestOfDeployment): sfn.IChainable {
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
  return runStates(scope, test, {
    next: move,
    output: jsonata('$states.context.Execution.Input'),
    caught: keep,
    assign: { failure: jsonata('$states.errorOutput') },
  });
}

/** A state that tells CodeDeploy how the hook ended. */
function report(scope: Construct, id: string, status: 'Succeeded' | 'Failed'): sfn.CustomState {
  return reportState(scope, id, {
    Comment: `Tells CodeDeploy that the hook has ${status.toLowerCase()}`,
    Resource: `arn:${Aws.PARTITION}:states:::aws-sdk:codedeploy:putLifecycleEventHookExecutionStatus`,
    Arguments: {
      DeploymentId: jsonata('$states.context.Execution.Input.deployment_id'),
      LifecycleEventHookExecutionId: jsonata('$states.context.Execution.Input.hook_execution_id'),
      Status: status,
    },
  });
}
