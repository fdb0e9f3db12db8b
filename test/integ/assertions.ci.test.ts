import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { App } from 'aws-cdk-lib';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { systemClock } from '../../scripts/io/clock';
import { type LocalEndpoint, startLocalEndpoint } from '../../scripts/local/localEndpoint';
import { executionCases, FeedsStack } from './feeds';

const root = join(__dirname, '..', '..');

/** A custom resource of the stack that judges. */
interface ApiCall {
  Type: string;
  Properties: { api: string; parameters: Record<string, string>; expected?: string };
}

let directory: string;
let calls: ApiCall[];
let endpoint: LocalEndpoint;
let client: SFNClient;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'system-test-integ-'));
  execFileSync(process.execPath, ['--import', 'tsx', 'test/integ.systemTest.ts'], {
    cwd: root,
    env: { ...process.env, CDK_OUTDIR: join(directory, 'integ') },
  });
  const template = readdirSync(join(directory, 'integ')).find((name) => /DeployAssert.*\.template\.json$/.test(name))!;
  const { Resources: resources } = JSON.parse(readFileSync(join(directory, 'integ', template), 'utf8')) as {
    Resources: Record<string, ApiCall>;
  };
  calls = Object.values(resources).filter(({ Type }) => Type.startsWith('Custom::DeployAssert'));

  // The stack under test alone: the one that judges is not for this endpoint.
  const app = new App({ outdir: join(directory, 'stack') });
  new FeedsStack(app, 'SystemTestIntegration', { minute: 0.01 });
  app.synth();
  endpoint = await startLocalEndpoint({ app: join(directory, 'stack'), cwd: process.cwd(), env: process.env });
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  client = new SFNClient({ endpoint: endpoint.url, region: 'us-east-1', credentials });
});

afterAll(async () => {
  client.destroy();
  await endpoint.close();
  rmSync(directory, { recursive: true });
});

/** Starts the execution of a case as the deployment would, and waits for its end. */
async function execute(index: number): Promise<string> {
  const id = { standard: 'SystemTest', withoutLogTail: 'WithoutLogTail', denied: 'Denied' }[
    executionCases[index]!.test ?? 'standard'
  ];
  const { outputs } = endpoint.deployment.stacks[0]!;
  const { value } = outputs.find(({ description }) => description?.endsWith(`machine: SystemTestIntegration/${id}`))!;
  const input = JSON.parse(calls[2 * index]!.Properties.parameters.input!) as string;
  const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn: value, input }));
  while ((await client.send(new DescribeExecutionCommand({ executionArn }))).status === 'RUNNING') {
    await systemClock.sleep(20);
  }
  return executionArn!;
}

/** Runs the code that judges in the account against this endpoint. True where it would let the deployment pass. */
async function judges({ Type: type, Properties: properties }: ApiCall, executionArn: string): Promise<boolean> {
  const bundle = readdirSync(join(directory, 'integ')).find((name) => name.startsWith('asset.'))!;
  const child = spawn(
    process.execPath,
    [join(__dirname, 'assertion.cjs'), join(directory, 'integ', bundle, 'index.js')],
    {
      env: {
        // The Lambda runtime brings the SDK.
        NODE_PATH: join(root, 'node_modules'),
        AWS_ENDPOINT_URL: endpoint.url,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'a',
        AWS_SECRET_ACCESS_KEY: 'b',
      },
    },
  );
  child.stdin.end(
    JSON.stringify({
      RequestType: 'Create',
      ResourceType: type,
      ResponseURL: 'https://cloudformation.invalid/',
      ResourceProperties: { ...properties, parameters: { executionArn: JSON.stringify(executionArn) } },
    }),
  );
  const [answer, log] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (answer.includes('"Status":"SUCCESS"')) {
    return true;
  }
  expect(log).toContain('Assertion Failed');
  return false;
}

describe('the integration test in a real account', () => {
  it('starts one execution for each case and judges it', () => {
    expect(calls.map(({ Properties }) => Properties.api)).toEqual(
      executionCases.flatMap(() => ['startExecution', 'describeExecution']),
    );
  });

  // Here, everything is permitted.
  const cases = executionCases.map(({ title, test }, index) => ({ title, test, index }));
  it.each(cases.filter(({ test }) => test !== 'denied'))('$title', async ({ index }) => {
    const executionArn = await execute(index);
    expect(await judges(calls[2 * index + 1]!, executionArn)).toBe(true);
  });

  it('stops the deployment where an execution ends otherwise', async () => {
    const executionArn = await execute(0);
    expect(await judges(calls[3]!, executionArn)).toBe(false);
    expect(await judges(calls[5]!, executionArn)).toBe(false);
  });
});
