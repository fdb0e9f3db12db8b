/** MiniStack, another emulator that runs functions in processes of this machine: what the bench compares the endpoint with. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateFunctionCommand, LambdaClient, type Runtime } from '@aws-sdk/client-lambda';
import { startMiniStack, type Server } from '../server';

/** The sleepy function in Python, which returns at once, on MiniStack; undefined where it isn't installed. */
export async function serveOnMiniStack(runtime: string): Promise<Server | undefined> {
  if (spawnSync('ministack', ['--help']).status !== 0) return undefined;
  const server = await startMiniStack();
  const folder = mkdtempSync(join(tmpdir(), 'system-test-bench-'));
  const file = join(folder, 'sleepy.zip');
  spawnSync('python3', ['-m', 'zipfile', '-c', file, join('lambda', 'sleepy.py')]);
  const client = new LambdaClient({ endpoint: server.url, region: 'us-east-1', credentials });
  await client.send(
    new CreateFunctionCommand({
      FunctionName: 'sleepy',
      Runtime: runtime as Runtime,
      Role: 'arn:aws:iam::123456789012:role/sleepy',
      Handler: 'sleepy.handler',
      Timeout: 15,
      Environment: { Variables: { SLEEP_MIN_SECONDS: '0', SLEEP_MAX_SECONDS: '0', FAILURE_PERCENT: '0' } },
      Code: { ZipFile: readFileSync(file) },
    }),
  );
  client.destroy();
  rmSync(folder, { recursive: true });
  return server;
}

/** For any endpoint that stands in for AWS. */
export const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
