import { isJsonObject, type JsonObject } from '../../../../lib/wire';
import type { TaskState } from '../definition/definition';
import { maxTimeoutSeconds } from '../definition/task';
import { Document } from '../document';
import { dataLimitExceeded, EvaluationFailure, InterpreterFailure, StateFailure } from '../failure';
import { notTruncated } from '../history';
import { ServiceError } from '../../http/service';
import { argumentProblem } from '../integrations/arguments';
import { sdkFailure } from '../integrations/integration';
import type { Outcome, StateRun } from '../stateRun';
import { evaluateAs } from '../payloadTemplate';

/** Calls a service by an integration. */
export async function runTask(state: TaskState, run: StateRun): Promise<Outcome> {
  const { branch, runtime } = run;
  const parameters = await argumentsOf(state, run);
  run.inspect({ afterArguments: parameters.text });
  const timeoutSeconds = await timeoutOf(state, run);
  const { integration } = state;
  const resource = { resource: integration.resource, resourceType: integration.resourceType };
  branch.record('TaskScheduled', {
    taskScheduledEventDetails: {
      ...resource,
      region: runtime.region,
      parameters: parameters.text,
      ...(timeoutSeconds !== undefined && { timeoutInSeconds: timeoutSeconds }),
    },
  });
  branch.record('TaskStarted', { taskStartedEventDetails: resource });
  try {
    const call = (signal: AbortSignal) =>
      integration.call(parameters.value as JsonObject, runtime, signal).catch((error: unknown) => {
        if (!(error instanceof ServiceError)) throw error;
        throw integration.failure?.(error) ?? sdkFailure(integration.service, error);
      });
    const { mock } = run.trial ?? {};
    const value = mock ? mock() : await withDeadlines(call, deadlinesOf(state, timeoutSeconds, run), run);
    const result = new Document(value);
    run.inspect({ result: result.text });
    if (!result.fits) throw dataLimitExceeded(integration.resourceType);
    branch.record('TaskSucceeded', {
      taskSucceededEventDetails: { ...resource, output: result.text, outputDetails: notTruncated },
    });
    return { exit: state, result };
  } catch (error) {
    if (error instanceof TimeIsOver) {
      branch.record('TaskTimedOut', { taskTimedOutEventDetails: { ...resource, error: error.errorName } });
    } else if (error instanceof StateFailure) {
      const { errorName, causeText: cause } = error;
      branch.record('TaskFailed', { taskFailedEventDetails: { ...resource, error: errorName, cause } });
    }
    throw error;
  }
}

async function argumentsOf(state: TaskState, run: StateRun): Promise<Document> {
  const value = await state.arguments.evaluate(run.bindings());
  if (!isJsonObject(value)) {
    throw state.arguments.expression?.unexpectedType('object', value) ?? new Error('The arguments are no object.');
  }
  const problem = argumentProblem(value, state.integration.arguments);
  if (problem) throw new InterpreterFailure('States.Runtime', `The field '${problem.field}' ${problem.text}.`);
  const parameters = new Document(value);
  if (!parameters.fits) throw dataLimitExceeded(state.name);
  return parameters;
}

async function timeoutOf({ timeoutSeconds }: TaskState, run: StateRun): Promise<number | undefined> {
  if (timeoutSeconds === undefined) return undefined;
  const value = await evaluateAs(timeoutSeconds, 'number', run.bindings());
  if (Number.isInteger(value) && value >= 1 && value <= maxTimeoutSeconds) return value;
  const expected = `an integer from 1 to ${maxTimeoutSeconds}`;
  throw new EvaluationFailure('TimeoutSeconds', `TimeoutSeconds must be ${expected}, but was ${value}.`);
}

/** Recorded: a timeout has no cause. */
class TimeIsOver extends StateFailure {
  override readonly errorName = 'States.Timeout';

  constructor() {
    super('States.Timeout');
  }
}

/** When a call is given up, and what its task then fails with. */
interface Deadline {
  seconds: number | undefined;
  failure: () => StateFailure;
}

/** The task's own timeout and that of the SDK integration's client, which words its failure as the AWS SDK for Java. */
function deadlinesOf(
  { integration }: TaskState,
  timeoutSeconds: number | undefined,
  { runtime }: StateRun,
): Deadline[] {
  const { resourceType, service } = integration;
  const readTimeoutSeconds = resourceType.startsWith('aws-sdk:') ? runtime.sdkReadTimeoutSeconds : undefined;
  const message = 'Unable to execute HTTP request: Read timed out';
  const unread = () => new StateFailure(`${service}.SdkClientException`, message);
  return [
    { seconds: timeoutSeconds, failure: () => new TimeIsOver() },
    { seconds: readTimeoutSeconds, failure: unread },
  ];
}

/** Why the deadlines are over. Without a reason, an AbortController makes an exception with a trace each time. */
const settled = new Error('The call has settled.');

/** Gives up on the call at its first deadline, or when the branch ends; the call's signal then aborts. */
async function withDeadlines<T>(
  call: (signal: AbortSignal) => Promise<T>,
  deadlines: Deadline[],
  { branch, runtime }: StateRun,
): Promise<T> {
  const timed = deadlines.filter(({ seconds }) => seconds !== undefined);
  if (timed.length === 0) return unlessAborted(call, branch.signal);
  const interest = new AbortController();
  const timer = new AbortController();
  const onEnd = () => interest.abort(branch.signal.reason);
  branch.signal.addEventListener('abort', onEnd, { once: true });
  for (const { seconds = 0, failure } of timed) {
    void runtime.clock.sleep(seconds * 1000, timer.signal).then(
      () => interest.abort(failure()),
      () => undefined,
    );
  }
  try {
    return await unlessAborted(call, interest.signal);
  } finally {
    timer.abort(settled);
    branch.signal.removeEventListener('abort', onEnd);
  }
}

/** What the call gives; rejects with the signal's reason where that aborts first. */
function unlessAborted<T>(call: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    void call(signal)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}
