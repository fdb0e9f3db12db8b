/** Runs what docs/emulators.md says, and compares what it comes to with the same on the local endpoint. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunResult } from '../../lib/wire';
import { comparable } from '../comparableResult';
import { clientOf, describeWithLocalStack } from '../localStack';
import { ended } from '../localSystemTest';
import { awsEnv, cleanEnv, trigger } from '../scripts/command';
import { describeWith } from '../scripts/local/clientFixture';
import { freePort, startServer, type Server } from '../server';
import { shell } from './shell';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'emulators.md'), 'utf8');
const directory = mkdtempSync(join(tmpdir(), 'emulators-'));
const report = join(directory, 'result.json');
// The CDK keeps the accounts of access keys below HOME.
const env = { ...cleanEnv, HOME: directory, CDK_DISABLE_CLI_TELEMETRY: 'true', CDK_NOTICES: 'false', CI: 'true' };
const lastLine = '\n35 of 40 passed the test - 5 failed\n';

/** The commands of the page in their order. */
const names = ['synth', 'miniStack', 'functions', 'toMiniStack', 'onMiniStack', 'local', 'moto', 'toMoto'] as const;
/** With folders and ports of the test. */
let commands: Record<(typeof names)[number], string>;
let ports: { miniStack: number; moto: number; local: number };
let local: Server | undefined;

beforeAll(async () => {
  ports = { miniStack: await freePort(), moto: await freePort(), local: await freePort() };
  const blocks = [...page.matchAll(/```sh\n([^]*?)```/g)].map(([, block]) =>
    block!
      .replaceAll('npm run -s trigger --', `node ${trigger}`)
      .replaceAll('cdk.emulated', join(directory, 'cdk.emulated'))
      .replaceAll(/\b4566\b/g, String(ports.miniStack))
      .replaceAll(/\b5000\b/g, String(ports.moto))
      .replaceAll(/\b8123\b/g, String(ports.local)),
  );
  commands = Object.fromEntries(names.map((name, index) => [name, blocks[index]])) as typeof commands;
  const { code, stderr } = await shell(commands.synth, env);
  if (code !== 0) throw new Error(stderr);
  local = await startServer(commands.local, ports.local, env);
});
afterAll(async () => {
  await local?.stop();
  rmSync(directory, { recursive: true });
});

/** Runs commands until one fails; the last one is a test, and writes its result. */
async function tested(script: string, variables: NodeJS.ProcessEnv = {}) {
  rmSync(report, { force: true });
  const reports = `--report text --report json=${report}`;
  const ended = await shell(`set -e\n${script.trimEnd()} ${reports}`, { ...env, ...variables });
  try {
    return { ...ended, result: JSON.parse(readFileSync(report, 'utf8')) as RunResult };
  } catch (cause) {
    throw new Error(`Expected a result, got ${ended.code}: ${ended.stderr}`, { cause });
  }
}

/** What commands export. */
function exported(script: string): NodeJS.ProcessEnv {
  return Object.fromEntries(Array.from(script.matchAll(/ (AWS_\w+)=(\S+)/g), ([, name, value]) => [name!, value]));
}

/** The aggregated result of an execution, as its state machine came to it. */
async function ending(port: number, { execution_arn: executionArn }: RunResult) {
  const client = clientOf(`http://127.0.0.1:${port}`);
  const execution = comparable(await ended(client, executionArn));
  client.destroy();
  return execution;
}

/** The same test on the local endpoint. */
async function testedHere(test: string) {
  return await tested(`node ${trigger} run --endpoint-url ${local?.url} --stack Feeds --test ${test}`, awsEnv);
}

/** With the name that MiniStack gives every error of Node.js. */
function namedAsThere<T extends { results: { error?: object }[] }>(result: T): T {
  const results = result.results.map(({ error, ...rest }) => ({
    ...rest,
    error: error && { ...error, type: 'Runtime.HandlerError' },
  }));
  return { ...result, results };
}

describeWithLocalStack('moto', () => {
  let moto: Server | undefined;
  beforeAll(async () => (moto = await startServer(commands.moto, ports.moto, { ...process.env, HOME: directory })));
  afterAll(() => moto?.stop());

  it('serves as well what functions of here call', async () => {
    const { code, stdout } = await tested(commands.functions.replace(String(ports.miniStack), String(ports.moto)));
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining(lastLine) });
  });

  it('bootstraps, deploys and tests an app, with the verdict and the result of here', async () => {
    const deployed = commands.toMoto;
    for (const test of ['Logged', 'Unlogged']) {
      const script = test === 'Logged' ? deployed : deployed.trimEnd().split('\n').at(-1)!.replace('Logged', test);
      const there = await tested(script, exported(deployed));
      const here = await testedHere(test);

      expect(there).toMatchObject({
        code: 1,
        stdout: expect.stringContaining(lastLine),
        result: { verdict: 'FAILED' },
      });
      expect(here.stdout).toContain(lastLine);
      expect(await ending(ports.moto, there.result)).toEqual(await ending(ports.local, here.result));
    }
  });
});

describeWith('MiniStack', 'ministack', ['--help'])('MiniStack', () => {
  let miniStack: Server | undefined;
  beforeAll(
    async () =>
      (miniStack = await startServer(commands.miniStack, ports.miniStack, { ...process.env, HOME: directory })),
  );
  afterAll(() => miniStack?.stop());

  it('serves what functions of here call', async () => {
    const { code, stdout } = await tested(commands.functions);
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining(lastLine) });
  });

  it('bootstraps and deploys an app, and runs its function and its state machine to the result of here', async () => {
    const deployed = commands.toMiniStack;
    const invoked = await tested(deployed);
    expect(invoked).toMatchObject({ code: 1, stdout: expect.stringContaining(lastLine) });
    const here = await testedHere('Unlogged');
    const outcomes = ({ results }: RunResult) =>
      results.map(({ configuration_identifier, status, response, error }) => ({
        configuration_identifier,
        status,
        response,
        error,
      }));
    expect(outcomes(invoked.result)).toEqual(outcomes(namedAsThere(here.result)));

    const there = await tested(commands.onMiniStack, exported(deployed));
    const expected = await ending(ports.local, here.result);
    expect(await ending(ports.miniStack, there.result)).toEqual({
      ...expected,
      result: namedAsThere(expected.result!),
    });
  });

  it('lacks what the page says', async () => {
    const variables = exported(commands.toMiniStack);
    const unlogged = await tested(commands.onMiniStack, variables);
    expect(unlogged).toMatchObject({ code: 3, stderr: expect.stringContaining('no known number of iterations') });

    const logged = await tested(commands.onMiniStack.replace('Unlogged', 'Logged'), variables);
    const { result } = await ending(ports.miniStack, logged.result);
    expect(result?.results[0]).toMatchObject({
      status: 'ERRORED',
      error: { message: expect.stringContaining('aws-sdk:lambda:invoke is not yet implemented') },
    });
  });
});
