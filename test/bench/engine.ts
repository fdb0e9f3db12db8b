/** The engine of the local endpoint alone, with an answer in the place of the function: engine.js ASSEMBLY PORT */
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

async function main(app: string, port: string): Promise<void> {
  const deployment = await loadAssembly(app, {
    environment: localEnvironment(process.env),
    workDirectory: app,
    checkFunction: () => Promise.resolve(),
    checkStateMachine: () => undefined,
    note: () => undefined,
    now: new Date(),
  });
  const payload = Buffer.from('{"system_test_successful": true}');
  const answer = { statusCode: 200, executedVersion: '$LATEST', payload };
  const invoker: Invoker = { invoke: () => Promise.resolve({ ...answer, requestId: randomUUID() }) };
  const objects = new FolderStore(await ObjectFolder.make(join(app, 'buckets')));
  const service = new StepFunctionsService({ deployment, invoker, objects, clock: systemClock });
  await listen((request) => service.handle(request), { port: Number(port) });
}

const [app, port] = process.argv.slice(2) as [string, string];
void main(app, port);
