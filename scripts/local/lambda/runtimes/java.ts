/** java11 and above: on this machine's Java, by AWS's own runtime interface client. */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../../io/userError';
import type { DeployedFunction } from '../../app/deployment';
import { once } from '../../once';
import { javaClientName, javaClientServes, provideJavaClient, type JavaClient } from './javaClient';
import type { InstallingOptions, Runtime, Surroundings } from './runtime';
import { RuntimeCache } from './runtimeCache';

interface Java {
  executable: string;
  /** `17.0.15` */
  version: string;
}

const run = promisify(execFile);
const main = 'com.amazonaws.services.lambda.runtime.api.client.AWSLambda';
const nativeProperty = 'com.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI';

export function java(options: InstallingOptions): Runtime {
  const { env, note = () => undefined, signal } = options;
  const cache = new RuntimeCache(options.runtimeCache, options);
  const found = new Map<string, Promise<Java>>();
  let client: Promise<JavaClient> | undefined;

  const javaOf = (runtime: string) =>
    once(found, runtime, async () => {
      const one = await findJava(runtime, env);
      note(`${runtime} functions run on Java ${one.version}, ${one.executable}.`);
      return one;
    });

  return {
    check: async ({ runtime }) => {
      if (!javaClientServes()) {
        throw new UserError(
          `its runtime ${runtime} is served on Linux with glibc only, as AWS's client for it is: test it on AWS`,
        );
      }
      await javaOf(runtime);
      cache.check();
    },
    launch: async (deployed) => {
      const { executable } = await javaOf(deployed.runtime);
      client ??= provideJavaClient(cache, { env, note, signal });
      const { jars, native } = await client.catch((error: unknown) => {
        throw new Error(`${javaClientName} could not be fetched (${reasonOf(error)})`, { cause: error });
      });
      return {
        command: executable,
        args: [
          ...flags(deployed),
          `-D${nativeProperty}=${native}`,
          '-classpath',
          [...jars, ...classPath(deployed)].join(delimiter),
          main,
          deployed.handler,
        ],
        env: {},
        directory: cache.folder,
        connectsFirst: false,
        startTroubleOf: noRoomForJava,
      };
    },
  };
}

/**
 * As Lambda starts it, seen in functions with java17 in 2023 and 2024; the heap's share is the same for java8. Lambda's
 * machines have the locale that LANG names; this one may not.
 */
function flags({ memoryMb }: DeployedFunction): string[] {
  return [
    `-XX:MaxHeapSize=${Math.ceil(memoryMb * 1_024 * 0.85)}k`,
    '-XX:+UseSerialGC',
    '-XX:+TieredCompilation',
    '-XX:TieredStopAtLevel=1',
    '--add-opens=java.base/java.io=ALL-UNNAMED',
    ...['file', 'sun.jnu', 'stdout', 'stderr'].map((name) => `-D${name}.encoding=UTF-8`),
  ];
}

/**
 * The client itself looks in the code and in `/opt/java/lib`, which is elsewhere here; so where there are layers, all is
 * on the class path, in the same order.
 */
function classPath({ codeDirectory, layersDirectory }: DeployedFunction): string[] {
  if (layersDirectory === undefined) return [];
  return [codeDirectory, ...jarsIn(join(codeDirectory, 'lib')), ...jarsIn(join(layersDirectory, 'java', 'lib'))];
}

function jarsIn(folder: string): string[] {
  try {
    const jars = readdirSync(folder).filter((name) => name.endsWith('.jar'));
    return jars.sort().map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** What the JVM says where this machine has no room for it (seen with OpenJDK 17); undefined for other reasons. */
export function noRoomForJava(log: string): string | undefined {
  const said =
    /Could not reserve enough space [^\n]*|There is insufficient memory for the Java Runtime Environment|unable to create native thread[^\n]*/;
  return said.exec(log)?.[0];
}

/** That of JAVA_HOME, else that on the PATH, if it is of the runtime's version or newer. */
async function findJava(runtime: string, env: Surroundings['env']): Promise<Java> {
  const wanted = Number.parseInt(runtime.slice('java'.length), 10);
  const programs = [...(env.JAVA_HOME ? [join(env.JAVA_HOME, 'bin', 'java')] : []), 'java'];
  const others: string[] = [];
  for (const program of programs) {
    // What runs may be a shim that needs the caller's whole environment; the functions get the program behind it.
    const output = await run(program, ['-XshowSettings:properties', '-version'], { env }).catch(() => undefined);
    const property = (name: string) =>
      new RegExp(`^ *java\\.${name} = (.+?)\\s*$`, 'm').exec(output?.stderr ?? '')?.[1];
    const [home, version] = [property('home'), property('version')];
    if (home === undefined || version === undefined) continue;
    if (majorOf(version) >= wanted) return { executable: join(home, 'bin', 'java'), version };
    others.push(version);
  }
  const found = others.length > 0 ? `found Java ${[...new Set(others)].join(' and ')}` : 'found no Java';
  throw new UserError(
    `its runtime ${runtime} needs Java ${wanted} or newer in JAVA_HOME or on the PATH, ${found}: install it, or test it on AWS`,
  );
}

/** Of `17.0.15`, and of `1.8.0_452`. */
function majorOf(version: string): number {
  return Number.parseInt(version.replace(/^1\./, ''), 10);
}

/** What Maven said first, or the error itself with what caused it. */
function reasonOf(error: unknown): string {
  const { stdout = '', message, cause } = error as Error & { stdout?: string };
  const said = /^\[ERROR\] (.+?)(?: -> \[Help \d+\])?$/m.exec(stdout)?.[1];
  return (said ?? (cause instanceof Error ? `${message}: ${cause.message}` : message)).replace(/\.$/, '');
}
