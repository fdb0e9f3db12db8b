import { IKey } from 'aws-cdk-lib/aws-kms';
import { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { IConstruct } from 'constructs';

/** A system test as far as a `SystemTestNotification` has to know it. */
export interface ISystemTest extends IConstruct {
  /** The state machine that tests the function. */
  readonly stateMachine: IStateMachine;
  /** The customer managed key that encrypts the executions; undefined where there is none. */
  readonly encryptionKey?: IKey;
}
