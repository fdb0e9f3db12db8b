/** The integration test in a real account, for integ-runner (`npm run integ`): deploy, start, assert, destroy. */
import { ExpectedResult, IntegTest, Match } from '@aws-cdk/integ-tests-alpha';
import { App, Duration } from 'aws-cdk-lib';
import { type ExecutionCase, executionCases, FeedsStack } from './integ/feeds';

const app = new App();
const stack = new FeedsStack(app, 'SystemTestIntegration');
const { assertions } = new IntegTest(app, 'SystemTestAssertions', { testCases: [stack] });

for (const executionCase of executionCases) {
  const { test = 'standard', minutes = 5 } = executionCase;
  const start = assertions.awsApiCall('StepFunctions', 'startExecution', {
    stateMachineArn: stack[test].stateMachine.stateMachineArn,
    input: JSON.stringify(executionCase.input),
  });
  start.next(
    assertions
      .awsApiCall('StepFunctions', 'describeExecution', { executionArn: start.getAttString('executionArn') })
      .expect(expectedResult(executionCase))
      // Each look is a state transition.
      .waitForAssertions({ totalTimeout: Duration.minutes(minutes), interval: Duration.seconds(minutes > 5 ? 60 : 5) }),
  );
}

function expectedResult({ expected, output }: ExecutionCase): ExpectedResult {
  return ExpectedResult.objectLike({
    ...expected,
    ...(output && { output: Match.serializedJson(Match.objectLike(output)) }),
  });
}
