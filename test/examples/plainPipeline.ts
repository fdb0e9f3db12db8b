import { Stack } from 'aws-cdk-lib';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as actions from 'aws-cdk-lib/aws-codepipeline-actions';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { SystemTest, SystemTestAction } from '../../lib';

/** Deploys the stack Feeds and tests it in the same stage, which is rolled back if the test does not pass. */
export class FeedsPipelineStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const source = new codepipeline.Artifact('Source');
    const sourceAction = new actions.S3SourceAction({
      actionName: 'Source',
      bucket: s3.Bucket.fromBucketName(this, 'Releases', 'feeds-releases'),
      bucketKey: 'feeds.zip',
      output: source,
    });
    const pipeline = new codepipeline.Pipeline(this, 'Pipeline', {
      pipelineType: codepipeline.PipelineType.V2,
      crossAccountKeys: false,
    });
    pipeline.addStage({ stageName: 'Source', actions: [sourceAction] });
    pipeline.addStage({
      stageName: 'Deploy',
      onFailure: { result: codepipeline.Result.ROLLBACK },
      actions: [
        new actions.CloudFormationCreateUpdateStackAction({
          actionName: 'Deploy',
          runOrder: 1,
          stackName: 'Feeds',
          templatePath: source.atPath('template.json'),
          adminPermissions: true,
        }),
        new SystemTestAction({
          actionName: 'SystemTest',
          runOrder: 2,
          systemTest: SystemTest.fromStateMachineName(this, 'FeedsTest', 'FeedsTest'),
          // Or inputFile: source.atPath('system-test.json').
          input: {
            configurations: [
              { configuration_identifier: 'feed_1', release: sourceAction.variables.versionId },
              { configuration_identifier: 'feed_2', release: sourceAction.variables.versionId },
            ],
            max_concurrency: 2,
          },
        }),
      ],
    });
  }
}
