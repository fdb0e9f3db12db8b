/** The app to serve, as `--app` names it: a cloud assembly, or the command that synthesizes one. */
import { existsSync, statSync } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isJsonObject, type JsonObject } from '../../../lib/wire';
import { UserError } from '../../io/userError';
import { runAppCommand } from './appCommand';
import type { Environment } from './environment';
import { readJson } from './manifest';

export interface AppOptions {
  /** A directory with a cloud assembly, or a command; default: the `app` of the working directory's cdk.json. */
  app?: string;
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** What the app finds as CDK_DEFAULT_ACCOUNT and CDK_DEFAULT_REGION. */
  environment: Environment;
  /** A directory of this run, for the assembly of a command. */
  workDirectory: string;
  /** Gets lines about what goes on. */
  log: (line: string) => void;
  /** Ends a command that is running. */
  signal?: AbortSignal;
}

/**
 * The directory of the app's cloud assembly, synthesized if need be as the CDK CLI does it. Throws a UserError where
 * there is no app or its command fails, and the signal's reason where it is aborted.
 */
export async function assembleApp(options: AppOptions): Promise<string> {
  const { cwd } = options;
  const settings = readSettings(cwd);
  const app = options.app ?? commandOf(settings, cwd);
  const directory = resolve(cwd, app);
  if (existsSync(directory) && statSync(directory).isDirectory()) {
    if (existsSync(join(directory, 'manifest.json'))) return directory;
    throw new UserError(
      `Expected --app to be a cloud assembly or a command, got the directory ${app} without a manifest.json: ` +
        'cdk synth writes one.',
    );
  }
  return synthesize(app, settings, options);
}

async function synthesize(app: string, settings: JsonObject, options: AppOptions): Promise<string> {
  const { cwd, env, environment, workDirectory, log, signal } = options;
  const outdir = join(workDirectory, 'cdk.out');
  await mkdir(outdir, { recursive: true });
  const commandEnv: NodeJS.ProcessEnv = {
    // Checking every template against CloudFormation's schemas takes seconds, and belongs to cdk synth and cdk deploy.
    CDK_VALIDATION: 'false',
    ...env,
    ...(await contextVariables(settings, cwd, workDirectory)),
    CDK_OUTDIR: outdir,
    CDK_DEFAULT_ACCOUNT: environment.account,
    CDK_DEFAULT_REGION: environment.region,
  };
  // An app may insist on a directory of its own; what lies there from earlier isn't what it writes now.
  const own = resolve(cwd, typeof settings.output === 'string' ? settings.output : 'cdk.out');
  const before = await writtenAt(own);
  if (typeof settings.build === 'string') {
    log(`Building the app: ${settings.build}`);
    await runAppCommand(settings.build, { cwd, env: commandEnv, log, signal });
  }
  log(`Synthesizing the app: ${app}`);
  await runAppCommand(withInterpreter(app, cwd), { cwd, env: commandEnv, log, signal });
  if (existsSync(join(outdir, 'manifest.json'))) return outdir;
  const after = await writtenAt(own);
  if (after !== undefined && after !== before) return own;
  throw new UserError(
    `The app's command wrote no cloud assembly: ${app} ended well, but there is no manifest.json in the directory ` +
      'that CDK_OUTDIR named. Does it call app.synth()?',
  );
}

/** When the assembly in a directory was written, in milliseconds; undefined where there is none. */
async function writtenAt(directory: string): Promise<number | undefined> {
  const manifest = await stat(join(directory, 'manifest.json')).catch(() => undefined);
  return manifest?.mtimeMs;
}

function readSettings(cwd: string): JsonObject {
  const file = join(cwd, 'cdk.json');
  return existsSync(file) ? readJson(file) : {};
}

function commandOf({ app }: JsonObject, cwd: string): string {
  if (typeof app === 'string' && app.trim() !== '') return app;
  if (Array.isArray(app) && app.length > 0) return app.map(String).join(' ');
  const file = join(cwd, 'cdk.json');
  const found = existsSync(file) ? `its cdk.json has no "app"` : 'there is no cdk.json';
  throw new UserError(
    `There is no app to serve in ${cwd} (${found}): go to the directory of a CDK app, or name one with --app DIR or ` +
      '--app COMMAND.',
  );
}

/**
 * A script that can't be executed itself is run by Node.js, as the CDK CLI does it (`"app": "bin/app.js"`).
 */
function withInterpreter(app: string, cwd: string): string {
  const script = /^\S+\.[cm]?js(?=\s|$)/.exec(app.trim())?.[0];
  if (script === undefined || !existsSync(resolve(cwd, script))) return app;
  const isExecutable = process.platform !== 'win32' && (statSync(resolve(cwd, script)).mode & 0o111) !== 0;
  return isExecutable ? app : `"${process.execPath}" ${app}`;
}

/** What the CDK CLI puts into the context of every app. Without version reporting, no resource is added for it. */
const cliContext = {
  'aws:cdk:enable-path-metadata': true,
  'aws:cdk:enable-asset-metadata': true,
  'aws:cdk:disable-version-reporting': true,
  'aws:cdk:bundling-stacks': ['**'],
};

/** An environment variable holds 128 KiB on Linux, name included, and 32 Ki characters on Windows. */
const variableLimit = process.platform === 'win32' ? 32_000 : 128_000;

/** The context as the app finds it: in a variable, or, where it is too long for one, in a file that a variable names. */
async function contextVariables(
  settings: JsonObject,
  cwd: string,
  workDirectory: string,
): Promise<Record<string, string>> {
  const file = join(cwd, 'cdk.context.json');
  const looked = existsSync(file) ? readJson(file) : {};
  const context = { ...looked, ...(isJsonObject(settings.context) ? settings.context : {}), ...cliContext };
  const json = JSON.stringify(context);
  if (Buffer.byteLength(json) <= variableLimit) return { CDK_CONTEXT_JSON: json };
  const overflow = join(workDirectory, 'context.json');
  await writeFile(overflow, json);
  return { CDK_CONTEXT_JSON: '{}', CONTEXT_OVERFLOW_LOCATION_ENV: overflow };
}
