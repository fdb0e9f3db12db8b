import { App, Validations } from 'aws-cdk-lib';
import * as codedeploy from 'aws-cdk-lib/aws-codedeploy';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ConfigurationSource,
  SystemTest,
  SystemTestHook,
  SystemTestMode,
  SystemTestOnDeployment,
  SystemTestStack,
} from '../../lib';
import { PipelineStack } from '../../lib/pipeline/pipelineStack';
import { FeedsPipelineStack } from '../examples/plainPipeline';
import { newFunction, newSystemTest } from './templateVariants';

const document = readFileSync(join(__dirname, '../../docs/security.md'), 'utf8');
const env = { account: '111111111111', region: 'eu-west-1' };

/** What the checks find in a construct, as `PATH: FINDING`. */
function findings(scope: IConstruct): string[] {
  const { violations } = new AwsSolutionsChecks(scope).validateScope(scope);
  return violations
    .flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(
        ({ constructPath }) =>
          `${constructPath!.replace(/(\/DefaultPolicy)?\/Resource$/, '')}: ${ruleName.replace('AwsSolutions-', '')}`,
      ),
    )
    .toSorted();
}

describe('cdk-nag finds in a system test', () => {
  it('nothing, if it is that of the sample', () => {
    expect(findings(new SystemTestStack(new App(), 'SystemTest'))).toEqual([]);
  });

  it('what the documentation says, until that is acknowledged', () => {
    const { stack, systemTest } = newSystemTest((scope) => ({
      function: lambda.Function.fromFunctionName(scope, 'Feeds', 'feeds'),
      encryptionKey: new kms.Key(scope, 'Key', { enableKeyRotation: true }),
    }));
    expect(findings(stack)).toEqual([
      'Stack/SystemTest/StateMachine/Role: IAM5[Resource::*]',
      'Stack/SystemTest/StateMachine: SF1',
    ]);
    expect(document).toContain('`AwsSolutions-IAM5[Resource::*]`');
    expect(document).toContain('`AwsSolutions-SF1`');
    systemTest.acknowledgeNagFindings();
    expect(findings(stack)).toEqual([]);
  });

  it('nothing more, wherever its configurations are from', () => {
    const { stack, systemTest } = newSystemTest();
    const bucket = s3.Bucket.fromBucketName(stack, 'Bucket', 'feeds');
    const table = dynamodb.Table.fromTableName(stack, 'Table', 'tenants');
    const sources = [
      ConfigurationSource.s3Object(bucket, 'list.csv'),
      ConfigurationSource.s3Prefix(bucket, 'tenants/'),
      ConfigurationSource.ssmPath('/feeds/'),
      ConfigurationSource.dynamoDb(table, 'tenant_id', { index: 'ByTenant' }),
    ];
    sources.forEach((source, index) => {
      new SystemTest(stack, `Source${index}`, { function: systemTest.function, source }).acknowledgeNagFindings();
    });
    expect(findings(stack).filter((finding) => finding.startsWith('Stack/Source'))).toEqual([]);
  });

  it('what the documentation says of a Distributed Map, until that is acknowledged', () => {
    const { stack, systemTest } = newSystemTest((scope) => ({
      function: lambda.Function.fromFunctionName(scope, 'Feeds', 'feeds'),
      mode: SystemTestMode.DISTRIBUTED,
    }));
    expect(findings(stack).map((finding) => finding.replace(/\[.*/, ''))).toEqual([
      'Stack/SystemTest/Results: S1',
      'Stack/SystemTest/StateMachine/DistributedMapPolicy: IAM5',
      'Stack/SystemTest/StateMachine/DistributedMapPolicy: IAM5',
      'Stack/SystemTest/StateMachine/Role: IAM5',
      'Stack/SystemTest/StateMachine/Role: IAM5',
      'Stack/SystemTest/StateMachine: SF1',
    ]);
    expect(document).toContain('`AwsSolutions-S1`');
    systemTest.acknowledgeNagFindings();
    expect(findings(stack)).toEqual([]);
  });

  it('of whoever may run it, what the documentation says', () => {
    const { stack, systemTest } = newSystemTest();
    const role = new iam.Role(stack, 'Trigger', { assumedBy: new iam.AccountRootPrincipal() });
    systemTest.grantRun(role);
    expect(findings(role)).toEqual([
      expect.stringMatching(/^Stack\/Trigger: IAM5\[Resource::arn:.*:cloudformation:.*:stack\/Stack\/\*\]$/),
      expect.stringMatching(/^Stack\/Trigger: IAM5\[Resource::arn:.*:states:.*:execution:.*:\*\]$/),
    ]);
  });

  it('no more than a wildcard where the state machine logs every event', () => {
    const { stack, systemTest } = newSystemTest((scope) => ({
      function: lambda.Function.fromFunctionName(scope, 'Feeds', 'feeds'),
      logLevel: sfn.LogLevel.ALL,
    }));
    expect(findings(stack)).toEqual(['Stack/SystemTest/StateMachine/Role: IAM5[Resource::*]']);
    Validations.of(systemTest).acknowledge({ id: 'AwsSolutions-IAM5[Resource::*]', reason: 'Log delivery and X-Ray' });
    expect(findings(stack)).toEqual([]);
  });
});

describe.each([
  ['whose stack knows its Region', env, 'eu-west-1:111111111111'],
  ['whose stack does not', undefined, '<AWS::Region>:<AWS::AccountId>'],
])('cdk-nag finds in a hook %s', (_, environment, place) => {
  it('what the documentation says, until that is acknowledged', () => {
    const { stack, systemTest } = newSystemTest(
      (scope) => ({ function: newFunction(scope).currentVersion }),
      environment,
    );
    systemTest.acknowledgeNagFindings();
    const version = systemTest.function as lambda.IVersion;
    const alias = new lambda.Alias(stack, 'Live', { aliasName: 'live', version });
    const deploymentGroup = new codedeploy.LambdaDeploymentGroup(stack, 'Deployment', { alias });
    const inFunctionAndDeployment = findings(stack);
    const hook = new SystemTestHook(stack, 'Hook', { alias, deploymentGroup, systemTest });

    const executions = '{"Fn::Select":[6,{"Fn::Split":[":",{"Ref":"SystemTestStateMachine633B6B6B"}]}]}';
    expect(findings(hook)).toEqual([
      'Stack/Hook/FunctionRole: IAM5[Resource::*]',
      'Stack/Hook/StateMachine/Role: IAM5[Resource::*]',
      `Stack/Hook/StateMachine/Role: IAM5[Resource::arn:<AWS::Partition>:states:${place}:execution:${executions}:*]`,
      'Stack/Hook/StateMachine: SF1',
    ]);
    hook.acknowledgeNagFindings();
    // The deployment group may invoke any version of the hook: the CDK permits it so.
    const hookFunction = stack.getLogicalId(hook.function.node.defaultChild as lambda.CfnFunction);
    expect(findings(stack)).toEqual(
      [...inFunctionAndDeployment, `Stack/Deployment/ServiceRole: IAM5[Resource::<${hookFunction}.Arn>:*]`].toSorted(),
    );
  });
});

it('cdk-nag finds in a test on deployment what it finds in a hook, until that is acknowledged', () => {
  const { stack, systemTest } = newSystemTest((scope) => ({
    function: lambda.Function.fromFunctionName(scope, 'Feeds', 'feeds'),
  }));
  systemTest.acknowledgeNagFindings();
  const onDeployment = new SystemTestOnDeployment(stack, 'OnDeployment', { systemTest, revision: '1' });
  expect(findings(stack).map((finding) => finding.replace(/arn:.*/, '…'))).toEqual([
    'Stack/OnDeployment/FunctionRole: IAM5[Resource::*]',
    'Stack/OnDeployment/FunctionRole: IAM5[Resource::…',
    'Stack/OnDeployment/StateMachine/Role: IAM5[Resource::*]',
    'Stack/OnDeployment/StateMachine/Role: IAM5[Resource::…',
    'Stack/OnDeployment/StateMachine: SF1',
  ]);
  onDeployment.acknowledgeNagFindings();
  expect(findings(stack)).toEqual([]);
});

/** Findings that each of these places has. */
interface Accepted {
  because: string;
  findings: string[];
  at: string[];
}

const logGroups = 'IAM5[Resource::arn:<AWS::Partition>:logs:eu-west-1:111111111111:log-group:/aws/codebuild/';
const reportGroups = 'IAM5[Resource::arn:<AWS::Partition>:codebuild:eu-west-1:111111111111:report-group/';

/** What CDK Pipelines makes, and how it permits it. */
const ofThisRepositorysPipeline: Accepted[] = [
  {
    because: 'the CDK permits a bucket by wildcards, and every action needs the artifacts',
    findings: [
      'IAM5[Action::s3:GetObject*]',
      'IAM5[Action::s3:GetBucket*]',
      'IAM5[Action::s3:List*]',
      'IAM5[Resource::<Artifacts82DD59A1.Arn>/*]',
    ],
    at: [
      'Own/Pipeline/Pipeline/Role',
      'Own/Pipeline/Pipeline/Source/Source/CodePipelineActionRole',
      'Own/Pipeline/Pipeline/Build/Synth/CdkBuildProject/Role',
      'Own/Pipeline/Pipeline/Deploy/Test/Test/Role',
      'Own/Pipeline/UpdatePipeline/SelfMutation/Role',
      'Own/Pipeline/Assets/FileRole',
    ],
  },
  {
    because: 'and these write artifacts',
    findings: ['IAM5[Action::s3:DeleteObject*]', 'IAM5[Action::s3:Abort*]'],
    at: [
      'Own/Pipeline/Pipeline/Role',
      'Own/Pipeline/Pipeline/Source/Source/CodePipelineActionRole',
      'Own/Pipeline/Pipeline/Build/Synth/CdkBuildProject/Role',
    ],
  },
  ...[
    ['Pipeline/Build/Synth/CdkBuildProject', 'PipelineBuildSynthCdkBuildProject6BEFA8E6'],
    ['Pipeline/Deploy/Test/Test', 'PipelineDeployTest1F58ECE0'],
    ['UpdatePipeline/SelfMutation', 'PipelineUpdatePipelineSelfMutationDAA41400'],
  ].map(([path, logicalId]) => ({
    because: 'a build has logs and reports of any name, under that of its project',
    findings: [`${logGroups}<${logicalId}>:*]`, `${reportGroups}<${logicalId}>-*]`],
    at: [`Own/Pipeline/${path}/Role`],
  })),
  {
    because: 'the projects that publish assets share a role',
    findings: [`${logGroups}*]`, `${reportGroups}*]`],
    at: ['Own/Pipeline/Assets/FileRole'],
  },
  {
    because: 'Amazon S3 encrypts the artifacts with a key of its own',
    findings: ['CB4'],
    at: [
      'Own/Pipeline/Pipeline/Build/Synth/CdkBuildProject',
      'Own/Pipeline/Pipeline/Deploy/Test/Test',
      'Own/Pipeline/UpdatePipeline/SelfMutation',
      'Own/Pipeline/Assets/FileAsset1',
    ],
  },
  {
    because: 'the pipeline updates itself with the roles of the bootstrapping, and publishes assets with them',
    findings: ['IAM5[Resource::*]'],
    at: ['Own/Pipeline/UpdatePipeline/SelfMutation/Role', 'Own/Pipeline/Assets/FileRole'],
  },
  {
    because: 'these roles are found by their tags',
    findings: ['IAM5[Resource::arn:*:iam::111111111111:role/*]'],
    at: ['Own/Pipeline/UpdatePipeline/SelfMutation/Role'],
  },
  {
    because: 'executions have names that nobody knows beforehand',
    findings: ['IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:SystemTest:*]'],
    at: ['Own/Pipeline/Pipeline/Deploy/Test/Test/Role'],
  },
];

describe('cdk-nag finds in a pipeline', () => {
  it("of this repository only what CDK Pipelines makes, and the test's own executions", () => {
    const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
    const pipeline = new PipelineStack(app, 'Own', {
      env,
      connectionArn: 'arn:aws:codeconnections:eu-west-1:111111111111:connection/0a1b2c3d',
      repository: 'owner/name',
    });
    expect(findings(pipeline)).toEqual(
      ofThisRepositorysPipeline
        .flatMap((accepted) =>
          accepted.at.flatMap((place) => accepted.findings.map((finding) => `${place}: ${finding}`)),
        )
        .toSorted(),
    );
  });

  it('of your own no more for an action than its executions', () => {
    const stack = new FeedsPipelineStack(new App(), 'Plain');
    expect(findings(stack).filter((finding) => finding.includes('/SystemTest/'))).toEqual([
      'Plain/Pipeline/Deploy/SystemTest/CodePipelineActionRole: IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:FeedsTest:*]',
    ]);
  });
});
