/** The CDK app: context in, stacks out. */
import { App, Tags } from 'aws-cdk-lib';
import { PipelineStack, SystemTestStack, type SystemTestStackProps } from '../lib';
import { flag, number, required, text } from './context';

const app = new App({ autoSynth: false });
try {
  const sample: SystemTestStackProps = {
    maxConcurrency: number(app, 'maxConcurrency'),
    sleepy: {
      minSeconds: number(app, 'sleepyMinSeconds'),
      maxSeconds: number(app, 'sleepyMaxSeconds'),
      failurePercent: number(app, 'sleepyFailurePercent'),
      // With this seed, 5 of the 40 configurations fail; an empty one draws their fates anew each time.
      seed: text(app, 'sleepySeed') ?? '1974',
    },
  };
  const stackName = text(app, 'stackName') || undefined;
  if (flag(app, 'pipeline')) {
    new PipelineStack(app, 'SystemTestPipeline', {
      stackName,
      connectionArn: required(app, 'connectionArn', 'the ARN of a CodeConnections connection'),
      repository: required(app, 'repository', 'owner/name'),
      branch: text(app, 'branch') || undefined,
      systemTest: sample,
    });
  } else {
    new SystemTestStack(app, 'SystemTest', { stackName, ...sample });
  }
  Tags.of(app).add('application', 'lambda-system-test');
  app.synth();
} catch (error) {
  // One sentence for whoever set the context; a stack trace would only bury it.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
