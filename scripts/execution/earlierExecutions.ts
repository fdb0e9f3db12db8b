import { isJsonObject, type RunResult } from '../../lib/wire';
import { isNamed, refusedCall } from '../aws/errors';
import type { StepFunctions } from '../aws/stepFunctions';
import { executionArnOf } from '../aws/target';
import type { Clock } from '../io/clock';
import { UserError } from '../io/userError';
import type { ComparedRun, RunComparer } from '../result/comparison';
import { mostRunsBefore } from '../result/mostRunsBefore';
import { parseJson } from './jsonText';
import { pastRunOf, pastRuns, type PastRun } from './pastRuns';

/** The executions of a state machine that one of it can be compared with: those that have ended and came to a result. */
export class EarlierExecutions {
  private readonly own: Pick<RunResult, 'execution_arn' | 'started_at'>[] = [];

  constructor(
    private readonly api: Pick<StepFunctions, 'executions' | 'lastEvents' | 'describe'>,
    private readonly stateMachineArn: string,
    private readonly clock: Clock,
  ) {}

  /** Takes an execution of the run that is compared: only what started before the first of them is. */
  leaveOut(result: Pick<RunResult, 'execution_arn' | 'started_at'>): void {
    this.own.push(result);
  }

  /**
   * Adds those before the run, the newest first, as long as they change anything and there are results: those of a
   * distributed execution are not in its history.
   * @param stop ends it, with its reason
   * @returns why one of them could not be read, the newest one's reason, a sentence without its full stop
   * @throws NoVerdictError, UserError where AWS refuses
   */
  async addTo(comparer: RunComparer, stop: AbortSignal): Promise<string | undefined> {
    const own = this.own.map(({ execution_arn: arn }) => arn);
    const starts = this.own.map(({ started_at: startedAt }) => Date.parse(startedAt));
    const before = starts.length === 0 ? undefined : new Date(Math.min(...starts));
    let unread: string | undefined;
    let looked = 0;
    try {
      for await (const run of pastRuns(this.api, this.stateMachineArn, { clock: this.clock, stop, before })) {
        if (own.includes(run.executionArn)) continue;
        if (run.result && !('results' in run.result)) break;
        const compared = await this.comparedRun(run, comparer.wantsWhole, stop);
        if (compared) comparer.add(compared);
        unread ??= run.unread;
        looked += run.result || run.unread !== undefined ? 1 : 0;
        if (comparer.settled || looked === mostRunsBefore) break;
      }
    } catch (error) {
      stop.throwIfAborted();
      throw refusedCall(error, `read the executions of ${this.stateMachineArn} before this one`);
    }
    return unread;
  }

  /**
   * The one with this ARN.
   * @returns why there is nothing to compare with, a sentence without its full stop, where it came to no result
   * @throws UserError where there is none, or of another state machine
   * @throws NoVerdictError where AWS refuses
   */
  async find(executionArn: string, stop: AbortSignal): Promise<ComparedRun | string> {
    const [name = ''] = executionArn.split(':').slice(-1);
    if (executionArn !== executionArnOf(this.stateMachineArn, name)) {
      throw new UserError(
        `Expected --compare to name an execution of ${this.stateMachineArn}, got one of another state machine, ${executionArn}.`,
      );
    }
    try {
      const described = await this.api.describe(executionArn, stop);
      const run = await pastRunOf(this.api, { ...described, name }, { clock: this.clock, stop });
      return (await this.comparedRun(run, true, stop)) ?? whyNot(run);
    } catch (error) {
      if (isNamed(error, 'ExecutionDoesNotExist')) {
        throw new UserError(
          `Expected --compare to name an execution that is kept, which AWS does for 90 days, got ${executionArn}.`,
          { cause: error },
        );
      }
      stop.throwIfAborted();
      throw refusedCall(error, `read the execution ${executionArn}`);
    }
  }

  private async comparedRun(
    { executionArn, startedAt, verdict, result }: PastRun,
    wantsWhole: boolean,
    stop: AbortSignal,
  ): Promise<ComparedRun | undefined> {
    if (verdict === undefined || !result || !('results' in result)) return undefined;
    return {
      ...{ executionArn, startedAt: startedAt.toISOString(), verdict, results: result.results },
      whole: wantsWhole && (await this.testedAll(executionArn, stop)),
    };
  }

  /** Whether its input selected nothing. Where that can't be read, nothing is claimed. */
  private async testedAll(executionArn: string, stop: AbortSignal): Promise<boolean> {
    const { input } = await this.api.describe(executionArn, stop).catch(() => ({ input: undefined }));
    return selectsNothing(input);
  }
}

/** Whether this input leaves it to the construct what is tested. @param input JSON text; undefined where it is not known */
export function selectsNothing(input: string | undefined): boolean {
  const value = parseJson(input);
  return isJsonObject(value) && value.configurations === undefined;
}

function whyNot({ status, result, unread }: PastRun): string {
  if (unread !== undefined) return unread;
  if (result) return 'results' in result ? 'its result does not agree with its end' : 'its results are in a bucket';
  return status === 'RUNNING' ? 'it still runs' : `it came to no result (${status})`;
}
