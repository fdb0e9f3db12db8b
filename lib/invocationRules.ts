/**
 * What the end of an invocation means: the rules that the state machine and the direct mode share, so that both give the
 * same verdicts. Imports neither the SDK nor the CDK.
 */

/**
 * Errors of the Lambda service that pass by themselves: throttling, its own trouble, a function that is being updated, a
 * network interface or a snapshot that is not ready yet.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors and
 * https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
 */
export const transientErrors: readonly string[] = [
  'Lambda.TooManyRequestsException',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.EC2ThrottledException',
  'Lambda.EC2UnexpectedException',
  'Lambda.ENINotReadyException',
  'Lambda.ResourceConflictException',
  'Lambda.ResourceNotReadyException',
  'Lambda.SnapStartNotReadyException',
  'Lambda.SnapStartTimeoutException',
];

/** How an invocation is tried again after such an error: exponential backoff with full jitter. */
export const retryRule = {
  /** Before the first retry. */
  intervalSeconds: 2,
  /** By how much each interval is longer than the one before. */
  backoffRate: 3,
  maxDelaySeconds: 60,
  /** Retries after the first attempt; a `SystemTest` may have another number. */
  attempts: 5,
} as const;

/**
 * Finds the durations in the log of an invocation, in milliseconds, and the function's memory: regular expressions for
 * the REPORT line of the text format and for the platform.report record of the JSON format. The last match counts: the
 * line is Lambda's own and ends the log. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
 */
export const reportPatterns = {
  duration: [String.raw`\tDuration: ([0-9]+(?:\.[0-9]+)?) ms`, String.raw`"durationMs":([0-9]+(?:\.[0-9]+)?)`],
  /** In MB. */
  memory: [String.raw`\tMemory Size: ([0-9]+) MB`, String.raw`"memorySizeMB":([0-9]+)`],
  billed: [String.raw`\tBilled Duration: ([0-9]+) ms`, String.raw`"billedDurationMs":([0-9]+)`],
} as const;

/** What the log of an invocation reports by the patterns of one kind; undefined where it reports nothing of it. */
export function reported(log: string, patterns: readonly string[]): number | undefined {
  for (const pattern of patterns) {
    const last = [...log.matchAll(new RegExp(pattern, 'g'))].at(-1)?.[1];
    if (last !== undefined) {
      return Number(last);
    }
  }
  return undefined;
}

/** The error of a configuration whose function returned, but not what says that the test passed. */
export const unsuccessful = {
  type: 'SystemTestUnsuccessful',
  /** Goes on with the first 200 characters of what it returned, and a full stop. */
  message: 'Expected the function to return an object with "system_test_successful": true, got ',
  shownCharacters: 200,
} as const;

/** The error type of a function that raised without telling one. */
export const unknownErrorType = 'Lambda.Unknown';
