import { Tags, type App } from 'aws-cdk-lib';
import { SystemTestMode, SystemTestStack, type SystemTestStackProps } from '../lib';
import { PipelineStack } from '../lib/pipeline/pipelineStack';
import { choice, flag, number, required, runtime, text } from './context';

/** Adds what the context asks for: the sample, or a pipeline that deploys it. Throws an Error of one sentence on a bad value. */
export function addStacks(app: App): void {
  const batchSize = number(app, 'batchSize');
  const sample: SystemTestStackProps = {
    maxConcurrency: number(app, 'maxConcurrency'),
    mode: choice(app, 'mode', Object.values(SystemTestMode)),
    distributed: batchSize === undefined ? undefined : { batchSize },
    configurations: text(app, 'configurations') || undefined,
    sleepy: {
      runtime: runtime(app, 'sleepyRuntime'),
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
}
