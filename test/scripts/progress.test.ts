import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import type { OutputStream } from '../../scripts/commandIo';
import type { RunProgress } from '../../scripts/executionTracker';
import { liveProgress, plainProgress } from '../../scripts/progress';
import { FakeClock } from './fakeClock';

function terminal(columns = 80): OutputStream & { text: string } {
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      stream.text += chunk.toString();
      done();
    },
  }) as unknown as OutputStream & { text: string };
  return Object.assign(stream, { text: '', isTTY: true, columns, rows: 24 });
}

function state(done: number, rest: Partial<RunProgress> = {}): RunProgress {
  return { total: 40, done, passed: done, failed: 0, errored: 0, running: 10, ...rest };
}

describe('plain progress', () => {
  test('has a line at the start, one each 10 % and one at the end', () => {
    const stream = terminal();
    const progress = plainProgress(stream, new FakeClock());

    for (let done = 0; done <= 39; done++) {
      progress.update(state(done));
    }
    progress.update(state(40, { failed: 5, errored: 1, running: 0 }));
    progress.stop();

    const lines = stream.text.trim().split('\n');
    expect(lines).toHaveLength(11);
    expect(lines.slice(0, 2)).toEqual(['Testing 40 configurations.', '4 of 40 done, 0 failed, 10 running, 0s']);
    expect(lines.at(-1)).toBe('40 of 40 done, 5 failed, 1 errored, 0 running, 0s');
  });

  test('has a line each 10 s where something changed', async () => {
    const clock = new FakeClock();
    const stream = terminal();
    const progress = plainProgress(stream, clock);

    for (const done of [0, 1, 1, 2]) {
      await clock.sleep(6000);
      progress.update(state(done));
    }

    expect(stream.text).toBe(
      'Testing 40 configurations.\n1 of 40 done, 0 failed, 10 running, 12s\n2 of 40 done, 0 failed, 10 running, 24s\n',
    );
  });

  test('says nothing before it knows how many there are', () => {
    const stream = terminal();
    const progress = plainProgress(stream, new FakeClock());

    progress.update({ done: 0, passed: 0, failed: 0, errored: 0, running: 0 });
    progress.stop();

    expect(stream.text).toBe('');
  });

  test('counts one as one', () => {
    const stream = terminal();

    plainProgress(stream, new FakeClock()).update(state(0, { total: 1 }));

    expect(stream.text).toBe('Testing 1 configuration.\n');
  });
});

describe('live progress', () => {
  test('draws one line over and over, and removes it at the end', async () => {
    const clock = new FakeClock();
    const stream = terminal();
    const progress = liveProgress(stream, clock);

    await clock.sleep(1000);
    progress.update(state(20, { failed: 2 }));
    await clock.sleep(1000);
    const drawn = stripVTControlCharacters(stream.text).trim().split('\n');
    progress.stop();

    expect(drawn[0]).toBe('░░░░░░░░░░░░░░░░░░░░ starting, 0s');
    expect(drawn).toContain('██████████░░░░░░░░░░ 20 of 40 done, 2 failed, 10 running, 1s');
    // The last thing written erases the line.
    // eslint-disable-next-line no-control-regex -- an escape sequence
    expect(stream.text).toMatch(/\u001b\[2K[^a-z]*\u001b\[G$/);
  });

  test('leaves the terminal to others once it was stopped', () => {
    const stream = terminal();
    const progress = liveProgress(stream, new FakeClock());
    progress.stop();
    const written = stream.text;

    progress.update(state(20));
    progress.stop();

    expect(stream.text).toBe(written);
  });

  test('never takes more columns than there are', () => {
    const stream = terminal(30);
    const progress = liveProgress(stream, new FakeClock());

    progress.update(state(20));
    progress.stop();

    const lines = stripVTControlCharacters(stream.text).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(30);
  });
});
