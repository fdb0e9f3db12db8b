/** The values of `invoke`'s flags, as far as they aren't those of `run`. */
import { parseFunctionName } from '../aws/target';
import type { FunctionOptions } from '../direct/connectFunction';
import type { DirectOptions } from '../direct/testDirectly';
import { UserError } from '../userError';
import { expected, integer } from './flagValues';
import { checkTestOptions, type TestOptions } from './testOptions';

/** What `invoke` was asked to do. */
export interface InvokeOptions extends TestOptions, FunctionOptions, DirectOptions {
  /** How many invocations may run at once. */
  maxConcurrency?: number;
}

/** How many invocations run at once where nothing else is asked for: as many as in a `SystemTest`. */
export const defaultConcurrency = 10;

/**
 * How many may run at once: what Lambda lets an account run by default, in all its functions together.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const mostConcurrency = 1_000;

export function invokeConcurrency(text: string): number {
  return integer(text, '--max-concurrency', 1, mostConcurrency);
}

export function functionName(text: string): string {
  if (!parseFunctionName(text)) {
    throw expected('--function', 'the name or ARN of a function, with a version or alias or without', text);
  }
  return text;
}

/**
 * Refuses flags that contradict each other, and a call without configurations.
 * @throws UserError
 */
export function checkInvokeOptions(identifiers: string[], options: InvokeOptions): void {
  checkTestOptions(identifiers, options);
  const { configurations, rerunFailed, longestFirst } = options;
  if (identifiers.length === 0 && (configurations ?? rerunFailed ?? longestFirst) === undefined) {
    throw new UserError(
      'Expected configurations to invoke the function with, got none: name them, or give --configurations FILE, ' +
        '--rerun-failed RESULT or --longest-first RESULT. ' +
        "Only the state machine knows the construct's own: 'system-test run' tests those.",
    );
  }
  const region = parseFunctionName(options.function ?? '')?.region;
  if (region !== undefined && options.region !== undefined && options.region !== region) {
    throw new UserError(`Expected --region to be that of --function, ${region}, got "${options.region}".`);
  }
}
