/** AWS's runtime interface client for Java, from Maven Central, kept in the cache. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { buffer } from 'node:stream/consumers';
import { openPromise } from 'yauzl';
import type { Surroundings } from './runtime';
import type { RuntimeCache } from './runtimeCache';

interface Jar {
  group: string;
  artifact: string;
  version: string;
  sha256: string;
}

/** The client comes first; it needs the others. */
const client: Jar = {
  group: 'com.amazonaws',
  artifact: 'aws-lambda-java-runtime-interface-client',
  version: '2.10.1',
  sha256: 'b0dd01f45b7258da0e32ade0bff950b12d0cf279ccebf416ad8c3795af21f1db',
};
const jars: Jar[] = [
  client,
  {
    group: 'com.amazonaws',
    artifact: 'aws-lambda-java-core',
    version: '1.4.0',
    sha256: '575c24393cc1ad645e83e618956eabd89ffe8cc09efae2cb62bc6589154d68ed',
  },
  {
    group: 'com.amazonaws',
    artifact: 'aws-lambda-java-serialization',
    version: '1.2.0',
    sha256: '1513c1f945a3213f916a4b2de1760c97b51d84d110f82bbbcf9cfac53d5651e7',
  },
  {
    group: 'software.amazon.awssdk',
    artifact: 'utils-lite',
    version: '2.34.0',
    sha256: 'efaf784f07ae526f0b5c89d71ef21cf16636131c47d44616e3df9bedc3f4f89a',
  },
];

/** The client's native part, in its jar, by the processor's name; each for Linux with glibc. */
const natives: Partial<Record<string, { entry: string; sha256: string }>> = {
  x64: {
    entry: 'jni/libaws-lambda-jni.linux-x86_64.so',
    sha256: 'f54267a1f585ced7cd9814415568f96832fac067827905371a013c1243d6fc8d',
  },
  arm64: {
    entry: 'jni/libaws-lambda-jni.linux-aarch_64.so',
    sha256: 'f2a7d34f2a442ebb6c542e91775ef9c5dd70ea1ac9464b9d12f0484d59297e29',
  },
};

/** `aws-lambda-java-runtime-interface-client 2.10.1` */
export const javaClientName = `${client.artifact} ${client.version}`;

const mavenCentral = 'https://repo1.maven.org/maven2';
const mavenPlugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
const fetchTimeoutMs = 120_000;
const run = promisify(execFile);

/** Whether AWS's client has a native part for this machine. */
export function javaClientServes(): boolean {
  // Node.js built with musl has no such field.
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return process.platform === 'linux' && header?.glibcVersionRuntime !== undefined && process.arch in natives;
}

export interface JavaClient {
  /** In the order of the class path. */
  jars: string[];
  /** The native part. The client itself would unpack it to one place in /tmp, for all processes of all users. */
  native: string;
}

/**
 * The client's files, fetched where the cache doesn't have them. Each has to have the hash that is noted here, each time.
 *
 * @param note is told before something is fetched
 * @param signal ends that
 * @throws an Error where they can't be had
 */
export async function provideJavaClient(
  cache: RuntimeCache,
  { env, note, signal }: Pick<Surroundings, 'env'> & { note: (line: string) => void; signal?: AbortSignal },
): Promise<JavaClient> {
  const native = natives[process.arch];
  if (!native) throw new Error(`${javaClientName} has no part for ${process.arch}`);
  const files = [...jars.map((jar) => [fileOf(jar), jar.sha256]), [basename(native.entry), native.sha256]];
  const isWhole = async (folder: string): Promise<boolean> => {
    const hashes = await Promise.all(files.map(([file = '']) => hashOf(join(folder, file))));
    return files.every(([, sha256], index) => hashes[index] === sha256);
  };
  const folder = await cache.provide(`java-${client.version}-${process.arch}`, isWhole, async (fresh) => {
    note(`Fetching ${javaClientName}, once, into ${cache.folder}.`);
    const limits = { signal, timeout: fetchTimeoutMs };
    await byMaven(fresh, { ...limits, env }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return byHttps(fresh, limits);
    });
    for (const jar of jars) {
      const expected = (await hashOf(join(fresh, fileOf(jar)))) === jar.sha256;
      if (!expected) throw new Error(`${fileOf(jar)} came with other content than AWS published`);
    }
    await unpack(join(fresh, fileOf(client)), native.entry, join(fresh, basename(native.entry)));
  });
  return { jars: jars.map((jar) => join(folder, fileOf(jar))), native: join(folder, basename(native.entry)) };
}

function fileOf({ artifact, version }: Jar): string {
  return `${artifact}-${version}.jar`;
}

async function hashOf(file: string): Promise<string | undefined> {
  const content = await readFile(file).catch(() => undefined);
  return content && createHash('sha256').update(content).digest('hex');
}

/** Maven knows the mirrors and proxies of this machine. Fails with ENOENT where it isn't installed. */
async function byMaven(folder: string, options: { env: NodeJS.ProcessEnv; signal?: AbortSignal; timeout: number }) {
  const dependencies = jars.map(
    ({ group, artifact, version }) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`,
  );
  const project =
    '<modelVersion>4.0.0</modelVersion><groupId>local</groupId><artifactId>local</artifactId><version>1</version>';
  const pom = join(folder, 'pom.xml');
  await writeFile(pom, `<project>${project}<dependencies>${dependencies.join('')}</dependencies></project>`);
  const goal = [mavenPlugin, `-DoutputDirectory=${folder}`, '-DexcludeTransitive=true'];
  await run('mvn', ['--quiet', '--batch-mode', '--strict-checksums', '--file', pom, ...goal], options);
}

async function byHttps(folder: string, { signal, timeout }: { signal?: AbortSignal; timeout: number }): Promise<void> {
  for (const jar of jars) {
    const url = [mavenCentral, jar.group.replaceAll('.', '/'), jar.artifact, jar.version, fileOf(jar)].join('/');
    const ending = AbortSignal.any([AbortSignal.timeout(timeout), ...(signal ? [signal] : [])]);
    const response = await fetch(url, { signal: ending });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    await writeFile(join(folder, fileOf(jar)), Buffer.from(await response.arrayBuffer()));
  }
}

async function unpack(jar: string, name: string, target: string): Promise<void> {
  const zip = await openPromise(jar);
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName === name) await writeFile(target, await buffer(await zip.openReadStreamPromise(entry)));
  }
}
