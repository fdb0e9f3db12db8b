import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnResource, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as stepfunctions from 'aws-cdk-lib/aws-stepfunctions';
import { SystemTest } from '../../../lib';
import { cleanEnv, inProcess } from '../command';

const directory = mkdtempSync(join(tmpdir(), 'chosen-stack-'));

const powertoolsArn = 'arn:aws:lambda:us-east-1:094274105915:layer:powertools:7';

/** A function that can be served and passes. */
function selling(stack: Stack, props: Partial<lambda.FunctionProps> = {}): lambda.Function {
  return new lambda.Function(stack, 'Sell', {
    runtime: lambda.Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: lambda.Code.fromInline('exports.handler = async () => ({ system_test_successful: true });'),
    ...props,
  });
}

/** A function that can't. */
function reporting(stack: Stack): lambda.Function {
  return new lambda.Function(stack, 'Report', {
    functionName: 'report',
    runtime: lambda.Runtime.RUBY_3_4,
    handler: 'index.handler',
    code: lambda.Code.fromAsset(join(__dirname, '..', '..', 'fixtures')),
  });
}

/**
 * Stacks that each hold something else: Shop's system test can be served, with a function of the stack Functions;
 * Reports' can't, as its function is in Ruby; that of Insights has Lambda Insights, that of Powered needs a layer by ARN;
 * Express has an Express machine alone; Odd has a reference that leads nowhere.
 */
beforeAll(() => {
  const app = new App({ outdir: directory, analyticsReporting: false });
  const functions = new Stack(app, 'Functions');
  new SystemTest(new Stack(app, 'Shop'), 'SystemTest', { function: selling(functions) });
  const reports = new Stack(app, 'Reports');
  new SystemTest(reports, 'SystemTest', { function: reporting(reports), stateMachineName: 'reports' });
  const insights = new Stack(app, 'Insights', { env: { account: '210987654321', region: 'eu-west-1' } });
  const observed = selling(insights, { insightsVersion: lambda.LambdaInsightsVersion.VERSION_1_0_333_0 });
  new SystemTest(insights, 'SystemTest', { function: observed, stateMachineName: 'observed' });
  const powered = new Stack(app, 'Powered');
  const powertools = selling(powered, {
    code: lambda.Code.fromInline('require("powertools");'),
    layers: [lambda.LayerVersion.fromLayerVersionArn(powered, 'Layer', powertoolsArn)],
  });
  new SystemTest(powered, 'SystemTest', { function: powertools });
  const express = new Stack(app, 'Express');
  new stepfunctions.StateMachine(express, 'Machine', {
    stateMachineType: stepfunctions.StateMachineType.EXPRESS,
    definitionBody: stepfunctions.DefinitionBody.fromChainable(stepfunctions.Succeed.jsonata(express, 'Done')),
  });
  const odd = new CfnResource(new Stack(app, 'Odd'), 'Topic', { type: 'AWS::SNS::Topic' });
  odd.addPropertyOverride('TopicName', { Ref: 'Nowhere' });
  app.synth();
});
afterAll(() => rmSync(directory, { recursive: true }));

const locally = (command: string, ...args: string[]) =>
  inProcess([command, 'one', '--local', '--app', directory, ...args], { env: cleanEnv });

test.each(['run', 'invoke'])('%s --local tests the chosen stack, whatever else is in the app', async (command) => {
  const { code, stdout, stderr } = await locally(command, '--stack', 'Shop');

  expect(stdout).toMatch(/\n1 of 1 passed the test - 0 failed\n$/);
  expect(stderr).not.toMatch(/Reports|report|Insights|Powered|Express|Odd|Left out/);
  expect(code).toBe(0);
});

test.each(['run', 'invoke'])('%s --local leaves out Lambda Insights with a note', async (command) => {
  const { code, stderr } = await locally(command, '--stack', 'Insights');

  expect(
    stderr.match(/The function Insights-Sell\S+ runs without the layer \S+:LambdaInsightsExtension:\d+: only/g),
  ).toHaveLength(1);
  expect(code).toBe(0);
});

test.each(['run', 'invoke'])(
  '%s --local has no verdict on a function without the layer that it needs',
  async (command) => {
    const { code, stdout } = await locally(command, '--stack', 'Powered');

    expect(stdout).toContain(
      `Cannot find module 'powertools'; here it runs without the layer ${powertoolsArn}: put the`,
    );
    expect(stdout).toMatch(/\n0 of 1 passed the test - 0 failed - 1 errored\n$/);
    expect(code).toBe(3);
  },
);

test.each(['run', 'invoke'])(
  '%s --local calls its own endpoint, whatever the variables ask of AWS',
  async (command) => {
    const env = { ...cleanEnv, AWS_USE_FIPS_ENDPOINT: 'true', AWS_USE_DUALSTACK_ENDPOINT: 'true' };

    const { code } = await inProcess([command, 'one', '--local', '--app', directory, '--stack', 'Shop'], { env });

    expect(code).toBe(0);
  },
);

test.each(['run', 'invoke'])('%s --local needs no --stack where the app has one system test', async (command) => {
  const only = mkdtempSync(join(tmpdir(), 'only-stack-'));
  const app = new App({ outdir: only, analyticsReporting: false });
  const stack = new Stack(app, 'Shop');
  new SystemTest(stack, 'SystemTest', { function: selling(stack) });
  app.synth();
  try {
    const { code, stdout, stderr } = await inProcess([command, 'one', '--local', '--app', only], { env: cleanEnv });
    expect(stderr).toContain('Testing the stack Shop, the only one of the app with a system test.\n');
    expect(stdout).toMatch(/\n1 of 1 passed the test - 0 failed\n$/);
    expect(code).toBe(0);
  } finally {
    rmSync(only, { recursive: true });
  }
});

test('a state machine or function that is named is tested, of several of which one can not be served', async () => {
  const several = mkdtempSync(join(tmpdir(), 'several-'));
  const app = new App({ outdir: several, analyticsReporting: false });
  const stack = new Stack(app, 'Shop', { env: { account: '210987654321', region: 'eu-west-1' } });
  const tested = selling(stack, { functionName: 'sell' });
  for (const name of ['daily', 'nightly']) {
    new SystemTest(stack, name, { function: tested, configurations: [name], stateMachineName: name });
  }
  new SystemTest(stack, 'weekly', { function: reporting(stack), stateMachineName: 'weekly' });
  app.synth();
  try {
    const flags = ['run', '--local', '--app', several] as const;
    const refused = await inProcess([...flags, '--stack', 'Shop'], { env: cleanEnv });
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^Left out of the stack Shop what can't be served here: state machine "weekly": it invokes the function report, [^\n]+\n.* got 3: choose one with --test: Shop\/daily, Shop\/nightly, Shop\/weekly\.\n$/,
      ),
    });
    const arn = 'arn:aws:states:eu-west-1:210987654321:stateMachine:nightly';
    const nightly = { results: [{ configuration_identifier: 'nightly' }] };
    for (const [named, result] of [
      [['--state-machine', arn], nightly],
      [['--stack', 'Shop', '--test', 'nightly'], { ...nightly, test: 'Shop/nightly' }],
    ] as const) {
      const { code, stdout } = await inProcess([...flags, ...named, '--report', 'json'], { env: cleanEnv });
      expect({ code, result: JSON.parse(stdout) as unknown }).toMatchObject({ code: 0, result });
    }
    const byFunction = ['invoke', 'one', '--local', '--app', several, '--function', 'sell'];
    expect(await inProcess(byFunction, { env: cleanEnv })).toMatchObject({ code: 0 });
  } finally {
    rmSync(several, { recursive: true });
  }
});

test.each([
  [
    'a chosen stack with a Ruby function',
    ['run', '--stack', 'Reports'],
    /^error: Stack Reports holds what the local endpoint can't serve: state machine "reports": it invokes the function report, but its runtime is ruby3\.4, which is not served here: test it on AWS\.\n$/,
  ],
  [
    'a chosen stack with a layer that can not be had here, and --strict-layers',
    ['run', '--stack', 'Insights', '--strict-layers'],
    /^error: Stack Insights holds what the local endpoint can't serve: state machine "observed": it invokes the function Insights-Sell\S+, but it would run without the layer \S+:LambdaInsightsExtension:\d+ here, which --strict-layers refuses\.\n$/,
  ],
  [
    'a chosen stack with a reference that leads nowhere',
    ['run', '--stack', 'Odd'],
    /^error: The local endpoint can't serve the stack Odd: Unresolved reference: there is no resource or parameter Nowhere, /,
  ],
  [
    'the default stack in an app without it',
    ['run'],
    /^error: Expected a stack named SystemTest, got none in the app: choose one with --stack: Shop, Reports, Powered, Insights, Odd\.\n$/,
  ],
  [
    'a named state machine whose function is in Ruby',
    ['run', '--state-machine', 'arn:aws:states:us-east-1:123456789012:stateMachine:reports'],
    /^error: Expected a start that Step Functions accepts, got ValidationException: The local endpoint can't serve the state machine \S+:reports: it invokes the function report, but its runtime is ruby3\.4, /m,
  ],
  [
    'a named function in Ruby',
    ['invoke', '--function', 'report'],
    /^error: Expected a function that Lambda accepts, got report \(InvalidParameterValueException: The local endpoint can't serve the function report: its runtime is ruby3\.4, which is not served here: test it on AWS\)\.\n$/m,
  ],
] as [string, [string, ...string[]], RegExp][])(
  '%s is refused in one sentence',
  async (_, [command, ...args], sentence) => {
    const { code, stdout, stderr } = await locally(command, ...args);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
  },
);
