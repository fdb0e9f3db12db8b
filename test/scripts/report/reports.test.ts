import { existsSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkReport, writeReportFile } from '../../../scripts/report/reports';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'reports-'))));

const check = (file?: string) => checkReport({ format: 'json', file });

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
