/**
 * The function that CodeDeploy invokes with `{DeploymentId, LifecycleEventHookExecutionId}`: it starts the state machine
 * that runs the test and reports. A deployment has one id and one such hook, so invoking it twice starts it once. Where
 * it can't be started, CodeDeploy is told at once rather than waiting for an hour.
 *
 * Below the 4,096 characters that CloudFormation takes inline.
 */
export const hookFunctionCode = `const { SFNClient, StartExecutionCommand } = require('@aws-sdk/client-sfn');
const { CodeDeployClient, PutLifecycleEventHookExecutionStatusCommand } = require('@aws-sdk/client-codedeploy');

const stepFunctions = new SFNClient();
const codeDeploy = new CodeDeployClient();

exports.handler = async ({ DeploymentId: deploymentId, LifecycleEventHookExecutionId: lifecycleEventHookExecutionId }) => {
  try {
    const { executionArn } = await stepFunctions.send(
      new StartExecutionCommand({
        stateMachineArn: process.env.STATE_MACHINE_ARN,
        name: deploymentId,
        input: JSON.stringify({ deployment_id: deploymentId, hook_execution_id: lifecycleEventHookExecutionId }),
      }),
    );
    console.log('Started', executionArn);
  } catch (error) {
    await codeDeploy.send(
      new PutLifecycleEventHookExecutionStatusCommand({ deploymentId, lifecycleEventHookExecutionId, status: 'Failed' }),
    );
    throw error;
  }
};
`;
