import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { provideJavaClient } from '../../../../scripts/local/lambda/runtimes/javaClient';
import { RuntimeCache } from '../../../../scripts/local/lambda/runtimes/runtimeCache';
import { externalTool } from '../../externalTool';
import { cleanUp, deployed, serveLambda, surroundings } from './lambdaFixture';
import { testBehaviours } from './runtimeBehaviours';

const fixtures = join(__dirname, '../../../fixtures');
const built = mkdtempSync(join(tmpdir(), 'system-test-built-'));
afterAll(async () => {
  await cleanUp();
  rmSync(built, { recursive: true, force: true });
});

externalTool('go').describe('a function in Go', () => {
  const codeDirectory = join(built, 'go');
  const runtime = { runtime: 'provided.al2023', handler: 'bootstrap', codeDirectory };
  beforeAll(() => {
    const env = { ...process.env, CGO_ENABLED: '0' };
    execFileSync('go', ['build', '-o', join(codeDirectory, 'bootstrap')], { cwd: join(fixtures, 'go'), env });
  });

  testBehaviours({
    deployed: (overrides) =>
      deployed({}, { ...runtime, ...overrides, architectures: [process.arch === 'arm64' ? 'arm64' : 'x86_64'] }),
    raised: 'errorString',
    crashed: { errorType: 'string', errorMessage: 'Bäd' },
    raisedOnLoad: { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('exit status 2') },
  });
});

externalTool('javac', 'JAVA').describe('a function in Java', () => {
  const codeDirectory = join(built, 'java');
  const runtime = { runtime: 'java17', handler: 'Feeds::handleRequest', memoryMb: 256, codeDirectory };
  beforeAll(async () => {
    const { jars } = await provideJavaClient(new RuntimeCache(undefined, surroundings), {
      ...surroundings,
      note: () => undefined,
    });
    execFileSync('javac', [
      '-cp',
      jars.join(delimiter),
      '-encoding',
      'UTF-8',
      '-d',
      codeDirectory,
      join(fixtures, 'java/Feeds.java'),
    ]);
  });

  testBehaviours({
    deployed: (overrides) => deployed({}, { ...runtime, ...overrides }),
    raised: 'java.lang.IllegalArgumentException',
    outOfMemory: { errorType: 'java.lang.OutOfMemoryError', errorMessage: 'Java heap space' },
    raisedOnLoad: { errorType: 'java.lang.IllegalStateException', errorMessage: 'Bäd' },
  });

  test('is found in a jar of a layer, too', async () => {
    const layersDirectory = join(built, 'layers');
    mkdirSync(join(layersDirectory, 'java/lib'), { recursive: true });
    execFileSync('jar', ['cf', join(layersDirectory, 'java/lib/feeds.jar'), '-C', codeDirectory, '.']);
    const empty = deployed({}).codeDirectory;
    const lambda = await serveLambda([deployed({}, { ...runtime, codeDirectory: empty, layersDirectory })]);
    expect((await lambda.invoke('succeed')).payload).toMatchObject({ system_test_successful: true });
  });
});
