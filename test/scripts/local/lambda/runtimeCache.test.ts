import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { RuntimeCache } from '../../../../scripts/local/lambda/runtimes/runtimeCache';
import { newDirectory, removeDirectories } from '../cloudAssembly';

afterAll(removeDirectories);
afterEach(() => jest.restoreAllMocks());

const surroundings = { cwd: '/app', env: {} };
const isWhole = (folder: string) => Promise.resolve(existsSync(join(folder, 'whole')));

/** Fills a folder, and says with what. */
function filling(text = 'new') {
  return jest.fn((folder: string) => {
    writeFileSync(join(folder, 'whole'), text);
    return Promise.resolve();
  });
}

function newCache(): { cache: RuntimeCache; folder: string; read: (name: string) => string } {
  const folder = join(newDirectory(), 'below', 'cache');
  const read = (name: string) => readFileSync(join(folder, name, 'whole'), 'utf8');
  return { cache: new RuntimeCache(folder, surroundings), folder, read };
}

test("fills a folder of the user's own once", async () => {
  const { cache, folder, read } = newCache();
  const fill = filling();
  expect(await cache.provide('a', isWhole, fill)).toBe(join(folder, 'a'));
  expect(await cache.provide('a', isWhole, fill)).toBe(join(folder, 'a'));
  expect(fill).toHaveBeenCalledTimes(1);
  expect(read('a')).toBe('new');
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(readdirSync(folder)).toEqual(['a']);
});

test('fills anew what is broken', async () => {
  const { cache, folder, read } = newCache();
  mkdirSync(join(folder, 'a', 'bin'), { recursive: true, mode: 0o700 });
  await cache.provide('a', isWhole, filling());
  expect(read('a')).toBe('new');
  expect(readdirSync(folder)).toEqual(['a']);
});

test('leaves nothing half where it fails', async () => {
  const { cache, folder } = newCache();
  const fill = (fresh: string) => {
    writeFileSync(join(fresh, 'half'), '');
    return Promise.reject(new Error('no network'));
  };
  await expect(cache.provide('a', isWhole, fill)).rejects.toThrow('no network');
  await expect(cache.provide('a', isWhole, () => Promise.resolve())).rejects.toThrow(
    'what was installed does not work',
  );
  expect(readdirSync(folder)).toEqual([]);
});

test('takes what another process has installed meanwhile', async () => {
  const { cache, folder, read } = newCache();
  const fill = async (fresh: string) => {
    await cache.provide('a', isWhole, filling('of the other'));
    await filling()(fresh);
  };
  await cache.provide('a', isWhole, fill);
  expect(read('a')).toBe('of the other');
  expect(readdirSync(folder)).toEqual(['a']);
});

test('clears what a killed process left, not what another one installs now', async () => {
  const { cache, folder } = newCache();
  mkdirSync(join(folder, 'installing-old'), { recursive: true, mode: 0o700 });
  mkdirSync(join(folder, 'installing-now'));
  utimesSync(join(folder, 'installing-old'), 0, 0);
  await cache.provide('a', isWhole, filling());
  expect(readdirSync(folder).sort()).toEqual(['a', 'installing-now']);
});

test.each([
  ['others may write to', (folder: string) => chmodSync(folder, 0o777), 'can be written to by others'],
  ['a group may write to', (folder: string) => chmodSync(folder, 0o770), 'can be written to by others'],
  [
    'belongs to another user',
    (folder: string) => jest.spyOn(process, 'getuid').mockReturnValue(statSync(folder).uid + 1),
    'belongs to another user',
  ],
])('refuses a folder that %s, and runs nothing from it', async (_name, spoil, reason) => {
  const folder = newDirectory();
  const cache = new RuntimeCache(folder, surroundings);
  await cache.provide('a', isWhole, filling());
  spoil(folder);
  const provided = cache.provide('a', isWhole, filling());
  await expect(provided).rejects.toThrow(
    `its runtime is kept in ${folder}, which ${reason}: choose a folder of your own by --runtime-cache`,
  );
});

test.each([
  ['cache', {}, '/app/cache'],
  ['/cache', {}, '/cache'],
  [undefined, { XDG_CACHE_HOME: '/xdg', HOME: '/home' }, '/xdg/lambda-system-test'],
  [
    undefined,
    { HOME: '/home' },
    process.platform === 'darwin' ? '/home/Library/Caches/lambda-system-test' : '/home/.cache/lambda-system-test',
  ],
])('lies where it was said, else with what the user caches: %s %j', (folder, env, expected) => {
  expect(new RuntimeCache(folder, { cwd: '/app', env }).folder).toBe(expected);
});
