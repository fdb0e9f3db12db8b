/** LocalStack's interpreter of state machines, which is none of ours and was made from what AWS was seen to do. */
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { join } from 'node:path';
import { describeWith } from './scripts/local/clientFixture';
import { freePort, startServer, type Server } from './server';

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
  const server = await startMoto(Number(new URL(url).port));
  const client = clientOf(server.url);
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
      await server.stop();
    },
  };
}

/** moto with that interpreter, whose tasks call AWS at a port of this machine. */
export async function startMoto(tasksPort: number): Promise<Server> {
  const port = await freePort();
  return await startServer(`python3 ${join(__dirname, 'python', 'stepFunctions.py')} ${tasksPort} ${port}`, port);
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
