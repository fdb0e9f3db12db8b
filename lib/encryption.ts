/**
 * What a customer managed key needs in its policy, and its users in theirs, to encrypt executions and their log. The CDK
 * doesn't do it all: it permits the state machine's role the key for a state machine without a name, unless one is
 * given, and a log group's key nothing.
 * https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
 */
import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct, IConstruct } from 'constructs';

/**
 * @throws where the key is an alias: permissions that name one don't reach the key behind it, and a log group takes
 * none. https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
 */
export function expectKey(scope: IConstruct, key: IKey): void {
  if ('aliasName' in key || key.keyArn.includes(':alias/')) {
    throw new TypeError(
      `Expected encryptionKey of ${scope.node.path} to be a key, got an alias of one (${key.node.path}): permissions don't reach through it. Take the key itself, or import it by Key.fromKeyArn or Key.fromLookup.`,
    );
  }
}

/** Encrypts the definition, the executions and their history. The state machine has to log to CloudWatch. */
export function encryptExecutions(scope: Construct, stateMachine: sfn.StateMachine, key: IKey): void {
  (stateMachine.node.defaultChild as sfn.CfnStateMachine).encryptionConfiguration = {
    type: 'CUSTOMER_MANAGED_KMS_KEY',
    kmsKeyId: key.keyArn,
  };
  // A policy of its own: it names the state machine, which depends on the role's default policy.
  const policy = new iam.Policy(scope, 'EncryptionPolicy', {
    statements: [
      new iam.PolicyStatement({
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [key.keyArn],
        conditions: executionsOnly(stateMachine.stateMachineArn),
      }),
    ],
  });
  // The role decides whether it takes one: a role that is not to be changed does not.
  stateMachine.role.attachInlinePolicy(policy);

  // The log is handed over encrypted: the role encrypts it, the log delivery decrypts it in the same context.
  const handOver = {
    StringEquals: { 'kms:EncryptionContext:SourceArn': Stack.of(scope).formatArn({ ...logsArn, resource: '*' }) },
  };
  stateMachine.addToRolePolicy(
    new iam.PolicyStatement({ actions: ['kms:GenerateDataKey'], resources: [key.keyArn], conditions: handOver }),
  );
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('delivery.logs.amazonaws.com')],
      actions: ['kms:Decrypt'],
      resources: ['*'],
      conditions: handOver,
    }),
  );
}

/** Lets a principal read what `encryptExecutions` encrypted. */
export function decryptStatement(stateMachineArn: string, key: IKey): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['kms:Decrypt'],
    resources: [key.keyArn],
    conditions: executionsOnly(stateMachineArn),
  });
}

/** What a call of a service takes beside its own permission where what it reads or writes is encrypted by a known key. */
export function keyStatements(key: IKey | undefined, ...actions: string[]): iam.PolicyStatement[] {
  return key ? [new iam.PolicyStatement({ actions, resources: [key.keyArn] })] : [];
}

/**
 * Lets CloudWatch Logs use the key for the log group of this name, and no other.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
export function encryptLogGroup(scope: Construct, logGroupName: string, key: IKey): void {
  const stack = Stack.of(scope);
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal(`logs.${stack.region}.${stack.urlSuffix}`)],
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
      resources: ['*'],
      conditions: {
        ArnEquals: {
          'kms:EncryptionContext:aws:logs:arn': stack.formatArn({
            ...logsArn,
            resource: 'log-group',
            resourceName: logGroupName,
          }),
        },
      },
    }),
  );
}

const logsArn = { service: 'logs', arnFormat: ArnFormat.COLON_RESOURCE_NAME };

/** Step Functions encrypts in the context of the state machine. */
function executionsOnly(stateMachineArn: string): Record<string, Record<string, string>> {
  return { StringEquals: { 'kms:EncryptionContext:aws:states:stateMachineArn': stateMachineArn } };
}
