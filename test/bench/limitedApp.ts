/** The sample, whose function may run five times at once (its reserved concurrency). */
import { App } from 'aws-cdk-lib';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { addStacks } from '../../bin/stacks';

const app = new App();
addStacks(app);
const sleepy = app.node.findChild('SystemTest').node.findChild('SleepyFunction').node.defaultChild as CfnFunction;
sleepy.reservedConcurrentExecutions = 5;
app.synth();
