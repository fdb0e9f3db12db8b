import { Environment } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { SystemTestNotification } from '../../../lib';
import { newSystemTest } from '../templateVariants';
import { textOf } from '../templates';

interface Rule {
  Properties: {
    EventPattern: { source: string[]; 'detail-type': string[]; detail: Record<string, unknown[]> };
    Targets: {
      Arn: unknown;
      InputTransformer?: { InputPathsMap: Record<string, string>; InputTemplate: unknown };
    }[];
  };
}

type Detail = Record<string, string | null>;

const event = (detail: Detail) => ({
  source: 'aws.states',
  'detail-type': 'Step Functions Execution Status Change',
  time: '2026-11-22T16:13:21Z',
  region: 'eu-west-1',
  detail: {
    executionArn: 'arn:aws:states:eu-west-1:111111111111:execution:nightly:run-1',
    name: 'run-1',
    error: null,
    cause: null,
    ...detail,
  },
});

/** Whether EventBridge would send this detail to the rule, as far as these patterns go. */
function matches(rule: Rule, detail: Detail): boolean {
  const patterns = Object.entries(rule.Properties.EventPattern.detail).filter(([key]) => key !== 'stateMachineArn');
  return patterns.every(([key, allowed]) =>
    allowed.some((filter) => {
      const value = detail[key];
      if (typeof filter !== 'object' || filter === null) {
        return value === filter;
      }
      const { exists, 'anything-but': excluded } = filter as { exists?: boolean; 'anything-but'?: string[] };
      return exists === false ? !(key in detail) : typeof value === 'string' && !excluded!.includes(value);
    }),
  );
}

/** What the target gets: EventBridge joins the lines, each a string, and fills in the event's values. */
function messageOf(rule: Rule, happened: ReturnType<typeof event>): string {
  const { InputPathsMap, InputTemplate } = rule.Properties.Targets[0]!.InputTransformer!;
  const filled = Object.entries(InputPathsMap).reduce((template, [name, path]) => {
    const value = path
      .split('.')
      .slice(1)
      .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], happened);
    return template.replaceAll(`<${name}>`, String(value));
  }, textOf(InputTemplate));
  return filled
    .split('\n')
    .map((line) => JSON.parse(line) as string)
    .join('\n');
}

function rulesOf(options: { encrypted?: boolean; passed?: boolean; env?: Environment } = {}): Rule[] {
  const { stack, systemTest } = newSystemTest(
    (scope) => (options.encrypted ? { encryptionKey: new kms.Key(scope, 'Key') } : {}),
    options.env ?? { account: '111111111111', region: 'eu-west-1' },
  );
  const topic = new sns.Topic(stack, 'Topic');
  new SystemTestNotification(stack, 'Notification', {
    systemTest,
    target: new targets.SnsTopic(topic),
    passed: options.passed,
  });
  return Object.values(Template.fromStack(stack).findResources('AWS::Events::Rule')) as Rule[];
}

/** The one message that somebody gets for this end of an execution; undefined where there is none. */
function told(detail: Detail, options: Parameters<typeof rulesOf>[0] = {}): string | undefined {
  const happened = event(detail);
  const messages = rulesOf(options)
    .filter((rule) => matches(rule, happened.detail))
    .map((rule) => messageOf(rule, happened));
  expect(messages.length).toBeLessThanOrEqual(1);
  return messages[0];
}

const link =
  'https://console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/arn:aws:states:eu-west-1:111111111111:execution:nightly:run-1';
const failed: Detail = {
  status: 'FAILED',
  error: 'SystemTestFailed',
  cause: '2 of 40 configurations failed the system test: config_3, config_7.',
};

describe('A notification', () => {
  it('tells which configurations failed, and where to look', () => {
    expect(told(failed)).toBe(
      [
        'The system test Stack/SystemTest did not pass: 2 of 40 configurations failed the system test: config_3, config_7.',
        'Execution run-1, 2026-11-22T16:13:21Z',
        link,
      ].join('\n'),
    );
  });

  it.each<[string, Detail]>([
    ['times out', { status: 'TIMED_OUT', error: 'States.Timeout' }],
    ['is aborted, with a cause that could break the message', { status: 'ABORTED', error: 'Stop', cause: 'a "b"\n' }],
    ['is aborted without a reason', { status: 'ABORTED' }],
    ['fails of itself', { status: 'FAILED', error: 'States.Runtime', cause: 'An "error" …' }],
    ['refuses its input', { status: 'FAILED', error: 'SystemTestInputRefused', cause: 'Expected "5%" …' }],
  ])('tells that there is no verdict when an execution %s', (_, detail) => {
    expect(told(detail)).toBe(
      [
        `The system test Stack/SystemTest gave no verdict: ${detail.status}.`,
        'Execution run-1, 2026-11-22T16:13:21Z',
        link,
      ].join('\n'),
    );
  });

  it('keeps quiet about executions that passed, unless asked', () => {
    expect(told({ status: 'SUCCEEDED' })).toBeUndefined();
    expect(told({ status: 'SUCCEEDED' }, { passed: true })).toContain('The system test Stack/SystemTest passed.\n');
    expect(told({ status: 'RUNNING' }, { passed: true })).toBeUndefined();
  });

  it('reaches a topic, whose policy and key permit EventBridge', () => {
    const { stack, systemTest } = newSystemTest();
    systemTest.notify('Team', new sns.Topic(stack, 'Topic', { masterKey: new kms.Key(stack, 'Key') }));
    const template = Template.fromStack(stack);
    const permitted = (actions: string | string[]) => ({
      Statement: Match.arrayWith([
        Match.objectLike({ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: actions }),
      ]),
    });
    template.hasResourceProperties('AWS::SNS::TopicPolicy', { PolicyDocument: permitted('sns:Publish') });
    template.hasResourceProperties('AWS::KMS::Key', { KeyPolicy: permitted(['kms:Decrypt', 'kms:GenerateDataKey*']) });
  });

  it.each(['FAILED', 'TIMED_OUT', 'ABORTED'])('does without the cause where it is encrypted: %s', (status) => {
    // Such an event has neither error nor cause.
    expect(told({ status }, { encrypted: true })).toContain(
      `The system test Stack/SystemTest did not pass: ${status}.\n`,
    );
  });

  it.each([
    ['us-gov-west-1', 'https://console.amazonaws-us-gov.com/states/home?region='],
    ['cn-north-1', 'https://console.amazonaws.cn/states/home?region='],
    ['eu-west-1', 'https://console.aws.amazon.com/states/home?region='],
  ])('links to the console of the partition: %s', (region, url) => {
    expect(told(failed, { env: { account: '111111111111', region } })).toContain(url);
  });

  it('has no link where the console is not known', () => {
    expect(told(failed, { env: { account: '111111111111', region: 'us-iso-east-1' } })!.split('\n')).toHaveLength(2);
  });

  it('lets CloudFormation choose the console where the Region is not known, by two conditions a stack', () => {
    const { stack, systemTest } = newSystemTest();
    systemTest.notify('Team', new sns.Topic(stack, 'Team'));
    systemTest.notify('Manager', new sns.Topic(stack, 'Manager'));
    const template = Template.fromStack(stack);
    const rules = Object.values(template.findResources('AWS::Events::Rule')) as Rule[];
    expect(Object.keys(template.findConditions('*'))).toHaveLength(2);
    expect(textOf(rules[0]!.Properties.Targets[0]!.InputTransformer!.InputTemplate)).toContain(
      '<Partitionawsusgov,console.amazonaws-us-gov.com,<Partitionawscn,console.amazonaws.cn,console.aws.amazon.com>>',
    );
  });

  it('publishes to the topic, which EventBridge is permitted to', () => {
    const { stack, systemTest } = newSystemTest();
    systemTest.notify('Team', new sns.Topic(stack, 'Topic'));
    const template = Template.fromStack(stack);
    const [rule] = Object.values(template.findResources('AWS::Events::Rule')) as Rule[];
    expect(textOf(rule!.Properties.Targets[0]!.Arn)).toMatch(/^<Topic/);
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: { Statement: [{ Action: 'sns:Publish', Principal: { Service: 'events.amazonaws.com' } }] },
    });
  });

  it('is about this state machine only', () => {
    for (const { Properties } of rulesOf({ passed: true })) {
      expect(Properties.EventPattern.detail.stateMachineArn).toEqual([
        { Ref: expect.stringMatching(/^SystemTestStateMachine/) },
      ]);
    }
  });
});
