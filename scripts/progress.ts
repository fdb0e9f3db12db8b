import { createLogUpdate } from 'log-update';
import type { Clock } from './clock';
import type { OutputStream } from './commandIo';
import type { RunProgress } from './executionTracker';

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

export const noProgress: Progress = { update: () => undefined, stop: () => undefined };

/** One line that is drawn over and over, for a terminal. It is removed at the end. */
export function liveProgress(stream: OutputStream, clock: Clock): Progress {
  const startedAt = clock.now();
  // The cursor stays visible: hiding it would need a handler that brings it back however the process ends.
  const draw = createLogUpdate(stream, { showCursor: true });
  const stopped = new AbortController();
  let latest: RunProgress | undefined;
  const redraw = () => draw(barLine(latest, clock.now() - startedAt));
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
      if (stopped.signal.aborted) {
        return;
      }
      stopped.abort();
      draw.clear();
      draw.done();
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
      if (total === undefined || stopped) {
        return;
      }
      if (latest === undefined) {
        stream.write(`Testing ${total === 1 ? '1 configuration' : `${total} configurations`}.\n`);
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

/** `████████░░░░░░░░░░░░ 16 of 40 done, 2 failed, 10 running, 14s` */
function barLine(progress: RunProgress | undefined, elapsed: number): string {
  const { done = 0, total } = progress ?? {};
  const filled = total === undefined || total === 0 ? 0 : Math.floor((barWidth * done) / total);
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
  return `${bar} ${progress && total !== undefined ? countsOf(progress, elapsed) : `starting, ${seconds(elapsed)}`}`;
}

function countsOf({ done, total = 0, failed, errored, running }: RunProgress, elapsed: number): string {
  const parts = [
    `${done} of ${total} done`,
    `${failed} failed`,
    ...(errored > 0 ? [`${errored} errored`] : []),
    `${running} running`,
    seconds(elapsed),
  ];
  return parts.join(', ');
}

function seconds(ms: number): string {
  return `${Math.floor(ms / 1000)}s`;
}
