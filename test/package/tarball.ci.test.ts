import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { Template } from 'aws-cdk-lib/assertions';
import { version } from '../../package.json';
import { statementsOf } from '../lib/templates';
import { examples, installPackage, type InstalledPackage } from './installedPackage';

let installed: InstalledPackage;
/** The app, once as CommonJS and once as ES modules. */
const formats = ['commonjs', 'module'];
const apps = formats.map((format) => join(format, 'app.ts'));
const root = join(__dirname, '..', '..');

beforeAll(() => {
  installed = installPackage();
  const app = readFileSync(join(__dirname, 'app.ts'), 'utf8').replace("'../../lib'", "'lambda-system-test'");
  for (const format of formats) {
    mkdirSync(join(installed.directory, format));
    writeFileSync(join(installed.directory, format, 'package.json'), JSON.stringify({ type: format }));
    writeFileSync(join(installed.directory, format, 'app.ts'), app);
  }
  mkdirSync(join(installed.directory, 'examples'));
  for (const [name, code] of Object.entries(examples())) {
    writeFileSync(join(installed.directory, 'examples', name), code);
  }
  writeFileSync(join(installed.directory, 'handler.jar'), 'The bytes of a function.');
});

afterAll(() => installed.remove());

/**
 * Compiles TypeScript files of the project. Returns the mistakes in them and in the package's declarations; those of the
 * CDK are its own.
 */
function compile(files: string[]): string[] {
  const program = ts.createProgram(
    files.map((file) => join(installed.directory, file)),
    {
      module: ts.ModuleKind.Node16,
      strict: true,
      target: ts.ScriptTarget.ES2022,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
    },
  );
  program.emit();
  const ours = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(installed.directory));
  return [
    ...program.getOptionsDiagnostics(),
    ...ours.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
  ].map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
}

function synthesize(format: string): (stack: string) => Template {
  const outdir = join(installed.directory, `${format}.out`);
  const { status, stderr } = installed.run('node', [join(format, 'app.js')], { CDK_OUTDIR: outdir });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return (stack) =>
    Template.fromJSON(
      JSON.parse(readFileSync(join(outdir, `${stack}.template.json`), 'utf8')) as Record<string, unknown>,
    );
}

describe('the packed library', () => {
  it('brings what an app and its people need and nothing else, in less than a megabyte', () => {
    expect(installed.files).toEqual(expect.arrayContaining(['dist/lib/index.js', 'dist/lib/index.d.ts']));
    expect(installed.files.filter((file) => !/^dist\/lib\/.*\.(d\.ts|js)$/.test(file))).toEqual([
      '.jsii',
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'buildspec.yml',
      'dist/THIRD-PARTY-NOTICES.txt',
      'dist/bootstrap.js',
      'dist/clientS3.js',
      'dist/historyPage.css',
      'dist/historyPage.js',
      'dist/lambda/sleepy.py',
      'dist/lambda/sleepy/index.js',
      'dist/python/awsClient.py',
      'dist/python/bootstrap.py',
      'dist/python/requirements.txt',
      'dist/reportPage.css',
      'dist/reportPage.js',
      'dist/trigger.js',
      'docs/architecture.md',
      'docs/ci.md',
      'docs/emulators.md',
      'docs/engines.md',
      'docs/faults.md',
      'docs/history.md',
      'docs/local.md',
      'docs/operation.md',
      'docs/peers.md',
      'docs/pipelines.md',
      'docs/prove.md',
      'docs/reliability.md',
      'docs/reports.md',
      'docs/runbook.md',
      'docs/scale.md',
      'docs/security.md',
      'docs/sources.md',
      'package.json',
    ]);
    expect(installed.packedBytes).toBeLessThan(970_000);
  });

  it('carries the licence of each package in its bundle', () => {
    const notices = readFileSync(
      join(installed.directory, 'node_modules/lambda-system-test/dist/THIRD-PARTY-NOTICES.txt'),
      'utf8',
    );
    expect(notices).toMatch(/^jsonata 2\.0\.6 \(MIT\)$/m);
    expect(notices).toMatch(/^commander .* \(MIT\)$/m);
    expect(notices).toMatch(/^@aws-sdk\/client-sfn .* \(Apache-2\.0\)$/m);
  });

  it('has types for bundlers', () => {
    // Which file they take; that its types are right is what the next test says.
    const typesFor = (resolutionMode: ts.ResolutionMode) =>
      ts.resolveModuleName(
        'lambda-system-test',
        join(installed.directory, 'app.ts'),
        { moduleResolution: ts.ModuleResolutionKind.Bundler },
        ts.sys,
        undefined,
        undefined,
        resolutionMode,
      ).resolvedModule?.resolvedFileName;
    const types = join(installed.directory, 'node_modules/lambda-system-test/dist/lib');
    expect(typesFor(ts.ModuleKind.ESNext)).toBe(join(types, 'index.d.ts'));
    expect(typesFor(ts.ModuleKind.CommonJS)).toBe(join(types, 'index.d.ts'));
  });

  it('has types for Node.js, and compiles the examples of the documentation', () => {
    const shown = Object.keys(examples()).map((name) => join('examples', name));
    expect(shown.length).toBeGreaterThan(3);
    writeFileSync(
      join(installed.directory, 'examples', 'report.ts'),
      "import type { RunResult } from 'lambda-system-test/wire';\nexport const failed = (run: RunResult) => run.failed;\n",
    );
    expect(compile([...apps, ...shown, join('examples', 'report.ts')])).toEqual([]);
  });

  it('synthesizes an app of CommonJS or ES modules to the same templates', () => {
    const [commonjs, module] = formats.map(synthesize);
    for (const stack of ['Feeds', 'Others']) {
      expect(module!(stack).toJSON()).toEqual(commonjs!(stack).toJSON());
    }
    const template = commonjs!('Others');
    template.resourceCountIs('AWS::StepFunctions::StateMachine', 3);
    const invoked = ['PythonTest', 'JavaTest', 'SleepyTest'].flatMap((id) =>
      statementsOf(template, id)
        .filter(({ Action }) => Action === 'lambda:InvokeFunction')
        .map(({ Resource }) => Resource),
    );
    expect(invoked).toEqual([
      { 'Fn::GetAtt': [expect.stringMatching(/^Python/), 'Arn'] },
      { 'Fn::GetAtt': [expect.stringMatching(/^Java/), 'Arn'] },
      { Ref: expect.stringMatching(/^SleepyCurrentVersion/) },
    ]);
    template.hasResourceProperties('AWS::Lambda::Function', { Runtime: 'python3.14' });
    template.hasResourceProperties('AWS::Lambda::Function', { Runtime: 'java25' });
    template.hasResourceProperties('AWS::Lambda::Function', { Runtime: 'nodejs24.x', Handler: 'index.handler' });
  });

  it('has one class SystemTest for an app that uses both kinds of modules', () => {
    const script = `
      import { createRequire } from 'node:module';
      import { SystemTest } from 'lambda-system-test';
      console.log(SystemTest === createRequire(import.meta.url)('lambda-system-test').SystemTest);`;
    expect(installed.run('node', ['--input-type=module', '--eval', script]).stdout).toBe('true\n');
  });

  it('brings the command, which runs the system test of the app on this machine', () => {
    expect(installed.run('system-test', ['--version']).stdout).toBe(`${version}\n`);
    const args = [
      'run',
      '--local',
      '--app',
      'node module/app.js feeds',
      '--stack',
      'Feeds',
      '--report',
      'json',
      '--quiet',
    ];
    const { status, stdout, stderr } = installed.run('system-test', args);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      passed: 1,
      failed: 1,
      results: [
        { configuration_identifier: 'feed_1', status: 'PASSED' },
        { configuration_identifier: 'feed_2', status: 'FAILED' },
      ],
    });
  });
});
