import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Configuration } from './configuration';
import { ConfigurationSource } from './sources/configurationSource';
import { DistributedOptions, SystemTestMode } from './systemTestMode';
import { ToleratedFailures } from './toleratedFailures';

/** Properties of a `SystemTest`. */
export interface SystemTestProps {
  /**
   * The function to test; a version or an alias too. It is invoked with
   * `{"configuration_identifier": "…", "system_test": true, …}` and passes by returning an object with
   * `"system_test_successful": true`.
   */
  readonly function: IFunction;

  /**
   * A role that the state machine assumes to invoke the function; it has to permit `lambda:InvokeFunction` and to trust
   * the state machine's role. A function in another account needs one. Functions in another Region can't be invoked.
   * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-access-cross-acct-resources.html
   *
   * @default - the state machine's own role invokes the function
   */
  readonly invokeRole?: iam.IRole;

  /**
   * What an execution with the input `{}` tests: identifiers, or a `Configuration` with further keys for the event.
   * `Configuration.list` takes a list as it comes, such as an imported one. An execution that names one by its identifier alone gives the function these keys as well.
   * One that is not among them is refused by its identifier alone, unless the input has `"allow_unknown": true`.
   * An identifier has 1 to 1,024 characters, is not blank, and is known when the app is synthesized. All take at most
   * 128 KiB of JSON; more are for the input of each execution.
   *
   * @default - those of the source, if any; else each execution has to bring its configurations
   */
  readonly configurations?: (string | Configuration)[];

  /**
   * Where the configurations are from, such as a function that lists them, `ConfigurationSource.lister(fn)`, or an object in
   * S3, `ConfigurationSource.s3Object(bucket, 'list.csv')`. What holds for `configurations`, the short form of a list, holds for
   * these; not both.
   *
   * @default - the configurations
   */
  readonly source?: ConfigurationSource;

  /**
   * Whether the configurations are tested in one execution or in the children of a Distributed Map.
   *
   * @default SystemTestMode.INLINE
   */
  readonly mode?: SystemTestMode;

  /**
   * How the children of a Distributed Map test, and where their results go. Not with the mode INLINE.
   *
   * @default - one configuration a child, whose results go into a new bucket
   */
  readonly distributed?: DistributedOptions;

  /**
   * How many configurations are tested at once, 1 to 40 with the mode INLINE, else 1 to 10,000 (what runs inline with the
   * mode AUTO is held to 40). An execution may ask for fewer.
   *
   * @default 10
   */
  readonly maxConcurrency?: number;

  /**
   * How many configurations may fail before the test does. An execution may ask for another value.
   *
   * @default ToleratedFailures.count(0)
   */
  readonly toleratedFailures?: ToleratedFailures;

  /**
   * Further keys for the event of every configuration, which a configuration's own keys override. Not `system_test` nor
   * `configuration_identifier`. Null from other languages than TypeScript is left out, as jsii knows none.
   *
   * @default - none
   */
  readonly payload?: { [key: string]: unknown };

  /**
   * Whether a failed configuration's result has the last 4 KB of its log. Without, the function is invoked by the
   * optimised integration: a failed configuration is then a failed task in the console, and its result has no log and
   * no billed duration. For a function that runs for minutes: only the optimised integration is documented to wait for
   * its end, so with the log tail a function whose timeout is over 30 s or unknown is not invoked again where Step
   * Functions got no answer.
   *
   * @default true
   */
  readonly logTail?: boolean;

  /**
   * How often an invocation is retried on errors of the platform (throttling, Lambda's own trouble), 0 to 20, with
   * exponential backoff from 2 to 60 s and full jitter. More retries leave room for fewer configurations in the history
   * of an execution: 998 with five, 1,560 with two.
   *
   * @default 5
   */
  readonly retryAttempts?: number;

  /**
   * How long an invocation waits before it is retried for the first time, 1 to 59 whole seconds; each further wait is
   * up to three times as long, and none over 60 s.
   *
   * @default Duration.seconds(2)
   */
  readonly retryInterval?: Duration;

  /**
   * How long Step Functions waits for the answer to one invocation, 1 to 99,999,999 whole seconds. Then it goes on with
   * the next configuration, so that one that hangs doesn't hold its place until the function's own timeout ends it; the
   * function itself runs on until then. It is not invoked again. The configuration is `FAILED`, as if the function's own timeout had ended
   * it; but `ERRORED` where the function is known to have a shorter one: it can't run so long, so the platform lost it.
   *
   * @default - until Lambda answers
   */
  readonly configurationTimeout?: Duration;

  /**
   * How long an execution may take, from 1 s up to a year.
   *
   * @default Duration.hours(1)
   */
  readonly timeout?: Duration;

  /**
   * The comment of the state machine's definition, which its console page shows: a state machine has no description.
   *
   * @default 'Invokes a function once for each of its configurations with system_test: true'
   */
  readonly comment?: string;

  /**
   * The role that the state machine runs by. It has to trust `states.amazonaws.com`. A role of the app is given the
   * permissions that it needs; so is an imported one of the stack's account, unless it was imported with `mutable: false`: that one
   * is left as it is, and has to have them (docs/security.md).
   *
   * @default - a new role, which may do what the test takes and nothing else
   */
  readonly role?: iam.IRole;

  /**
   * The name of the state machine.
   *
   * @default - generated by CloudFormation
   */
  readonly stateMachineName?: string;

  /**
   * Where the state machine logs its errors.
   *
   * @default - a new log group with the retention and removal policy below
   */
  readonly logGroup?: logs.ILogGroup;

  /**
   * What the state machine logs. It never logs inputs and outputs.
   *
   * @default LogLevel.ERROR
   */
  readonly logLevel?: sfn.LogLevel;

  /**
   * How long the new log group keeps its events.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * Whether the state machine and its log group go with the stack.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Whether X-Ray traces the executions.
   *
   * @default true
   */
  readonly tracingEnabled?: boolean;

  /**
   * A symmetric key that encrypts the executions (their inputs, outputs and history), the definition, and the new log
   * group. The policy of a key that was imported has to be extended by hand: see docs/security.md. Notifications can't
   * tell the cause of a failure then, because the events of an encrypted execution don't hold it.
   *
   * @default - keys that AWS owns
   */
  readonly encryptionKey?: kms.IKey;
}

/** Options of an alarm. */
export interface SystemTestAlarmOptions {
  /**
   * What the alarm watches.
   *
   * @default - `metricNotPassed`: the executions that ended without having passed
   */
  readonly metric?: cloudwatch.IMetric;

  /**
   * The value of the metric from which on the alarm goes off.
   *
   * @default 1
   */
  readonly threshold?: number;

  /**
   * Over how many periods of the metric it is looked at.
   *
   * @default 1
   */
  readonly evaluationPeriods?: number;

  /**
   * In how many of these periods the threshold has to be reached.
   *
   * @default - in all of them
   */
  readonly datapointsToAlarm?: number;

  /**
   * How metric and threshold are compared.
   *
   * @default ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
   */
  readonly comparisonOperator?: cloudwatch.ComparisonOperator;

  /**
   * What periods without an execution count for.
   *
   * @default TreatMissingData.NOT_BREACHING
   */
  readonly treatMissingData?: cloudwatch.TreatMissingData;

  /**
   * Whether the alarm does anything when it goes off.
   *
   * @default true
   */
  readonly actionsEnabled?: boolean;

  /**
   * The name of the alarm.
   *
   * @default - generated by CloudFormation
   */
  readonly alarmName?: string;

  /**
   * The description of the alarm.
   *
   * @default - says which system test did not pass
   */
  readonly alarmDescription?: string;

  /**
   * The topic that the alarm tells. It is permitted to, by the topic's policy and that of the key which encrypts the
   * topic; policies of an imported topic or key have to permit `cloudwatch.amazonaws.com` by themselves.
   *
   * @default - none: add an action to the alarm
   */
  readonly topic?: sns.ITopic;
}
