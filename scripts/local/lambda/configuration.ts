/** GetFunction, GetFunctionConfiguration and ListFunctions. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DeployedFunction, Deployment } from '../app/deployment';
import { partitionOf } from '../app/environment';
import { filesIn } from '../filesIn';
import { once } from '../once';
import { brokenConstraint, ServiceError } from '../http/service';
import { oneOf, type FunctionTarget } from './functionName';

/** Of ListFunctions: what a page holds at most, whatever MaxItems says (API reference). */
const maximumPage = 50;

/** Of a function's code, for its description. */
interface CodeFacts {
  /** Bytes of all files. */
  codeSize: number;
  /** Base64. Over names and contents of all files: there is no zip file here whose hash it could be. */
  codeSha256: string;
}

/** Describes the functions of a deployment. */
export class Configurations {
  private readonly facts = new Map<DeployedFunction, Promise<CodeFacts>>();

  constructor(private readonly deployment: Deployment) {}

  /** The answer of GetFunction. */
  async getFunction(target: FunctionTarget): Promise<object> {
    const { deployed } = target;
    const reserved = deployed.reservedConcurrentExecutions;
    return {
      Configuration: await this.getFunctionConfiguration(target),
      Code: { RepositoryType: 'S3', Location: pathToFileURL(deployed.codeDirectory).href },
      ...(Object.keys(deployed.tags).length > 0 ? { Tags: deployed.tags } : {}),
      ...(reserved === undefined ? {} : { Concurrency: { ReservedConcurrentExecutions: reserved } }),
    };
  }

  /** The answer of GetFunctionConfiguration. */
  async getFunctionConfiguration(target: FunctionTarget): Promise<object> {
    const { deployed } = target;
    const [, , , region = ''] = deployed.functionArn.split(':');
    const runtimeArn = `arn:${partitionOf(region)}:lambda:${region}::runtime:${sha256(deployed.runtime, 'hex')}`;
    return {
      ...(await this.listed(target)),
      State: 'Active',
      LastUpdateStatus: 'Successful',
      RuntimeVersionConfig: { RuntimeVersionArn: runtimeArn },
    };
  }

  /** The answer of ListFunctions: a page of the functions, by name. Throws ValidationException and others. */
  async listFunctions(query: URLSearchParams): Promise<object> {
    const versions = query.get('FunctionVersion');
    if (versions !== null) oneOf('functionVersion', versions, ['ALL']);
    const first = markedPosition(query.get('Marker'));
    const size = Math.min(pageSize(query.get('MaxItems')), maximumPage);
    const targets = [...this.deployment.functions]
      .sort((a, b) => (a.functionName < b.functionName ? -1 : 1))
      .flatMap((deployed) => listedVersions(deployed, versions === 'ALL'));
    const page = await Promise.all(targets.slice(first, first + size).map((target) => this.listed(target)));
    const next = first + size;
    return { Functions: page, ...(next < targets.length ? { NextMarker: marker(next) } : {}) };
  }

  /** What ListFunctions says of a function; the other calls say more. */
  private async listed({ deployed, version, arn }: FunctionTarget): Promise<object> {
    const { codeSize, codeSha256 } = await once(this.facts, deployed, () => codeFacts(deployed.codeDirectory));
    const layers = (deployed.layers ?? []).map((layer) => ({ Arn: layer.arn, CodeSize: layer.codeSize }));
    const { declaredEnvironment: variables = deployed.environment } = deployed;
    const json = deployed.logFormat === 'JSON' ? { ApplicationLogLevel: 'INFO', SystemLogLevel: 'INFO' } : {};
    return {
      FunctionName: deployed.functionName,
      FunctionArn: arn,
      Runtime: deployed.runtime,
      Role: deployed.roleArn,
      Handler: deployed.handler,
      CodeSize: codeSize,
      Description: deployed.description,
      Timeout: deployed.timeoutSeconds,
      MemorySize: deployed.memoryMb,
      LastModified: deployed.lastModified.toISOString().replace('Z', '+0000'),
      CodeSha256: codeSha256,
      Version: version,
      ...(Object.keys(variables).length > 0 ? { Environment: { Variables: variables } } : {}),
      ...(layers.length > 0 ? { Layers: layers } : {}),
      TracingConfig: { Mode: deployed.tracing },
      RevisionId: uuid(`${arn} ${codeSha256} ${deployed.lastModified.toISOString()}`),
      PackageType: 'Zip',
      Architectures: deployed.architectures,
      EphemeralStorage: { Size: 512 },
      SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
      LoggingConfig: { LogFormat: deployed.logFormat, ...json, LogGroup: deployed.logGroupName },
    };
  }
}

function listedVersions(deployed: DeployedFunction, all: boolean): FunctionTarget[] {
  const { functionArn, versions } = deployed;
  if (!all) return [{ deployed, version: '$LATEST', arn: functionArn }];
  return ['$LATEST', ...versions].map((version) => ({ deployed, version, arn: `${functionArn}:${version}` }));
}

function pageSize(text: string | null): number {
  if (text === null) return maximumPage;
  const size = Number(text);
  if (Number.isInteger(size) && size >= 1 && size <= 10_000) return size;
  const bound = size > 10_000 ? 'less than or equal to 10000' : 'greater than or equal to 1';
  throw brokenConstraint(`Value '${text}' at 'maxItems'`, `Member must have value ${bound}`);
}

function marker(position: number): string {
  return Buffer.from(String(position)).toString('base64url');
}

function markedPosition(text: string | null): number {
  if (text === null || text === '') return 0;
  const position = Number(Buffer.from(text, 'base64url').toString());
  if (Number.isInteger(position) && position > 0) return position;
  throw new ServiceError('InvalidParameterValueException', 400, `The marker ${text} is not one of this call's.`);
}

function uuid(text: string): string {
  return sha256(text, 'hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

function sha256(text: string, encoding: 'hex'): string {
  return createHash('sha256').update(text).digest(encoding);
}

/** Describes the code in a directory; an unreadable one counts as empty. */
async function codeFacts(directory: string): Promise<CodeFacts> {
  const hash = createHash('sha256');
  let codeSize = 0;
  for (const path of (await filesIn(directory)).sort()) {
    const bytes = await readFile(join(directory, path));
    codeSize += bytes.length;
    hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  }
  return { codeSize, codeSha256: hash.digest('base64') };
}
