import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addStacks } from '../../bin/stacks';

const root = join(__dirname, '..', '..');
const outdir = mkdtempSync(join(tmpdir(), 'system-test-app-'));
afterAll(() => rmSync(outdir, { recursive: true }));

/** Runs the app as the CDK CLI does. */
function synthesize(context: Record<string, unknown>, env: Record<string, string> = {}) {
  return spawnSync(process.execPath, ['--import', 'tsx', join('bin', 'systemTest.ts')], {
    cwd: root,
    encoding: 'utf8',
    env: {
      ...process.env,
      ...env,
      CDK_OUTDIR: outdir,
      CDK_CONTEXT_JSON: JSON.stringify({ 'aws:cdk:bundling-stacks': [], ...context }),
    },
  });
}

/** The same in this process. */
function appOf(context: Record<string, unknown>): App {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [], ...context } });
  addStacks(app);
  return app;
}

describe('the CDK app', () => {
  it('takes its settings from the context and the environment', () => {
    const { status, stderr } = synthesize(
      { stackName: 'Nightly', maxConcurrency: '7', sleepySeed: 'demo', sleepyMinSeconds: '', sleepyMaxSeconds: 4 },
      { SYSTEM_TEST_SLEEPY_FAILURE_PERCENT: '30', SYSTEM_TEST_SLEEPY_SEED: 'the context wins' },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(readFileSync(join(outdir, 'manifest.json'), 'utf8'))).toMatchObject({
      artifacts: { SystemTest: { type: 'aws:cloudformation:stack', properties: { stackName: 'Nightly' } } },
    });
    const template = readFileSync(join(outdir, 'SystemTest.template.json'), 'utf8');
    expect(template).toContain('"SEED": "demo"');
    expect(template).toContain('"SLEEP_MIN_SECONDS": "1"');
    expect(template).toContain('"SLEEP_MAX_SECONDS": "4"');
    expect(template).toContain('"FAILURE_PERCENT": "30"');
    expect(template).toContain('"Value": "lambda-system-test"');
    expect(template).toContain('$orDefault($input.max_concurrency, 7)');
  });

  it('repeats its fates by a seed unless that is empty', () => {
    const seedOf = (context: Record<string, unknown>) => {
      const template = Template.fromJSON(appOf(context).synth().getStackByName('SystemTest').template as object);
      const [tested] = Object.values(template.findResources('AWS::Lambda::Function'));
      return (tested!.Properties as { Environment: { Variables: { SEED?: string } } }).Environment.Variables.SEED;
    };
    expect(seedOf({})).toBe('1974');
    expect(seedOf({ sleepySeed: '' })).toBeUndefined();
  });

  it.each([
    ['nodejs22.x', 'index.handler'],
    ['python3.13', 'sleepy.handler'],
  ])('tests the sleepy function on %s where that is asked for', (sleepyRuntime, Handler) => {
    const { template } = appOf({ sleepyRuntime }).synth().getStackByName('SystemTest');
    Template.fromJSON(template as object).hasResourceProperties('AWS::Lambda::Function', {
      Runtime: sleepyRuntime,
      Handler,
      MemorySize: 128,
      Environment: { Variables: { SEED: '1974' } },
    });
  });

  it('is a pipeline that deploys the sample, where that is asked for', () => {
    const { status, stderr } = synthesize({
      pipeline: 'true',
      connectionArn: 'arn:aws:codeconnections:eu-west-1:123456789012:connection/0a1b2c3d',
      repository: 'owner/name',
      branch: 'release/1.x',
      sleepySeed: 'demo',
      stackName: 'Mine',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const pipeline = readFileSync(join(outdir, 'SystemTestPipeline.template.json'), 'utf8');
    expect(pipeline).toContain('"FullRepositoryId": "owner/name"');
    expect(pipeline).toContain('"BranchName": "release/1.x"');
    expect(readFileSync(join(outdir, 'manifest.json'), 'utf8')).toContain('"stackName": "Mine"');
    const deployed = join(outdir, 'assembly-SystemTestPipeline-Deploy');
    const [template = ''] = readdirSync(deployed).filter((name) => name.endsWith('.template.json'));
    expect(readFileSync(join(deployed, template), 'utf8')).toContain('"SEED": "demo"');
    const manifest = readFileSync(join(outdir, 'assembly-SystemTestPipeline-Deploy', 'manifest.json'), 'utf8');
    expect(manifest).toContain('"stackName": "SystemTest"');
  });

  it.each([
    [
      { pipeline: 'true', repository: 'owner/name' },
      'Expected the context value connectionArn, the ARN of a CodeConnections connection: pass -c connectionArn=….',
    ],
    [
      { pipeline: true, connectionArn: 'arn' },
      'Expected the context value repository, owner/name: pass -c repository=….',
    ],
    [{ pipeline: 'yes' }, 'Expected the context value pipeline to be true or false, got "yes".'],
    [
      { sleepyRuntime: 'ruby3.4' },
      'Expected the context value sleepyRuntime to be a runtime of Node.js or Python such as python3.13, got "ruby3.4".',
    ],
    [{ maxConcurrency: 'ten' }, 'Expected the context value maxConcurrency to be a number, got "ten".'],
    [{ maxConcurrency: 41 }, 'Expected maxConcurrency of SystemTest/SystemTest to be an integer from 1 to 40, got 41.'],
    [{ sleepyMaxSeconds: 601 }, 'Expected maxSeconds of SystemTest to be an integer from 0 to 600, got 601.'],
  ])('refuses the context %j in one sentence', (context: Record<string, unknown>, message: string) => {
    expect(() => appOf(context)).toThrow(new Error(message));
  });

  it('says what it refuses on standard error, and exits with 1', () => {
    expect(synthesize({ pipeline: 'yes' })).toMatchObject({
      status: 1,
      stderr: 'Expected the context value pipeline to be true or false, got "yes".\n',
    });
  });
});
