import { Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sns from 'aws-cdk-lib/aws-sns';
import { SystemTest, SystemTestDashboard, SystemTestQueries } from '../../../lib';
import { newFunction, newSystemTest } from '../templateVariants';
import { textOf } from '../templates';

it('adds nothing of operation by itself', () => {
  const template = Template.fromStack(newSystemTest().stack);
  for (const type of ['CloudWatch::Alarm', 'CloudWatch::Dashboard', 'Events::Rule', 'Logs::QueryDefinition']) {
    template.resourceCountIs(`AWS::${type}`, 0);
  }
});

describe('The metrics', () => {
  it.each<[string, (systemTest: SystemTest) => cloudwatch.Metric, string, string]>([
    ['metricStarted', (systemTest) => systemTest.metricStarted(), 'ExecutionsStarted', 'Sum'],
    ['metricSucceeded', (systemTest) => systemTest.metricSucceeded(), 'ExecutionsSucceeded', 'Sum'],
    ['metricFailed', (systemTest) => systemTest.metricFailed(), 'ExecutionsFailed', 'Sum'],
    ['metricTimedOut', (systemTest) => systemTest.metricTimedOut(), 'ExecutionsTimedOut', 'Sum'],
    ['metricAborted', (systemTest) => systemTest.metricAborted(), 'ExecutionsAborted', 'Sum'],
    ['metricThrottled', (systemTest) => systemTest.metricThrottled(), 'ExecutionThrottled', 'Sum'],
    ['metricTime', (systemTest) => systemTest.metricTime(), 'ExecutionTime', 'Average'],
  ])('%s is one of this state machine', (_, metric, metricName, statistic) => {
    const { stack, systemTest } = newSystemTest();
    const { namespace, ...found } = metric(systemTest);
    expect(namespace).toBe('AWS/States');
    expect(found).toMatchObject({ metricName, statistic });
    expect(stack.resolve(found.dimensions)).toEqual({
      StateMachineArn: { Ref: expect.stringMatching(/^SystemTestStateMachine/) },
    });
  });

  it('take the options of any metric', () => {
    const { systemTest } = newSystemTest();
    expect(systemTest.metricTime({ statistic: 'p99', period: Duration.hours(1) })).toMatchObject({
      statistic: 'p99',
      period: Duration.hours(1),
    });
    expect(systemTest.metricFailed({ label: 'bad' })).toMatchObject({ statistic: 'Sum', label: 'bad' });
  });
});

describe('The alarm', () => {
  it('goes off at the first execution that failed, timed out or was aborted, and not for want of executions', () => {
    const { stack, systemTest } = newSystemTest();
    systemTest.createAlarm('Alarm');
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
      Threshold: 1,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
      Metrics: Match.arrayWith([
        Match.objectLike({ Expression: 'FILL(failed, 0) + FILL(timedOut, 0) + FILL(aborted, 0)', ReturnData: true }),
        ...['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'].map((MetricName) =>
          Match.objectLike({ MetricStat: Match.objectLike({ Metric: Match.objectLike({ MetricName }), Stat: 'Sum' }) }),
        ),
      ]),
    });
  });

  it('reaches a topic, whose policy and key permit CloudWatch for alarms of this account and Region', () => {
    const { stack, systemTest } = newSystemTest();
    const masterKey = new kms.Key(stack, 'Key');
    systemTest.createAlarm('Alarm', { topic: new sns.Topic(stack, 'Topic', { masterKey }) });
    const template = Template.fromStack(stack);
    const topic = { Ref: Match.stringLikeRegexp('^Topic') };
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmActions: [topic] });
    const permitted = (actions: string | string[], resource: unknown) => ({
      Statement: Match.arrayWith([
        Match.objectLike({
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: actions,
          Resource: resource,
          Condition: {
            StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
            ArnLike: {
              'aws:SourceArn': {
                'Fn::Join': ['', Match.arrayWith([':cloudwatch:', { Ref: 'AWS::Region' }, ':alarm:*'])],
              },
            },
          },
        }),
      ]),
    });
    template.hasResourceProperties('AWS::SNS::TopicPolicy', { PolicyDocument: permitted('sns:Publish', topic) });
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: permitted(['kms:Decrypt', 'kms:GenerateDataKey*'], '*'),
    });
  });

  it('tells nobody unless asked', () => {
    const { stack, systemTest } = newSystemTest();
    systemTest.createAlarm('Alarm');
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmActions: Match.absent() });
  });

  it('takes the options of any alarm', () => {
    const { stack, systemTest } = newSystemTest();
    systemTest.createAlarm('Alarm', { alarmName: 'nightly', threshold: 3, metric: systemTest.metricFailed() });
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'nightly',
      Threshold: 3,
      MetricName: 'ExecutionsFailed',
    });
  });
});

it('gives any target the event of an execution that did not pass', () => {
  const { stack, systemTest } = newSystemTest();
  systemTest.onFailed('Raw', { target: new targets.SnsTopic(new sns.Topic(stack, 'Topic')), ruleName: 'nightly' });
  Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
    Name: 'nightly',
    EventPattern: {
      source: ['aws.states'],
      'detail-type': ['Step Functions Execution Status Change'],
      detail: {
        stateMachineArn: [{ Ref: Match.stringLikeRegexp('^SystemTestStateMachine') }],
        status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
      },
    },
    Targets: [{ Arn: { Ref: Match.stringLikeRegexp('^Topic') }, InputTransformer: Match.absent() }],
  });
});

it('matches an event pattern of the caller besides its own', () => {
  const { stack, systemTest } = newSystemTest();
  systemTest.onFailed('Raw', { eventPattern: { region: ['eu-west-1'], detail: { name: [{ prefix: 'nightly' }] } } });
  Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      source: ['aws.states'],
      'detail-type': ['Step Functions Execution Status Change'],
      region: ['eu-west-1'],
      detail: {
        stateMachineArn: [{ Ref: Match.stringLikeRegexp('^SystemTestStateMachine') }],
        status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
        name: [{ prefix: 'nightly' }],
      },
    },
  });
});

describe('The dashboard', () => {
  interface Body {
    start: string;
    widgets: { properties: { title: string; metrics: unknown[][] } }[];
  }

  function bodyOf(stack: Stack): Body {
    const [dashboard] = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Dashboard')) as {
      Properties: { DashboardBody: unknown };
    }[];
    return JSON.parse(textOf(dashboard!.Properties.DashboardBody)) as Body;
  }

  it('shows the executions and their duration, the errors, throttles, concurrency and duration of the function', () => {
    const { stack, systemTest } = newSystemTest();
    new SystemTestDashboard(stack, 'Dashboard', { systemTest });
    const { start, widgets } = bodyOf(stack);
    expect(start).toBe('-P7D');
    const metrics = Object.fromEntries(
      widgets.map(({ properties }) => [
        properties.title,
        properties.metrics.filter(([namespace]) => typeof namespace === 'string').map(([, name]) => name),
      ]),
    );
    expect(metrics).toEqual({
      'System tests that did not pass': ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'],
      'System tests': ['ExecutionsSucceeded', 'ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'],
      'Duration of a system test': ['ExecutionTime', 'ExecutionTime'],
      'Function: errors and throttles': ['Invocations', 'Errors', 'Throttles'],
      'Function: concurrency': ['ConcurrentExecutions'],
      'Function: duration': ['Duration', 'Duration'],
    });
  });

  it.each<[string, (tested: lambda.Function, stack: Stack) => lambda.IFunction, string]>([
    ['version', (tested) => tested.currentVersion, '<Tested\\w+>:<TestedCurrentVersion\\w+,Version>'],
    [
      'alias',
      (tested, stack) => new lambda.Alias(stack, 'Live', { aliasName: 'live', version: tested.currentVersion }),
      '<Tested\\w+>:live',
    ],
  ])('shows the metrics of the %s that is tested', (_, choose, resource) => {
    const { stack, systemTest } = newSystemTest((scope) => ({ function: choose(newFunction(scope), scope) }));
    new SystemTestDashboard(stack, 'Dashboard', { systemTest });
    const ofFunction = bodyOf(stack)
      .widgets.flatMap(({ properties }) => properties.metrics)
      .filter(([namespace]) => namespace === 'AWS/Lambda');
    expect(ofFunction).toHaveLength(6);
    for (const [, , ...dimensions] of ofFunction) {
      expect(dimensions.slice(0, 4)).toEqual([
        'FunctionName',
        expect.stringMatching(/^<Tested\w+>$/),
        'Resource',
        expect.stringMatching(new RegExp(`^${resource}$`)),
      ]);
    }
  });

  it('shows peaks where averages would hide them', () => {
    const { stack, systemTest } = newSystemTest();
    new SystemTestDashboard(stack, 'Dashboard', { systemTest });
    const statistics = bodyOf(stack)
      .widgets.flatMap(({ properties }) => properties.metrics)
      .map((metric) => [metric[1], metric.at(-1) as { label?: string; stat?: string; period?: number }] as const)
      .filter(([name]) => /Duration|Time$|Concurrent/.test(String(name)))
      .map(([name, { label, stat = 'Average' }]) => [name, label, stat]);
    expect(statistics).toEqual([
      ['ExecutionTime', 'average', 'Average'],
      ['ExecutionTime', 'longest', 'Maximum'],
      ['ConcurrentExecutions', 'at once', 'Maximum'],
      ['Duration', 'average', 'Average'],
      ['Duration', 'longest', 'Maximum'],
    ]);
  });

  it('has the name and the span of time that it is given', () => {
    const { stack, systemTest } = newSystemTest();
    new SystemTestDashboard(stack, 'Dashboard', { systemTest, dashboardName: 'nightly', interval: Duration.hours(3) });
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Dashboard', { DashboardName: 'nightly' });
    expect(bodyOf(stack).start).toBe('-PT3H');
  });
});

describe('The queries', () => {
  interface Query {
    Properties: { Name: string; QueryString: string; LogGroupNames: { Ref: string }[] };
  }

  it('of several tests in one stack have a folder each', () => {
    const { stack, systemTest } = newSystemTest();
    const functionLogGroup = new logs.LogGroup(stack, 'FunctionLog');
    const other = new SystemTest(stack, 'Other', { function: systemTest.function });
    new SystemTestQueries(stack, 'Queries', { systemTest, functionLogGroup });
    new SystemTestQueries(stack, 'OtherQueries', { systemTest: other, functionLogGroup });
    const queries = Object.values(Template.fromStack(stack).findResources('AWS::Logs::QueryDefinition')) as Query[];
    const folders = queries.map(({ Properties }) => Properties.Name.replace(/\/[^/]+$/, ''));
    expect([...new Set(folders)]).toEqual(['System test/Stack/SystemTest', 'System test/Stack/Other']);
  });

  it('are saved for the log of the function and that of the state machine, in a folder', () => {
    const { stack, systemTest } = newSystemTest();
    const functionLogGroup = new logs.LogGroup(stack, 'FunctionLog');
    new SystemTestQueries(stack, 'Queries', { systemTest, functionLogGroup, folder: 'nightly' });
    const queries = Object.values(Template.fromStack(stack).findResources('AWS::Logs::QueryDefinition')) as Query[];
    const found = queries.map(({ Properties }) => [Properties.Name, Properties.LogGroupNames[0]!.Ref]);
    expect(found).toEqual([
      ['nightly/Lines that name a configuration', expect.stringMatching(/^FunctionLog/)],
      ['nightly/The whole log of an invocation', expect.stringMatching(/^FunctionLog/)],
      ['nightly/Slowest invocations', expect.stringMatching(/^FunctionLog/)],
      ['nightly/Executions that did not pass', expect.stringMatching(/^SystemTestLogGroup/)],
    ]);
    // The fields of Lambda's logs, text and JSON, and of those of Step Functions.
    const commands = queries.map(({ Properties }) =>
      Properties.QueryString.split('\n').filter((line) => !line.startsWith('#')),
    );
    expect(commands).toEqual([
      [
        'fields @timestamp, @requestId, @message',
        '| filter @message like "config_0"',
        '| sort @timestamp desc',
        '| limit 200',
      ],
      [
        'fields @timestamp, @message',
        '| filter @requestId = "REQUEST_ID" or @message like "REQUEST_ID"',
        '| sort @timestamp asc',
        '| limit 10000',
      ],
      [
        'filter @type = "REPORT" or type = "platform.report"',
        '| fields coalesce(@requestId, record.requestId) as request',
        '| fields coalesce(@duration, record.metrics.durationMs) as duration_ms',
        '| fields coalesce(@maxMemoryUsed / 1000000, record.metrics.maxMemoryUsedMB) as memory_mb',
        '| display @timestamp, request, duration_ms, memory_mb',
        '| sort duration_ms desc',
        '| limit 40',
      ],
      [
        'fields @timestamp, type, details.error, details.cause, execution_arn',
        '| filter type in ["ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"]',
        '| sort @timestamp desc',
        '| limit 200',
      ],
    ]);
  });
});
