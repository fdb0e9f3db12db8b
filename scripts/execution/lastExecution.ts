/** What the executions of the past are good for: what took longest is started first, what did not pass is run again. */
import { kindOf, refusedCall, summary } from '../aws/errors';
import { patiently } from '../aws/patience';
import type { ListedExecution } from '../aws/stepFunctions';
import type { CommandIo } from '../io/commandIo';
import { UserError } from '../io/userError';
import { withinReason } from '../io/withinReason';
import type { EarlierRun } from '../result/earlierRun';
import { knownDurations, type Durations } from '../result/rerun';
import { counted } from '../terminal/counted';
import type { Talk } from '../terminal/talk';
import type { FollowContext } from './followedResult';
import { pastRunOf, pastRuns, type PastRun, type PastRunsApi } from './pastRuns';
import { watchExecution } from './watchExecution';

/** How many executions are looked at. Most that are wanted are the first. */
const mostLookedAt = 5;

/** For whom the last execution is of no use. */
export const wayOut = 'test all, or give the JSON report of an earlier run, --rerun-failed RESULT.';

/** What the look-up takes. */
export interface PastContext {
  connection: { api: PastRunsApi; stateMachineArn: string };
  io: Pick<CommandIo, 'clock' | 'stop'>;
  talk: Talk;
}

/**
 * How long each configuration took, by an earlier run, else by the last execution. Where that can't be had, all are started
 * in their own order; so it is with `local`, whose endpoint was just started.
 * @throws UserError, NoVerdictError where `longestFirst` insists on the last execution, and there is none or it can't be read
 */
export async function durationsBefore(
  earlier: EarlierRun | undefined,
  { local, longestFirst }: { local?: boolean; longestFirst?: string | true },
  { connection, io, talk }: PastContext,
): Promise<Durations | undefined> {
  if (earlier) return knownDurations(earlier.result);
  if (local) return undefined;
  const { api, stateMachineArn } = connection;
  const insists = longestFirst === true;
  try {
    const { clock } = io;
    const durations = await withinReason((stop) => lastDurations(pastRuns(api, stateMachineArn, { clock, stop })), io);
    if (durations.size === 0 && insists) {
      throw new UserError(
        `Expected an execution of ${stateMachineArn} that tells how long each configuration takes, got none: ` +
          'give the JSON report of an earlier run, --longest-first RESULT.',
      );
    }
    return durations;
  } catch (error) {
    if (insists) throw unread(error, stateMachineArn);
    talk.detail(`All are started in the given order, as the last execution can't be read: ${summary(error)}`);
    return undefined;
  }
}

/**
 * The durations by the last run with a result. What it tested all at once may be no more than what another one ran again,
 * so the one before it tells the others.
 */
async function lastDurations(runs: AsyncIterable<PastRun>): Promise<Durations> {
  let durations: Durations = new Map();
  let [looked, found] = [0, 0];
  for await (const { result, unread } of runs) {
    if (result && 'results' in result) {
      durations = new Map([...knownDurations(result), ...durations]);
      found += 1;
    }
    const isDistributed = result && !('results' in result);
    const hasOrder = result && result.total > result.max_concurrency;
    looked += 1;
    if (isDistributed || hasOrder || found === 2 || looked === mostLookedAt || unread !== undefined) break;
  }
  return durations;
}

/**
 * The result of the last execution that has ended, as `system-test report` has it.
 * @throws UserError where there is none, or it tested nothing: what did not pass in one before it is not what did not pass
 *   last
 * @throws NoVerdictError where it can't be read
 */
export async function lastResult(context: FollowContext, watch = watchExecution): Promise<EarlierRun> {
  const { connection, options, talk } = context;
  const { stateMachineArn } = connection;
  let last: PastRun | undefined;
  try {
    last = await lastEnded(context);
  } catch (error) {
    throw unread(error, stateMachineArn);
  }
  if (!last) {
    throw new UserError(`Expected an execution of ${stateMachineArn} that has ended, got none: ${wayOut}`);
  }
  const { executionArn, name, startedAt } = last;
  if (last.unread !== undefined || (last.status === 'FAILED' && !last.result)) {
    const why = last.unread ?? `it came to none (${last.error})`;
    throw new UserError(`Expected a result of the last execution, ${executionArn}, but ${why}: ${wayOut}`);
  }
  const { followed, result } = await watch(
    executionArn,
    { toEnd: true },
    { ...context, options: { ...options, progress: false } },
  );
  if (followed.trouble) throw followed.trouble;
  const source = `the last execution (${name}, ${counted(result.total)}, ${startedAt.toISOString()})`;
  talk.note(`Taking what did not pass from ${source}.`);
  return { source, result };
}

/**
 * The last execution that has ended. Of those that the list has as running, each is asked for by itself, as a list may lag
 * behind (https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html): the run that has just
 * failed would else be passed over for one before it, in which something else did not pass.
 */
async function lastEnded({ connection: { api, stateMachineArn }, io }: FollowContext): Promise<PastRun | undefined> {
  const { clock, stop } = io;
  const running: ListedExecution[] = [];
  let last: PastRun | undefined;
  for await (last of pastRuns(api, stateMachineArn, { clock, stop, onRunning: (one) => running.push(one) })) break;
  for (const { executionArn, name } of running) {
    const described = await patiently(() => api.describe(executionArn, stop), { clock, stop });
    if (described.status !== 'RUNNING') return pastRunOf(api, { ...described, name }, { clock, stop });
  }
  return last;
}

/** Why the executions can't be read: what the user may not do is theirs to mend. */
function unread(error: unknown, stateMachineArn: string): Error {
  if (error instanceof UserError) return error;
  const refused = refusedCall(error, `read the executions of ${stateMachineArn}`);
  return kindOf(error) === 'denied' ? new UserError(refused.message, { cause: error }) : refused;
}
