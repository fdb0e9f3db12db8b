import { ArnFormat, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { decryptStatement, encryptExecutions, expectKey } from './encryption';
import { maxConfigurations } from './stateMachine/executionBudget';
import { executionEvents } from './operation/executionEvents';
import { expectInvocable } from './functionLocation';
import { ISystemTest } from './iSystemTest';
import { retryRule } from './stateMachine/invocationRules';
import { outputDescriptions } from './stackOutputs';
import { grantStatements, readStatements, runStatements, type PermittedTest } from './permissions';
import { ConfigurationSource, sourceOf } from './sources/configurationSource';
import { stateMachineDefinition } from './stateMachine/definition';
import { maxItems } from './stateMachine/inputExpressions';
import { StateMachineLog } from './stateMachine/stateMachineLog';
import { Distribution } from './stateMachine/distribution';
import { SystemTestMode } from './systemTestMode';
import { SystemTestNotification } from './operation/systemTestNotification';
import { SystemTestAlarmOptions, SystemTestProps } from './systemTestProps';
import { expectIntegerWithin, expectKnown, expectPayload, expectToleratedFailures } from './validation';
import { Configuration, limits } from './wire';

export type { SystemTestAlarmOptions, SystemTestProps } from './systemTestProps';

/**
 * Tests a Lambda function against each of its configurations: a Standard state machine whose Map invokes the function
 * once for each, at most `maxConcurrency` at once, and ends in one verdict.
 *
 * Throws a `RangeError` or `TypeError` that names the property, the value and the range, when a property is wrong.
 */
export class SystemTest extends Construct implements ISystemTest {
  /** The function under test. */
  public readonly function: IFunction;
  /** Where an execution with the input `{}` has its configurations from; undefined where each has to bring them. */
  public readonly source?: ConfigurationSource;
  /** Those of the source; undefined where there is none, or it is read at each execution. */
  public readonly configurations?: readonly Configuration[];
  /** The state machine that tests it. */
  public readonly stateMachine: sfn.StateMachine;
  /** Where the state machine logs its errors. */
  public readonly logGroup: logs.ILogGroup;
  /** The customer managed key that encrypts the executions; undefined where there is none. */
  public readonly encryptionKey?: kms.IKey;
  /** Where the results of distributed executions go; undefined with the mode INLINE. */
  public readonly resultsBucket?: s3.IBucket;
  /**
   * What an execution may ask for as its max_concurrency.
   * @internal
   */
  public readonly mostAtOnce: number;
  /**
   * Undefined with the mode INLINE.
   * @internal
   */
  public readonly distributed?: Distribution;

  constructor(scope: Construct, id: string, props: SystemTestProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const retryAttempts = props.retryAttempts ?? retryRule.attempts;
    const maxConcurrency = props.maxConcurrency ?? 10;
    const toleratedFailures = props.toleratedFailures ?? 0;
    const timeout = props.timeout ?? Duration.hours(1);
    expectKnown(this, 'retryAttempts', retryAttempts);
    expectKnown(this, 'toleratedFailures', toleratedFailures);
    expectIntegerWithin(this, 'retryAttempts', retryAttempts, 0, 20);
    const mode = props.mode ?? SystemTestMode.INLINE;
    const isInline = mode === SystemTestMode.INLINE;
    this.mostAtOnce = isInline ? limits.inlineConcurrency : limits.distributedConcurrency;
    expectIntegerWithin(this, 'maxConcurrency', maxConcurrency, 1, this.mostAtOnce);
    expectToleratedFailures(this, toleratedFailures);
    expectPayload(this, props.payload ?? {});
    expectIntegerWithin(this, 'timeout in seconds', timeout.toSeconds({ integral: false }), 1, 31_536_000);
    const source = sourceOf(this, props);
    const most = maxConfigurations(retryAttempts, source?.maxPages);
    source?.validate(this, isInline ? most : maxItems);

    if (props.encryptionKey) {
      expectKey(this, props.encryptionKey);
    }
    expectInvocable(this, props.function, props.invokeRole);

    this.function = props.function;
    this.source = source;
    this.configurations = source?.configurations;
    this.encryptionKey = props.encryptionKey;
    if (isInline && props.distributed) {
      throw new TypeError(
        `Expected ${this.node.path} to have the mode DISTRIBUTED or AUTO with the prop distributed, got INLINE.`,
      );
    }
    const distributed = isInline ? undefined : new Distribution(this, props.encryptionKey, props.distributed);
    this.distributed = distributed;
    this.resultsBucket = distributed?.bucket;
    this.logGroup = props.logGroup ?? new StateMachineLog(this, 'LogGroup', props);
    this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      stateMachineName: props.stateMachineName,
      comment: 'Invokes a function once for each of its configurations with system_test: true',
      queryLanguage: sfn.QueryLanguage.JSONATA,
      definitionBody: sfn.DefinitionBody.fromChainable(
        stateMachineDefinition(this, {
          function: props.function,
          invokeRole: props.invokeRole,
          source,
          mode,
          distributed: distributed?.map,
          maxConfigurations: most,
          maxConcurrency,
          toleratedFailures,
          payload: stack.toJsonString(props.payload ?? {}),
          logTail: props.logTail ?? true,
          retryAttempts,
        }),
      ),
      timeout,
      logs: {
        destination: this.logGroup,
        level: props.logLevel ?? sfn.LogLevel.ERROR,
        includeExecutionData: false,
      },
      tracingEnabled: props.tracingEnabled ?? true,
      removalPolicy: props.removalPolicy ?? RemovalPolicy.DESTROY,
    });
    if (props.encryptionKey) {
      encryptExecutions(this, this.stateMachine, props.encryptionKey);
    }

    new CfnOutput(this, 'StateMachineArn', {
      description: `${outputDescriptions.stateMachine}: ${this.node.path}`,
      value: this.stateMachine.stateMachineArn,
    });
    new CfnOutput(this, 'FunctionArn', {
      description: `${outputDescriptions.function}: ${this.node.path}`,
      // The name of an imported function lacks its version or alias.
      value: props.function.functionArn,
    });
  }

  /**
   * Gives a principal exactly what running the test takes: start this state machine, stop its executions, and what
   * `grantRead` gives.
   */
  public grantRun(grantee: iam.IGrantable): iam.Grant {
    return grantStatements(grantee, [...runStatements(this.permitted()), this.readStack()]);
  }

  /**
   * Gives a principal exactly what reading executions takes, whoever started them: list those of this state machine,
   * describe them and read their histories, describe the state machine, and read the outputs of its stack; with
   * an `encryptionKey`, decrypt what it encrypts; with a Distributed Map, follow its children and read their results.
   */
  public grantRead(grantee: iam.IGrantable): iam.Grant {
    return grantStatements(grantee, [...readStatements(this.permitted()), this.readStack()]);
  }

  /**
   * Lets a principal read executions that the `encryptionKey` encrypts, where it may describe them: part of `grantRead`.
   * Undefined where there is no key.
   */
  public grantDecrypt(grantee: iam.IGrantable): iam.Grant | undefined {
    const { encryptionKey, stateMachine } = this;
    return encryptionKey && grantStatements(grantee, [decryptStatement(stateMachine.stateMachineArn, encryptionKey)]);
  }

  /** A metric of the state machine, `AWS/States`; the sum over five minutes unless the options say otherwise. */
  public metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.stateMachine.metric(metricName, { statistic: 'Sum', ...options });
  }

  /** How many executions were started. */
  public metricStarted(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ExecutionsStarted', options);
  }

  /** How many executions passed. */
  public metricSucceeded(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ExecutionsSucceeded', options);
  }

  /** How many executions did not pass, gave no verdict, or refused their input. */
  public metricFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ExecutionsFailed', options);
  }

  /** How many executions took longer than `timeout`. */
  public metricTimedOut(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ExecutionsTimedOut', options);
  }

  /** How many executions were stopped, as an interrupted trigger does. */
  public metricAborted(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ExecutionsAborted', options);
  }

  /** How many state transitions Step Functions held back, because the account made too many at once. */
  public metricThrottled(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ExecutionThrottled', options);
  }

  /** How long the executions took, in milliseconds; the average over five minutes unless the options say otherwise. */
  public metricTime(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ExecutionTime', { statistic: 'Average', ...options });
  }

  /** How many executions ended without having passed: failed, timed out or aborted. */
  public metricNotPassed(options?: cloudwatch.MathExpressionOptions): cloudwatch.MathExpression {
    return new cloudwatch.MathExpression({
      label: 'Not passed',
      ...options,
      // Without FILL, a point that one of the three lacks would be missing from the sum.
      expression: 'FILL(failed, 0) + FILL(timedOut, 0) + FILL(aborted, 0)',
      usingMetrics: { failed: this.metricFailed(), timedOut: this.metricTimedOut(), aborted: this.metricAborted() },
    });
  }

  /**
   * An alarm that goes off as soon as one execution ends without having passed, and back five minutes later, unless the
   * options say otherwise. It tells the `topic`; for another action, give it one with `addAlarmAction`.
   */
  public createAlarm(id: string, { topic, ...options }: SystemTestAlarmOptions = {}): cloudwatch.Alarm {
    const alarm = new cloudwatch.Alarm(this, id, {
      alarmDescription: `The system test ${this.node.path} failed, timed out or was aborted`,
      metric: this.metricNotPassed(),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      ...options,
    });
    if (topic) {
      alarm.addAlarmAction(new actions.SnsAction(topic));
      topic.grantPublish(alarms(Stack.of(this)));
    }
    return alarm;
  }

  /**
   * An EventBridge rule for the executions that end without having passed. Its target gets the event as Step Functions
   * sends it; for a message that a person can read see `notify`. An `eventPattern` of the options is added to the rule's.
   */
  public onFailed(id: string, options: events.OnEventOptions = {}): events.Rule {
    const rule = new events.Rule(this, id, {
      description: `The system test ${this.node.path} failed, timed out or was aborted`,
      ...options,
    });
    rule.addEventPattern(executionEvents(this.stateMachine, ['FAILED', 'TIMED_OUT', 'ABORTED']));
    rule.addTarget(options.target);
    return rule;
  }

  /** Publishes a message that a person can read whenever an execution ends without having passed. */
  public notify(id: string, topic: sns.ITopic): SystemTestNotification {
    return new SystemTestNotification(this, id, {
      systemTest: this,
      target: (message) => new targets.SnsTopic(topic, { message }),
    });
  }

  private permitted(): PermittedTest {
    const stack = Stack.of(this);
    const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
    const { stateMachineArn } = this.stateMachine;
    const { resourceName } = stack.splitArn(stateMachineArn, arnFormat);
    return {
      encryptionKey: this.encryptionKey,
      distributed: this.distributed,
      arnOf: (resource) =>
        resource === 'stateMachine'
          ? stateMachineArn
          : stack.formatArn({ service: 'states', resource, resourceName, arnFormat }),
    };
  }

  private readStack(): iam.PolicyStatement {
    const stack = Stack.of(this);
    return new iam.PolicyStatement({
      actions: ['cloudformation:DescribeStacks'],
      // By name: IAM checks the call against any stack that has it, or had it.
      resources: [
        stack.formatArn({ service: 'cloudformation', resource: 'stack', resourceName: `${stack.stackName}/*` }),
      ],
    });
  }
}

/**
 * CloudWatch, for alarms of this stack's account and Region. A pattern: the policy of a key that named the alarm would
 * depend on the alarm, which depends on the topic that the key encrypts. CloudWatch sends these conditions for the key as
 * well: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
 */
function alarms(stack: Stack): iam.ServicePrincipal {
  const anyAlarm = stack.formatArn({
    service: 'cloudwatch',
    resource: 'alarm',
    resourceName: '*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return new iam.ServicePrincipal('cloudwatch.amazonaws.com', {
    conditions: { StringEquals: { 'aws:SourceAccount': stack.account }, ArnLike: { 'aws:SourceArn': anyAlarm } },
  });
}
