/** A function and its system tests, for AWS, this machine and emulators of AWS (docs/emulators.md). */
import { App, Stack } from 'aws-cdk-lib';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { SleepyFunction, SystemTest } from '../../lib';

const app = new App();
const stack = new Stack(app, 'Feeds');
const feeds = new SleepyFunction(stack, 'Function', { minSeconds: 0, maxSeconds: 1, seed: '1974' });
// The name is the same wherever it is deployed, so that one endpoint can run it for another.
(feeds.node.defaultChild as CfnFunction).functionName = 'feeds';
const configurations = Array.from({ length: 40 }, (_, index) => `config_${index}`);
new SystemTest(stack, 'Logged', { function: feeds, configurations });
new SystemTest(stack, 'Unlogged', { function: feeds, configurations, logTail: false });
app.synth();
