import { Aws } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { reportState, runStates, TestOfDeployment } from '../deployment/systemTestRun';
import { jsonata } from '../stateMachine/jsonata';

/**
 * The state machine that tests a deployment. Its execution, and that of the test, have the id of CloudFormation's request
 * as their names, and the request is its input:
 *
 *     Let the update settle → Run the system test → Tell CloudFormation → CloudFormation knows the verdict
 *                                                 ↗ also where it did not pass
 */
export function deploymentDefinition(scope: Construct, functionArn: string, test: TestOfDeployment): sfn.IChainable {
  const tell = reportState(scope, 'Tell CloudFormation', {
    Comment: 'Reads how the execution of the test ended, and tells CloudFormation',
    Resource: `arn:${Aws.PARTITION}:states:::lambda:invoke`,
    Arguments: {
      FunctionName: functionArn,
      Payload: { request: jsonata('$states.context.Execution.Input'), failure: jsonata('$states.input') },
    },
  }).next(
    sfn.Succeed.jsonata(scope, 'CloudFormation knows the verdict', {
      comment: 'It goes on with the deployment if the test passed, else it rolls it back',
    }),
  );
  return runStates(scope, test, {
    name: jsonata('$states.context.Execution.Name'),
    next: tell,
    output: {},
    caught: tell,
  });
}
