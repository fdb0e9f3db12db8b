import { Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { SystemTest, SystemTestOnDeployment } from '../../lib';

/** Is rolled back by CloudFormation where its system test does not pass. */
export class FeedsStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const feeds = new lambda.Function(this, 'Feeds', {
      runtime: lambda.Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: lambda.Code.fromInline('exports.handler = async () => ({ system_test_successful: true })'),
    });
    const systemTest = new SystemTest(this, 'SystemTest', { function: feeds, configurations: ['feed_1', 'feed_2'] });
    new SystemTestOnDeployment(this, 'OnDeployment', { systemTest });
  }
}
