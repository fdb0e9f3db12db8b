import type { CommandIo } from './commandIo';

/** Why a run is stopped: what the Error and Cause of its execution then say in the console. */
export interface StopReason {
  error: 'SystemTest.Interrupted' | 'SystemTest.DeadlineOver' | 'SystemTest.MaxFailures';
  cause: string;
  /** Where it is stopped early, as enough configurations failed: how many are enough. */
  maxFailures?: number;
}

/** Why a run is to stop, once it is. */
export interface StopSignal {
  /** Aborts with a `StopReason`. */
  signal: AbortSignal;
  stop(reason: StopReason): void;
  /** Starts the deadline, once: it is one for all tests of a run. */
  startDeadline(seconds: number): void;
  /** Ends the deadline and lets go of the command's own signal. */
  dispose(): void;
}

/** Stops a run when the command is interrupted, its deadline is over or it is told to, whichever comes first. */
export function stopSignal({ stop, clock }: Pick<CommandIo, 'stop' | 'clock'>): StopSignal {
  const controller = new AbortController();
  const disposed = new AbortController();
  const abort = (reason: StopReason) => controller.abort(reason);
  const interrupt = () => abort({ error: 'SystemTest.Interrupted', cause: 'The trigger was interrupted.' });
  if (stop.aborted) {
    interrupt();
  }
  stop.addEventListener('abort', interrupt, { signal: disposed.signal });
  let started = false;
  return {
    signal: controller.signal,
    stop: abort,
    startDeadline: (seconds) => {
      if (started) return;
      started = true;
      const cause = `The deadline of ${seconds}s is over.`;
      clock.sleep(seconds * 1000, disposed.signal).then(
        () => abort({ error: 'SystemTest.DeadlineOver', cause }),
        () => undefined,
      );
    },
    dispose: () => disposed.abort(),
  };
}
