/**
 * What the end of an invocation means: the rules that the state machine and the direct mode share, so that both give the
 * same verdicts. Imports neither the SDK nor the CDK.
 */

/**
 * Errors of Step Functions' own client: it got no answer, so the function may still run. Whether the SDK integration's
 * client gives up before Lambda does is neither documented nor recorded; by default the AWS SDK for Java gives up after
 * 30 s (version 2, https://docs.aws.amazon.com/sdk-for-java/latest/developer-guide/timeouts.html) or 50 s (version 1,
 * https://repost.aws/knowledge-center/lambda-function-retry-timeout-sdk). The optimised integration waits until the
 * function has ended (https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html).
 */
export const unanswered = {
  errors: ['Lambda.SdkClientException', 'Lambda.ClientExecutionTimeoutException'] as readonly string[],
  /** By the SDK integration, a function that may run longer is not invoked again: the first invocation may still run. */
  patienceSeconds: 30,
  /** Goes on with the cause. */
  message:
    'Step Functions got no answer (logTail: false waits for one) and did not invoke the function again, as it may still run: ',
} as const;

/**
 * Errors of Invoke that pass by themselves, by their names in the API:
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
 */
const transientInvokeErrors = [
  // The function, the account, or Lambda's calls of EC2 are throttled.
  'TooManyRequestsException',
  'EC2ThrottledException',
  // Trouble of the service, or of EC2 as it sets up the network.
  'ServiceException',
  'EC2UnexpectedException',
  // The function is being created or updated, or comes back after it was idle for weeks.
  'ResourceConflictException',
  'ResourceNotReadyException',
  'ENINotReadyException',
  'CodeArtifactUserPendingException',
  'CodeArtifactUserDeletedException',
  // Network interfaces and addresses are taken by others, which give them back.
  'ENILimitReachedException',
  'SubnetIPAddressLimitReachedException',
  // A file system that is busy or out of burst credits: "Try again after a short time"
  // (https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html).
  'EFSMountConnectivityException',
  'EFSMountTimeoutException',
  'EFSIOException',
  'S3FilesMountConnectivityException',
  'S3FilesMountTimeoutException',
  // The snapshot is not there yet, was not restored in time, or is made anew.
  'SnapStartNotReadyException',
  'SnapStartTimeoutException',
  'SnapStartRegenerationFailureException',
];

/**
 * Errors of an invocation that pass by themselves, as Step Functions names them. It names those of the API in Pascal case
 * (https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html), as the AWS SDK for Java does:
 * recorded is `Ec2.Ec2Exception`. Whether the optimised integration does so too is unproven, so both spellings are
 * listed.
 */
export const transientErrors: readonly string[] = [
  ...unanswered.errors,
  // A generic error of the service: of the SDK integration (recorded: DynamoDb.DynamoDbException), and of the optimised
  // one (https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html).
  'Lambda.LambdaException',
  'Lambda.AWSLambdaException',
  ...new Set(transientInvokeErrors.flatMap((name) => [name, pascalCase(name)]).map((name) => `Lambda.${name}`)),
];

/** `EC2ThrottledException` becomes `Ec2ThrottledException`. */
function pascalCase(name: string): string {
  return name.replace(/(?<=[A-Z])[A-Z]+(?![a-z])/g, (capitals) => capitals.toLowerCase());
}

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
 * line is Lambda's own and ends the log. The digits are bounded, because JSONata fails on a number that has too many.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
 */
export const reportPatterns = {
  duration: [
    String.raw`\tDuration: ([0-9]{1,12}(?:\.[0-9]{1,9})?) ms`,
    String.raw`"durationMs":([0-9]{1,12}(?:\.[0-9]{1,9})?)`,
  ],
  /** In MB. */
  memory: [String.raw`\tMemory Size: ([0-9]+) MB`, String.raw`"memorySizeMB":([0-9]+)`],
  billed: [String.raw`\tBilled Duration: ([0-9]{1,12}) ms`, String.raw`"billedDurationMs":([0-9]{1,12})`],
} as const;

/** What the log of an invocation reports by the patterns of one kind; undefined where it reports nothing of it. */
export function reported(log: string, patterns: readonly string[]): number | undefined {
  for (const pattern of patterns) {
    const last = [...log.matchAll(new RegExp(pattern, 'g'))].at(-1)?.[1];
    if (last !== undefined) return Number(last);
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

/** The error where there is no list to test, and of what is listed and no configuration. */
export const listingFailed = 'SystemTestListingFailed';

/** The error type of a function that raised without telling one. */
export const unknownErrorType = 'Lambda.Unknown';
