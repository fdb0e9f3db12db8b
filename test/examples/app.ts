import { App } from 'aws-cdk-lib';
import { FeedsStack } from './beforeTraffic';
import { FeedsCdkPipelineStack } from './cdkPipeline';
import { ListedFeedsStack } from './listedFeeds';
import { FeedsStack as FeedsOnDeploymentStack } from './onDeployment';
import { FeedsOperationStack } from './operation';
import { FeedsPipelineStack } from './plainPipeline';
import { TenantsInS3Stack } from './tenantsInS3';

// All examples in one app, as in python/app.py.
const app = new App();
new FeedsStack(app, 'BeforeTraffic');
new FeedsOnDeploymentStack(app, 'OnDeployment');
new FeedsPipelineStack(app, 'PlainPipeline');
new FeedsCdkPipelineStack(app, 'CdkPipeline', {
  tools: { account: '111111111111', region: 'eu-central-1' },
  staging: { account: '111111111111', region: 'eu-central-1' },
  production: { account: '222222222222', region: 'eu-central-1' },
});
new ListedFeedsStack(app, 'ListedFeeds');
new TenantsInS3Stack(app, 'TenantsInS3');
new FeedsOperationStack(app, 'Operation');
app.synth();
