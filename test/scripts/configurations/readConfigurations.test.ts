import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { readConfigurations } from '../../../scripts/configurations/readConfigurations';

const directory = mkdtempSync(join(tmpdir(), 'configurations-'));
const nothing = Readable.from([]);

function file(name: string, content: string | Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

describe('--configurations', () => {
  test('reads a file', async () => {
    await expect(readConfigurations(file('a.txt', 'a\nb\n'), nothing)).resolves.toEqual(['a', 'b']);
  });

  test('reads standard input, in whatever pieces it comes', async () => {
    const stdin = Readable.from([
      Buffer.from('["Gr\u00fc').subarray(0, 5),
      Buffer.from('ü').subarray(1),
      Buffer.from('"]'),
    ]);

    await expect(readConfigurations('-', stdin)).resolves.toEqual(['Grü']);
  });

  test('says why a file cannot be read', async () => {
    const missing = join(directory, 'missing.json');

    await expect(readConfigurations(missing, nothing)).rejects.toThrow(
      `Expected --configurations to name a file, but ${missing} can't be read: there is no such file.`,
    );
    await expect(readConfigurations(directory, nothing)).rejects.toThrow(/it is a directory\.$/);
  });

  test('refuses what is not UTF-8', async () => {
    const utf16 = file('utf16.txt', Buffer.from('\ufeffa\n', 'utf16le'));

    await expect(readConfigurations(utf16, nothing)).rejects.toThrow(/to be UTF-8 text/);
  });

  test('stops to read what is far too long', async () => {
    const endless = new Readable({
      read() {
        this.push(Buffer.alloc(65_536, 'a'));
      },
    });

    await expect(readConfigurations('-', endless)).rejects.toThrow(/at most 4 MiB/);
  });
});
