/** The values of `run`'s flags: each parser takes the text after a flag and throws a UserError that names the flag. */
import { isExecutionName, isToleratedFailures, limits } from '../../lib/wire';
import type { StateMachineOptions } from '../aws/connection';
import { isEndpointUrl } from '../aws/endpoints';
import { parseStateMachineArn } from '../aws/target';
import type { ExecutionOptions } from '../execution/testExecution';
import { UserError } from '../userError';
import { expected, integer } from './flagValues';
import { checkTestOptions, type TestOptions } from './testOptions';

/** What `run` was asked to do. */
export interface RunOptions extends TestOptions, StateMachineOptions, ExecutionOptions {}

/** Seconds that a Standard execution may take at most: a year (AWS Step Functions quotas). */
const longestTimeout = 31_536_000;

/** Retries of a run: what fails that often won't pass. */
const mostRetries = 10;

export function maxConcurrency(text: string): number {
  return integer(text, '--max-concurrency', 1, limits.inlineConcurrency);
}

/** How often what did not pass is run again. */
export function retries(text: string): number {
  return integer(text, '--retries', 0, mostRetries);
}

/** Of `system-test local`. */
export function port(text: string): number {
  return integer(text, '--port', 0, 65_535);
}

/** A count, or a share such as `5%`. */
export function toleratedFailures(text: string): number | string {
  const value = /^\d+$/.test(text) ? Number(text) : text;
  if (isToleratedFailures(value)) {
    return value;
  }
  throw expected('--tolerated-failures', 'a count such as 2 or a share from 0% to 100%', text);
}

/** Seconds. */
export function timeout(text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (!(seconds > 0 && seconds <= longestTimeout)) {
    throw expected('--timeout', `a number of seconds above 0 and up to ${longestTimeout}`, text);
  }
  return seconds;
}

/** The name of an execution (https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html). */
export function executionName(text: string): string {
  if (!isExecutionName(text)) {
    throw expected(
      '--name',
      `1 to ${limits.executionNameLength} characters without spaces and <>{}[]?*"#%\\^|~\`$&,;:/`,
      text,
    );
  }
  return text;
}

export function stateMachine(text: string): string {
  if (!parseStateMachineArn(text)) {
    throw expected(
      '--state-machine',
      'an ARN such as arn:aws:states:eu-west-1:123456789012:stateMachine:SystemTest',
      text,
    );
  }
  return text;
}

export function region(text: string): string {
  if (!/^[a-z]{2,}(-[a-z0-9]+)+$/.test(text)) {
    throw expected('--region', 'a Region such as eu-west-1', text);
  }
  return text;
}

export function endpointUrl(text: string): string {
  if (!isEndpointUrl(text)) {
    throw expected('--endpoint-url', 'a URL such as http://127.0.0.1:4566', text);
  }
  return text;
}

/**
 * Refuses flags that contradict each other and that commander can't know of.
 * @throws UserError
 */
export function checkRunOptions(identifiers: string[], options: RunOptions): void {
  checkTestOptions(identifiers, options);
  const arn = options.stateMachine === undefined ? undefined : parseStateMachineArn(options.stateMachine);
  if (arn && options.region !== undefined && options.region !== arn.region) {
    throw new UserError(`Expected --region to be that of --state-machine, ${arn.region}, got "${options.region}".`);
  }
}
