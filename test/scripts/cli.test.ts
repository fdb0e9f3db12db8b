import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemTest } from './command';

test.each([
  [['--help']],
  [['run', '--help']],
  [['invoke', '--help']],
  [['local', '--help']],
  [['report', '--help']],
  [['history', '--help']],
  [['plan', '--help']],
])('help teaches, in 80 columns: %j', async (args) => {
  const { code, stdout, stderr } = await systemTest(args);

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(stdout).toMatchSnapshot();
});

test('tells its version', async () => {
  const manifest = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8')) as { version: string };

  await expect(systemTest(['--version'])).resolves.toMatchObject({ code: 0, stdout: `${manifest.version}\n` });
});

test('shows where an error is from with --verbose, but not where that is the value of another flag', async () => {
  const unknown = ['run', '--local', '--app', 'no-such-folder'];
  const trace = /\n +at /;

  expect((await systemTest([...unknown, '--verbose'])).stderr).toMatch(trace);
  expect((await systemTest([...unknown, '--redact', '--verbose'])).stderr).not.toMatch(trace);
});
