import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Runtimes } from '../../../../scripts/local/lambda/runtimes/runtimes';
import { cleanEnv, inProcess } from '../../command';
import { describeWith } from '../clientFixture';
import {
  inlineFunction,
  machine,
  newDirectory,
  removeDirectories,
  role,
  systemTestOutput,
  writeAssembly,
} from '../cloudAssembly';
import { cleanUp, deployed, serveLambda } from './lambdaFixture';
import { runtime } from './pythonBehaviour';

afterAll(cleanUp);
afterAll(removeDirectories);

/** Commands in this process change it. */
const env = { ...process.env };

/** A folder for the PATH with a `python3` that says to be of a version. */
function pythonSaying(version: string): string {
  const folder = newDirectory();
  const about = JSON.stringify({ executable: '/usr/bin/python3', version, suffix: '.so' });
  writeFileSync(join(folder, 'python3'), `#!/bin/sh\necho '${about}'\n`);
  chmodSync(join(folder, 'python3'), 0o755);
  return folder;
}

function appWith(Runtime: string): string {
  const template = {
    Outputs: { Arn: systemTestOutput },
    Resources: {
      Role: role,
      Function: inlineFunction('def handler(event, context): return 1', { FunctionName: 'report', Runtime }),
      Machine: machine({ StateMachineName: 'reports' }),
    },
  };
  return writeAssembly({ stacks: { Reports: { template } } });
}

describe.each([
  ['another version', () => pythonSaying('3.11.7'), 'found Python 3.11.7'],
  ['none', newDirectory, 'found no Python'],
])('where this machine has %s of Python', (_name, path, found) => {
  test('nothing is started, and the command says what to install', async () => {
    const args = ['run', 'one', '--local', '--app', appWith('python3.13'), '--stack', 'Reports'];
    const { code, stdout, stderr } = await inProcess(args, { env: { ...cleanEnv, PATH: path() } });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(
      `it invokes the function report, but its runtime python3.13 needs python3.13 on the PATH, ${found}: install it, for ` +
        'example with "uv python install 3.13", or test it on AWS',
    );
  });
});

test('a cache that others may write to is refused, and nothing is started', async () => {
  const cache = newDirectory();
  chmodSync(cache, 0o777);
  const args = [
    'run',
    'one',
    '--local',
    '--app',
    appWith('python3.13'),
    '--stack',
    'Reports',
    '--runtime-cache',
    cache,
  ];
  const { code, stderr } = await inProcess(args, { env: { ...cleanEnv, PATH: pythonSaying('3.13.0') } });
  expect(code).toBe(2);
  expect(stderr).toContain(
    `but its runtime is kept in ${cache}, which can be written to by others: choose a folder of your own by --runtime-cache`,
  );
});

describeWith('Python', 'python3', ['--version'])('what Lambda has and this machine lacks', () => {
  /** The answer of a function without anything installed for it, and the notes. */
  async function answerOf(files: Record<string, string>) {
    const notes: string[] = [];
    const runtimes = new Runtimes({
      cwd: process.cwd(),
      env,
      runtimeCache: '/dev/null/cache',
      note: (line) => notes.push(line),
    });
    const lambda = await serveLambda([deployed(files, { runtime })], { runtimes });
    const answer: unknown = await lambda.invoke({}).catch((error: unknown) => error);
    await lambda.close();
    return { answer, notes };
  }

  test.each([
    ['while it is loaded', 'import boto3'],
    ['while it runs', 'def handler(event, context): import boto3'],
    ['in a part of it', 'from botocore.config import Config'],
  ])("is not the function's fault where it imports the AWS SDK %s", async (_name, source) => {
    const { answer, notes } = await answerOf({ 'index.py': source });
    expect(answer).toMatchObject({
      name: 'InvalidParameterValueException',
      message: expect.stringMatching(
        /^The local endpoint can't serve the function reports: it imports boto(3|core), which Lambda has and which could not be installed here: /,
      ),
    });
    expect(notes).toContainEqual(
      expect.stringMatching(
        new RegExp(
          `^${runtime} functions run by the local endpoint's own client, without boto3: awslambdaric 4.2.2 and boto3 could not be installed \\(ENOTDIR`,
        ),
      ),
    );
  });

  test("is not the function's fault where its bundle is for another platform", async () => {
    const { answer } = await answerOf({
      'index.py': 'import fast.core',
      'fast/__init__.py': '',
      'fast/core.cpython-311-riscv128-linux-gnu.so': '',
    });
    expect(answer).toMatchObject({
      name: 'InvalidParameterValueException',
      message: expect.stringContaining(
        'its bundle has fast/core.cpython-311-riscv128-linux-gnu.so, compiled for another platform',
      ),
    });
  });

  test.each([
    ['it lacks another module', { 'fast/core.cpython-311-riscv128-linux-gnu.so': '', 'index.py': 'import not_there' }],
    ['it brings a boto3 that is broken', { 'boto3.py': 'import not_there', 'index.py': 'import boto3' }],
  ])("is the function's fault where %s", async (_name, files) => {
    const { answer } = await answerOf(files);
    expect(answer).toMatchObject({
      payload: {
        errorType: 'Runtime.ImportModuleError',
        errorMessage: "Unable to import module 'index': No module named 'not_there'",
      },
    });
  });
});

test('all that is installed is pinned by version and hash', () => {
  const file = join(__dirname, '../../../../scripts/local/lambda/python/requirements.txt');
  const text = readFileSync(file, 'utf8').replace(/^#.*\n/gm, '');
  const requirements = text.replaceAll(' \\\n    --hash=', ' --hash=').trim().split('\n');
  for (const requirement of requirements) {
    expect(requirement).toMatch(/^[a-z\d-]+==[\w.]+( ; [^#]+?)?( --hash=sha256:[\da-f]{64})+$/);
  }
  const names = requirements.map((requirement) => requirement.split('==')[0]);
  expect(names).toEqual(expect.arrayContaining(['awslambdaric', 'boto3', 'botocore', 'simplejson', 'urllib3']));
});
