import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { PipelineStack } from '../lib/pipeline/pipelineStack';
import { version } from '../package.json';
import { FeedsCdkPipelineStack } from './examples/cdkPipeline';
import { deployLocally, LocalSystemTest } from './localSystemTest';

interface BuildSpec {
  phases: { install: { 'runtime-versions': object; commands: string[] }; build: { commands: string[] } };
  reports: Record<string, { files: string[]; 'base-directory': string; 'file-format': string }>;
}

const root = join(__dirname, '..');
const env = { account: '123456789012', region: 'us-east-1' };

/** The build spec of a step in a synthesized pipeline. */
function stepOf(template: Template, description: string): BuildSpec {
  const [project] = Object.values(
    template.findResources('AWS::CodeBuild::Project', { Properties: { Description: description } }),
  ) as { Properties: { Source: { BuildSpec: string } } }[];
  return JSON.parse(project!.Properties.Source.BuildSpec) as BuildSpec;
}

const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
const ownPipeline = new PipelineStack(app, 'Own', {
  env,
  connectionArn: 'arn:aws:codeconnections:us-east-1:123456789012:connection/0a1b2c3d',
  repository: 'owner/name',
});
const feedsPipeline = new FeedsCdkPipelineStack(app, 'Feeds', { tools: env, staging: env, production: env });

/** As shipped. What a command installs from a registry stands in the phase `install`, which the tests leave out. */
const buildSpecs: [string, BuildSpec, string[]][] = [
  [
    'buildspec.yml',
    parse(readFileSync(join(root, 'buildspec.yml'), 'utf8')) as BuildSpec,
    ['npm ci', 'npm run --if-present build'],
  ],
  [
    'the step of PipelineStack',
    stepOf(Template.fromStack(ownPipeline), 'Pipeline step Own/Pipeline/Deploy/Test'),
    ['npm ci', 'npm run -s build'],
  ],
  [
    'the step of the example, with the installed package',
    stepOf(Template.fromStack(feedsPipeline), 'Pipeline step Feeds/Pipeline/Staging/Test'),
    ['npm ci'],
  ],
];

/** A system test that passes, and one that fails. */
let passing: LocalSystemTest;
let failing: LocalSystemTest;
beforeAll(async () => {
  const [one, other] = ['feed_3', 'feed_2'].map((bad) =>
    deployLocally({
      code: `if (event.configuration_identifier === '${bad}') throw new Error('No such feed');
        return { system_test_successful: true };`,
      props: { configurations: ['feed_1', 'feed_2'] },
    }),
  );
  [passing, failing] = [await one!, await other!];
});
afterAll(async () => {
  await passing.close();
  await failing.close();
});

let builds = 0;

describe.each(buildSpecs)('%s', (_, { phases, reports }, installCommands) => {
  let source: string;
  let id: string;

  // What the phase install leaves: the built command, here and as an installed package's.
  beforeEach(() => {
    source = mkdtempSync(join(tmpdir(), 'system-test-build-'));
    id = `5f3b0a1${(builds += 1).toString(16).padStart(2, '0')}`;
    const bin = join(source, 'node_modules', '.bin');
    mkdirSync(bin, { recursive: true });
    symlinkSync(join(root, 'dist'), join(source, 'dist'));
    const trigger = join(root, 'dist', 'trigger.js');
    writeFileSync(join(bin, 'system-test'), `#!/usr/bin/env node\nrequire(${JSON.stringify(trigger)});\n`, {
      mode: 0o755,
    });
  });
  afterEach(() => rmSync(source, { recursive: true }));

  /** Runs the commands of the phase build as CodeBuild does: one shell, until one fails. */
  function build(local: LocalSystemTest): Promise<{ code: number | null; output: string }> {
    return new Promise((resolve, reject) => {
      const shell = spawn('sh', ['-e', '-c', phases.build.commands.join('\n')], {
        cwd: source,
        env: {
          PATH: process.env.PATH,
          HOME: source,
          CODEBUILD_BUILD_ID: `feeds:${id}`,
          CODEBUILD_BUILD_ARN: `arn:aws:codebuild:us-east-1:123456789012:build/feeds:${id}`,
          CODEBUILD_BUILD_NUMBER: '7',
          CODEBUILD_CI: 'true',
          CODEBUILD_INITIATOR: 'codepipeline/feeds',
          CODEBUILD_SRC_DIR: source,
          AWS_REGION: 'us-east-1',
          AWS_DEFAULT_REGION: 'us-east-1',
          AWS_ACCESS_KEY_ID: 'local',
          AWS_SECRET_ACCESS_KEY: 'local',
          AWS_ENDPOINT_URL: local.endpoint.url,
          STATE_MACHINE_ARN: local.endpoint.deployment.stateMachines[0]!.stateMachineArn,
        },
      });
      let output = '';
      for (const stream of [shell.stdout, shell.stderr]) {
        stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
      }
      shell.on('error', reject);
      shell.on('close', (code) => resolve({ code, output }));
    });
  }

  it.each([
    ['passes with the system test', 0, () => passing, /2 of 2 passed the test - 0 failed\n$/, 0],
    [
      'fails with the system test',
      1,
      () => failing,
      /1 of 2 passed the test - 1 failed\nTo run just this one again: .+ feed_2\nWhat the verdicts .+\n$/,
      1,
    ],
  ])('%s and leaves the report that CodeBuild publishes', async (_title, expected, local, lastLine, failures) => {
    const { code, output } = await build(local());
    expect({ code, output }).toEqual({ code: expected, output: expect.stringMatching(lastLine) });
    const [{ files, 'base-directory': directory, 'file-format': format }] = Object.values(reports) as [
      BuildSpec['reports'][string],
    ];
    expect({ files, format }).toEqual({ files: ['junit.xml'], format: 'JUNITXML' });
    const report = readFileSync(join(source, directory, files[0]!), 'utf8');
    expect(report.match(/<testcase /g)).toHaveLength(2);
    expect(report.match(/<failure [^>]*No such feed/g) ?? []).toHaveLength(failures);
  });

  it('names the execution after the build, and tests again where the build is retried', async () => {
    const { code, output } = await build(passing);
    expect({ code, output }).toEqual({
      code: 0,
      output: expect.stringMatching(new RegExp(`:codebuild-${id}-[0-9a-f]{8}\n`)),
    });
    const [, name] = /:(codebuild-\S+)/.exec(output)!;
    expect(await build(passing)).toEqual({
      code: 0,
      output: expect.stringContaining(`:${name}-attempt-2\n`),
    });
  });

  it('installs only from the registry and by the build of this repository', () => {
    expect(phases.install).toEqual({ 'runtime-versions': { nodejs: expect.anything() }, commands: installCommands });
  });
});

describe('npx in a clone', () => {
  it('finds the command of this repository itself', () => {
    const { status, stdout } = spawnSync('npx', ['--no', '--', 'system-test', '--version'], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, npm_config_offline: 'true' },
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${version}\n` });
  });
});
