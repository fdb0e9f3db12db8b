import type { MapRunDescription, StepFunctions } from '../aws/stepFunctions';
import type { Clock } from '../io/clock';
import type { RunProgress } from '../terminal/runProgress';

/** Milliseconds between two calls: the smaller Regions refill one a second (AWS Step Functions quotas). */
const spacing = 1_000;
/** The same at most, while none succeeds. */
const longestSpacing = 30_000;

/** How far a Map Run is, by DescribeMapRun. What it can't tell now, nobody has to know: it is asked again, and less often. */
export class MapRunProgress {
  private latest: RunProgress | undefined;
  private wait = spacing;
  private lastCallAt = -Infinity;

  constructor(
    private readonly api: Pick<StepFunctions, 'describeMapRun'>,
    private readonly clock: Clock,
  ) {}

  /** @returns undefined until something is known */
  async next(mapRunArn: string, signal: AbortSignal): Promise<RunProgress | undefined> {
    if (this.clock.now() - this.lastCallAt < this.wait || signal.aborted) return this.latest;
    try {
      this.latest = progressOf(await this.api.describeMapRun(mapRunArn, signal));
      this.wait = spacing;
    } catch {
      this.wait = Math.min(2 * this.wait, longestSpacing);
    } finally {
      this.lastCallAt = this.clock.now();
    }
    return this.latest;
  }
}

function progressOf({ items }: MapRunDescription): RunProgress {
  const { total, running, succeeded, failed, timedOut, aborted } = items;
  const lost = failed + timedOut + aborted;
  return {
    total: total > 0 ? total : undefined,
    done: succeeded + lost,
    errored: lost,
    running,
    results: [],
    begun: [],
  };
}
