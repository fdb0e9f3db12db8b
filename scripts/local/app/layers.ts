/**
 * The layers of the functions: what Lambda unpacks into `/opt`, one after the other. Lambda takes layers for another
 * architecture (as aws-cdk-lib's Function says); that it refuses those for another runtime was found nowhere.
 * https://docs.aws.amazon.com/lambda/latest/dg/adding-layers.html
 */
import { constants, existsSync } from 'node:fs';
import { cp, lstat, mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isJsonObject } from '../../../lib/wire';
import { UserError } from '../../io/userError';
import { filesIn } from '../filesIn';
import { once } from '../once';
import type { DeployedFunction } from './deployment';
import { assetPathOf, maximumUnpackedBytes, unpackAsset, type CodeSources } from './functionCode';
import { resolve } from './intrinsics';
import { asText } from './parameters';
import { attempt } from './reasonOf';
import type { Stack, StackResource } from './stack';
import { withNested, type PlacedStack } from './stacks';

/** AWS Lambda quotas. */
const maximumLayers = 5;

type FunctionLayers = Pick<DeployedFunction, 'layersDirectory'> &
  Required<Pick<DeployedFunction, 'layers' | 'leftOut'>>;

/** A layer of the app. */
interface LayerVersion extends PlacedStack {
  resource: StackResource;
}

interface Unpacked {
  directory: string;
  bytes: number;
}

/** The `AWS::Lambda::LayerVersion`s of an app, unpacked and merged for the functions that have them. */
export class Layers {
  private versions: Map<string, LayerVersion> | undefined;
  /** By the asset, and by the assets that are merged: functions share layers. */
  private readonly unpacked = new Map<string, Promise<Unpacked>>();
  private readonly merged = new Map<string, Promise<string>>();

  constructor(
    private readonly stacks: PlacedStack[],
    private readonly sources: CodeSources,
  ) {}

  /**
   * The layers of a function, those that aren't assets of the app left out.
   * @throws a UserError for more than Lambda takes, for a layer of the app that can't be unpacked, and for a function that
   * is started by a path in `/opt`
   */
  async of(stack: Stack, logicalId: string, deployed: DeployedFunction): Promise<FunctionLayers> {
    const arns = layerArns(stack, logicalId);
    if (arns.length > maximumLayers) throw new UserError(`it has ${arns.length} layers, and Lambda takes five at most`);
    const leftOut: string[] = [];
    const found: (Unpacked & { arn: string })[] = [];
    for (const arn of arns) {
      const unpacked = await this.unpack(arn);
      if (unpacked) found.push({ arn, ...unpacked });
      else leftOut.push(`the layer ${arn}`);
    }
    const layers = found.map(({ arn, bytes }) => ({ arn, codeSize: bytes }));
    const layersDirectory = layers.length > 0 ? await this.merge(found, deployed.codeDirectory) : undefined;
    if (layersDirectory !== undefined) leftOut.push(...(await extensionsIn(layersDirectory)));
    leftOut.push(...wrapperOf(deployed, layersDirectory, leftOut.length > 0));
    return { layersDirectory, layers, leftOut };
  }

  /** Undefined for a layer that isn't an asset of the app. */
  private async unpack(arn: string): Promise<Unpacked | undefined> {
    this.versions ??= new Map(this.stacks.flatMap(versionsOf));
    const version = this.versions.get(arn);
    const content = version?.stack.property(version.resource.logicalId, 'Content');
    if (!version || !isJsonObject(content)) return undefined;
    const path = assetPathOf(content, version.resource, version.directory, this.sources.assets);
    if (path === undefined) return undefined;
    return once(this.unpacked, path, async () => {
      const directory = await unpackAsset(path, `its layer ${version.resource.logicalId}`, this.sources.workDirectory);
      return { directory, bytes: await bytesIn(directory) };
    });
  }

  /** One folder with all that is in several; what comes later wins. */
  private async merge(layers: Unpacked[], codeDirectory: string): Promise<string> {
    const bytes = layers.reduce((sum, layer) => sum + layer.bytes, await bytesIn(codeDirectory));
    if (bytes > maximumUnpackedBytes) {
      throw new UserError(
        `its code and its layers unpack to ${bytes} bytes, more than Lambda's limit of ${maximumUnpackedBytes}`,
      );
    }
    const directories = layers.map(({ directory }) => directory);
    const [first = '', ...others] = directories;
    if (others.length === 0) return first;
    return once(this.merged, directories.join('\n'), async () => {
      const folder = await mkdtemp(join(this.sources.workDirectory, 'layers-'));
      const options = { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE };
      for (const directory of directories) {
        await cp(directory, folder, options).catch((error: unknown) => {
          throw new UserError(`its layers can't be merged: ${(error as Error).message}`, { cause: error });
        });
      }
      return folder;
    });
  }
}

/**
 * Refuses a function that Lambda starts by a full path, as code and layers lie elsewhere here. A wrapper script of a layer
 * that is left out is left out too: gives it then.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html
 */
function wrapperOf(
  { runtime, handler, environment }: DeployedFunction,
  layersDirectory: string | undefined,
  lacks: boolean,
): string[] {
  const { AWS_LAMBDA_EXEC_WRAPPER, NODE_OPTIONS, JAVA_TOOL_OPTIONS, LD_PRELOAD } = environment;
  // Lambda doesn't heed it where the bundle brings its own runtime.
  const script = runtime.startsWith('provided') ? undefined : AWS_LAMBDA_EXEC_WRAPPER;
  const inLayers = /^\/opt\/(.+)/.exec(script ?? '')?.[1];
  const isHere = layersDirectory !== undefined && existsSync(join(layersDirectory, inLayers ?? ''));
  const isLeftOut = lacks && inLayers !== undefined && !isHere;
  const wrapper = isLeftOut ? undefined : script;
  const started = { Handler: handler, NODE_OPTIONS, JAVA_TOOL_OPTIONS, LD_PRELOAD, AWS_LAMBDA_EXEC_WRAPPER: wrapper };
  const fixed = Object.entries(started).find(([, value = '']) => /(^|[\s:=,'"])\/(opt|var\/task)\//.test(value));
  if (fixed) {
    const [name, value] = fixed;
    const other = name === 'Handler' ? '' : 'give another value by --env-file, or ';
    throw new UserError(
      `its ${name} is ${JSON.stringify(value)}, but code and layers lie elsewhere here than on Lambda: ${other}test it on AWS`,
    );
  }
  return isLeftOut ? [`the wrapper script /opt/${inLayers}`] : [];
}

/** The layers of a stack and of those nested in it, by ARN. A stack that can't be read has none. */
function versionsOf(placed: PlacedStack): [string, LayerVersion][] {
  const read = ({ stack, directory }: PlacedStack) =>
    stack
      .resources()
      .filter(({ type }) => type === 'AWS::Lambda::LayerVersion')
      .map((resource): [string, LayerVersion] => [
        stack.physicalId(resource.logicalId),
        { stack, directory, resource },
      ]);
  return attempt(() => withNested(placed).flatMap(read)) ?? [];
}

/** The ARNs of a function's layers; for what can't be resolved here, such as an import, how the template names it. */
function layerArns(stack: Stack, logicalId: string): string[] {
  const declared = [stack.resource(logicalId).properties.Layers ?? []].flat();
  const where = `stack ${stack.stackName}, resource ${logicalId}, property Layers`;
  return declared.flatMap(
    (layer) => attempt(() => [resolve(layer, stack, where) ?? []].flat().map(asText)) ?? [JSON.stringify(layer)],
  );
}

/** Of all files, their bytes; what can't be read counts as empty. */
async function bytesIn(directory: string): Promise<number> {
  const stats = await Promise.all((await filesIn(directory)).map((path) => lstat(join(directory, path))));
  return stats.reduce((sum, { size }) => sum + size, 0);
}

/** Lambda starts what is in the folder `extensions` of the layers beside the runtime. */
async function extensionsIn(layersDirectory: string): Promise<string[]> {
  const entries = await readdir(join(layersDirectory, 'extensions'), { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => `the extension ${name}`);
}
