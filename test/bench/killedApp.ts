/** A function whose processes are to be killed, which keeps a record in the file RECORD, and its system test. */
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SystemTest } from '../../lib';
import { recordingHandler } from './killedSandboxes';

const app = new App();
const stack = new Stack(app, 'Killed');
const tested = new Function(stack, 'Tested', {
  runtime: Runtime.NODEJS_24_X,
  handler: 'index.handler',
  code: Code.fromInline(`exports.handler = async (event) => {${recordingHandler}};`),
  environment: { RECORD: process.env.RECORD! },
});
new SystemTest(stack, 'SystemTest', { function: tested, maxConcurrency: 10, retryInterval: Duration.seconds(1) });
app.synth();
