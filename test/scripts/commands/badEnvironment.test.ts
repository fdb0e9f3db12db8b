import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAppCommand } from '../../../scripts/local/app/appCommand';
import { awsEnv, inProcess, trigger } from '../command';

const run = ['run', 'x'];
const invoke = ['invoke', 'x', '--function', 'feeds'];
const local = ['run', 'x', '--local', '--app', 'true'];

describe('one sentence that names what is wrong with the environment, exit code 2, nothing started', () => {
  test.each<[string, string, string[], string]>([
    ['AWS_ENDPOINT_URL', 'localhost', run, 'a URL such as http://127.0.0.1:4566'],
    ['AWS_ENDPOINT_URL', 'ftp://127.0.0.1', invoke, 'a URL such as http://127.0.0.1:4566'],
    ['AWS_ENDPOINT_URL_CLOUDFORMATION', 'localhost:4566', run, 'a URL such as http://127.0.0.1:4566'],
    ['AWS_ENDPOINT_URL_SFN', ' ', run, 'a URL such as http://127.0.0.1:4566'],
    ['AWS_ENDPOINT_URL_LAMBDA', 'http://', invoke, 'a URL such as http://127.0.0.1:4566'],
    ['AWS_REGION', 'x y', run, 'a Region such as eu-west-1'],
    ['AWS_REGION', 'x y', invoke, 'a Region such as eu-west-1'],
    ['AWS_REGION', 'x y', local, 'a Region such as eu-west-1'],
    ['CDK_DEFAULT_REGION', 'eu-west-1/', local, 'a Region such as eu-west-1'],
  ])('%s=%j', async (name, value, args, expected) => {
    const ended = await inProcess(args, { env: { ...awsEnv, [name]: value } });

    expect(ended).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: Expected ${name} to be ${expected}, got ${JSON.stringify(value)}.\n`,
    });
  });

  test('AWS_DEFAULT_REGION where there is no AWS_REGION', async () => {
    const env = { ...awsEnv, AWS_REGION: '', AWS_DEFAULT_REGION: 'x y' };

    await expect(inProcess(run, { env })).resolves.toMatchObject({
      code: 2,
      stderr: 'error: Expected AWS_DEFAULT_REGION to be a Region such as eu-west-1, got "x y".\n',
    });
  });

  test('a directory for temporary files that is missing', () => {
    const missing = join(tmpdir(), 'system-test-missing');
    const { status, stderr } = spawnSync(process.execPath, [trigger, ...local], {
      env: { ...awsEnv, TMPDIR: missing },
      encoding: 'utf8',
    });

    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `error: Expected a directory for temporary files, such as TMPDIR names, that can be written, got ${missing} (ENOENT).\n`,
    });
  });

  test('a working directory that was deleted', () => {
    const directory = mkdtempSync(join(tmpdir(), 'gone-'));
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', 'rmdir "$0" && "$@"', directory, process.execPath, trigger, ...local],
      {
        cwd: directory,
        env: awsEnv,
        encoding: 'utf8',
      },
    );

    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: 'error: Expected a working directory that exists, got one that was deleted: change to another.\n',
    });
  });
});

test("a NUL in the app's command is refused, which no system can run", async () => {
  await expect(runAppCommand('echo \0', { cwd: tmpdir(), env: {}, log: () => undefined })).rejects.toThrow(
    'Expected the app\'s command to have no NUL character, got "echo \\u0000".',
  );
});
