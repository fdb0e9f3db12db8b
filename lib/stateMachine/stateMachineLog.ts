import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { IKey } from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { encryptLogGroup } from '../encryption';

/** Properties of a `StateMachineLog`; the meaning of each is that of the `SystemTest` prop of the same name. */
export interface StateMachineLogProps {
  readonly encryptionKey?: IKey;
  readonly logRetention?: logs.RetentionDays;
  readonly removalPolicy?: RemovalPolicy;
}

/** The log group of the state machine of `scope`, which has only one. */
export class StateMachineLog extends logs.LogGroup {
  constructor(scope: Construct, id: string, { encryptionKey, logRetention, removalPolicy }: StateMachineLogProps) {
    // Under this prefix a log group doesn't count against the size of the account's log resource policy:
    // https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
    const logGroupName = `/aws/vendedlogs/states/${outermostStack(scope).stackName}-${scope.node.addr.slice(-8)}`;
    if (encryptionKey) {
      encryptLogGroup(scope, logGroupName, encryptionKey);
    }
    super(scope, id, {
      logGroupName,
      encryptionKey,
      retention: logRetention ?? logs.RetentionDays.ONE_MONTH,
      removalPolicy: removalPolicy ?? RemovalPolicy.DESTROY,
    });
  }
}

/**
 * The stack that is deployed by its name. That of a nested stack is only known when it is deployed, so a key that
 * encrypts the log group would depend on the nested stack that depends on it.
 */
function outermostStack(scope: Construct): Stack {
  let stack = Stack.of(scope);
  while (stack.nestedStackParent) {
    stack = stack.nestedStackParent;
  }
  return stack;
}
