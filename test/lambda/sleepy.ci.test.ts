/** The sample in both languages, executed here and by LocalStack's interpreter, as moto brings it. */
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { App } from 'aws-cdk-lib';
import { Runtime, RuntimeFamily } from 'aws-cdk-lib/aws-lambda';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemTestStack } from '../../lib';
import { startLocalEndpoint } from '../../scripts/local/localEndpoint';
import { clientOf, describeWithLocalStack, startLocalStack } from '../localStack';
import { ended } from '../localSystemTest';

const version = /3\.\d+/.exec(String(spawnSync('python3', ['--version']).stdout))?.[0] ?? '3';
const pythonRuntime = new Runtime(`python${version}`, RuntimeFamily.PYTHON);
const failed = ['config_15', 'config_23', 'config_28', 'config_36', 'config_38'];

/** What the 40 configurations of the sample come to on a runtime: here, and elsewhere. */
async function verdictsOn(runtime: Runtime): Promise<unknown[]> {
  const outdir = mkdtempSync(join(tmpdir(), 'system-test-sample-'));
  const app = new App({ outdir, analyticsReporting: false });
  new SystemTestStack(app, 'SystemTest', { sleepy: { minSeconds: 0, maxSeconds: 1, seed: '1974', runtime } });
  app.synth();
  const endpoint = await startLocalEndpoint({ app: outdir, cwd: process.cwd(), env: process.env });
  const [machine] = endpoint.deployment.stateMachines;
  const interpreter = await startLocalStack(endpoint.url);
  const here = { client: clientOf(endpoint.url), stateMachineArn: machine!.stateMachineArn };
  try {
    return await Promise.all([verdicts(here), verdicts(await interpreter.deploy(machine!.definition))]);
  } finally {
    here.client.destroy();
    await interpreter.close();
    await endpoint.close();
    rmSync(outdir, { recursive: true });
  }
}

async function verdicts({ client, stateMachineArn }: { client: SFNClient; stateMachineArn: string }) {
  const start = { stateMachineArn, name: randomUUID(), input: '{}' };
  const { executionArn } = await client.send(new StartExecutionCommand(start));
  const { error, result } = await ended(client, executionArn!);
  return {
    error,
    results: result.results.map(({ configuration_identifier: identifier, status, response, error: raised }) => ({
      identifier,
      status,
      response,
      message: raised?.message,
    })),
  };
}

describeWithLocalStack('the sample', () => {
  it('comes to the same in Node.js and in Python, here and elsewhere', async () => {
    const [node, ...others] = [...(await verdictsOn(Runtime.NODEJS_24_X)), ...(await verdictsOn(pythonRuntime))];
    expect(node).toMatchObject({
      error: 'SystemTestFailed',
      results: expect.arrayContaining(
        failed.map((identifier) => ({
          identifier,
          status: 'FAILED',
          response: undefined,
          message: 'Something went wrong!',
        })),
      ),
    });
    expect(others).toEqual([node, node, node]);
  });
});
