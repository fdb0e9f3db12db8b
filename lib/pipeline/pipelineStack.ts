import { Duration, Stack, StackProps, Stage, Validations } from 'aws-cdk-lib';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as pipelines from 'aws-cdk-lib/pipelines';
import { Construct } from 'constructs';
import { SystemTestStack, SystemTestStackProps } from '../systemTestStack';
import { expectMatch } from '../validation';
import { SystemTestStep } from './systemTestStep';

/** Properties of a `PipelineStack`. */
export interface PipelineStackProps extends StackProps {
  /** The ARN of the CodeConnections connection to the repository. Someone has to confirm a new one in the console. */
  readonly connectionArn: string;

  /** The repository, `owner/name`. */
  readonly repository: string;

  /**
   * The branch that is deployed.
   *
   * @default 'main'
   */
  readonly branch?: string;

  /**
   * Properties of the stack that is deployed and tested.
   *
   * @default - those of `SystemTestStack`; stack and state machine are named `SystemTest`
   */
  readonly systemTest?: SystemTestStackProps;
}

/**
 * A pipeline for this repository: source, synth, its own update, deployment of the sample, system test. It deploys to the
 * account and Region that it is in, which have to be bootstrapped.
 *
 * Throws a `RangeError` for a connection, repository or branch that can't be one.
 */
export class PipelineStack extends Stack {
  constructor(scope: Construct, id: string, props: PipelineStackProps) {
    super(scope, id, { description: 'Deploys the sleepy function and tests it after each deployment', ...props });
    const { connectionArn, repository, branch = 'main' } = props;
    expectSource(this, connectionArn, repository, branch);

    const source = pipelines.CodePipelineSource.connection(repository, branch, { connectionArn, actionName: 'Source' });
    const pipeline = new pipelines.CodePipeline(this, 'Pipeline', {
      pipelineType: codepipeline.PipelineType.V2,
      crossAccountKeys: false,
      artifactBucket: artifactBucket(this),
      synth: new pipelines.ShellStep('Synth', {
        input: source,
        installCommands: ['npm ci'],
        // The pipeline updates itself from what this synthesizes, so it has to be given the same context.
        commands: [
          `npx cdk synth --quiet -c pipeline=true -c stackName=${this.stackName} -c connectionArn=${connectionArn} -c repository=${repository} -c branch=${branch}`,
        ],
      }),
      codeBuildDefaults: {
        partialBuildSpec: codebuild.BuildSpec.fromObject({
          phases: { install: { 'runtime-versions': { nodejs: '22' } } },
        }),
      },
    });

    const stage = new Stage(this, 'Deploy');
    const { systemTest } = new SystemTestStack(stage, 'SystemTest', {
      stackName: 'SystemTest',
      stateMachineName: 'SystemTest',
      ...props.systemTest,
    });
    pipeline.addStage(stage, {
      post: [
        new SystemTestStep('Test', {
          systemTest,
          input: source,
          installCommands: ['npm ci', 'npm run -s build'],
          command: 'node dist/trigger.js',
        }),
      ],
    });
    pipeline.buildPipeline();
    permitConnection(pipeline.pipeline, connectionArn);
  }
}

/**
 * Permits the source action to use a connection of the service's present name. The CDK permits the action of its former
 * name, but the prefixes of action and ARN have to match:
 * https://docs.aws.amazon.com/dtconsole/latest/userguide/rename.html
 */
function permitConnection(pipeline: codepipeline.Pipeline, connectionArn: string): void {
  if (connectionArn.includes(':codeconnections:')) {
    const role = pipeline.node.findChild('Source').node.findChild('Source').node.findChild('CodePipelineActionRole');
    if (iam.Role.isRole(role)) {
      role.addToPolicy(
        new iam.PolicyStatement({ actions: ['codeconnections:UseConnection'], resources: [connectionArn] }),
      );
    }
  }
}

/** These values become words of a command line as well. */
function expectSource(scope: Construct, connectionArn: string, repository: string, branch: string): void {
  expectMatch(
    scope,
    'connectionArn',
    connectionArn,
    /^arn:aws[a-z-]*:(codeconnections|codestar-connections):[a-z0-9-]+:\d{12}:connection\/[a-z0-9-]+$/,
    'an ARN such as arn:aws:codeconnections:eu-west-1:123456789012:connection/…',
  );
  // More than one slash: GitLab's groups may be nested.
  expectMatch(scope, 'repository', repository, /^[\w.-]+(\/[\w.-]+)+$/, 'owner/name');
  expectMatch(scope, 'branch', branch, /^[\w.][\w./+-]*$/, 'a branch of letters, digits, _, ., /, + and -');
}

/** What passes from stage to stage is of no use for long. */
function artifactBucket(scope: Construct): s3.Bucket {
  const bucket = new s3.Bucket(scope, 'Artifacts', {
    encryption: s3.BucketEncryption.S3_MANAGED,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    lifecycleRules: [{ expiration: Duration.days(30), abortIncompleteMultipartUploadAfter: Duration.days(1) }],
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason:
      'Only the pipeline reads and writes it, and its executions say when; what is in it comes from the repository',
  });
  return bucket;
}
