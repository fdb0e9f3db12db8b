import type { OutputStream } from '../../../scripts/io/commandIo';
import type { ConfigurationResult } from '../../../lib/wire';
import type { RunProgress } from '../../../scripts/terminal/runProgress';
import { liveProgress, noProgress, plainProgress, type Progress } from '../../../scripts/terminal/progress';
import { FakeClock } from '../fakeClock';

/** A terminal, which breaks a row that is too long, and breaks all anew when it is resized. */
class Screen {
  /** All that was written. */
  text = '';
  isTTY = true;
  rows = 24;
  /** What each row shows, and whether the next one continues it. */
  private lines = [{ text: '', goesOn: false }];
  private row = 0;
  private column = 0;

  private width: number;

  /** @param columns as it tells them */
  constructor(public columns = 80) {
    this.width = columns || Infinity;
  }

  write(text: string): boolean {
    this.text += text;
    // eslint-disable-next-line no-control-regex -- an escape sequence
    for (const [, escape, character] of text.matchAll(/\u001b\[(\d*[A-Z])|([^])/gu)) {
      this.take(escape, character ?? '');
    }
    return true;
  }

  /** The rows that hold something, top to bottom. */
  get shown(): string[] {
    return this.lines.map(({ text }) => text.trimEnd()).filter((text) => text !== '');
  }

  /** As terminals do that break text anew. The cursor stays at the end of the last row. */
  resize(columns: number, told = columns): void {
    const whole = this.lines.reduce<string[]>(
      (all, { text }, index) =>
        this.lines[index - 1]?.goesOn ? [...all.slice(0, -1), all.at(-1)! + text] : [...all, text],
      [],
    );
    this.columns = told;
    this.width = columns;
    this.lines = whole.flatMap((text) => {
      const parts = text.match(new RegExp(`.{1,${columns}}`, 'gsu')) ?? [''];
      return parts.map((part, index) => ({ text: part, goesOn: index < parts.length - 1 }));
    });
    this.row = this.lines.length - 1;
    this.column = this.lines.at(-1)!.text.length;
  }

  private take(escape: string | undefined, character: string): void {
    const line = this.lines[this.row]!;
    if (escape === 'J') {
      line.text = line.text.slice(0, this.column);
      // As tmux has it: what is only written over still belongs to the next row.
      line.goesOn &&= this.column > 0;
      this.lines.length = this.row + 1;
    } else if (escape) {
      this.row -= Number(escape.slice(0, -1));
    } else if (character === '\r') {
      this.column = 0;
    } else if (character === '\n' || this.column === this.width) {
      line.goesOn ||= character !== '\n';
      this.lines[++this.row] ??= { text: '', goesOn: false };
      this.column = 0;
      if (character !== '\n') this.take(undefined, character);
    } else {
      line.text = line.text.slice(0, this.column) + character + line.text.slice(this.column + 1);
      this.column++;
    }
  }
}

const terminal = (columns?: number) => new Screen(columns) as OutputStream & Screen;

function state(done: number, rest: Partial<RunProgress> = {}): RunProgress {
  const known = { total: 40, passed: done, failed: 0, errored: 0, running: 10, doneMs: 0 };
  return { ...known, done, results: [], begun: [], ...rest };
}

const failure: ConfigurationResult = {
  configuration_identifier: 'config_36',
  status: 'FAILED',
  duration_ms: 8012.2,
  error: { type: 'Error', message: 'Something went wrong!\n    at handler (index.js:1)' },
};
const pass: ConfigurationResult = { configuration_identifier: 'config_1', status: 'PASSED', duration_ms: 3004.1 };
const failureLine = 'FAILED config_36 after 8.0s: Error: Something went wrong!';

/** The displays that the tests started: one that goes on drawing would outlive its test. */
const started: Progress[] = [];
afterEach(() => started.splice(0).forEach((progress) => progress.stop()));

interface DisplayOptions {
  columns?: number;
  verbose?: boolean;
  before?: string;
  durations?: Map<string, number | undefined>;
}

/** A display on a terminal, without what stands behind `secret`. */
function display(kind: 'live' | 'plain', { columns, verbose, before = '', durations }: DisplayOptions = {}) {
  const [stream, clock] = [terminal(columns), new FakeClock()];
  stream.write(before);
  const output = { stream, clock, durations, redact: (text: string) => text.replace(/secret\S*/gu, '[redacted]') };
  const progress = kind === 'live' ? liveProgress(output) : plainProgress(output, { verbose });
  started.push(progress);
  return { stream, clock, progress };
}

describe('plain progress', () => {
  test('has a line at the start, one each 10 % and one at the end', () => {
    const { stream, progress } = display('plain');

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

  test('has a line each 10 s where something changed, which names what runs longest', async () => {
    const { stream, clock, progress } = display('plain');

    for (const done of [0, 1, 1, 2]) {
      await clock.sleep(6000);
      progress.update(state(done, { begun: [{ identifier: 'a', startedAfterMs: 6000 }] }));
    }

    expect(stream.text).toBe(
      'Testing 40 configurations.\n' +
        '1 of 40 done, 0 failed, 10 running, 12s; a runs for 6s\n' +
        '2 of 40 done, 0 failed, 10 running, 24s; a runs for 18s SLOW\n',
    );
  });

  test.each([
    ['each that did not pass as soon as it is known, once', false, [failureLine]],
    ['those that passed as well where much is to be said', true, [failureLine, 'PASSED config_1 after 3.0s']],
  ])('tells %s', (_, verbose, lines) => {
    const { stream, progress } = display('plain', { verbose });

    progress.update(state(1, { results: [failure] }));
    progress.update(state(2, { results: [failure, pass] }));
    progress.update(state(3, { results: [failure, pass] }));

    expect(stream.text).toBe(['Testing 40 configurations.', ...lines, ''].join('\n'));
  });

  test('says nothing before it knows how many there are', () => {
    const { stream, progress } = display('plain');

    progress.update(state(0, { total: undefined }));
    progress.stop();

    expect(stream.text).toBe('');
  });

  test.each([
    ['counts one as one', { total: 1 }, 'Testing 1 configuration.\n'],
    [
      'says of a Map Run that failures are told later',
      { failed: undefined },
      'Testing in a Map Run, which tells failures at its end.\n',
    ],
  ])('%s', (_, given, text) => {
    const { stream, progress } = display('plain');

    progress.update(state(0, given));

    expect(stream.text).toBe(text);
  });
});

test.each<[string, ConfigurationResult, number | undefined, string]>([
  ['without the time where a terminal is narrow', failure, 41, 'FAILED config_36: Error: Something went…'],
  [
    'with half of the row for its name',
    { ...failure, configuration_identifier: '長い'.repeat(20) },
    41,
    'FAILED 長い長い長い長い長…: Error: Some…',
  ],
  [
    'without a time where there is none',
    { ...failure, duration_ms: undefined },
    80,
    failureLine.replace(' after 8.0s', ''),
  ],
  [
    'without secrets and sequences for terminals, on one line',
    {
      ...failure,
      status: 'ERRORED',
      configuration_identifier: 'a\nsecret1',
      error: { type: 'Lambda.\u001b[2JException', message: '\n\tno secret2\u2028more' },
    },
    80,
    'ERRORED a [redacted] after 8.0s: Lambda.Exception: no [redacted]',
  ],
  [
    'without what says nothing before the message',
    {
      ...failure,
      error: {
        type: 'Runtime.ExitError',
        message: 'RequestId: 2e593df5-136b-4605-b4ff-547cf4c9c914 Error: exit status 3',
      },
    },
    80,
    'FAILED config_36 after 8.0s: Runtime.ExitError: Error: exit status 3',
  ],
  [
    'by the first line of its message that says something',
    { ...failure, error: { type: 'Error', message: '\u001b[2J\n\nno feed\nat all' } },
    80,
    'FAILED config_36 after 8.0s: Error: no feed',
  ],
  [
    'as long as a log may have it',
    { ...failure, error: { type: 'E', message: 'x'.repeat(999) } },
    0,
    `FAILED config_36: E: ${'x'.repeat(178)}…`,
  ],
])('what did not pass is told %s', (_, result, columns, line) => {
  const { stream, progress } = display('plain', { columns });

  progress.update(state(1, { results: [result] }));

  expect(stream.text.split('\n')[1]).toBe(line);
});

describe('live progress', () => {
  const full = '█████████░░░░░░░░░░ 20 of 40 done, 2 failed, 10 running, 1s';
  const halfDone = state(20, { failed: 2 });

  test('draws a row over and over, and removes it at the end', async () => {
    const { stream, clock, progress } = display('live');
    expect(stream.shown).toEqual(['░░░░░░░░░░░░░░░░░░░ starting, 0s']);

    await clock.sleep(1000);
    progress.update(halfDone);
    expect(stream.shown).toEqual([full]);

    progress.stop();
    expect(stream.shown).toEqual([]);
    expect(stream.text).not.toContain('\n');
  });

  test('writes each picture in one piece, over the one before, and nothing where nothing changed', async () => {
    const { stream, clock, progress } = display('live');
    const write = jest.spyOn(stream, 'write');
    await clock.sleep(900);
    progress.update(halfDone);
    await clock.sleep(50);
    progress.stop();

    expect(write.mock.calls).toEqual([[`\r\u001b[J${full.replace('1s', '0s')}`], ['\r\u001b[J']]);
  });

  test('leaves the terminal to others once it was stopped', () => {
    const { stream, progress } = display('live');
    progress.stop();
    const written = stream.text;

    progress.update(state(20, { results: [failure] }));
    progress.stop();

    expect(stream.text).toBe(written);
  });

  test('keeps what did not pass above it, each once, and notes', () => {
    const { stream, progress } = display('live');

    progress.update(state(1, { results: [failure] }));
    progress.update(state(2, { results: [failure, pass] }));
    progress.note('x'.repeat(100));
    progress.update(halfDone);
    expect(stream.shown).toEqual([failureLine, 'x'.repeat(80), 'x'.repeat(20), full.replace('1s', '0s')]);

    progress.stop();
    expect(stream.shown).toEqual([failureLine, 'x'.repeat(80), 'x'.repeat(20)]);
  });

  /** Ten that began together, after 2 s, and the thirty before them in 4 s each. */
  const busy = state(30, {
    doneMs: 120_000,
    begun: Array.from({ length: 10 }, (_, index) => ({ identifier: `config_${index}`, startedAfterMs: 2000 })),
  });

  test.each([
    [10, 24, [expect.stringMatching(/…$/)]],
    [40, 24, ['██████░░░ 30 of 40 done, 0 failed,', '  10 running, 8s']],
    [120, 2, ['███████████████░░░░░ 30 of 40 done, 0 failed, 10 running, 8s']],
  ])('fits in %d columns and %d rows', async (columns, rows, first) => {
    const { stream, clock, progress } = display('live', { columns });
    stream.rows = rows;
    await clock.sleep(8500);
    progress.update(busy);

    expect(stream.shown.slice(0, first.length)).toEqual(first);
    expect(stream.shown.length).toBeLessThan(rows);
    expect(stream.shown.filter((row) => row.length >= columns)).toEqual([]);
  });

  test.each([[50], [25], [9], [200]])(
    'leaves nothing behind when the terminal is resized to %d columns',
    async (columns) => {
      const { stream, clock, progress } = display('live', { before: 'before\n' });
      await clock.sleep(8500);
      progress.update(busy);
      expect(stream.shown).toHaveLength(5);

      stream.resize(columns);
      progress.update(state(31));
      expect(stream.shown.slice(0, 2)).toEqual(['before', expect.stringMatching(/^[█░]/)]);

      progress.stop();
      expect(stream.shown).toEqual(['before']);
    },
  );

  test('leaves no rows joined where the terminal was narrow before the command was told', () => {
    const { stream, progress } = display('live');
    stream.resize(40, 80);
    progress.update(state(21));
    stream.columns = 40;
    progress.update(state(22));
    stream.resize(80);

    expect(stream.shown).toEqual(['████░░░░░ 22 of 40 done, 0 failed,', '  10 running, 0s']);
  });

  test.each<[string, number, Partial<RunProgress>, string]>([
    [
      'by the mean of those that are done',
      5,
      {
        done: 30,
        doneMs: 120_000,
        running: 2,
        begun: [
          { identifier: 'a', startedAfterMs: 4000 },
          { identifier: 'b', startedAfterMs: 4000 },
        ],
      },
      ', about 19s left',
    ],
    [
      'by those that run for longer, too',
      8,
      {
        done: 30,
        doneMs: 120_000,
        running: 2,
        begun: [
          { identifier: 'a', startedAfterMs: 0 },
          { identifier: 'b', startedAfterMs: 4000 },
        ],
      },
      ', about 17s left',
    ],
    [
      'which has minutes',
      5,
      { done: 10, doneMs: 400_000, begun: [{ identifier: 'a', startedAfterMs: 4000 }] },
      ', about 13m 59s left',
    ],
    ['not where nothing is done', 5, { done: 0, begun: [{ identifier: 'a', startedAfterMs: 4000 }] }, ''],
    [
      'not where it is a moment',
      5,
      { done: 39, doneMs: 39_000, running: 1, begun: [{ identifier: 'a', startedAfterMs: 4500 }] },
      '',
    ],
  ])('tells how long it will take: %s', async (_, seconds, given, left) => {
    const { stream, clock, progress } = display('live', { columns: 120 });
    await clock.sleep(seconds * 1000);
    progress.update(state(0, given));

    expect(stream.shown[0]).toMatch(new RegExp(` running, ${seconds}s${left}$`));
  });

  test.each([
    ['where nothing is done, by what all took before', ['a', 'b'], 0, 9],
    ['by the mean where it is not known what one took before', ['a', 'new'], 1, 13],
  ])('tells how long it will take: %s', async (_, running, done, left) => {
    const durations = new Map(Object.entries({ a: 10_000, b: 8000, c: 6000, d: 4000, new: undefined, done: 4000 }));
    const { stream, clock, progress } = display('live', { columns: 120, durations });
    await clock.sleep(5000);
    const begun = running.map((identifier) => ({ identifier, startedAfterMs: 0 }));
    const results = [{ ...pass, configuration_identifier: 'done' }];
    progress.update(state(done, { total: done + 4, running: 2, begun, results, doneMs: done * 4000 }));

    expect(stream.shown[0]).toMatch(new RegExp(`, 5s, about ${left}s left$`));
  });

  test('says of a Map Run how long it will take at its pace, and that failures are told later', async () => {
    const { stream, clock, progress } = display('live', { columns: 40 });
    const mapRun = { total: 7000, failed: undefined, passed: undefined, doneMs: undefined };
    progress.update(state(1000, mapRun));
    await clock.sleep(2000);
    progress.update(state(2000, mapRun));

    expect(stream.shown).toEqual([
      '██░░░░░░░ 2000 of 7000 done,',
      '  10 running, 2s, about 10s left',
      '  A Map Run tells failures at its end',
    ]);
  });

  test('names what runs longest, without secrets and sequences for terminals, and what is slow', async () => {
    const { stream, clock, progress } = display('live', { columns: 120 });
    await clock.sleep(12_500);
    const begun = [
      { identifier: 'config_\u001b[2J3', startedAfterMs: 1000 },
      { identifier: 'secret_4', startedAfterMs: 3000 },
      { identifier: 'config_5', startedAfterMs: 7000 },
      { identifier: 'config_6', startedAfterMs: 7001 },
    ];

    progress.update(state(4, { doneMs: 20_000, begun }));
    expect(stream.shown.slice(1)).toEqual([
      '  config_3 runs for 11s SLOW',
      '  [redacted] runs for 9s',
      '  config_5 runs for 5s',
    ]);

    progress.update(state(4, { doneMs: 24_000, begun: [begun[0]!, { identifier: 'config_7', startedAfterMs: 8000 }] }));
    expect(stream.shown.slice(1)).toEqual(['  config_3 runs for 11s']);
  });
});

test('where no progress is wanted, notes are said all the same, but for the quiet', () => {
  const stream = terminal();
  for (const progress of [noProgress(stream), noProgress()]) {
    progress.update(state(1, { results: [failure] }));
    progress.note('Enough.');
    progress.stop();
  }

  expect(stream.text).toBe('Enough.\n');
});
