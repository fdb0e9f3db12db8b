import { Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { SystemTest, SystemTestDashboard, SystemTestQueries } from '../../lib';

/** Tells a team of each system test that did not pass, and shows what there is to see. */
export class FeedsOperationStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const functionLogGroup = new logs.LogGroup(this, 'FeedsLog', { retention: logs.RetentionDays.ONE_MONTH });
    const feeds = new lambda.Function(this, 'Feeds', {
      runtime: lambda.Runtime.PYTHON_3_14,
      handler: 'index.handler',
      code: lambda.Code.fromInline('def handler(event, context):\n    return {"system_test_successful": True}\n'),
      logGroup: functionLogGroup,
    });
    const systemTest = new SystemTest(this, 'SystemTest', { function: feeds, configurations: ['feed_1', 'feed_2'] });

    const team = new sns.Topic(this, 'Team', { enforceSSL: true });
    systemTest.notify('Notification', team);
    systemTest.createAlarm('Alarm', { topic: team });
    new SystemTestDashboard(this, 'Dashboard', { systemTest });
    new SystemTestQueries(this, 'Queries', { systemTest, functionLogGroup });
  }
}
