import { setMaxListeners } from 'node:events';
import { identifierOf, type Configuration, type ConfigurationResult, type Outcome } from '../../lib/wire';
import type { InvocationAnswer, Lambda } from '../aws/lambda';
import type { Clock } from '../io/clock';
import { reportedMemoryMb } from '../cost/reportedMemory';
import type { StopReason } from '../io/stopSignal';
import type { BegunConfiguration, RunProgress } from '../terminal/runProgress';
import { toleratedCount } from '../result/tally';
import { notFinished } from '../result/untested';
import { invocationResult } from '../result/invocationResult';
import { inLanes } from './lanes';
import { isTransient, platformError } from './platformError';
import { withRetries, type Retry } from './retry';

/** What to invoke. */
export interface InvokeRequest {
  /** Name or ARN, with a version or alias or without. */
  functionName: string;
  configurations: Configuration[];
  /** 1 and up. */
  maxConcurrency: number;
  /** A count, or a share such as `5%`. */
  toleratedFailures: number | string;
}

export interface InvokeOptions {
  clock: Clock;
  /** 0 to 1, for the jitter of retries. */
  random: () => number;
  /** Aborts with a `StopReason`. */
  stop: AbortSignal;
  /** Aborts with a `StopReason` when nothing more is to be begun; the open calls are waited for. */
  enough: AbortSignal;
  onProgress: (progress: RunProgress) => void;
  onRetry: (identifier: string, retry: Retry) => void;
}

/** What came of it. */
export interface Invoked {
  /** One a configuration, in their order; `SystemTest.NotFinished` for those that have none. */
  outcomes: Outcome[];
  /** The function's memory in MB; undefined where no log tells it. */
  memoryMb?: number;
  /** Which versions of it ran. */
  versions: Set<string>;
}

/**
 * Invokes the function once for each configuration, at most `maxConcurrency` at once, as the state machine's Map does:
 * the errors of the platform are retried, and whatever goes wrong with one configuration is the result of that one.
 *
 * When `stop` aborts, nothing more is begun and the open calls are given up; their invocations go on, as Lambda can't
 * stop them.
 */
export async function invokeEach(lambda: Lambda, request: InvokeRequest, o: InvokeOptions): Promise<Invoked> {
  const { functionName, configurations, maxConcurrency } = request;
  const startedAt = o.clock.now();
  const outcomes = new Map<number, Outcome>();
  const begunAt = new Map<number, string>();
  const progress = new DirectProgress(
    configurations.length,
    toleratedCount(request.toleratedFailures, configurations.length),
  );
  let memoryMb: number | undefined;
  const versions = new Set<string>();
  const test = async (configuration: Configuration, index: number) => {
    begunAt.set(index, isoTime(o.clock));
    const startedAfterMs = o.clock.now() - startedAt;
    progress.begin(index, { identifier: identifierOf(configuration), startedAfterMs });
    o.onProgress(progress.state());
    const { result, answer } = await tested(lambda, functionName, configuration, o);
    memoryMb ??= reportedMemoryMb(answer?.log ?? '');
    if (answer?.version !== undefined) {
      versions.add(answer.version);
    }
    if (result) {
      outcomes.set(index, { ...result, started_at: begunAt.get(index), stopped_at: isoTime(o.clock) });
      progress.finish(index, result, o.clock.now() - startedAt);
      o.onProgress(progress.state());
    }
  };
  o.onProgress(progress.state());
  // Each lane listens with one call or one wait at a time; Node.js warns of a leak from the eleventh listener on.
  setMaxListeners(maxConcurrency + spareListeners, o.stop);
  await inLanes(configurations, maxConcurrency, test, AbortSignal.any([o.stop, o.enough]));
  return {
    outcomes: configurations.map(
      (one, index) =>
        outcomes.get(index) ??
        unfinished(one, begunAt.get(index), (o.stop.aborted ? o.stop : o.enough).reason as StopReason),
    ),
    memoryMb,
    versions,
  };
}

/** Listeners of the signal that are not those of the lanes. */
const spareListeners = 10;

/** No result where it was given up. */
async function tested(
  lambda: Lambda,
  functionName: string,
  configuration: Configuration,
  { clock, random, stop, onRetry }: InvokeOptions,
): Promise<{ result?: ConfigurationResult; answer?: InvocationAnswer }> {
  const identifier = identifierOf(configuration);
  let attemptedAt = clock.now();
  const attempt = () => {
    attemptedAt = clock.now();
    return lambda.invoke({ functionName, payload: eventOf(configuration) }, stop);
  };
  try {
    const answer = await withRetries(attempt, {
      clock,
      random,
      signal: stop,
      isTransient,
      onRetry: (retry) => onRetry(identifier, retry),
    });
    return { result: invocationResult(identifier, answer, clock.now() - attemptedAt), answer };
  } catch (error) {
    if (stop.aborted) return {};
    return { result: { configuration_identifier: identifier, status: 'ERRORED', error: platformError(error) } };
  }
}

/** The function's event, as JSON text. Nobody can override `system_test`. */
function eventOf(configuration: Configuration): string {
  const keys = typeof configuration === 'string' ? {} : configuration;
  return JSON.stringify({ ...keys, configuration_identifier: identifierOf(configuration), system_test: true });
}

function unfinished(configuration: Configuration, begunAt: string | undefined, { error, cause }: StopReason): Outcome {
  return {
    configuration_identifier: identifierOf(configuration),
    status: 'ERRORED',
    error: {
      type: notFinished,
      message: `Not finished when the run was stopped (${error}: ${cause.replace(/\.$/, '')}).`,
    },
    ...(begunAt === undefined ? {} : { started_at: begunAt }),
  };
}

function isoTime(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}

const countOf = { PASSED: 'passed', FAILED: 'failed', ERRORED: 'errored' } as const;

/** Counts what a direct run has begun and finished. */
class DirectProgress {
  private readonly counts = { done: 0, passed: 0, failed: 0, errored: 0, doneMs: 0 };
  private readonly results: ConfigurationResult[] = [];
  /** What runs, by its place in the run, in the order in which it was begun. */
  private readonly running = new Map<number, BegunConfiguration>();

  constructor(
    private readonly total: number,
    private readonly tolerated: number,
  ) {}

  begin(index: number, begun: BegunConfiguration): void {
    this.running.set(index, begun);
  }

  /** @param afterMs milliseconds since the start of the run */
  finish(index: number, result: ConfigurationResult, afterMs: number): void {
    const { startedAfterMs = afterMs } = this.running.get(index) ?? {};
    this.running.delete(index);
    this.results.push(result);
    this.counts.done++;
    this.counts.doneMs += afterMs - startedAfterMs;
    this.counts[countOf[result.status]]++;
  }

  state(): RunProgress {
    const { total, tolerated, results, counts } = this;
    return { total, tolerated, results, ...counts, running: this.running.size, begun: [...this.running.values()] };
  }
}
