/** The Go function of the tests, which returns at once, from the folder that GO_CODE names, and its system test. */
import { App, Stack } from 'aws-cdk-lib';
import { Architecture, Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SystemTest } from '../../lib';

const app = new App();
const stack = new Stack(app, 'SystemTest');
const tested = new Function(stack, 'Go', {
  runtime: Runtime.PROVIDED_AL2023,
  architecture: process.arch === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
  handler: 'bootstrap',
  code: Code.fromAsset(process.env.GO_CODE!),
});
new SystemTest(stack, 'SystemTest', { function: tested, configurations: ['config_0'], maxConcurrency: 40 });
app.synth();
