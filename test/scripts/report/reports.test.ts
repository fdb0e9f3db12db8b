import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { checkReports, writeReportFile } from '../../../scripts/report/reports';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'reports-'))));

const check = (file?: string) => checkReports([{ format: 'json', file }], []);

describe('the file of a report', () => {
  test('is checked before the run: missing directory, a directory in its place', async () => {
    const missing = join(directory, 'missing', 'result.json');

    await expect(check(missing)).rejects.toThrow(
      `Expected --report to name a file that can be written, but there is no directory ${join(directory, 'missing')}: ${missing}.`,
    );
    await expect(check(directory)).rejects.toThrow(/it is a directory/);
    await expect(check(join(directory, 'result.json'))).resolves.toBeUndefined();
    await expect(check()).resolves.toBeUndefined();
  });

  test('is checked before the run: a file where its directory should be', async () => {
    writeFileSync(join(directory, 'file'), '');

    await expect(check(join(directory, 'file', 'result.json'))).rejects.toThrow(/there is no directory .*file: /);
  });

  test('may have a name as long as one can be, and none that is longer', async () => {
    const longest = join(directory, 'x'.repeat(255));

    await check(longest);
    await writeReportFile(longest, 'new');
    expect(readFileSync(longest, 'utf8')).toBe('new');
    await expect(check(`${longest}x`)).rejects.toThrow(/its name is too long/);
  });

  describe.each(['an input', 'another report'])('is not that of %s', (what) => {
    const both = (file: string, other: string) =>
      what === 'an input'
        ? checkReports([{ format: 'junit', file }], [other])
        : checkReports(
            [
              { format: 'json', file: other },
              { format: 'junit', file },
            ],
            [],
          );
    const refused = /^Expected (--report to name a file that is not read|each --report in a place of its own), got /;

    test.each<[string, (file: string) => string]>([
      ['itself', (file) => file],
      ['another path', (file) => join(directory, '.', 'sub', '..', file.slice(directory.length))],
      ['a link to it', (file) => (symlinkSync(file, join(directory, 'link')), join(directory, 'link'))],
      ['a hard link', (file) => (linkSync(file, join(directory, 'link')), join(directory, 'link'))],
      [
        'a link to its directory',
        (file) => (symlinkSync(directory, join(directory, 'link')), join(directory, 'link', basename(file))),
      ],
      ['a pattern that stands for it', () => join(directory, 'file-%d')],
    ])('by %s', async (_, pathTo) => {
      const file = join(directory, 'file-2');
      mkdirSync(join(directory, 'sub'));
      writeFileSync(file, 'precious');

      await expect(both(pathTo(file), file)).rejects.toThrow(refused);
      await expect(both(join(directory, 'own'), file)).resolves.toBeUndefined();
    });
  });

  test.each([join('link', 'new'), 'new-link'])(
    'is not that of another that does not exist yet, as %s',
    async (path) => {
      symlinkSync(directory, join(directory, 'link'));
      symlinkSync('new', join(directory, 'new-link'));
      const reports = ['new', path].map((name) => ({
        format: 'json' as const,
        file: join(directory, name),
      }));

      await expect(checkReports(reports, [])).rejects.toThrow(/^Expected each --report in a place of its own/);
    },
  );

  test('is not created by the check', async () => {
    await check(join(directory, 'result.json'));

    expect(readdirSync(directory)).toEqual([]);
  });

  test('is replaced as a whole, with nothing left beside it', async () => {
    const file = join(directory, 'result.json');
    writeFileSync(file, 'old and longer');

    await writeReportFile(file, 'new');

    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(readdirSync(directory)).toEqual(['result.json']);
  });

  test('may be a link, which stays one', async () => {
    const target = join(directory, 'target.json');
    writeFileSync(target, 'old');
    symlinkSync(target, join(directory, 'link.json'));

    await writeReportFile(join(directory, 'link.json'), 'new');

    expect(readFileSync(target, 'utf8')).toBe('new');
  });

  test('may be a device', async () => {
    await check('/dev/null');
    await writeReportFile('/dev/null', 'new');

    expect(existsSync('/dev/null')).toBe(true);
  });
});
