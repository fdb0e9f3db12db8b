import { Match } from '@aws-cdk/integ-tests-alpha';
import { Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { Configuration, SystemTest } from '../../lib';
import type { SystemTestInput } from '../../lib/wire';

/**
 * What the integration test deploys: a function that does what its configuration says, and system tests of it.
 * @param o.minute seconds that a minute of the function takes; default 60
 */
export class FeedsStack extends Stack {
  /** With the log tail. */
  readonly standard: SystemTest;
  readonly withoutLogTail: SystemTest;
  /** One whose state machine may not invoke the function. */
  readonly denied: SystemTest;

  constructor(scope: Construct, id: string, { minute = 60 } = {}) {
    super(scope, id);
    const feeds = new lambda.Function(this, 'Feeds', {
      runtime: lambda.Runtime.NODEJS_24_X,
      handler: 'index.handler',
      timeout: Duration.minutes(15),
      code: lambda.Code
        .fromInline(`exports.handler = async ({ configuration_identifier, region, minutes = 0, lines, system_test }) => {
        if (configuration_identifier === 'feed_3') throw new Error('Feed 3 has no schema');
        if (lines) throw new Error(Array.from({ length: lines }, (_, index) => 'line ' + (index + 1)).join('\\n'));
        await new Promise((resolve) => setTimeout(resolve, minutes * ${minute} * 1000));
        return { region, system_test_successful: system_test };
      };`),
    });
    const configurations = ['feed_1', Configuration.of('feed_2', { region: 'eu' }), 'feed_3'];
    this.standard = new SystemTest(this, 'SystemTest', { function: feeds, configurations });
    this.withoutLogTail = new SystemTest(this, 'WithoutLogTail', { function: feeds, logTail: false });
    this.denied = new SystemTest(this, 'Denied', { function: feeds, retryAttempts: 0 });
    this.denied.role.addToPrincipalPolicy(
      new iam.PolicyStatement({ effect: iam.Effect.DENY, actions: ['lambda:InvokeFunction'], resources: ['*'] }),
    );
  }
}

/** An execution, and what DescribeExecution is to say about it. */
export interface ExecutionCase {
  title: string;
  /** Of which system test; default: `standard`. */
  test?: 'withoutLogTail' | 'denied';
  input: SystemTestInput;
  /** How long it may take; default: 5 minutes. */
  minutes?: number;
  expected: { status: string; error?: string; cause?: string };
  /** A part of the output; a failed execution has none. */
  output?: Record<string, unknown>;
}

/** A message of 1,500 lines, each end of a line escaped in the JSON that it comes in. */
const long = { configuration_identifier: 'long', lines: 1500 };
const longResult = {
  status: 'FAILED',
  error: { type: 'Error', message: Match.stringLikeRegexp('^line 1\\nline 2\\n[^]*\\nline 1500$') },
};

const minutes = [5, 14].map((count) => ({ configuration_identifier: `${count} minutes`, minutes: count }));
const passedBoth = { expected: { status: 'SUCCEEDED' }, output: { passed: 2, failed: 0, errored: 0 } };

export const executionCases: ExecutionCase[] = [
  {
    title: "passes the pipeline's own choice of configurations",
    input: { configurations: ['feed_1', { configuration_identifier: 'feed_2', region: 'eu' }], max_concurrency: 1 },
    expected: { status: 'SUCCEEDED' },
    output: {
      total: 2,
      passed: 2,
      failed: 0,
      errored: 0,
      max_concurrency: 1,
      results: [
        { configuration_identifier: 'feed_1', status: 'PASSED', response: { system_test_successful: true } },
        {
          configuration_identifier: 'feed_2',
          status: 'PASSED',
          response: { region: 'eu', system_test_successful: true },
        },
      ],
    },
  },
  {
    title: 'fails for the default configurations, of which one is bad',
    input: {},
    expected: {
      status: 'FAILED',
      error: 'SystemTestFailed',
      cause: '1 of 3 configurations failed the system test: feed_3.',
    },
  },
  {
    title: 'passes with as many failures as are tolerated, and keeps the log of what failed',
    input: { tolerated_failures: 1 },
    expected: { status: 'SUCCEEDED' },
    output: {
      passed: 2,
      failed: 1,
      results: [
        { status: 'PASSED' },
        { status: 'PASSED' },
        { status: 'FAILED', error: { type: 'Error', message: 'Feed 3 has no schema' } },
      ],
    },
  },
  {
    title: 'refuses an input that it does not understand',
    input: { max_concurrency: 41 },
    expected: {
      status: 'FAILED',
      error: 'SystemTestInputRefused',
      cause: 'Expected max_concurrency to be an integer from 1 to 40, got 41.',
    },
  },
  {
    title: 'keeps a long message of many lines',
    input: { configurations: [long], tolerated_failures: 1 },
    expected: { status: 'SUCCEEDED' },
    output: { failed: 1, results: [longResult] },
  },
  {
    title: 'keeps messages without the log tail too, in the order of the input',
    test: 'withoutLogTail',
    input: { configurations: [long, 'feed_3', 'feed_1'], tolerated_failures: 2 },
    expected: { status: 'SUCCEEDED' },
    output: {
      failed: 2,
      results: [
        longResult,
        { status: 'FAILED', error: { type: 'Error', message: 'Feed 3 has no schema' } },
        { status: 'PASSED' },
      ],
    },
  },
  {
    title: 'says that nothing could be tested where the invocation is denied',
    test: 'denied',
    input: { configurations: ['feed_1'] },
    expected: {
      status: 'FAILED',
      error: 'SystemTestErrored',
      cause: '0 of 1 configurations failed the system test and 1 could not be tested: feed_1.',
    },
  },
  {
    // Not proven. Where only this case fails, the client of the SDK integration gives up before Lambda does.
    title: 'waits for a function of minutes',
    input: { configurations: minutes },
    minutes: 20,
    ...passedBoth,
  },
  {
    title: 'waits for a function of minutes without the log tail',
    test: 'withoutLogTail',
    input: { configurations: minutes },
    minutes: 20,
    ...passedBoth,
  },
];
