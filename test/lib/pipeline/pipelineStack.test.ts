import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { PipelineStack, PipelineStackProps } from '../../../lib/pipeline/pipelineStack';
import { statementsOf } from '../templates';

const connectionArn = 'arn:aws:codeconnections:eu-west-1:123456789012:connection/0a1b2c3d';

function synthesize(props: Partial<PipelineStackProps> = {}) {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  return Template.fromStack(new PipelineStack(app, 'Pipeline', { connectionArn, repository: 'owner/name', ...props }));
}

function buildSpecs(template: Template): string[] {
  return Object.values(template.findResources('AWS::CodeBuild::Project')).map(
    (project) => (project as { Properties: { Source: { BuildSpec: string } } }).Properties.Source.BuildSpec,
  );
}

describe('PipelineStack', () => {
  const template = synthesize();

  it('goes from the source to the system test in a V2 pipeline', () => {
    template.hasResourceProperties('AWS::CodePipeline::Pipeline', {
      PipelineType: 'V2',
      Stages: ['Source', 'Build', 'UpdatePipeline', 'Assets', 'Deploy'].map((Name) => Match.objectLike({ Name })),
    });
    template.hasResourceProperties('AWS::CodePipeline::Pipeline', {
      Stages: Match.arrayWith([
        Match.objectLike({
          Name: 'Source',
          Actions: [
            Match.objectLike({
              Configuration: { ConnectionArn: connectionArn, FullRepositoryId: 'owner/name', BranchName: 'main' },
            }),
          ],
        }),
        Match.objectLike({
          Name: 'Deploy',
          Actions: ['SystemTest.Prepare', 'SystemTest.Deploy', 'Test'].map((Name) => Match.objectLike({ Name })),
        }),
      ]),
    });
  });

  it('builds the command from the source, and tests by it', () => {
    const spec = buildSpecs(template).find((one) => one.includes('STATE_MACHINE_ARN'))!;
    expect(JSON.parse(spec)).toMatchObject({
      phases: {
        install: { 'runtime-versions': { nodejs: '22' }, commands: ['npm ci', 'npm run -s build'] },
        build: {
          commands: [
            'mkdir -p reports',
            expect.stringMatching(/^node dist\/trigger\.js run --state-machine "\$STATE_MACHINE_ARN" /),
          ],
        },
      },
    });
    const stages = Object.values(template.findResources('AWS::CodePipeline::Pipeline'))[0] as {
      Properties: { Stages: { Actions: { Name: string; InputArtifacts?: object[]; OutputArtifacts?: object[] }[] }[] };
    };
    const actions = stages.Properties.Stages.flatMap(({ Actions }) => Actions);
    const source = actions.find(({ Name }) => Name === 'Source')!.OutputArtifacts;
    expect(source).toHaveLength(1);
    expect(actions.find(({ Name }) => Name === 'Test')!.InputArtifacts).toEqual(source);
  });

  it('takes the branch that it is given', () => {
    synthesize({ branch: 'release/1.x' }).hasResourceProperties('AWS::CodePipeline::Pipeline', {
      Stages: Match.arrayWith([
        Match.objectLike({
          Name: 'Source',
          Actions: [Match.objectLike({ Configuration: Match.objectLike({ BranchName: 'release/1.x' }) })],
        }),
      ]),
    });
  });

  it('is given the same context when it updates itself', () => {
    const [synth] = buildSpecs(synthesize({ branch: 'release/1.x', stackName: 'Mine' }));
    expect(JSON.parse(synth!)).toMatchObject({
      phases: {
        install: { 'runtime-versions': { nodejs: '22' }, commands: ['npm ci'] },
        build: {
          commands: [
            `npx cdk synth --quiet -c pipeline=true -c stackName=Mine -c connectionArn=${connectionArn} -c repository=owner/name -c branch=release/1.x`,
          ],
        },
      },
    });
  });

  it('has one bucket, encrypted, closed and emptied, and no key', () => {
    template.resourceCountIs('AWS::KMS::Key', 0);
    template.resourceCountIs('AWS::S3::Bucket', 1);
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: { ServerSideEncryptionConfiguration: [Match.anyValue()] },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 30, Status: 'Enabled' })] },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });

  it.each(['codeconnections', 'codestar-connections'])('permits the source action a connection of %s', (service) => {
    const arn = connectionArn.replace('codeconnections', service);
    const statements = statementsOf(synthesize({ connectionArn: arn }), 'PipelineSource');
    expect(statements).toContainEqual({ Action: `${service}:UseConnection`, Effect: 'Allow', Resource: arn });
  });

  it.each<[Partial<PipelineStackProps>, string]>([
    [
      { connectionArn: 'mine' },
      'Expected connectionArn of Pipeline to be an ARN such as arn:aws:codeconnections:eu-west-1:123456789012:connection/…, got "mine".',
    ],
    [{ repository: 'name' }, 'Expected repository of Pipeline to be owner/name, got "name".'],
    [{ repository: 'owner/name; rm' }, 'got "owner/name; rm".'],
    [
      { branch: '--help' },
      'Expected branch of Pipeline to be a branch of letters, digits, _, ., /, + and -, got "--help".',
    ],
  ])('refuses %j with the value and what is expected', (props, message) => {
    expect(() => synthesize(props)).toThrow(message);
  });
});
