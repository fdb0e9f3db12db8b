import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { expectKey } from './encryption';
import { DistributedAttributes } from './iSystemTest';
import { SystemTestBase } from './systemTestBase';
import { expectMatch } from './validation';

/** What is known of a system test that is there already. */
export interface SystemTestAttributes {
  /** The ARN of its state machine, without a version or an alias. */
  readonly stateMachineArn: string;

  /**
   * The key that encrypts its executions. Grants permit to decrypt them; the policy of the key has to permit it too.
   *
   * @default - none: encrypted by Step Functions' own key
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Where the results of a distributed test go. Grants permit to follow its children and to read these.
   *
   * @default - none: the mode INLINE
   */
  readonly distributed?: DistributedAttributes;

  /**
   * The function that it tests, as the `SystemTest` itself has it: a `SystemTestDashboard` has a row on it, and a
   * `SystemTestHook` needs it.
   *
   * @default - not known
   */
  readonly function?: lambda.IFunction;

  /**
   * Where its state machine logs errors, for a `SystemTestQueries`.
   *
   * @default - not known
   */
  readonly logGroup?: logs.ILogGroup;
}

/** A system test that another stack, or nobody's, has made. */
export class ImportedSystemTest extends SystemTestBase {
  public readonly stateMachine: sfn.IStateMachine;
  public readonly encryptionKey?: kms.IKey;
  public readonly distributed?: DistributedAttributes;
  public readonly testedFunction?: lambda.IFunction;
  public readonly stateMachineLogGroup?: logs.ILogGroup;
  public readonly hasConfigurations?: boolean;

  constructor(scope: Construct, id: string, attributes: SystemTestAttributes) {
    super(scope, id);
    const { stateMachineArn, encryptionKey } = attributes;
    expectMatch(
      this,
      'stateMachineArn',
      stateMachineArn,
      /^arn:[^:]+:states:[^:]+:[^:]+:stateMachine:[^:/]+$/,
      'like arn:aws:states:REGION:ACCOUNT:stateMachine:NAME',
    );
    if (encryptionKey) {
      expectKey(this, encryptionKey);
    }
    this.stateMachine = sfn.StateMachine.fromStateMachineArn(this, 'StateMachine', stateMachineArn);
    this.encryptionKey = encryptionKey;
    this.distributed = attributes.distributed;
    this.testedFunction = attributes.function;
    this.stateMachineLogGroup = attributes.logGroup;
  }
}
