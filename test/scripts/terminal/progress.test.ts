import type { OutputStream } from '../../../scripts/io/commandIo';
import type { RunProgress } from '../../../scripts/terminal/runProgress';
import { liveProgress as startLiveProgress, plainProgress, type Progress } from '../../../scripts/terminal/progress';
import { FakeClock } from '../fakeClock';

/** A terminal, which breaks a line that is too long, and breaks it anew when it is resized. */
class Screen {
  /** All that was written. */
  text = '';
  isTTY = true;
  /** What is on the line, with the position of the cursor; it breaks each `columns` characters. */
  private line = '';
  private cursor = 0;

  constructor(public columns = 80) {}

  write(text: string): boolean {
    this.text += text;
    // eslint-disable-next-line no-control-regex -- an escape sequence
    for (const [, escape, character] of text.matchAll(/\u001b\[(\d*[A-Z])|([^])/gu)) {
      this.apply(escape, character ?? '');
    }
    return true;
  }

  /** The rows that hold something, top to bottom. */
  get rows(): string[] {
    return this.line.match(new RegExp(`.{1,${this.columns}}`, 'gsu')) ?? [];
  }

  private apply(escape: string | undefined, character: string): void {
    const row = Math.max(0, Math.ceil(this.cursor / this.columns) - 1);
    if (escape === 'J') {
      this.line = this.line.slice(0, this.cursor);
    } else if (escape?.endsWith('A')) {
      this.cursor -= Number(escape.slice(0, -1)) * this.columns;
    } else if (character === '\r') {
      this.cursor = row * this.columns;
    } else {
      this.line = this.line.slice(0, this.cursor) + character + this.line.slice(this.cursor + 1);
      this.cursor++;
    }
  }
}

function terminal(columns?: number): OutputStream & Screen {
  return new Screen(columns) as OutputStream & Screen;
}

function state(done: number, rest: Partial<RunProgress> = {}): RunProgress {
  return { total: 40, done, passed: done, failed: 0, errored: 0, running: 10, ...rest };
}

/** The displays that the tests started: one that goes on drawing would outlive its test. */
const started: Progress[] = [];
afterEach(() => started.splice(0).forEach((progress) => progress.stop()));

const liveProgress: typeof startLiveProgress = (...args) => {
  const progress = startLiveProgress(...args);
  started.push(progress);
  return progress;
};

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
  const full = '██████████░░░░░░░░░░ 20 of 40 done, 2 failed, 10 running, 1s';
  const halfDone = state(20, { failed: 2 });

  test('draws one line over and over, and removes it at the end', async () => {
    const clock = new FakeClock();
    const stream = terminal();
    const progress = liveProgress(stream, clock);
    expect(stream.rows).toEqual(['░░░░░░░░░░░░░░░░░░░░ starting, 0s']);

    await clock.sleep(1000);
    progress.update(halfDone);
    expect(stream.rows).toEqual([full]);

    progress.stop();
    expect(stream.rows).toEqual([]);
    expect(stream.text).not.toContain('\n');
  });

  test('writes each picture in one piece, over the one before, and nothing where nothing changed', async () => {
    const clock = new FakeClock();
    const stream = terminal();
    const write = jest.spyOn(stream, 'write');
    const progress = liveProgress(stream, clock);
    await clock.sleep(900);
    progress.stop();

    // The first and the removal: the seconds did not change.
    expect(write.mock.calls).toEqual([['\r░░░░░░░░░░░░░░░░░░░░ starting, 0s\u001b[J'], ['\r\u001b[J']]);
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

  test.each([10, 30, 40, 60])('stays on one line of %d columns', (columns) => {
    const stream = terminal(columns);
    const progress = liveProgress(stream, new FakeClock());

    progress.update(state(20, { longest: { identifier: '長い名前'.repeat(9), startedAfterMs: -5000 } }));

    expect(stream.rows).toHaveLength(1);
    expect(stream.rows[0]!.length).toBeLessThan(columns);
    expect(stream.rows[0]).toMatch(/…$/);
  });

  test.each([[50], [25], [7], [200]])('leaves nothing behind when the terminal is resized to %d columns', (columns) => {
    const stream = terminal();
    const progress = liveProgress(stream, new FakeClock());
    progress.update(halfDone);

    stream.columns = columns;
    progress.update(state(21));
    expect(stream.rows).toHaveLength(1);

    progress.stop();
    expect(stream.rows).toEqual([]);
  });

  test('names what is slow right now, for how long it runs, and lets it not write to the terminal', async () => {
    const clock = new FakeClock();
    const stream = terminal(120);
    const progress = liveProgress(stream, clock);
    await clock.sleep(12_500);

    progress.update(state(20, { longest: { identifier: 'config_\u001b[2J3', startedAfterMs: 3000 } }));
    expect(stream.rows).toEqual([
      '██████████░░░░░░░░░░ 20 of 40 done, 0 failed, 10 running, 12s; config_3 runs for 9s',
    ]);

    progress.update(state(20, { longest: { identifier: 'config_4', startedAfterMs: 11_000 } }));
    expect(stream.rows).toEqual(['██████████░░░░░░░░░░ 20 of 40 done, 0 failed, 10 running, 12s']);
    progress.stop();
  });
});
