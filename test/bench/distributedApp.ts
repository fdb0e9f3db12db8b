/**
 * A function that returns at once, and a system test that distributes the configurations of an S3 object. BATCH_SIZE is
 * how many a child gets.
 */
import { App, Stack } from 'aws-cdk-lib';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ConfigurationSource, SystemTest, SystemTestMode } from '../../lib';

const app = new App();
const stack = new Stack(app, 'Distributed');
const tested = new Function(stack, 'Tested', {
  runtime: Runtime.NODEJS_24_X,
  handler: 'index.handler',
  code: Code.fromInline('exports.handler = async () => ({ system_test_successful: true });'),
});
const bucket = Bucket.fromBucketName(stack, 'Bucket', 'bench');
new SystemTest(stack, 'SystemTest', {
  function: tested,
  source: ConfigurationSource.s3Object(bucket, 'configurations.jsonl'),
  mode: SystemTestMode.DISTRIBUTED,
  maxConcurrency: 40,
  distributed: { batchSize: Number(process.env.BATCH_SIZE), bucket },
});
app.synth();
