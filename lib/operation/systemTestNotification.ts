import { Aws, CfnCondition, Fn, Stack, Token } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { EventField } from 'aws-cdk-lib/aws-events';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { Construct } from 'constructs';
import { consoleHost, consoleHosts, executionPage } from './consoles';
import { EndStatus, executionEvents } from './executionEvents';
import { ISystemTest } from '../iSystemTest';

/** Properties of a `SystemTestNotification`. */
export interface SystemTestNotificationProps {
  /** Whose executions are told. */
  readonly systemTest: ISystemTest;

  /**
   * Where the messages go, such as `new targets.SnsTopic(topic)`. It gets them in the place of an input of its own.
   */
  readonly target: events.IRuleTarget;

  /**
   * Whether executions that passed are told as well.
   *
   * @default false
   */
  readonly passed?: boolean;
}

/**
 * Errors whose Cause the state machine writes itself, in characters that a message can hold. The Cause of another error
 * may have quotation marks, which EventBridge doesn't escape: the message would be lost. It is left out then.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html#eb-transform-input-issues
 */
const verdicts = ['SystemTestFailed', 'SystemTestErrored'];

/**
 * Tells how an execution ended, in a message of a few lines: what failed, the execution's name and time, and a link to it
 * in the console. Without `passed`, only of executions that failed, timed out or were aborted.
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import * as targets from 'aws-cdk-lib/aws-events-targets';
 * import * as sns from 'aws-cdk-lib/aws-sns';
 * import { ISystemTest, SystemTestNotification } from 'lambda-system-test';
 *
 * declare const stack: Stack;
 * declare const systemTest: ISystemTest;
 * declare const team: sns.Topic;
 *
 * new SystemTestNotification(stack, 'Notification', {
 *   systemTest,
 *   target: new targets.SnsTopic(team),
 *   passed: true,
 * });
 */
export class SystemTestNotification extends Construct {
  /** The rules that send the messages, one for each kind of message. */
  public readonly rules: events.Rule[];

  constructor(scope: Construct, id: string, props: SystemTestNotificationProps) {
    super(scope, id);
    const { systemTest, target } = props;
    const subject = `The system test ${systemTest.node.path}`;
    const link = consoleLink(this);
    const status = EventField.fromPath('$.detail.status');

    const rule = (ruleId: string, said: string, statuses: EndStatus[], error?: unknown[]) =>
      new events.Rule(this, ruleId, {
        description: `${subject}: ${statuses.join(', ')}`,
        eventPattern: executionEvents(systemTest.stateMachine, statuses, error),
        targets: [
          telling(
            target,
            [
              `${subject} ${said}`,
              `Execution ${EventField.fromPath('$.detail.name')}, ${EventField.time}`,
              ...link,
            ].join('\n'),
          ),
        ],
      });

    // The events of an encrypted execution hold neither error nor cause:
    // https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
    this.rules = systemTest.encryptionKey
      ? [rule('NotPassed', `did not pass: ${status}.`, ['FAILED', 'TIMED_OUT', 'ABORTED'])]
      : [
          rule('Verdict', `did not pass: ${EventField.fromPath('$.detail.cause')}`, ['FAILED'], verdicts),
          rule(
            'NoVerdict',
            `gave no verdict: ${status}.`,
            ['FAILED', 'TIMED_OUT', 'ABORTED'],
            [{ 'anything-but': verdicts }, { exists: false }, null],
          ),
        ];
    if (props.passed) {
      this.rules.push(rule('Passed', 'passed.', ['SUCCEEDED']));
    }
  }
}

/** A target that gets this message, whatever it would get else. */
function telling(target: events.IRuleTarget, message: string): events.IRuleTarget {
  const input = events.RuleTargetInput.fromMultilineText(message);
  return { bind: (rule, id) => ({ ...target.bind(rule, id), input }) };
}

/** A line with the link to the execution in the console; none in a partition whose console is not known. */
function consoleLink(scope: Construct): string[] {
  const { region } = Stack.of(scope);
  const host = Token.isUnresolved(region)
    ? consoleHostAtDeployment(scope)
    : consoleHost(RegionInfo.get(region).partition ?? 'aws');
  const executionArn = EventField.fromPath('$.detail.executionArn');
  return host === undefined ? [] : [executionPage(host, EventField.region, executionArn)];
}

/** For a stack of no particular Region: CloudFormation chooses, by conditions that the notifications of a stack share. */
function consoleHostAtDeployment(scope: Construct): string {
  const stack = Stack.of(scope);
  const { aws, ...others } = consoleHosts;
  return Object.entries(others).reduce((otherwise, [partition, host]) => {
    const id = `Partition-${partition}`;
    const condition =
      (stack.node.tryFindChild(id) as CfnCondition | undefined) ??
      new CfnCondition(stack, id, { expression: Fn.conditionEquals(Aws.PARTITION, partition) });
    return Fn.conditionIf(condition.logicalId, host, otherwise).toString();
  }, aws);
}
