/** What a pipeline knows of a system test that it has yet to deploy: names, but no references. */
import { ArnFormat, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { DistributedAttributes, ISystemTest } from '../iSystemTest';
import { arnOf, runStatements, type StatesResource } from '../permissions';

/**
 * The ARN that the state machine is going to have. Throws a TypeError where its name is left to CloudFormation: a
 * permission would have to cover other state machines too.
 */
export function plannedStateMachineArn(systemTest: ISystemTest): string {
  return planned(systemTest, 'stateMachine');
}

/**
 * The key that encrypts the executions, if there is one.
 * @throws a TypeError where it is only created by the deployment: the pipeline could not be permitted to use it
 */
export function plannedEncryptionKey({ encryptionKey, node }: ISystemTest): IKey | undefined {
  if (encryptionKey && Token.isUnresolved(encryptionKey.keyArn)) {
    throw new TypeError(
      `Expected encryptionKey of ${node.path} to be imported by its ARN (Key.fromKeyArn), so that its pipeline can be permitted to use it, got one that is only created by the deployment.`,
    );
  }
  return encryptionKey;
}

/** What the trigger needs to run this state machine, as `SystemTest.grantRun`, without its stack. */
export function plannedRunStatements(systemTest: ISystemTest): iam.PolicyStatement[] {
  return runStatements({
    encryptionKey: plannedEncryptionKey(systemTest),
    distributed: plannedDistribution(systemTest),
    arnOf: (kind) => planned(systemTest, kind),
  });
}

function planned(systemTest: ISystemTest, kind: StatesResource): string {
  const resource = systemTest.stateMachine.node.defaultChild;
  // One that was imported is there already.
  if (!(resource instanceof CfnStateMachine)) return arnOf(systemTest, kind);
  const { stateMachineName } = resource;
  if (stateMachineName === undefined || Token.isUnresolved(stateMachineName)) {
    throw new TypeError(
      `Expected ${systemTest.node.path} to have a stateMachineName, so that its pipeline is permitted nothing else, got none.`,
    );
  }
  return Stack.of(systemTest).formatArn({
    service: 'states',
    resource: kind,
    resourceName: stateMachineName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** How it distributes, into a bucket whose name is known. */
function plannedDistribution({ distributed, node }: ISystemTest): DistributedAttributes | undefined {
  if (distributed && Token.isUnresolved(distributed.bucket.bucketName)) {
    throw new TypeError(
      `Expected the results of ${node.path} to go into a bucket that is imported by its name (distributed: { bucket: Bucket.fromBucketName(…) }), so that its pipeline can be permitted to read them, got one that is only created by the deployment.`,
    );
  }
  return distributed;
}
