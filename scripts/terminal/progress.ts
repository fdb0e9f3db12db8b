import type { ConfigurationResult } from '../../lib/wire';
import type { Clock } from '../io/clock';
import type { OutputStream } from '../io/commandIo';
import type { RunProgress } from './runProgress';
import { counted } from './counted';
import {
  countsOf,
  logColumns,
  picture,
  resultLine,
  slowestTexts,
  type EarlierDurations,
  type Seen,
} from './progressText';
import { terminalRows } from './terminalRows';

/** Shows how far a run is, and what did not pass as soon as it is known. */
export interface Progress {
  /** Without effect once it was stopped. */
  update(progress: RunProgress): void;
  /** Says something beside it. */
  note(text: string): void;
  /** Shows the last state and leaves the stream to others. May be called again. */
  stop(): void;
}

/** What a display writes to, and how. */
export interface ProgressOutput {
  stream: OutputStream & { columns?: number };
  clock: Clock;
  /** Takes the secrets out of what is shown. */
  redact: (text: string) => string;
  durations?: EarlierDurations;
}

/** Milliseconds between two pictures of the live display. */
const redrawEvery = 200;
/** Milliseconds and share of all configurations after which a plain line is due. */
const lineEvery = 10_000;
const lineShare = 0.1;
/** Shows nothing but the notes, and without a stream not even these. */
export function noProgress(stream?: OutputStream): Progress {
  return { update: () => undefined, note: (text) => stream?.write(`${text}\n`), stop: () => undefined };
}

/**
 * A few rows that are drawn over and over, for a terminal, and removed at the end: a bar with the counts and about how
 * long it will still take, then what runs longest. What did not pass stays above them.
 */
export function liveProgress({ stream, clock, redact, durations }: ProgressOutput): Progress {
  const startedAt = clock.now();
  const rows = terminalRows(stream);
  const stopped = new AbortController();
  const news = newResults();
  let seen: Seen | undefined;
  const redraw = (above?: string[]) => {
    const elapsed = clock.now() - startedAt;
    rows.draw(picture(seen, { elapsed, columns: rows.columns(), redact, durations }), above);
  };
  const animate = async () => {
    while (!stopped.signal.aborted) {
      redraw();
      await clock.sleep(redrawEvery, stopped.signal).catch(() => undefined);
    }
  };
  void animate();
  return {
    update: (progress) => {
      if (stopped.signal.aborted) return;
      const { done } = progress;
      seen = { latest: progress, first: seen?.first ?? { done, at: clock.now() - startedAt } };
      const failures = news(progress).filter(({ status }) => status !== 'PASSED');
      redraw(failures.map((one) => resultLine(one, rows.columns(), redact)));
    },
    note: (text) => (stopped.signal.aborted ? stream.write(`${text}\n`) : redraw([text])),
    stop: () => {
      if (stopped.signal.aborted) return;
      stopped.abort();
      rows.clear();
    },
  };
}

/**
 * A line at the start, then one every 10 seconds or 10 % where something changed, one for each configuration that did
 * not pass as soon as it is known, and one at the end: for logs.
 * @param verbose whether those that passed have a line as well
 */
export function plainProgress({ stream, clock, redact }: ProgressOutput, { verbose }: { verbose?: boolean }): Progress {
  const startedAt = clock.now();
  const news = newResults();
  let latest: RunProgress | undefined;
  let shownAt = startedAt;
  let shownDone = -1;
  let stopped = false;
  const say = (line: string) => stream.write(`${line}\n`);
  const show = (progress: RunProgress) => {
    shownAt = clock.now();
    shownDone = progress.done;
    const elapsed = shownAt - startedAt;
    say([countsOf(progress, elapsed).join(', '), ...slowestTexts(progress, elapsed, redact).slice(0, 1)].join('; '));
  };
  return {
    update: (progress) => {
      const { total, done } = progress;
      if (total === undefined || stopped) return;
      if (latest === undefined) {
        // A Map Run may not have read all of them yet.
        say(
          progress.failed === undefined
            ? 'Testing in a Map Run, which tells failures at its end.'
            : `Testing ${counted(total)}.`,
        );
        shownDone = 0;
      }
      latest = progress;
      for (const one of news(progress)) {
        if (one.status !== 'PASSED' || verbose) {
          say(resultLine(one, stream.columns ? stream.columns - 1 : logColumns, redact));
        }
      }
      const due = clock.now() - shownAt >= lineEvery || done - shownDone >= total * lineShare;
      if (done > shownDone && due) {
        show(progress);
      }
    },
    note: say,
    stop: () => {
      if (latest && latest.done > shownDone) {
        show(latest);
      }
      stopped = true;
    },
  };
}

/** The results that are new since they were last asked for. */
function newResults(): (progress: RunProgress) => readonly ConfigurationResult[] {
  let known = 0;
  return ({ results }) => {
    const fresh = results.slice(known);
    known = results.length;
    return fresh;
  };
}
