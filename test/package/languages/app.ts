import { App, Duration, Stack } from 'aws-cdk-lib';
import * as codedeploy from 'aws-cdk-lib/aws-codedeploy';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as actions from 'aws-cdk-lib/aws-codepipeline-actions';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import {
  Configuration,
  SleepyFunction,
  SystemTest,
  SystemTestAction,
  SystemTestDashboard,
  SystemTestHook,
  SystemTestNotification,
  SystemTestOnDeployment,
  SystemTestQueries,
  ToleratedFailures,
} from '../../../lib';

/** What needs the package's own files, what comes as JSON, and what is told of a test that is there already. */
class Others extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const sleepy = new SleepyFunction(this, 'Sleepy', { maxSeconds: 1, seed: '1974' });
    const live = new lambda.Alias(this, 'Live', { aliasName: 'live', version: sleepy.currentVersion });
    const deploymentGroup = new codedeploy.LambdaDeploymentGroup(this, 'Deployment', { alias: live });
    const listed = ['a', { region: 'eu', configuration_identifier: 'b' }];
    const imported = [{ configuration_identifier: 'c', limits: [1, 2.5, null, true] }];
    const systemTest = new SystemTest(this, 'SystemTest', {
      function: sleepy.currentVersion,
      configurations: [...Configuration.list(listed), ...Configuration.list(imported)],
      toleratedFailures: ToleratedFailures.percent(5),
      payload: { table: 't', deep: { list: [1, 'ü'] } },
      configurationTimeout: Duration.seconds(30),
      retryAttempts: 2,
    });
    new SystemTestHook(this, 'BeforeTraffic', {
      alias: live,
      deploymentGroup,
      systemTest,
      input: { configurations: ['a'], tolerated_failures: '5%' },
    });
    new SystemTestOnDeployment(this, 'OnDeployment', { systemTest });
    systemTest.acknowledgeNagFindings();
    const topic = new sns.Topic(this, 'Topic');
    systemTest.createAlarm('Alarm', { topic, threshold: 2 });
    new SystemTestNotification(this, 'Notification', {
      systemTest,
      target: new targets.SnsTopic(topic),
      passed: true,
    });
    new SystemTestDashboard(this, 'Dashboard', { systemTest });

    const lists = s3.Bucket.fromBucketName(this, 'Lists', 'lists');
    systemTest.grantRun(new iam.Role(this, 'Trigger', { assumedBy: new iam.AccountRootPrincipal() }));
    const there = SystemTest.fromStateMachineName(this, 'There', 'There');
    new SystemTestQueries(this, 'Queries', {
      systemTest: there,
      functionLogGroup: logs.LogGroup.fromLogGroupName(this, 'Log', 'feeds'),
    });
    const source = new codepipeline.Artifact('Source');
    new codepipeline.Pipeline(this, 'Pipeline', {
      pipelineType: codepipeline.PipelineType.V2,
      stages: [
        {
          stageName: 'Source',
          actions: [
            new actions.S3SourceAction({ actionName: 'Source', bucket: lists, bucketKey: 'app.zip', output: source }),
          ],
        },
        {
          stageName: 'Test',
          actions: [
            new SystemTestAction({
              actionName: 'SystemTest',
              systemTest: there,
              input: { configurations: ['#{variables.feed}'], max_concurrency: 2 },
            }),
          ],
        },
      ],
    });
  }
}

const app = new App();
new Others(app, 'Others');
app.synth();
