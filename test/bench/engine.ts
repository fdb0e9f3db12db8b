/** The engine of the local endpoint alone, whose function is a server: engine.js ASSEMBLY PORT FUNCTION_URL */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { systemClock } from '../../scripts/io/clock';
import { localEnvironment } from '../../scripts/local/app/environment';
import { loadAssembly } from '../../scripts/local/app/loadAssembly';
import { listen } from '../../scripts/local/http/listener';
import type { Invoker } from '../../scripts/local/lambda/invoke';
import { ObjectFolder } from '../../scripts/local/s3/folder';
import { FolderStore } from '../../scripts/local/s3/folderStore';
import { StepFunctionsService } from '../../scripts/local/stepFunctions/service';

async function main(app: string, port: string, functionUrl: string): Promise<void> {
  const deployment = await loadAssembly(app, {
    environment: localEnvironment(process.env),
    workDirectory: app,
    checkFunction: () => Promise.resolve(),
    checkStateMachine: () => undefined,
    note: () => undefined,
    now: new Date(),
  });
  const invoker: Invoker = {
    invoke: async () => {
      const answer = await fetch(functionUrl, { method: 'POST' });
      const payload = Buffer.from(await answer.arrayBuffer());
      return { statusCode: 200, executedVersion: '$LATEST', requestId: randomUUID(), payload };
    },
  };
  const objects = new FolderStore(await ObjectFolder.make(join(app, 'buckets')));
  const service = new StepFunctionsService({ deployment, invoker, objects, clock: systemClock });
  await listen((request) => service.handle(request), { port: Number(port) });
}

const [app, port, functionUrl] = process.argv.slice(2) as [string, string, string];
void main(app, port, functionUrl);
