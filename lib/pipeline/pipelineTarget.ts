/** What a pipeline knows of a system test that it has yet to deploy: names, but no references. */
import { ArnFormat, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { decryptStatement } from '../encryption';
import { SystemTest } from '../systemTest';

/**
 * The ARN that the state machine is going to have. Throws a TypeError where its name is left to CloudFormation: a
 * permission would have to cover other state machines too.
 */
export function plannedStateMachineArn(systemTest: SystemTest): string {
  return planned(systemTest, 'stateMachine');
}

/**
 * The key that encrypts the executions, if there is one.
 * @throws a TypeError where it is only created by the deployment: the pipeline could not be permitted to use it
 */
export function plannedEncryptionKey({ encryptionKey, node }: SystemTest): IKey | undefined {
  if (encryptionKey && Token.isUnresolved(encryptionKey.keyArn)) {
    throw new TypeError(
      `Expected encryptionKey of ${node.path} to be imported by its ARN (Key.fromKeyArn), so that its pipeline can be permitted to use it, got one that is only created by the deployment.`,
    );
  }
  return encryptionKey;
}

/** What the trigger needs to run this state machine, given its ARN: as `SystemTest.grantRun`, without its stack. */
export function runStatements(systemTest: SystemTest): iam.PolicyStatement[] {
  const key = plannedEncryptionKey(systemTest);
  return [
    ...(key ? [decryptStatement(plannedStateMachineArn(systemTest), key)] : []),
    new iam.PolicyStatement({ actions: ['states:StartExecution'], resources: [planned(systemTest, 'stateMachine')] }),
    new iam.PolicyStatement({
      actions: ['states:DescribeExecution', 'states:GetExecutionHistory', 'states:StopExecution'],
      resources: [`${planned(systemTest, 'execution')}:*`],
    }),
    ...plannedResults(systemTest),
  ];
}

function planned(systemTest: SystemTest, resource: 'stateMachine' | 'execution' | 'mapRun' | 'express'): string {
  const { stateMachineName } = systemTest.stateMachine.node.defaultChild as CfnStateMachine;
  if (stateMachineName === undefined || Token.isUnresolved(stateMachineName)) {
    throw new TypeError(
      `Expected ${systemTest.node.path} to have a stateMachineName, so that its pipeline is permitted nothing else, got none.`,
    );
  }
  return Stack.of(systemTest).formatArn({
    service: 'states',
    resource,
    resourceName: stateMachineName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** What reading the results of distributed executions takes, from a bucket whose name is known. */
function plannedResults(systemTest: SystemTest): iam.PolicyStatement[] {
  const { distributed, node } = systemTest;
  if (distributed && Token.isUnresolved(distributed.bucket.bucketName)) {
    throw new TypeError(
      `Expected the results of ${node.path} to go into a bucket that is imported by its name (distributed: { bucket: Bucket.fromBucketName(…) }), so that its pipeline can be permitted to read them, got one that is only created by the deployment.`,
    );
  }
  return distributed?.readStatements((kind) => planned(systemTest, kind)) ?? [];
}
