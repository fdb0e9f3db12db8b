/** What a team with a CDK app in Python does: install the wheel, synthesize, run the command that came with it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnv } from '../scripts/command';
import { externalTool } from '../scripts/externalTool';
import { installPackage, type InstalledPackage } from './installedPackage';

const root = join(__dirname, '..', '..');
const languages = join(__dirname, 'languages');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The README's example in a language, and the app of the same stacks around it; what it imports comes first. */
function appOf(fence: string, file: string): string {
  const example = new RegExp(`^\`\`\`${fence}\n([^]*?SystemTest[^]*?)^\`\`\``, 'm').exec(readme)![1]!.split('\n');
  const [imports, lines] = [true, false].map((first) =>
    example.filter((line) => /^(import|from) /.test(line) === first),
  );
  const app = readFileSync(join(languages, file), 'utf8').replace('../../../lib', 'lambda-system-test');
  const [, indentation] = /^( *)(?:#|\/\/) README$/m.exec(app)!;
  expect(imports!.join('\n')).toMatch(/^\S+ .*\bSystemTest\b/);
  return app.replace(/^ *(?:#|\/\/) README$/m, lines!.map((line) => `${indentation}${line}`).join('\n'));
}

externalTool('python3', 'PYTHON').describe('the wheel, in a CDK app in Python', () => {
  let installed: InstalledPackage;
  let bin: string;
  const env = {
    ...cleanEnv,
    CDK_VALIDATION: 'false',
    JSII_RUNTIME_PACKAGE_CACHE: 'disabled',
    JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20',
    JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: '1',
    npm_config_ignore_scripts: 'true',
  };
  beforeAll(() => {
    installed = installPackage();
    const { directory } = installed;
    bin = join(directory, 'venv', 'bin');
    const run = (program: string, ...args: string[]) =>
      execFileSync(program, args, { cwd: directory, env, stdio: 'pipe' });
    const pacmak = join(root, 'node_modules', 'jsii-pacmak', 'bin', 'jsii-pacmak');
    const library = join(directory, 'node_modules', 'lambda-system-test');
    run(process.execPath, pacmak, '--no-npmignore', '--targets=python', `--outdir=${directory}/wheel`, library);
    const [wheel] = readdirSync(join(directory, 'wheel', 'python')).filter((name) => name.endsWith('.whl'));
    run('python3', '-m', 'venv', 'venv');
    const pip = ['install', '--quiet', '--disable-pip-version-check', '-r', join(languages, 'requirements.txt')];
    run(join(bin, 'pip'), ...pip, join('wheel', 'python', wheel!));

    writeFileSync(join(directory, 'app.py'), appOf('python', 'app.py'));
    writeFileSync(join(directory, 'app.ts'), appOf('ts', 'app.ts'));
  }, 400_000);
  afterAll(() => installed.remove());

  it('synthesizes the example of the README, and all else, to the templates and assets of TypeScript', () => {
    const { directory } = installed;
    const tsx = join(root, 'node_modules', 'tsx', 'dist', 'cjs', 'index.cjs');
    const typescript = installed.run('node', ['--require', tsx, 'app.ts'], { CDK_OUTDIR: 'typescript.out' });
    expect(typescript).toMatchObject({ status: 0, stderr: '' });
    const python = spawnSync(join(bin, 'python'), ['app.py'], {
      cwd: directory,
      encoding: 'utf8',
      env: { ...env, CDK_OUTDIR: 'python.out' },
    });
    expect(python).toMatchObject({ status: 0, stderr: '' });
    const made = ['Readme', 'Others'].flatMap((stack) => [`${stack}.template.json`, `${stack}.assets.json`]);
    for (const file of made) {
      const [synthesized, expected] = ['python.out', 'typescript.out'].map((folder) =>
        readFileSync(join(directory, folder, file), 'utf8'),
      );
      expect(synthesized).toBe(expected);
    }
    expect(readFileSync(join(directory, 'python.out', 'Readme.template.json'), 'utf8')).toContain('customer_2');
  });

  it('brings the command, whose exit code tells what became of what Python synthesized', () => {
    const us = join(installed.directory, 'us.json');
    writeFileSync(us, '["customer_1", { "configuration_identifier": "customer_2", "region": "us" }]');
    const args = ['run', '--local', '--app', 'python.out', '--stack', 'Readme', '--configurations', us, '--quiet'];
    const options = { cwd: installed.directory, encoding: 'utf8', env } as const;
    const { status, stdout, stderr } = spawnSync(join(bin, 'system-test'), args, options);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toMatch(/^1 of 2 passed the test - 1 failed$/m);
  });
});
