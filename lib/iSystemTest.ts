import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { IConstruct } from 'constructs';
import type { SystemTestNotification } from './operation/systemTestNotification';
import type { SystemTestAlarmOptions } from './systemTestProps';

/** Where the children of a Distributed Map leave their results, as far as reading them takes. */
export interface DistributedAttributes {
  /** The bucket of the results. */
  readonly bucket: s3.IBucket;

  /**
   * What the keys of the results begin with; it ends with a slash.
   *
   * @default system-test/
   */
  readonly prefix?: string;

  /**
   * The kind of the children.
   *
   * @default StateMachineType.STANDARD
   */
  readonly executionType?: sfn.StateMachineType;
}

/**
 * A system test: one that the app makes, or one that is there already. What an imported one doesn't know is undefined,
 * unless its attributes tell.
 */
export interface ISystemTest extends IConstruct {
  /** The state machine that tests the function. */
  readonly stateMachine: sfn.IStateMachine;
  /** The ARN of this state machine. */
  readonly stateMachineArn: string;
  /** The name of this state machine. */
  readonly stateMachineName: string;
  /** The function under test. */
  readonly testedFunction?: lambda.IFunction;
  /** Where the state machine logs its errors. */
  readonly stateMachineLogGroup?: logs.ILogGroup;
  /** The customer managed key that encrypts the executions; undefined where there is none. */
  readonly encryptionKey?: kms.IKey;
  /** Where the results of distributed executions go; undefined with the mode INLINE. */
  readonly distributed?: DistributedAttributes;
  /** Whether an execution with the input `{}` has configurations to test. Nobody knows it of an imported test. */
  readonly hasConfigurations?: boolean;

  /**
   * Gives a principal exactly what running the test takes: start this state machine, stop its executions, and what
   * `grantRead` gives.
   */
  grantRun(grantee: iam.IGrantable): iam.Grant;

  /**
   * Gives a principal exactly what reading executions takes, whoever started them: list those of this state machine,
   * describe them and read their histories, describe the state machine, and read the outputs of its stack (not that of
   * an imported one: name its state machine, as with `system-test run --state-machine`); with an `encryptionKey`, decrypt
   * what it encrypts; with a Distributed Map, follow its children and read their results.
   */
  grantRead(grantee: iam.IGrantable): iam.Grant;

  /**
   * Lets a principal read executions that the `encryptionKey` encrypts, where it may describe them: part of `grantRead`.
   * Permits nothing where there is no key.
   */
  grantDecrypt(grantee: iam.IGrantable): iam.Grant;

  /** A metric of the state machine, `AWS/States`; the sum over five minutes unless the options say otherwise. */
  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /** How many executions were started. */
  metricStarted(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /** How many executions passed. */
  metricSucceeded(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /** How many executions did not pass, gave no verdict, or refused their input. */
  metricFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /** How many executions took longer than `timeout`. */
  metricTimedOut(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /** How many executions were stopped, as an interrupted trigger does. */
  metricAborted(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /** How many state transitions Step Functions held back, because the account made too many at once. */
  metricThrottled(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /** How long the executions took, in milliseconds; the average over five minutes unless the options say otherwise. */
  metricTime(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /** How many executions ended without having passed: failed, timed out or aborted. */
  metricNotPassed(options?: cloudwatch.MathExpressionOptions): cloudwatch.MathExpression;

  /**
   * An alarm that goes off as soon as one execution ends without having passed, and back five minutes later, unless the
   * options say otherwise. It tells the `topic`; for another action, give it one with `addAlarmAction`.
   */
  createAlarm(id: string, options?: SystemTestAlarmOptions): cloudwatch.Alarm;

  /**
   * An EventBridge rule for the executions that end without having passed. Its target gets the event as Step Functions
   * sends it; for a message that a person can read see `notify`. An `eventPattern` of the options is added to the rule's.
   */
  onFailed(id: string, options?: events.OnEventOptions): events.Rule;

  /** Publishes a message that a person can read whenever an execution ends without having passed. */
  notify(id: string, topic: sns.ITopic): SystemTestNotification;
}
