import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeployedFunction } from '../../../../scripts/local/app/deployment';
import { java } from '../../../../scripts/local/lambda/runtimes/java';
import { javaClientServes } from '../../../../scripts/local/lambda/runtimes/javaClient';
import { newDirectory, removeDirectories } from '../cloudAssembly';
import { deployed } from './lambdaFixture';

afterAll(removeDirectories);

const client = 'aws-lambda-java-runtime-interface-client 2.10.1';

/** A machine with these programs alone, each a shell script. */
function machine(programs: Record<string, string>) {
  const folder = newDirectory();
  for (const [name, script] of Object.entries(programs)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const notes: string[] = [];
  const runtimeCache = join(folder, 'cache');
  const env: NodeJS.ProcessEnv = { PATH: folder };
  return {
    folder,
    env,
    runtimeCache,
    notes,
    runtime: (more: NodeJS.ProcessEnv = {}) =>
      java({ cwd: folder, env: { ...env, ...more }, runtimeCache, note: (line) => notes.push(line) }),
  };
}

const version = (number: string, home = '/jdk') =>
  `echo "    java.home = ${home}" >&2; echo "    java.version = ${number}" >&2`;
const feeds = (overrides: Partial<DeployedFunction> = {}) =>
  deployed({}, { runtime: 'java17', handler: 'Feeds::handle', ...overrides });
const failure = (attempt: Promise<unknown>) => attempt.then(String, (error: unknown) => (error as Error).message);

// Elsewhere there is nothing to find.
(javaClientServes() ? describe : describe.skip)('a function in Java', () => {
  test.each([
    ['no Java', {}, 'found no Java'],
    ['an older Java', { java: version('11.0.2') }, 'found Java 11.0.2'],
    ['Java 8', { java: version('1.8.0_452') }, 'found Java 1.8.0_452'],
    ['a Java that does not start', { java: 'exit 1' }, 'found no Java'],
  ])('is refused where the machine has %s', async (_name, programs, found) => {
    expect(await failure(machine(programs).runtime().check(feeds()))).toBe(
      `its runtime java17 needs Java 17 or newer in JAVA_HOME or on the PATH, ${found}: install it, or test it on AWS`,
    );
  });

  test('runs on that of JAVA_HOME, else on that of the PATH, if it is new enough, and says so once', async () => {
    const { folder, runtime, notes } = machine({ java: version('25'), 'old/bin/java': version('17.0.15', '/jdk17') });
    const served = runtime({ JAVA_HOME: join(folder, 'old') });
    for (const name of ['java17', 'java17', 'java21']) await served.check(feeds({ runtime: name }));
    expect(notes).toEqual([
      'java17 functions run on Java 17.0.15, /jdk17/bin/java.',
      'java21 functions run on Java 25, /jdk/bin/java.',
    ]);
  });

  test.each([
    [
      'Maven has no network',
      'echo "[ERROR] Cannot access central in offline mode. -> [Help 1]"; exit 1',
      'Cannot access central in offline mode',
    ],
    [
      'other content comes',
      'for word; do case $word in -DoutputDirectory=*) folder=${word#*=};; esac; done; cd "$folder"; ' +
        ': > aws-lambda-java-runtime-interface-client-2.10.1.jar',
      'aws-lambda-java-runtime-interface-client-2.10.1.jar came with other content than AWS published',
    ],
  ])("is not started, by this machine's fault, where %s", async (_name, mvn, reason) => {
    const { runtime, runtimeCache, notes } = machine({ java: version('17.0.15'), mvn });
    const served = runtime();
    await served.check(feeds());
    for (const attempt of [1, 2]) {
      expect([attempt, await failure(served.launch(feeds()))]).toEqual([
        attempt,
        `${client} could not be fetched (${reason})`,
      ]);
    }
    expect(notes.slice(1)).toEqual([`Fetching ${client}, once, into ${runtimeCache}.`]);
    expect(readdirSync(runtimeCache)).toEqual([]);
  });
});
