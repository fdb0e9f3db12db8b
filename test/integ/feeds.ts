import { Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { SystemTest, type SystemTestInput } from '../../lib';

/** What the integration test deploys: a function that fails for one of its three feeds, and its system test. */
export class FeedsStack extends Stack {
  readonly systemTest: SystemTest;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const feeds = new lambda.Function(this, 'Feeds', {
      runtime: lambda.Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: lambda.Code.fromInline(`exports.handler = async ({ configuration_identifier, region, system_test }) => {
        if (configuration_identifier === 'feed_3') throw new Error('Feed 3 has no schema');
        return { region, system_test_successful: system_test };
      };`),
    });
    this.systemTest = new SystemTest(this, 'SystemTest', {
      function: feeds,
      configurations: ['feed_1', { configuration_identifier: 'feed_2', region: 'eu' }, 'feed_3'],
    });
  }
}

/** An execution, and what DescribeExecution is to say about it. */
export interface ExecutionCase {
  title: string;
  input: SystemTestInput;
  expected: { status: string; error?: string; cause?: string };
  /** A part of the output; a failed execution has none. */
  output?: Record<string, unknown>;
}

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
];
