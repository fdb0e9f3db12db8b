/** What a team does with functions of its own in an empty folder: synthesize, and test them on this machine. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunResult } from '../../lib/wire';
import { externalTool } from '../scripts/externalTool';
import { installPackage, type InstalledPackage } from './installedPackage';

const go = externalTool('go');
const version = /3\.\d+/.exec(String(spawnSync('python3', ['--version']).stdout))?.[0] ?? '3';

externalTool('python3', 'PYTHON').describe('functions in other languages, from an app in an empty folder', () => {
  let installed: InstalledPackage;
  let emulator: ChildProcess;
  let s3 = '';
  let synthesized: ReturnType<InstalledPackage['run']>;
  beforeAll(async () => {
    emulator = spawn('python3', [join(__dirname, '..', 'python', 'emulator.py')], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const [url] = (await once(emulator.stdout!, 'data')) as [Buffer];
    s3 = url.toString().trim();
    installed = installPackage();
    const folder = join(installed.directory, 'functions');
    cpSync(join(__dirname, 'functions'), folder, { recursive: true });
    const app = readFileSync(join(folder, 'app.ts'), 'utf8').replace('../../../lib', 'lambda-system-test');
    writeFileSync(join(folder, 'app.ts'), app);
    writeFileSync(
      join(installed.directory, 'functions.env'),
      '# of all functions\nBUCKET=real-tenants\nAWS_MAX_ATTEMPTS=1\n',
    );
    // Where it is missing, and has to be there, the test of Go says so.
    spawnSync('go', ['build', '-o', join(folder, 'go', 'bootstrap')], {
      cwd: join(__dirname, '..', 'fixtures', 'go'),
      env: { ...process.env, CGO_ENABLED: '0' },
    });
    const tsx = join(__dirname, '..', '..', 'node_modules', 'tsx', 'dist', 'cjs', 'index.cjs');
    synthesized = installed.run('node', ['--require', tsx, 'functions/app.ts'], { PYTHON_RUNTIME: `python${version}` });
  });
  afterAll(async () => {
    emulator.stdin!.end();
    await once(emulator, 'exit');
    installed.remove();
  });

  const test = (stack: string, ...flags: string[]) => {
    const args = ['run', '--local', '--app', 'functions/cdk.out', '--stack', stack, '--report', 'json', ...flags];
    const { status, stdout, stderr } = installed.run('system-test', args);
    return { status, stderr, result: JSON.parse(stdout) as RunResult };
  };
  const given = () => ['--env-file', 'functions.env', '--function-endpoint-url', s3];

  it('are synthesized without Docker', () => {
    expect(synthesized).toMatchObject({ status: 0, stderr: '' });
  });

  it('in Python read S3 with a layer, the variables of a file, and an emulator', () => {
    const { status, result, stderr } = test('Python', ...given());
    expect(result.results).toMatchObject([
      { status: 'PASSED', response: { country: 'FR' } },
      { status: 'PASSED', response: { country: 'FR' } },
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringContaining('made-up') });
  });

  it('in Python fail without an emulator or credentials, and the command says what they lack', () => {
    const { status, result, stderr } = test('Python', '--env-file', 'functions.env');
    expect({ status, failed: result.failed }).toEqual({ status: 1, failed: 2 });
    expect(stderr).toMatch(/^2 configurations failed with .*--function-profile NAME .*--function-endpoint-url URL/m);
  });

  go.describe('of which one is in Go', () => {
    it('run by the bootstrap that was built', () => {
      const { status, result } = test('Go', ...given());
      expect({ status, passed: result.passed }).toEqual({ status: 0, passed: 2 });
    });
  });

  it('in shell run by the bootstrap of their bundle', () => {
    const { status, result } = test('Shell', ...given());
    expect({ status, results: result.results }).toMatchObject({
      status: 0,
      results: [{ response: { bucket: 'real-tenants' } }, { response: { bucket: 'real-tenants' } }],
    });
  });
});
