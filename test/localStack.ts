/** LocalStack's interpreter of state machines, which is none of ours and was made from what AWS was seen to do. */
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describeWith } from './scripts/local/clientFixture';

/** `describe`, skipped where the interpreter is missing. */
export function describeWithLocalStack(name: string, tests: () => void): void {
  const program = 'import jsonata, moto.server, moto.stepfunctions.parser.models';
  describeWith('moto', 'python3', ['-c', program])(name, tests);
}

export interface Interpreter {
  /** Gets a definition ready to be started. */
  deploy(definition: string): Promise<{ client: SFNClient; stateMachineArn: string }>;
  close(): Promise<void>;
}

/**
 * Its tasks call AWS at `url`, by Python's own client of each service, so it knows the names of the members that a
 * definition gives.
 */
export async function startLocalStack(url: string): Promise<Interpreter> {
  const server = spawn('python3', [join(__dirname, 'python', 'stepFunctions.py'), new URL(url).port]);
  let said = '';
  server.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const port = await new Promise<string>((resolve, reject) => {
    createInterface(server.stdout).on('line', (line) => /^\d+$/.test(line) && resolve(line));
    server.on('error', reject);
    server.on('exit', (code) => reject(new Error(`stepFunctions.py ended with ${code}: ${said}`)));
  });
  const client = clientOf(`http://127.0.0.1:${port}`);
  let deployed = 0;
  return {
    deploy: async (definition) => {
      const { stateMachineArn } = await client.send(
        new CreateStateMachineCommand({
          name: `Machine${(deployed += 1)}`,
          definition,
          roleArn: 'arn:aws:iam::123456789012:role/Machine',
        }),
      );
      return { client, stateMachineArn: stateMachineArn! };
    },
    close: async () => {
      client.destroy();
      server.stdin.end();
      await once(server, 'exit');
    },
  };
}

/** A client that doesn't try again. */
export function clientOf(endpoint: string): SFNClient {
  return new SFNClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
}
