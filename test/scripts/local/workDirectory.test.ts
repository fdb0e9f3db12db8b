import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeWorkDirectory } from '../../../scripts/local/workDirectory';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'w-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What a killed endpoint leaves: a socket that nobody listens on. */
async function abandoned(name: string): Promise<string> {
  const path = join(folder, name);
  mkdirSync(join(path, 'cdk.out'), { recursive: true });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(path, 's'), resolve));
  renameSync(join(path, 's'), join(path, 'alive'));
  await new Promise((resolve) => server.close(resolve));
  return path;
}

test('the folder of an endpoint that was killed is cleared by the next one', async () => {
  const left = await abandoned('system-test-abc123');
  const next = await makeWorkDirectory(folder);
  expect(existsSync(left)).toBe(false);
  next.remove();
  expect(readdirSync(folder)).toEqual([]);
});

test('the folder of a living endpoint stays, and so does what is not known to be one', async () => {
  const living = await makeWorkDirectory(folder);
  writeFileSync(join(living.path, 'template.json'), '{}');
  mkdirSync(join(folder, 'system-test-nolock'));
  mkdirSync(join(folder, 'system-test-broken'));
  writeFileSync(join(folder, 'system-test-broken', 'alive'), 'no socket');
  await abandoned('system-test-elsewhere');
  symlinkSync(await abandoned('another'), join(folder, 'system-test-linked'));
  const names = readdirSync(folder).sort();
  const next = await makeWorkDirectory(folder);
  next.remove();
  expect(readdirSync(folder).sort()).toEqual(names);
  expect(readdirSync(living.path).sort()).toEqual(['alive', 'template.json']);
  expect(existsSync(join(folder, 'another', 'cdk.out'))).toBe(true);
  living.remove();
});

test('a folder whose socket has no place, as its path is too long, serves all the same', async () => {
  const long = join(folder, 'x'.repeat(120));
  mkdirSync(long);
  const made = await makeWorkDirectory(long);
  expect(readdirSync(made.path)).toEqual([]);
  made.remove();
  expect(readdirSync(long)).toEqual([]);
});
