import { randomUUID } from 'node:crypto';
import { attemptsOf, isNamed, kindOf, mayHaveArrived, refusedCall, summary, UnusableAnswerError } from '../aws/errors';
import { patiently } from '../aws/patience';
import type { ExecutionDescription, StepFunctions } from '../aws/stepFunctions';
import { executionArnOf } from '../aws/target';
import type { Clock } from '../io/clock';
import { InterruptedError } from '../io/interruptedError';
import { NoVerdictError } from '../io/noVerdictError';
import { UserError } from '../io/userError';
import { attemptName } from './executionName';
import { sameRequest } from './executionInput';

/** How many executions of one derived name are tried: a stage that was retried that often has other troubles. */
const mostAttempts = 20;
/** Milliseconds by which this machine's clock may be ahead of the service's. */
const clockSkew = 1_000;

/** What to start. */
export interface StartRequest {
  stateMachineArn: string;
  /** Undefined takes a random one. */
  name?: string;
  /**
   * Whether the name was derived rather than given by the user: where its execution has ended, it is tested again, under
   * the name of the next attempt.
   */
  derived?: boolean;
  /** JSON text. */
  input: string;
}

/** An execution to follow. */
export interface StartedExecution {
  executionArn: string;
  /** JSON text: the one that was asked for, or the same in another order of start. */
  input: string;
  /** Where nothing was started, as the execution of the name that the user gave has ended with the same input. */
  ended?: ExecutionDescription;
}

/**
 * Starts an execution, with patience where the start is throttled or gets no answer. As the name is chosen here, a
 * repeated request can't start a second one, and the same name with the same input joins the execution that already runs,
 * whatever is started first in it.
 * @param stop ends the patience
 * @throws UserError for what the user gave: machine, name, input, credentials, Region
 * @throws NoVerdictError where the start is refused: an execution of that name has another input, access denied,
 * throttled
 * @throws InterruptedError where it was stopped before the start was taken
 */
export async function startExecution(
  api: StepFunctions,
  request: StartRequest,
  o: { clock: Clock; stop: AbortSignal },
): Promise<StartedExecution> {
  const { stateMachineArn, input, derived } = request;
  const first = request.name ?? randomUUID();
  const askedAt = o.clock.now();
  for (let attempt = 1; ; attempt++) {
    const name = attempt === 1 ? first : attemptName(first, attempt);
    const { executionArn, taken, repeated } = await startNamed(api, { stateMachineArn, name, input }, o);
    if (taken === undefined || request.name === undefined) {
      // Nobody else has a random name: the answer was lost, and the execution had ended before the next try.
      return { executionArn, input };
    }
    const found = await api.describe(executionArn).catch(() => undefined);
    const running = found?.input;
    const sameInput = running !== undefined && sameRequest(running, input);
    // Step Functions itself joins no more than what is the same to the letter.
    if (sameInput && found?.status === 'RUNNING') return { executionArn, input: running };
    if (!derived && sameInput) return { executionArn, input: running, ended: found };
    if (!derived || (found && !sameInput) || attempt === mostAttempts) throw nameTaken(name, found, taken);
    if (repeated && found && found.startDate.getTime() >= askedAt - clockSkew) {
      // It is this start's own, whose answer was lost. Another build may have started one a moment ago just as well.
      return { executionArn, input: running ?? input };
    }
  }
}

/**
 * Starts the execution of a name, or joins it.
 * @returns `taken`: the error where an execution of that name has ended or has another input; `repeated`: whether it was
 *   asked for more than once, so that the first request may have started it
 */
async function startNamed(
  api: StepFunctions,
  { stateMachineArn, name, input }: { stateMachineArn: string; name: string; input: string },
  o: { clock: Clock; stop: AbortSignal },
): Promise<{ executionArn: string; taken?: unknown; repeated?: boolean }> {
  const executionArn = executionArnOf(stateMachineArn, name);
  /** Why no answer came to requests that may have been taken all the same. */
  const lost: unknown[] = [];
  const start = async () => {
    try {
      checkArn((await api.start({ stateMachineArn, name, input })).executionArn, { stateMachineArn, executionArn });
    } catch (error) {
      if (kindOf(error) === 'unreachable' && mayHaveArrived(error)) {
        lost.push(error);
      }
      throw error;
    }
  };
  try {
    await patiently(start, o);
    return { executionArn };
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (isNamed(error, 'ExecutionAlreadyExists')) {
      return { executionArn, taken: error, repeated: lost.length > 0 || attemptsOf(error) > 1 };
    }
    if (o.stop.aborted && ['throttled', 'unreachable'].includes(kindOf(error))) {
      const what =
        lost.length > 0 ? `while an execution was being started${lookUp(executionArn)}` : 'before anything was started';
      throw new InterruptedError(`Interrupted ${what}.`, { cause: error });
    }
    throw refusedStart(error, { stateMachineArn, executionArn, mayRun: lost.length > 0 });
  }
}

/** The name is chosen here, so the ARN can be no other: where it is, something else has answered, and is asked again. */
function checkArn(
  got: string,
  { stateMachineArn, executionArn }: { stateMachineArn: string; executionArn: string },
): void {
  if (got.includes(':express:')) {
    throw new UserError(
      `Expected a Standard state machine, got the Express one ${stateMachineArn}, whose executions can't be followed.`,
    );
  }
  if (got !== executionArn) throw new UnusableAnswerError(`Expected the execution ${executionArn}, got ${got}`);
}

/** Says whose name it is: a running execution with the same input would have been joined. */
function nameTaken(name: string, found: ExecutionDescription | undefined, error: unknown): NoVerdictError {
  const why =
    found === undefined
      ? 'exists already, with another input or no longer running'
      : found.status === 'RUNNING'
        ? 'runs already, with another input'
        : `has ended already (${found.status}${found.stopDate ? ` at ${found.stopDate.toISOString()}` : ''}), with another input`;
  return new NoVerdictError(`An execution named ${name} ${why}: choose another --name.`, { cause: error });
}

function refusedStart(
  error: unknown,
  o: { stateMachineArn: string; executionArn: string; mayRun: boolean },
): UserError | NoVerdictError {
  const cause = { cause: error };
  if (isNamed(error, 'StateMachineDoesNotExist')) {
    return new UserError(`Expected a state machine that exists, got none with the ARN ${o.stateMachineArn}.`, cause);
  }
  if (
    ['InvalidArn', 'InvalidName', 'InvalidExecutionInput', 'ValidationException'].some((name) => isNamed(error, name))
  ) {
    return new UserError(`Expected a start that Step Functions accepts, got ${summary(error)}`, cause);
  }
  const refused = refusedCall(error, `start an execution of ${o.stateMachineArn}`);
  return o.mayRun && refused instanceof NoVerdictError
    ? new NoVerdictError(`${refused.message}${lookUp(o.executionArn)}`, cause)
    : refused;
}

function lookUp(executionArn: string): string {
  return `; it may run, look it up with: system-test report ${executionArn} --follow`;
}
