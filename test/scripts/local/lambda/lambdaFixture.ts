/** Functions from source text, served over HTTP and called with the AWS SDK. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { InvokeCommand, LambdaClient, type InvokeCommandInput } from '@aws-sdk/client-lambda';
import type { DeployedFunction, Deployment } from '../../../../scripts/local/app/deployment';
import { LambdaService, type LambdaServiceOptions } from '../../../../scripts/local/lambda/service';
import { listen } from '../../../../scripts/local/http/listener';

export const account = '123456789012';
export const region = 'eu-central-1';

/** Where the endpoint of these tests was started. */
export const surroundings = { cwd: process.cwd(), env: process.env };

const folders: string[] = [];
const open = new Set<ServedLambda>();

/** A function from its files, by path; a single text is its `index.js`. */
export function deployed(
  source: string | Record<string, string | Buffer>,
  overrides: Partial<DeployedFunction> = {},
): DeployedFunction {
  const codeDirectory = mkdtempSync(join(tmpdir(), 'system-test-function-'));
  folders.push(codeDirectory);
  for (const [path, text] of Object.entries(typeof source === 'string' ? { 'index.js': source } : source)) {
    mkdirSync(dirname(join(codeDirectory, path)), { recursive: true });
    writeFileSync(join(codeDirectory, path), text, { mode: text.toString().startsWith('#!') ? 0o755 : 0o644 });
  }
  const functionName = overrides.functionName ?? 'reports';
  return {
    functionName,
    functionArn: `arn:aws:lambda:${region}:${account}:function:${functionName}`,
    runtime: 'nodejs24.x',
    handler: 'index.handler',
    codeDirectory,
    description: '',
    timeoutSeconds: 10,
    memoryMb: 128,
    environment: {},
    roleArn: `arn:aws:iam::${account}:role/reports`,
    architectures: ['arm64'],
    logGroupName: `/aws/lambda/${functionName}`,
    logFormat: 'Text',
    tracing: 'PassThrough',
    versions: [],
    aliases: {},
    tags: {},
    lastModified: new Date('2026-07-31T12:00:00Z'),
    ...overrides,
  };
}

export function deploymentOf(...functions: DeployedFunction[]): Deployment {
  return {
    account,
    region,
    stacks: [],
    functions,
    stateMachines: [],
    buckets: [],
    unserved: { stacks: new Map(), functions: new Map(), stateMachines: new Map() },
  };
}

/** What a call answered, its payload parsed and its log tail decoded. */
export interface Answer {
  status: number | undefined;
  functionError: string | undefined;
  executedVersion: string | undefined;
  payload: unknown;
  log: string;
}

export interface ServedLambda {
  service: LambdaService;
  client: LambdaClient;
  /** `http://127.0.0.1:8123` */
  url: string;
  /** Invokes with the log tail; the first function unless the input names one. */
  invoke(event?: unknown, input?: Partial<InvokeCommandInput>): Promise<Answer>;
  /** Adds a function. */
  add(deployed: DeployedFunction): void;
  close(): Promise<void>;
}

/** Serves functions over HTTP. */
export async function serveLambda(
  functions: DeployedFunction[],
  options: Partial<LambdaServiceOptions> = {},
): Promise<ServedLambda> {
  const deployment = deploymentOf(...functions);
  const service = new LambdaService({ deployment, surroundings, ...options });
  const listener = await listen((request, requestId) => service.handle(request, requestId));
  const client = new LambdaClient({
    endpoint: listener.url,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    // A throttled call shall show as one.
    maxAttempts: 1,
  });
  const served: ServedLambda = {
    service,
    client,
    url: listener.url,
    invoke: async (event, input) => {
      const result = await client.send(
        new InvokeCommand({
          FunctionName: functions[0]?.functionName,
          Payload: event === undefined ? undefined : JSON.stringify(event),
          LogType: 'Tail',
          ...input,
        }),
      );
      const text = Buffer.from(result.Payload ?? []).toString();
      return {
        status: result.StatusCode,
        functionError: result.FunctionError,
        executedVersion: result.ExecutedVersion,
        payload: text === '' ? undefined : (JSON.parse(text) as unknown),
        log: Buffer.from(result.LogResult ?? '', 'base64').toString(),
      };
    },
    add: (added) => void deployment.functions.push(added),
    close: async () => {
      open.delete(served);
      client.destroy();
      await listener.close();
      await service.close();
    },
  };
  open.add(served);
  return served;
}

/** Closes what a failed test left open and removes the functions' files. */
export async function cleanUp(): Promise<void> {
  await Promise.all([...open].map((served) => served.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Resolves when something about a real process has come true. */
export async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
