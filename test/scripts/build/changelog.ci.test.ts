import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scripts } from '../../../package.json';

const root = join(__dirname, '..', '..', '..');
let directory: string;
const git = (...args: string[]) => execFileSync('git', args, { cwd: directory, encoding: 'utf8' });

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'system-test-release-'));
  git('init', '--quiet');
  git('config', 'user.name', 'A maintainer');
  git('config', 'user.email', 'maintainer@example.com');
});

afterEach(() => rmSync(directory, { recursive: true }));

/** Releases a package that has this changelog, with this repository's scripts but for the tests. */
function release(changelog: string) {
  const here = (script: string) =>
    script
      .replace('scripts/build/changelog.mjs', join(root, 'scripts', 'build', 'changelog.mjs'))
      .replace(' && npm test', '');
  writeFileSync(join(directory, 'CHANGELOG.md'), changelog);
  writeFileSync(
    join(directory, 'package.json'),
    JSON.stringify({
      name: 'feeds',
      version: '0.1.0',
      scripts: { release: scripts.release, preversion: here(scripts.preversion), version: here(scripts.version) },
    }),
  );
  git('add', '.');
  git('commit', '--quiet', '--message', 'Change something');
  return spawnSync('npm', ['run', 'release', '--', 'minor'], { cwd: directory, encoding: 'utf8' });
}

describe('npm run release', () => {
  it('dates the changes, commits them with the new version and tags the commit', () => {
    const { status } = release(
      '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- More.\n\n## [0.1.0] - 2026-01-01\n\n- All.\n',
    );
    expect(status).toBe(0);
    expect(readFileSync(join(directory, 'CHANGELOG.md'), 'utf8')).toMatch(
      /^# Changelog\n\n## \[Unreleased\]\n\n## \[0\.2\.0\] - \d{4}-\d\d-\d\d\n\n### Added\n\n- More\.\n\n## \[0\.1\.0\] - 2026-01-01\n\n- All\.\n$/,
    );
    expect(git('tag', '--points-at', 'HEAD')).toBe('v0.2.0\n');
    expect(git('status', '--short')).toBe('');
  });

  it('releases nothing where nothing has changed', () => {
    const { status, stderr } = release('# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - 2026-01-01\n\n- All.\n');
    expect(status).not.toBe(0);
    expect(stderr).toContain('Expected CHANGELOG.md to say under ## [Unreleased] what has changed.');
    expect(git('tag')).toBe('');
    expect(readFileSync(join(directory, 'package.json'), 'utf8')).toContain('"version":"0.1.0"');
  });
});
