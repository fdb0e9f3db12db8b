import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { decryptStatement } from './encryption';
import { DistributedAttributes, ISystemTest } from './iSystemTest';
import { executionEvents } from './operation/executionEvents';
import { SystemTestNotification } from './operation/systemTestNotification';
import { grantStatements, permittedTest, readStatements, runStatements } from './permissions';
import { SystemTestAlarmOptions } from './systemTestProps';

/**
 * What a `SystemTest` and an imported one have in common: all that goes by the state machine's ARN.
 * @internal
 */
export abstract class SystemTestBase extends Construct implements ISystemTest {
  public abstract readonly stateMachine: sfn.IStateMachine;
  public abstract readonly testedFunction?: lambda.IFunction;
  public abstract readonly stateMachineLogGroup?: logs.ILogGroup;
  public abstract readonly encryptionKey?: kms.IKey;
  public abstract readonly distributed?: DistributedAttributes;
  public abstract readonly hasConfigurations?: boolean;

  public get stateMachineArn(): string {
    return this.stateMachine.stateMachineArn;
  }

  public get stateMachineName(): string {
    const { resourceName = '' } = Stack.of(this).splitArn(this.stateMachineArn, ArnFormat.COLON_RESOURCE_NAME);
    return resourceName;
  }

  public grantRun(grantee: iam.IGrantable): iam.Grant {
    return grantStatements(grantee, [...runStatements(permittedTest(this)), ...this._stackStatements()]);
  }

  public grantRead(grantee: iam.IGrantable): iam.Grant {
    return grantStatements(grantee, [...readStatements(permittedTest(this)), ...this._stackStatements()]);
  }

  public grantDecrypt(grantee: iam.IGrantable): iam.Grant {
    const { encryptionKey, stateMachineArn } = this;
    if (!encryptionKey) return iam.Grant.drop(grantee, 'There is no encryptionKey');
    return grantStatements(grantee, [decryptStatement(stateMachineArn, encryptionKey)]);
  }

  public metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.stateMachine.metric(metricName, { statistic: 'Sum', ...options });
  }

  public metricStarted(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ExecutionsStarted', options);
  }

  public metricSucceeded(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ExecutionsSucceeded', options);
  }

  public metricFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ExecutionsFailed', options);
  }

  public metricTimedOut(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ExecutionsTimedOut', options);
  }

  public metricAborted(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ExecutionsAborted', options);
  }

  public metricThrottled(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ExecutionThrottled', options);
  }

  public metricTime(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ExecutionTime', { statistic: 'Average', ...options });
  }

  public metricNotPassed(options?: cloudwatch.MathExpressionOptions): cloudwatch.MathExpression {
    return new cloudwatch.MathExpression({
      label: 'Not passed',
      ...options,
      // Without FILL, a point that one of the three lacks would be missing from the sum.
      expression: 'FILL(failed, 0) + FILL(timedOut, 0) + FILL(aborted, 0)',
      usingMetrics: { failed: this.metricFailed(), timedOut: this.metricTimedOut(), aborted: this.metricAborted() },
    });
  }

  public createAlarm(id: string, options: SystemTestAlarmOptions = {}): cloudwatch.Alarm {
    const { topic, ...alarmOptions } = options;
    const alarm = new cloudwatch.Alarm(this, id, {
      alarmDescription: `The system test ${this.node.path} failed, timed out or was aborted`,
      metric: this.metricNotPassed(),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      ...alarmOptions,
    });
    if (topic) {
      alarm.addAlarmAction(new actions.SnsAction(topic));
      topic.grantPublish(alarms(Stack.of(this)));
    }
    return alarm;
  }

  public onFailed(id: string, options: events.OnEventOptions = {}): events.Rule {
    const rule = new events.Rule(this, id, {
      description: `The system test ${this.node.path} failed, timed out or was aborted`,
      ...options,
    });
    rule.addEventPattern(executionEvents(this.stateMachine, ['FAILED', 'TIMED_OUT', 'ABORTED']));
    rule.addTarget(options.target);
    return rule;
  }

  public notify(id: string, topic: sns.ITopic): SystemTestNotification {
    return new SystemTestNotification(this, id, {
      systemTest: this,
      target: new targets.SnsTopic(topic),
    });
  }

  /**
   * What reading the outputs of its stack takes, where that is known.
   * @internal
   */
  protected _stackStatements(): iam.PolicyStatement[] {
    return [];
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
