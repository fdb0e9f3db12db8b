import { Stack } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct, IConstruct } from 'constructs';
import { ISystemTest } from '../iSystemTest';

/** Properties of a `SystemTestQueries`. */
export interface SystemTestQueriesProps {
  /** Whose logs are queried; those of an imported one if its attributes tell its log group. */
  readonly systemTest: ISystemTest;

  /** The log group of the function under test. */
  readonly functionLogGroup: logs.ILogGroup;

  /**
   * The folder of the queries in the console.
   *
   * @default - `System test/`, the name of the stack, and the path of the system test in it
   */
  readonly folder?: string;
}

/**
 * Queries for CloudWatch Logs Insights, saved with the stack. Their comments say what to fill in.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import * as lambda from 'aws-cdk-lib/aws-lambda';
 * import { ISystemTest, SystemTestQueries } from 'lambda-system-test';
 *
 * declare const stack: Stack;
 * declare const reports: lambda.Function;
 * declare const systemTest: ISystemTest;
 *
 * new SystemTestQueries(stack, 'Queries', { systemTest, functionLogGroup: reports.logGroup });
 */
export class SystemTestQueries extends Construct {
  constructor(scope: Construct, id: string, props: SystemTestQueriesProps) {
    super(scope, id);
    const { systemTest, functionLogGroup } = props;
    const folder =
      props.folder ?? ['System test', Stack.of(systemTest).stackName, ...pathInStack(systemTest)].join('/');

    const query = (queryId: string, name: string, logGroup: logs.ILogGroup, lines: string[]) =>
      new logs.CfnQueryDefinition(this, queryId, {
        name: `${folder}/${name}`,
        logGroupNames: [logGroup.logGroupName],
        queryString: lines.join('\n'),
      });

    query('OfConfiguration', 'Lines that name a configuration', functionLogGroup, [
      '# Replace config_0 by the identifier of the configuration.',
      'fields @timestamp, @requestId, @message',
      '| filter @message like "config_0"',
      ...newestFirst,
    ]);
    query('OfInvocation', 'The whole log of an invocation', functionLogGroup, [
      '# Replace REQUEST_ID, twice, by the RequestId of a log tail; it has the whole log only from loggers that write it.',
      'fields @timestamp, @message',
      '| filter @requestId = "REQUEST_ID" or @message like "REQUEST_ID"',
      '| sort @timestamp asc',
      '| limit 10000',
    ]);
    query('SlowestInvocations', 'Slowest invocations', functionLogGroup, [
      // The first names are those of Lambda's text logs, the second those of its JSON logs.
      'filter @type = "REPORT" or type = "platform.report"',
      '| fields coalesce(@requestId, record.requestId) as request',
      '| fields coalesce(@duration, record.metrics.durationMs) as duration_ms',
      '| fields coalesce(@maxMemoryUsed / 1000000, record.metrics.maxMemoryUsedMB) as memory_mb',
      '| display @timestamp, request, duration_ms, memory_mb',
      '| sort duration_ms desc',
      '| limit 40',
    ]);
    if (systemTest.stateMachineLogGroup) {
      query('FailedExecutions', 'Executions that did not pass', systemTest.stateMachineLogGroup, [
        'fields @timestamp, type, details.error, details.cause, execution_arn',
        '| filter type in ["ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"]',
        ...newestFirst,
      ]);
    }
  }
}

const newestFirst = ['| sort @timestamp desc', '| limit 200'];

function pathInStack(construct: IConstruct): string[] {
  const scopes = construct.node.scopes;
  return scopes.slice(scopes.indexOf(Stack.of(construct)) + 1).map(({ node }) => node.id);
}
