/** How a state, a branch or an execution ends other than well. */

/** A failure with an error name that Retry and Catch look at. */
export class StateFailure extends Error {
  constructor(
    /** `States.Timeout`, `Lambda.TooManyRequestsException`, what a Fail state or a function names. */
    readonly errorName: string | undefined,
    /** The cause as it is reported; absent for timeouts, as on AWS. */
    readonly causeText?: string,
  ) {
    super(causeText ?? errorName);
  }
}

/**
 * A failure that the interpreter raises itself. Its cause is reported with the state's name and entered event in
 * front, which the state's runner adds.
 */
export class InterpreterFailure extends StateFailure {
  constructor(
    override readonly errorName: string,
    override readonly causeText: string,
  ) {
    super(errorName, causeText);
  }
}

/** A JSONata expression that failed, or that gave nothing or the wrong type. It leaves an EvaluationFailed event. */
export class EvaluationFailure extends InterpreterFailure {
  constructor(
    /** The field of the state: `Output/results[0]`, `Choices[1]/Condition`. */
    readonly location: string,
    causeText: string,
  ) {
    super('States.QueryEvaluationError', causeText);
  }
}

/**
 * A payload above the quota of 262,144 bytes. `name` is the state's name, or the task's resource type (recorded:
 * `lambda`).
 */
export function dataLimitExceeded(name: string): StateFailure {
  return new StateFailure(
    'States.DataLimitExceeded',
    `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}

/** Thrown in a branch that was ended from outside: the execution stopped, or a sibling failed. Nobody catches it. */
export class BranchEnded extends Error {
  constructor() {
    super('The branch has ended.');
  }
}
