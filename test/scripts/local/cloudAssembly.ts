/** Small cloud assemblies, written by the tests that need one. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { JsonObject } from '../../../lib/wire';
import { Runtimes } from '../../../scripts/local/lambda/runtimes/runtimes';
import { loadAssembly, type LoadOptions } from '../../../scripts/local/app/loadAssembly';
import type { Deployment } from '../../../scripts/local/app/deployment';

export interface StackSource {
  template: JsonObject;
  /** `aws://111122223333/eu-central-1`; default: left open. */
  environment?: string;
  tags?: Record<string, string>;
  /** Where it has another name than its artifact. */
  stackName?: string;
}

export interface AssemblySource {
  stacks: Record<string, StackSource>;
  /** The content of files by path. */
  files?: Record<string, string | Buffer>;
  /** The path of each asset by its object key. */
  assets?: Record<string, string>;
  /** The assemblies of Stages. */
  nested?: Record<string, AssemblySource>;
  missing?: JsonObject[];
}

const directories: string[] = [];

/** A new empty directory, removed by `removeDirectories`. */
export function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'system-test-of-tests-'));
  directories.push(directory);
  return directory;
}

/** For `afterAll`. */
export function removeDirectories(): void {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}

/** Writes an assembly and gives its directory. */
export function writeAssembly(source: AssemblySource, directory = newDirectory()): string {
  const { stacks, files = {}, assets = {}, nested = {}, missing } = source;
  const artifacts: JsonObject = {};
  for (const [path, content] of Object.entries(files)) write(join(directory, path), content);
  for (const [name, { template, environment, tags, stackName }] of Object.entries(stacks)) {
    writeJson(join(directory, `${name}.template.json`), template);
    const properties: JsonObject = { templateFile: `${name}.template.json` };
    if (tags) properties.tags = tags;
    if (stackName !== undefined) properties.stackName = stackName;
    artifacts[name] = {
      type: 'aws:cloudformation:stack',
      environment: environment ?? 'aws://unknown-account/unknown-region',
      properties,
    };
  }
  const published = Object.entries(assets).map(([objectKey, path]) => [
    objectKey,
    { source: { path, packaging: 'zip' }, destinations: { here: { bucketName: 'assets', objectKey } } },
  ]);
  writeJson(join(directory, 'assets.json'), { version: '55.0.0', files: Object.fromEntries(published) as JsonObject });
  artifacts.assets = { type: 'cdk:asset-manifest', properties: { file: 'assets.json' } };
  for (const [name, inner] of Object.entries(nested)) {
    writeAssembly(inner, join(directory, name));
    artifacts[name] = { type: 'cdk:cloud-assembly', properties: { directoryName: name } };
  }
  writeJson(join(directory, 'manifest.json'), { version: '55.0.0', artifacts, ...(missing ? { missing } : {}) });
  return directory;
}

function writeJson(path: string, value: JsonObject): void {
  write(path, JSON.stringify(value));
}

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Where the assemblies are loaded that leave it open. */
export const local = { account: '123456789012', region: 'eu-west-1' };

const runtimes = new Runtimes({ cwd: process.cwd(), env: process.env });

/** Writes an assembly and loads it. */
export async function load(
  source: AssemblySource,
  options: Partial<Omit<LoadOptions, 'note'>> = {},
): Promise<Deployment & { notes: string[] }> {
  const notes: string[] = [];
  const deployment = await loadAssembly(writeAssembly(source), {
    environment: local,
    workDirectory: newDirectory(),
    checkFunction: (deployed) => runtimes.check(deployed),
    checkStateMachine: () => undefined,
    now: new Date('2026-01-01T00:00:00Z'),
    ...options,
    note: (line) => notes.push(line),
  });
  return { ...deployment, notes };
}

/** An inline Node.js function. */
export function inlineFunction(code: string, properties: JsonObject = {}): JsonObject {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      Code: { ZipFile: code },
      ...properties,
    },
  };
}

/** A role that anything may assume. */
export const role: JsonObject = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } };

/** A machine that invokes the function with the logical id `Function` by the SDK integration. */
export function machine(properties: JsonObject = {}): JsonObject {
  return {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
      DefinitionString: { 'Fn::Sub': JSON.stringify(definition) },
      ...properties,
    },
  };
}

/** The output by which the construct marks the machine with the logical id `Machine` as a system test's. */
export const systemTestOutput: JsonObject = {
  Description: 'System test state machine: Test',
  Value: { Ref: 'Machine' },
};

const definition = {
  QueryLanguage: 'JSONata',
  StartAt: 'Invoke',
  States: {
    Invoke: {
      Type: 'Task',
      Resource: 'arn:${AWS::Partition}:states:::aws-sdk:lambda:invoke',
      Arguments: { FunctionName: '${Function.Arn}', LogType: 'Tail', Payload: '{% $states.input %}' },
      Output: '{% $parse($states.result.Payload) %}',
      End: true,
    },
  },
};
