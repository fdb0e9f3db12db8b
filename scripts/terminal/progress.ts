import type { Clock } from '../io/clock';
import type { OutputStream } from '../io/commandIo';
import type { RunProgress } from './runProgress';
import { counted } from './counted';
import { printableLine } from './printable';
import { terminalLine } from './terminalLine';

/** Shows how far a run is. */
export interface Progress {
  /** Without effect once it was stopped. */
  update(progress: RunProgress): void;
  /** Shows the last state and leaves the stream to others. May be called again. */
  stop(): void;
}

/** Milliseconds between two pictures of the live display. */
const redrawEvery = 200;
/** Milliseconds and share of all configurations after which a plain line is due. */
const lineEvery = 10_000;
const lineShare = 0.1;
const barWidth = 20;
/** Milliseconds from which on a running configuration is named. */
const worthAWord = 5_000;

export const noProgress: Progress = { update: () => undefined, stop: () => undefined };

/** One line that is drawn over and over, for a terminal. It is removed at the end. */
export function liveProgress(stream: OutputStream, clock: Clock): Progress {
  const startedAt = clock.now();
  const line = terminalLine(stream);
  const stopped = new AbortController();
  let latest: RunProgress | undefined;
  const redraw = () => line.draw(barLine(latest, clock.now() - startedAt));
  const animate = async () => {
    while (!stopped.signal.aborted) {
      redraw();
      await clock.sleep(redrawEvery, stopped.signal).catch(() => undefined);
    }
  };
  void animate();
  return {
    update: (progress) => {
      if (!stopped.signal.aborted) {
        latest = progress;
        redraw();
      }
    },
    stop: () => {
      if (stopped.signal.aborted) return;
      stopped.abort();
      line.clear();
    },
  };
}

/** A line at the start, then one every 10 seconds or 10 % where something changed, and one at the end: for logs. */
export function plainProgress(stream: OutputStream, clock: Clock): Progress {
  const startedAt = clock.now();
  let latest: RunProgress | undefined;
  let shownAt = startedAt;
  let shownDone = -1;
  let stopped = false;
  const show = (progress: RunProgress) => {
    shownAt = clock.now();
    shownDone = progress.done;
    stream.write(`${countsOf(progress, shownAt - startedAt)}\n`);
  };
  return {
    update: (progress) => {
      const { total, done } = progress;
      if (total === undefined || stopped) return;
      if (latest === undefined) {
        // A Map Run may not have read all of them yet.
        stream.write(progress.failed === undefined ? 'Testing in a Map Run.\n' : `Testing ${counted(total)}.\n`);
        shownDone = 0;
      }
      latest = progress;
      const due = clock.now() - shownAt >= lineEvery || done - shownDone >= total * lineShare;
      if (done > shownDone && due) {
        show(progress);
      }
    },
    stop: () => {
      if (latest && latest.done > shownDone) {
        show(latest);
      }
      stopped = true;
    },
  };
}

/** `████████░░░░░░░░░░░░ 16 of 40 done, 2 failed, 10 running, 14s; config_3 runs for 9s` */
function barLine(progress: RunProgress | undefined, elapsed: number): string {
  const { done = 0, total } = progress ?? {};
  const filled = total === undefined || total === 0 ? 0 : Math.floor((barWidth * done) / total);
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
  return `${bar} ${progress && total !== undefined ? countsOf(progress, elapsed) : `starting, ${seconds(elapsed)}`}`;
}

function countsOf(progress: RunProgress, elapsed: number): string {
  const { done, total = 0, failed, errored, running } = progress;
  const parts = [
    `${done} of ${total} done`,
    ...(failed === undefined ? [] : [`${failed} failed`]),
    ...(errored > 0 ? [`${errored} errored`] : []),
    `${running} running`,
    seconds(elapsed),
  ];
  return parts.join(', ') + longestText(progress, elapsed);
}

/** What is slow right now: the configuration that has run for longest, once that is worth a word. */
function longestText({ longest }: RunProgress, elapsed: number): string {
  const ran = longest ? elapsed - longest.startedAfterMs : 0;
  return longest && ran >= worthAWord ? `; ${printableLine(longest.identifier)} runs for ${seconds(ran)}` : '';
}

function seconds(ms: number): string {
  return `${Math.floor(ms / 1000)}s`;
}
