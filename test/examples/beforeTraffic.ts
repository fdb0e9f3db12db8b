import { Stack } from 'aws-cdk-lib';
import * as codedeploy from 'aws-cdk-lib/aws-codedeploy';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { SystemTest, SystemTestHook } from '../../lib';

/** Moves the traffic to a new version of the function only after its system test passed. */
export class FeedsStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const feeds = new lambda.Function(this, 'Feeds', {
      runtime: lambda.Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: lambda.Code.fromInline('exports.handler = async () => ({ system_test_successful: true })'),
    });
    const live = new lambda.Alias(this, 'Live', { aliasName: 'live', version: feeds.currentVersion });
    const deploymentGroup = new codedeploy.LambdaDeploymentGroup(this, 'Deployment', {
      alias: live,
      deploymentConfig: codedeploy.LambdaDeploymentConfig.ALL_AT_ONCE,
    });
    const systemTest = new SystemTest(this, 'SystemTest', {
      function: feeds.currentVersion,
      configurations: ['feed_1', 'feed_2'],
    });
    new SystemTestHook(this, 'BeforeTraffic', { alias: live, deploymentGroup, systemTest });
  }
}
