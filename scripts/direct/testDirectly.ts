import type { Configuration } from '../../lib/wire';
import type { Lambda } from '../aws/lambda';
import type { StopReason } from '../io/stopSignal';
import type { StopSignal } from '../io/stopSignal';
import type { TestRound } from '../result/testRound';
import { originOf } from '../result/origin';
import type { FailureLimit } from '../result/failureLimit';
import type { Redactor } from '../result/redaction';
import type { CommandIo } from '../io/commandIo';
import { chooseProgress, type ProgressOptions } from '../terminal/progressChoice';
import type { Talk } from '../terminal/talk';
import { directResult } from './directResult';
import { invokeEach } from './invokeEach';
import { platformError } from './platformError';
import type { Retry } from './retry';

/** How to test by invocations. */
export interface DirectOptions extends ProgressOptions {
  /** Whether the function runs on this machine, where an invocation ends with the command. */
  local?: boolean;
  /** A count, or a share such as `5%`. */
  toleratedFailures?: number | string;
  /** Seconds, for all tests of a run together. */
  timeout?: number;
  /** Whether the result tells the cost. */
  cost: boolean;
}

/** What all tests of a run have in common. */
export interface DirectContext {
  api: Lambda;
  functionName: string;
  /** 1 and up. */
  maxConcurrency: number;
  options: DirectOptions;
  io: CommandIo;
  talk: Talk;
  stop: StopSignal;
  redact: Redactor;
}

/**
 * Invokes the function for each configuration, up to the deadline or an interruption.
 * @param limit when it is stopped early: what runs then is waited for
 */
export async function testDirectly(
  context: DirectContext,
  configurations: Configuration[],
  limit?: FailureLimit,
): Promise<TestRound> {
  const { api, functionName, maxConcurrency, options, io, talk, stop, redact } = context;
  const { toleratedFailures = 0, timeout, local } = options;
  const progress = await chooseProgress(options, io, redact);
  const enough = new AbortController();
  let running = 0;
  const onStop = () => {
    progress.stop();
    talk.note(stoppingNote(running, local));
  };
  stop.signal.addEventListener('abort', onStop);
  try {
    if (timeout !== undefined) {
      stop.startDeadline(timeout);
    }
    const startedAt = io.clock.now();
    const { outcomes, memoryMb, versions } = await invokeEach(
      api,
      { functionName, configurations, maxConcurrency, toleratedFailures },
      {
        clock: io.clock,
        random: Math.random,
        stop: stop.signal,
        enough: enough.signal,
        onProgress: (state) => {
          running = state.running;
          progress.update(state);
          const reason = enough.signal.aborted ? undefined : limit?.(state);
          if (reason) {
            progress.note(`${reason.cause} Nothing more is invoked; still running: ${running}.`);
            enough.abort(reason);
          }
        },
        onRetry: (identifier, retry) => talk.detail(retryNote(identifier, retry)),
      },
    );
    const stopped = (stop.signal.aborted ? stop : enough).signal.reason as StopReason | undefined;
    const stoppedAt = io.clock.now();
    const price = options.cost ? { region: await api.region(), memoryMb, local } : undefined;
    const run = { asked: configurations, maxConcurrency, toleratedFailures, startedAt, stoppedAt, stopped, price };
    const origin = originOf(io.env, [...versions].join(', '));
    return {
      result: { ...directResult(outcomes, run), origin },
      configurations,
      stopped,
      repeatable: stopped === undefined,
    };
  } finally {
    progress.stop();
    stop.signal.removeEventListener('abort', onStop);
  }
}

function stoppingNote(running: number, local?: boolean): string {
  const what = running === 1 ? 'The invocation that runs goes' : `The ${running} invocations that run go`;
  const rest = running === 0 || local ? '' : ` ${what} on in Lambda, which can't stop one, but without a result here.`;
  return `Stopping: nothing more is invoked.${rest}`;
}

function retryNote(identifier: string, { number, waitMs, error }: Retry): string {
  const { type, message } = platformError(error);
  return `${identifier}: retry ${number} in ${(waitMs / 1000).toFixed(1)}s, after ${type}: ${message}`;
}
