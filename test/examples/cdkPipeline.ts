import { Environment, Stack, Stage } from 'aws-cdk-lib';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as pipelines from 'aws-cdk-lib/pipelines';
import { Construct } from 'constructs';
import { SystemTest, SystemTestActionStep, SystemTestStep } from '../../lib';

class FeedsStack extends Stack {
  readonly systemTest: SystemTest;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.systemTest = new SystemTest(this, 'SystemTest', {
      function: lambda.Function.fromFunctionName(this, 'Feeds', 'feeds'),
      configurations: ['feed_1', 'feed_2'],
      // The pipeline is permitted this state machine and nothing else, so it has to know its name.
      stateMachineName: 'FeedsTest',
    });
  }
}

/** Staging, in the pipeline's account, is tested by the trigger; production, in another one, by CodePipeline itself. */
export class FeedsCdkPipelineStack extends Stack {
  constructor(scope: Construct, id: string, env: Record<'tools' | 'staging' | 'production', Environment>) {
    super(scope, id, { env: env.tools });
    const releases = s3.Bucket.fromBucketName(this, 'Releases', 'feeds-releases');
    const source = pipelines.CodePipelineSource.s3(releases, 'feeds.zip');
    const pipeline = new pipelines.CodePipeline(this, 'Pipeline', {
      pipelineType: codepipeline.PipelineType.V2,
      crossAccountKeys: true,
      synth: new pipelines.ShellStep('Synth', { input: source, commands: ['npm ci', 'npx cdk synth'] }),
    });

    const staging = new Stage(this, 'Staging', { env: env.staging });
    const { systemTest: stagingTest } = new FeedsStack(staging, 'Feeds');
    pipeline.addStage(staging, {
      post: [new SystemTestStep('Test', { systemTest: stagingTest, input: source })],
    });

    const production = new Stage(this, 'Production', { env: env.production });
    const { systemTest: productionTest } = new FeedsStack(production, 'Feeds');
    pipeline.addStage(production, {
      post: [
        new SystemTestActionStep('Test', {
          systemTest: productionTest,
          // Made before, by somebody who may: the pipeline can't deploy what it has to assume itself.
          role: iam.Role.fromRoleArn(this, 'TestRole', `arn:aws:iam::${env.production.account}:role/FeedsTestRunner`),
        }),
      ],
    });
  }
}
