import { PassThrough, Readable } from 'node:stream';
import type { CommandIo } from '../../../scripts/io/commandIo';
import { chooseProgress } from '../../../scripts/terminal/progressChoice';
import { FakeClock } from '../fakeClock';

/** What is shown of a run in which one configuration runs. */
async function shown(env: CommandIo['env'], options = {}, isTTY = true): Promise<string> {
  let text = '';
  const stderr = Object.assign(new PassThrough(), { isTTY }).on('data', (chunk: Buffer) => (text += chunk.toString()));
  const io: CommandIo = {
    env,
    cwd: () => process.cwd(),
    stdin: Readable.from([]),
    stdout: new PassThrough(),
    stderr,
    clock: new FakeClock(),
    stop: new AbortController().signal,
    leave: new AbortController().signal,
  };
  const redact = (identifier: string) => identifier.replace('secret', '[redacted]');
  const progress = await chooseProgress({ progress: true, ...options }, io, redact);
  const begun = [{ identifier: 'the secret one', startedAfterMs: -10_000 }];
  progress.update({ total: 2, done: 1, passed: 1, failed: 0, errored: 0, running: 1, results: [], begun });
  progress.stop();
  return text;
}

const escape = '\u001b';

test.each<[string, CommandIo['env'], object, boolean]>([
  ['in CI', { CI: 'true' }, {}, true],
  ['in a pipe', {}, {}, false],
  ['on a dumb terminal', { TERM: 'dumb' }, {}, true],
  ['beside what --verbose says', {}, { verbose: true }, true],
])('the progress is told in plain lines %s', async (_, env, options, isTTY) => {
  const text = await shown(env, options, isTTY);

  expect(text).toMatch(/^Testing 2 configurations\.\n/);
  expect(text).not.toContain(escape);
});

test('the progress is drawn on a terminal, without secrets', async () => {
  const text = await shown({ TERM: 'xterm' });

  expect(text).toContain(escape);
  expect(text).toContain('the [redacted] one');
});

test.each([{ progress: false }, { quiet: true }])('no progress is shown with %j', async (options) => {
  await expect(shown({}, options)).resolves.toBe('');
});
