/** What is said of how far a run is. */
import type { ConfigurationResult } from '../../lib/wire';
import { printable, printableLine } from './printable';
import type { RunProgress } from './runProgress';
import { fitting } from './terminalRows';

/** Columns of the bar at most, and the part of a row that it takes where that is less. */
const barWidth = 20;
const barShare = 1 / 4;
/** Columns of a line where no terminal tells its own. */
export const logColumns = 200;
/** How many of those that run are named, and the milliseconds from which on one is. */
const mostNamed = 3;
const worthAWord = 5_000;
/** Milliseconds from which on it is called slow, if it also runs for so many times the mean of those that are done. */
const slowFrom = 10_000;
const slowTimes = 2;

/** What the messages of Lambda's own errors begin with, and the line breaks of one that begins with them. */
const noNews = /^([^:]*:)\s+(?:RequestId: [0-9a-f-]{36} )?/;

/** `FAILED config_36 after 8.0s: Error: Something went wrong!`; without the time where it would cost a part of the error. */
export function resultLine(result: ConfigurationResult, columns: number, redact: (text: string) => string): string {
  const { configuration_identifier: identifier, status, duration_ms: ms, error } = result;
  const start = `${status} ${nameOf(identifier, columns, redact)}`;
  const after = ms === undefined ? '' : ` after ${(ms / 1000).toFixed(1)}s`;
  const lines = error
    ? printable(redact(`${error.type}: ${error.message}`))
        .replace(noNews, '$1 ')
        .trim()
        .split(/[\n\u2028\u2029]/)
    : [];
  const why = lines[0] ? `: ${printableLine(lines[0])}` : '';
  const whole = start + after + why;
  return fitting(whole, columns) === whole ? whole : fitting(start + why, columns);
}

/** An identifier that leaves half of the row to others. */
function nameOf(identifier: string, columns: number, redact: (text: string) => string): string {
  return fitting(printableLine(redact(identifier)), Math.ceil(columns / 2));
}

/** What was seen of a run last, and first: a run may have been joined in its middle. */
export interface Seen {
  latest: RunProgress;
  first: { done: number; at: number };
}

interface PictureOptions {
  elapsed: number;
  columns: number;
  redact: (text: string) => string;
  durations?: EarlierDurations;
}

/**
 * ```
 * ████████░░░░░░░░░░░░ 16 of 40 done, 2 failed, 10 running, 34s, about 51s left
 *   config_3 runs for 29s SLOW
 * ```
 */
export function picture(seen: Seen | undefined, { elapsed, columns, redact, durations }: PictureOptions): string[] {
  const { latest } = seen ?? {};
  const total = latest?.total ?? 0;
  const width = Math.min(barWidth, Math.floor(columns * barShare));
  const filled = latest && total > 0 ? Math.floor((width * latest.done) / total) : 0;
  const bar = '█'.repeat(filled) + '░'.repeat(width - filled);
  if (!seen || latest?.total === undefined) return [`${bar} starting, ${timeText(elapsed)}`];
  const left = timeLeft(seen, elapsed, durations);
  const counts = [...countsOf(seen.latest, elapsed), ...(left >= 1000 ? [`about ${timeText(left)} left`] : [])];
  const isMapRun = seen.latest.failed === undefined;
  return [
    ...inRows(bar, counts, columns),
    ...(isMapRun ? ['  A Map Run tells failures at its end'] : []),
    ...slowestTexts(seen.latest, elapsed, redact, columns).map((text) => `  ${text}`),
  ];
}

/** The parts in as many rows as they need, each in one piece. */
function inRows(start: string, parts: string[], columns: number): string[] {
  const rows: string[] = [];
  let row = start;
  parts.forEach((part, index) => {
    const text = index < parts.length - 1 ? `${part},` : part;
    if (index > 0 && `${row} ${text}`.length > columns) {
      rows.push(row);
      row = ' ';
    }
    row += ` ${text}`;
  });
  return [...rows, row];
}

/** `16 of 40 done`, `2 failed`, `10 running`, `34s` */
export function countsOf(progress: RunProgress, elapsed: number): string[] {
  const { done, total = 0, failed, errored, running } = progress;
  return [
    `${done} of ${total} done`,
    ...(failed === undefined ? [] : [`${failed} failed`]),
    ...(errored > 0 ? [`${errored} errored`] : []),
    `${running} running`,
    timeText(elapsed),
  ];
}

/** Milliseconds that configurations took before, by identifier. */
export type EarlierDurations = ReadonlyMap<string, number | undefined>;

/**
 * About how many milliseconds are left: each configuration takes as long as before, else as those that are done on the
 * average. Where only counts are known, at the pace so far. 0 where nothing tells.
 */
function timeLeft({ latest, first }: Seen, elapsed: number, earlier: EarlierDurations = new Map()): number {
  const { total = 0, done, running, doneMs, begun, results } = latest;
  if (doneMs === undefined) {
    const pace = (done - first.done) / (elapsed - first.at);
    return pace > 0 ? (total - done) / pace : 0;
  }
  if ((done === 0 && earlier.size === 0) || begun.length === 0) return 0;
  // The short ones end first, so those that already run for longer than the mean count as well.
  const longer = begun.map(({ startedAfterMs }) => elapsed - startedAfterMs).filter((ms) => ms > doneMs / done);
  const mean = done === 0 ? 0 : (doneMs + sumOf(longer)) / done;
  const rests = begun.map(({ identifier, startedAfterMs }) =>
    Math.max(0, (earlier.get(identifier) ?? mean) - (elapsed - startedAfterMs)),
  );
  const known = new Map(earlier);
  for (const { configuration_identifier: identifier } of results) known.delete(identifier);
  for (const { identifier } of begun) known.delete(identifier);
  const waiting = [...known.values()].filter((ms) => ms !== undefined);
  const meanOfWaiting = waiting.length > 0 ? sumOf(waiting) / waiting.length : mean;
  const work = sumOf(rests) + (total - done - running) * meanOfWaiting;
  return Math.max(work / begun.length, ...rests);
}

function sumOf(numbers: number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

/** What runs longest, once that is worth a word: `config_3 runs for 29s SLOW`. */
export function slowestTexts(
  { begun, done, doneMs = 0 }: RunProgress,
  elapsed: number,
  redact: (text: string) => string,
  columns = logColumns,
): string[] {
  return begun
    .slice(0, mostNamed)
    .map(({ identifier, startedAfterMs }) => ({ identifier, ran: elapsed - startedAfterMs }))
    .filter(({ ran }) => ran >= worthAWord)
    .map(({ identifier, ran }) => {
      const slow = done > 0 && ran > slowFrom && ran > (slowTimes * doneMs) / done;
      return `${nameOf(identifier, columns, redact)} runs for ${timeText(ran)}${slow ? ' SLOW' : ''}`;
    });
}

/** `9s`, `2m 05s`, `1h 02m` */
function timeText(ms: number): string {
  const [hours, minutes, seconds] = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1000) % 60].map(Math.floor) as [
    number,
    number,
    number,
  ];
  const two = (count: number) => String(count).padStart(2, '0');
  if (hours > 0) return `${hours}h ${two(minutes)}m`;
  return minutes > 0 ? `${minutes}m ${two(seconds)}s` : `${seconds}s`;
}
