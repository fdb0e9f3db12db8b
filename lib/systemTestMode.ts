import { Duration } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';

/** How a system test runs its configurations. */
export enum SystemTestMode {
  /** In one execution with an inline Map: at most 40 at once, as many as fit in its history and output. */
  INLINE = 'INLINE',
  /** In the children of a Distributed Map: up to 10,000 at once. Their results are objects in a bucket. */
  DISTRIBUTED = 'DISTRIBUTED',
  /** Inline where they fit, else distributed; decided by the state machine at each execution. */
  AUTO = 'AUTO',
}

/** Options of a system test that is, or may be, distributed. */
export interface DistributedOptions {
  /**
   * How many configurations a child tests, one after the other, 1 to 100. More take fewer state transitions (1 + 2 / n
   * each instead of 2) and fewer objects; each has 240,000 / n bytes for its result, and is lost with its batch.
   *
   * @default 1
   */
  readonly batchSize?: number;

  /**
   * The kind of the children. EXPRESS ones are cheaper for what is short, end after five minutes with all that they
   * have not written yet, and have no history and no redrive.
   *
   * @default StateMachineType.STANDARD
   */
  readonly executionType?: sfn.StateMachineType;

  /**
   * Where the results go, in the Region of the stack.
   *
   * @default - a new private bucket, which stays when the stack goes
   */
  readonly bucket?: s3.IBucket;

  /**
   * What the keys of the results begin with; it ends with a slash. The name of the execution follows.
   *
   * @default system-test/
   */
  readonly prefix?: string;

  /**
   * How long the new bucket keeps results, in whole days.
   *
   * @default Duration.days(90), as long as Step Functions keeps the history of an execution
   */
  readonly retention?: Duration;
}
