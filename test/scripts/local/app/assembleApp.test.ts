import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assembleApp } from '../../../../scripts/local/app/assembleApp';
import { runAppCommand } from '../../../../scripts/local/app/appCommand';
import { UserError } from '../../../../scripts/io/userError';
import { newDirectory, removeDirectories } from '../cloudAssembly';

afterAll(removeDirectories);

const environment = { account: '111122223333', region: 'eu-west-1' };
let cwd: string;
let lines: string[];

beforeEach(() => {
  cwd = newDirectory();
  lines = [];
});

async function assemble(
  options: { app?: string; signal?: AbortSignal; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const { env = {}, ...rest } = options;
  return assembleApp({
    cwd,
    env: { PATH: process.env.PATH, ...env },
    environment,
    workDirectory: newDirectory(),
    log: (line) => lines.push(line),
    ...rest,
  });
}

function write(path: string, content: string): void {
  writeFileSync(join(cwd, path), content);
}

const dump = "require('fs').writeFileSync(process.env.CDK_OUTDIR + '/manifest.json', JSON.stringify(process.env));";

async function environmentOfApp(options: Parameters<typeof assemble>[0] = {}): Promise<Record<string, string>> {
  const directory = await assemble(options);
  return JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as Record<string, string>;
}

describe('--app', () => {
  test('names a cloud assembly, which is taken as it is', async () => {
    mkdirSync(join(cwd, 'cdk.out'));
    write('cdk.out/manifest.json', '{}');
    expect(await assemble({ app: 'cdk.out' })).toBe(join(cwd, 'cdk.out'));
    expect(lines).toEqual([]);
  });

  test('names a command, which synthesizes into a directory of the run', async () => {
    write('synth.js', dump);
    const directory = await assemble({ app: `node synth.js` });
    expect(directory).not.toContain(cwd);
    expect(existsSync(join(directory, 'manifest.json'))).toBe(true);
    expect(lines).toEqual(['Synthesizing the app: node synth.js']);
  });

  test('goes before the app of cdk.json', async () => {
    write('cdk.json', '{"app": "exit 1"}');
    write('synth.js', dump);
    await expect(assemble({ app: 'node synth.js' })).resolves.toContain('cdk.out');
  });

  test('refuses a directory without a manifest', async () => {
    mkdirSync(join(cwd, 'lib'));
    await expect(assemble({ app: 'lib' })).rejects.toThrow(
      'Expected --app to be a cloud assembly or a command, got the directory lib without a manifest.json: cdk synth writes one.',
    );
  });
});

describe('cdk.json', () => {
  test.each([
    ['a command', '"node synth.js"'],
    ['a script that Node.js runs', '"synth.js"'],
    ['a list', '["node", "synth.js"]'],
  ])('has %s as its app', async (_, app) => {
    write('cdk.json', `{"app": ${app}}`);
    write('synth.js', dump);
    await expect(assemble()).resolves.toContain('cdk.out');
  });

  test('has an executable script as its app', async () => {
    write('cdk.json', '{"app": "./synth.cjs"}');
    write('synth.cjs', `#!/usr/bin/env node\n${dump}`);
    chmodSync(join(cwd, 'synth.cjs'), 0o755);
    await expect(assemble()).resolves.toContain('cdk.out');
  });

  test('has a build, which runs first', async () => {
    write('cdk.json', '{"build": "cp source.txt synth.js", "app": "node synth.js"}');
    write('source.txt', dump);
    await assemble();
    expect(lines).toEqual(['Building the app: cp source.txt synth.js', 'Synthesizing the app: node synth.js']);
  });

  test('has an output, where an app may write in spite of CDK_OUTDIR', async () => {
    write('cdk.json', '{"app": "mkdir own && echo {} > own/manifest.json", "output": "own"}');
    expect(await assemble()).toBe(join(cwd, 'own'));
  });

  test.each<[string, string | undefined, string]>([
    ['is missing', undefined, '(there is no cdk.json): go to the directory of a CDK app, or name one with --app DIR'],
    ['has no app', '{}', '(its cdk.json has no "app")'],
    ['is not JSON', '{"app"', 'as JSON'],
  ])('that %s is refused', async (_, content, message) => {
    if (content !== undefined) write('cdk.json', content);
    await expect(assemble()).rejects.toThrow(UserError);
    await expect(assemble()).rejects.toThrow(message);
  });
});

describe('the command gets', () => {
  test('the local account and Region, its output directory and its own variables', async () => {
    write('synth.js', dump);
    const env = await environmentOfApp({ app: 'node synth.js', env: { FLAVOUR: 'sour' } });
    expect(env).toMatchObject({
      CDK_DEFAULT_ACCOUNT: '111122223333',
      CDK_DEFAULT_REGION: 'eu-west-1',
      CDK_VALIDATION: 'false',
      FLAVOUR: 'sour',
    });
  });

  test('the context of cdk.json and cdk.context.json, and what the CDK CLI adds', async () => {
    write('cdk.json', '{"app": "node synth.js", "context": {"colour": "red", "flag": true}}');
    write('cdk.context.json', '{"vpc": {"id": 1}, "colour": "blue"}');
    write('synth.js', dump);
    const { CDK_CONTEXT_JSON = '' } = await environmentOfApp();
    expect(JSON.parse(CDK_CONTEXT_JSON)).toEqual({
      colour: 'red',
      flag: true,
      vpc: { id: 1 },
      'aws:cdk:enable-path-metadata': true,
      'aws:cdk:enable-asset-metadata': true,
      'aws:cdk:disable-version-reporting': true,
      'aws:cdk:bundling-stacks': ['**'],
    });
  });

  test('a context that is too long for a variable in a file', async () => {
    const long = 'x'.repeat(200_000);
    write('cdk.json', JSON.stringify({ app: 'node synth.js', context: { long } }));
    write('synth.js', dump);
    const { CDK_CONTEXT_JSON, CONTEXT_OVERFLOW_LOCATION_ENV = '' } = await environmentOfApp();
    expect(CDK_CONTEXT_JSON).toBe('{}');
    expect(JSON.parse(readFileSync(CONTEXT_OVERFLOW_LOCATION_ENV, 'utf8'))).toMatchObject({ long });
  });
});

describe('a command that', () => {
  test('fails is refused in one sentence, its output shown', async () => {
    const app = 'echo out; echo oh dear >&2; exit 3';
    await expect(assemble({ app })).rejects.toThrow(new UserError(`The app's command failed (exit code 3): ${app}`));
    expect(lines[0]).toBe(`Synthesizing the app: ${app}`);
    expect(lines.slice(1).sort()).toEqual(['oh dear', 'out']);
  });

  test("does not exist is refused with the shell's words", async () => {
    await expect(assemble({ app: 'no-such-command-at-all' })).rejects.toThrow(/failed \(exit code 127\)/);
    expect(lines.join('\n')).toContain('not found');
  });

  test('is killed is refused with the signal', async () => {
    await expect(assemble({ app: 'kill -9 $$' })).rejects.toThrow(/failed \(ended by SIGKILL\)/);
  });

  test('writes no assembly is refused', async () => {
    await expect(assemble({ app: 'true' })).rejects.toThrow(/wrote no cloud assembly: true ended well.*app\.synth\(\)/);
  });

  test('leaves an old assembly in cdk.out is refused all the same', async () => {
    mkdirSync(join(cwd, 'cdk.out'));
    write('cdk.out/manifest.json', '{}');
    await expect(assemble({ app: 'sleep 0.05' })).rejects.toThrow(/wrote no cloud assembly/);
  });

  test('is running when the user interrupts is ended with all that it started', async () => {
    const stop = new AbortController();
    write(
      'synth.js',
      `const { writeFileSync } = require('fs');
      process.on('SIGTERM', () => { writeFileSync('ended', 'by SIGTERM'); process.exit(); });
      setInterval(() => undefined, 1000);
      writeFileSync('started', 'yes');`,
    );
    const assembled = assemble({ app: 'node synth.js; true', signal: stop.signal });
    await fileContent(join(cwd, 'started'));
    stop.abort(new Error('interrupted'));
    await expect(assembled).rejects.toThrow('interrupted');
    expect(readFileSync(join(cwd, 'ended'), 'utf8')).toBe('by SIGTERM');
  });

  test('takes no notice of an interruption is killed', async () => {
    const stop = new AbortController();
    const command = "trap '' TERM; echo yes > started; while true; do sleep 1; done";
    const run = runAppCommand(command, {
      cwd,
      env: process.env,
      log: () => undefined,
      signal: stop.signal,
      graceMs: 20,
    });
    await fileContent(join(cwd, 'started'));
    stop.abort(new Error('interrupted'));
    await expect(run).rejects.toThrow('interrupted');
  });

  test('is not started after an interruption', async () => {
    write('synth.js', "require('fs').writeFileSync('started', '');");
    const signal = AbortSignal.abort(new Error('interrupted'));
    await expect(assemble({ app: 'node synth.js', signal })).rejects.toThrow('interrupted');
    expect(existsSync(join(cwd, 'started'))).toBe(false);
  });
});

/** The content of a file as soon as there is one. */
async function fileContent(file: string): Promise<string> {
  for (;;) {
    const content = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (content !== '') return content;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
