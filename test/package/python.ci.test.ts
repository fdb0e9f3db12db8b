/** What a team with a CDK app in Python does: install the wheel, synthesize, run the command that came with it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnv } from '../scripts/command';
import { externalTool } from '../scripts/externalTool';
import { installPackage, type InstalledPackage } from './installedPackage';

const root = join(__dirname, '..', '..');
const languages = join(__dirname, 'languages');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The README's example in a language, in an app. */
function appOf(fence: string, app: string): string {
  return `${new RegExp(`^\`\`\`${fence}\n([^]*?)^\`\`\``, 'm').exec(readme)![1]!}\n${app}\n`;
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

    const [pythonApp, typescriptApp] = [
      'from aws_cdk import App\napp = App()\nReportsStack(app, "Readme")\napp.synth()',
      "import { App } from 'aws-cdk-lib';\nconst app = new App();\nnew ReportsStack(app, 'Readme');\napp.synth();",
    ];
    writeFileSync(join(directory, 'readme.py'), appOf('python', pythonApp));
    writeFileSync(join(directory, 'readme.ts'), appOf('ts', typescriptApp));
    cpSync(join(languages, 'app.py'), join(directory, 'app.py'));
    const others = readFileSync(join(languages, 'app.ts'), 'utf8').replace('../../../lib', 'lambda-system-test');
    writeFileSync(join(directory, 'app.ts'), others);
    cpSync(join(root, 'test', 'examples'), join(directory, 'examples'), { recursive: true });
    for (const name of readdirSync(join(directory, 'examples')).filter((file) => file.endsWith('.ts'))) {
      const file = join(directory, 'examples', name);
      writeFileSync(file, readFileSync(file, 'utf8').replace('../../lib', 'lambda-system-test'));
    }
  }, 400_000);
  afterAll(() => installed.remove());

  /** The templates and assets of an app in a language, by their paths. */
  function synthesized(name: string, program: string, args: string[]): Record<string, string> {
    const { directory } = installed;
    const cdkOut = join(directory, name);
    const app = spawnSync(program, args, { cwd: directory, encoding: 'utf8', env: { ...env, CDK_OUTDIR: cdkOut } });
    expect(app).toMatchObject({ status: 0, stderr: '' });
    const made = readdirSync(cdkOut, { recursive: true, encoding: 'utf8' });
    const compared = made.filter((file) => /\.(template|assets)\.json$/.test(file)).sort();
    return Object.fromEntries(compared.map((file) => [file, readFileSync(join(cdkOut, file), 'utf8')]));
  }

  it.each([
    ['the example of the README', 'readme', 'readme', ['Readme']],
    ['all else', 'app', 'app', ['Others']],
    [
      'the examples of the docs',
      join('examples', 'python', 'app'),
      join('examples', 'app'),
      ['BeforeTraffic', 'CdkPipeline', 'ListedFeeds', 'OnDeployment', 'Operation', 'PlainPipeline', 'TenantsInS3'],
    ],
  ])('synthesizes %s to the templates and assets of TypeScript', (_, python, typescript, stacks) => {
    const tsx = join(root, 'node_modules', 'tsx', 'dist', 'cjs', 'index.cjs');
    const expected = synthesized(`${stacks[0]}.typescript`, process.execPath, ['--require', tsx, `${typescript}.ts`]);
    expect(synthesized(`${stacks[0]}.python`, join(bin, 'python'), [`${python}.py`])).toEqual(expected);
    expect(Object.keys(expected)).toEqual(expect.arrayContaining(stacks.map((stack) => `${stack}.template.json`)));
  });

  it('brings the command, whose exit code tells what became of what Python synthesized', () => {
    const us = join(installed.directory, 'us.json');
    writeFileSync(
      us,
      '[{ "configuration_identifier": "customer_1", "region": "eu" }, { "configuration_identifier": "customer_2", "region": "us" }]',
    );
    const args = ['run', '--local', '--app', 'Readme.python', '--stack', 'Readme', '--configurations', us, '--quiet'];
    const options = { cwd: installed.directory, encoding: 'utf8', env } as const;
    const { status, stdout, stderr } = spawnSync(join(bin, 'system-test'), args, options);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toMatch(/^1 of 2 passed the test - 1 failed$/m);
  });
});
