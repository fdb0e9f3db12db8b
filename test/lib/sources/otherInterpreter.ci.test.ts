import { App, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { StartExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationSource, SystemTest } from '../../../lib';
import { type LocalEndpoint, startLocalEndpoint } from '../../../scripts/local/localEndpoint';
import { describeWithLocalStack, clientOf, type Interpreter, startLocalStack } from '../../localStack';
import { describedEnd } from '../../localSystemTest';
import { historyOf } from '../../scripts/local/stepFunctions/fixture';

const listers: Record<string, string> = {
  Pages: `const n = Number(event.next_token);
    return { configurations: ['feed ' + n, { configuration_identifier: 'tenant ' + n, n }], next_token: n < 2 ? String(n + 1) : null };`,
  Raises: `throw new TypeError('no "TABLE"');`,
  Loops: `return { configurations: [], next_token: 'again' };`,
  Empty: `return { configurations: [] };`,
};

function synthesize(outdir: string): void {
  const app = new App({ outdir, analyticsReporting: false });
  const stack = new Stack(app, 'SystemTest');
  const made = (id: string, code: string) =>
    new lambda.Function(stack, id, {
      runtime: lambda.Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: lambda.Code.fromInline(`exports.handler = async (event) => {${code}};`),
    });
  const tested = made('Tested', 'return { system_test_successful: true, event };');
  for (const [name, code] of Object.entries(listers)) {
    const source = ConfigurationSource.lister(made(`${name}Lister`, code));
    new SystemTest(stack, name, { function: tested, source, stateMachineName: name, maxConcurrency: 1 });
  }
  app.synth();
}

describeWithLocalStack("A lister, asked by LocalStack's interpreter, lists the same as here:", () => {
  const outdir = mkdtempSync(join(tmpdir(), 'source-'));
  let local: LocalEndpoint;
  let other: Interpreter;
  let here: SFNClient;
  beforeAll(async () => {
    synthesize(outdir);
    local = await startLocalEndpoint({ app: outdir, cwd: process.cwd(), env: process.env });
    other = await startLocalStack(local.url);
    here = clientOf(local.url);
  });
  afterAll(async () => {
    here.destroy();
    await other.close();
    await local.close();
    rmSync(outdir, { recursive: true });
  });

  async function run(client: SFNClient, stateMachineArn: string) {
    const start = new StartExecutionCommand({ stateMachineArn, name: randomUUID(), input: '{}' });
    const { executionArn } = await client.send(start);
    const { status, error, cause, output } = await describedEnd(client, executionArn!);
    const results = (JSON.parse(output ?? '{}') as { results?: { response: unknown }[] }).results;
    const events = await historyOf(client, executionArn!);
    return {
      status,
      error,
      cause,
      tested: results?.map((one) => one.response),
      events: events.map(({ type }) => type),
    };
  }

  it.each(Object.keys(listers))('%s', async (name) => {
    const { definition, stateMachineArn } = local.deployment.stateMachines.find((one) => one.name === name)!;
    const there = await other.deploy(definition);
    expect(await run(there.client, there.stateMachineArn)).toEqual(await run(here, stateMachineArn));
  });
});
