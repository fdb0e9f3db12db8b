/** A function that returns at once and its system test, in a template that any CloudFormation takes as it is. */
import { App, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SystemTest } from '../../lib';

const app = new App();
const synthesizer = new DefaultStackSynthesizer({ generateBootstrapVersionRule: false });
const stack = new Stack(app, 'Engines', { synthesizer });
const atOnce = new Function(stack, 'AtOnce', {
  functionName: 'atOnce',
  runtime: Runtime.NODEJS_24_X,
  handler: 'index.handler',
  code: Code.fromInline('exports.handler = async () => ({ system_test_successful: true });'),
});
// One retry leaves room for 1,000 in the history; MiniStack lacks what the log tail takes.
new SystemTest(stack, 'Test', { function: atOnce, maxConcurrency: 40, retryAttempts: 1, logTail: false });
app.synth();
