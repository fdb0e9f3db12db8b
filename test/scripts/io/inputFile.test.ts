import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { readInputFile } from '../../../scripts/io/inputFile';
import { start, systemTest } from '../command';

const directory = mkdtempSync(join(tmpdir(), 'input-'));
const nothing = Readable.from([]);
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

function fifo(name: string): string {
  const path = join(directory, name);
  execFileSync('mkfifo', [path]);
  return path;
}

function read(path: string, stdin?: Readable, stop = new AbortController().signal) {
  return readInputFile(path, '--configurations', { stdin, stop, mebibytes: 1 });
}

function endless(): Readable {
  return new Readable({
    read() {
      this.push(Buffer.alloc(65_536, 'a'));
    },
  });
}

describe('a file that the user names', () => {
  test('is read', async () => {
    await expect(read(file('a.txt', 'a\nb\n'))).resolves.toBe('a\nb\n');
  });

  test('may be standard input, in whatever pieces it comes', async () => {
    const stdin = Readable.from([Buffer.from('Grü').subarray(0, 3), Buffer.from('ü').subarray(1)]);

    await expect(read('-', stdin)).resolves.toBe('Grü');
  });

  test('says why it cannot be read', async () => {
    const missing = join(directory, 'missing.json');

    await expect(read(missing, nothing)).rejects.toThrow(
      `Expected --configurations to name a file, but ${missing} can't be read: there is no such file.`,
    );
    await expect(read(directory, nothing)).rejects.toThrow(/it is a directory\.$/);
  });

  test.each([
    ['UTF-16', Buffer.from('\ufeffa\n', 'utf16le')],
    ['UTF-16 without a byte order mark', Buffer.from('customer_1\n', 'utf16le')],
    ['a file of NULs', Buffer.alloc(8)],
  ])('is refused as %s', async (_, content) => {
    await expect(read(file('other.txt', content))).rejects.toThrow(
      /to be UTF-8 text, got other bytes: save it as UTF-8/,
    );
  });

  test.each([
    ['a file', () => read(file('long.txt', Buffer.alloc(1_048_577, 'a')))],
    ['standard input', () => read('-', endless())],
    ['a device', () => read('/dev/zero')],
  ])('is read no further than to its limit: %s', async (_, reading) => {
    await expect(reading()).rejects.toThrow(/^Expected \S+.* to hold at most 1 MiB, got more\.$/);
  });

  test('may be a pipe that is written to later', async () => {
    const pipe = fifo('later');

    const text = read(pipe);
    // More than a pipe holds at once: meanwhile there is nothing to read.
    await writeFile(pipe, 'a'.repeat(500_000));

    await expect(text).resolves.toHaveLength(500_000);
  });

  test('ends the command at the first signal where it is a pipe that nobody writes to', async () => {
    const pipe = fifo('silent');
    const { child, ended } = start(['report', pipe]);
    const writer = await open(pipe, 'w');
    // By the time that another command has come and gone, this one waits for more.
    await systemTest(['--version']);

    child.kill('SIGINT');

    await expect(ended).resolves.toMatchObject({
      code: 130,
      stderr: 'error: Interrupted before anything was started.\n',
    });
    await writer.close();
  });
});
