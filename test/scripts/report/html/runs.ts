import type { Outcome, RunComparison, RunConfigurationResult, RunResult } from '../../../../lib/wire';

const start = Date.UTC(2025, 10, 22, 3, 14, 7);

/** A run as the sleepy function gives it: every eighth configuration fails, each takes 1 to 10 s, `lanes` at once. */
export function aRun(total = 40, lanes = 10, change: Partial<RunResult> = {}): RunResult {
  const free = Array.from({ length: lanes }, () => 0);
  const results = Array.from({ length: total }, (_, index): RunConfigurationResult => {
    const ms = 1000 * (1 + ((index * 7 + 3) % 10)) + ((index * 37) % 90);
    const from = Math.min(...free);
    free[free.indexOf(from)] = from + ms + 40;
    return {
      ...(index % 8 === 4 ? aFailure(ms) : aPass(ms, index)),
      configuration_identifier: `config_${index}`,
      duration_ms: ms,
      billed_ms: ms + 1,
      started_at: at(from),
      stopped_at: at(from + ms + 40),
    };
  });
  const failed = results.filter(({ status }) => status === 'FAILED').length;
  const took = Math.max(...free);
  return {
    schema_version: 1,
    total,
    passed: total - failed,
    failed,
    errored: 0,
    max_concurrency: lanes,
    tolerated_failures: 0,
    results,
    execution_arn: 'arn:aws:states:eu-west-1:123456789012:execution:SystemTest:release-2025-11-22',
    status: failed > 0 ? 'FAILED' : 'SUCCEEDED',
    verdict: failed > 0 ? 'FAILED' : 'PASSED',
    started_at: at(-180),
    stopped_at: at(took + 120),
    duration_seconds: (took + 300) / 1000,
    console_url:
      'https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/arn:aws:states:eu-west-1:123456789012:execution:SystemTest:release-2025-11-22',
    cost: {
      currency: 'USD',
      price_region: 'eu-west-1',
      price_date: '2025-11-01',
      architecture: 'x86_64',
      lambda_requests: total,
      lambda_gb_seconds: 27.44,
      lambda_usd: 0.000465,
      state_transitions: total + 5,
      state_transitions_usd: 0.001125,
      total_usd: 0.00159,
    },
    ...change,
  };
}

/** The same run with one configuration of each sort: flaky, known, known but passed, past its date, and errored. */
export function aMixedRun(): RunResult {
  const run = aRun();
  const set = (index: number, change: Partial<RunConfigurationResult>) => {
    run.results[index] = { ...run.results[index]!, ...change };
  };
  const later = { started_at: at(95_000), stopped_at: at(99_300), duration_ms: 4260, billed_ms: 4260 };
  const earlier: Outcome[] = [{ ...run.results[12]! }];
  set(12, { status: 'PASSED', error: undefined, response: { slept_for: 4 }, flaky: true, earlier, ...later });
  set(20, { known: { reason: 'Feed is down until the supplier moves', expires: '2025-12-31', expired: false } });
  set(28, { known: { reason: 'Waits for ticket 4711', expires: '2025-11-01', expired: true } });
  set(5, { known: { reason: 'Rounding differs in the new release', expires: '2026-01-15', expired: false } });
  set(33, {
    status: 'ERRORED',
    error: { type: 'Lambda.TooManyRequestsException', message: 'Rate Exceeded. (Service: Lambda, Status Code: 429)' },
    log_tail: undefined,
    response: undefined,
  });
  const comparison: RunComparison = {
    with: { started_at: '2025-11-21T03:14:07Z', verdict: 'PASSED' },
    newly_failing: ['config_33'],
    still_failing: [{ configuration_identifier: 'config_28', since: '2025-11-01T03:14:07Z', runs: 3 }],
    fixed: ['config_12'],
    added: ['config_39'],
    gone: [`a_feed_${'that_is_no_more_'.repeat(9)}`],
    slower: [{ configuration_identifier: 'config_1', before_ms: 200, duration_ms: 1030 }],
  };
  return { ...run, passed: 35, failed: 3, errored: 1, known: 1, flaky: 1, verdict: 'ERRORED', comparison };
}

function at(ms: number): string {
  return new Date(start + ms).toISOString();
}

function aPass(ms: number, index: number): Pick<RunConfigurationResult, 'status' | 'response' | 'log_tail'> {
  const response = { configuration_identifier: `config_${index}`, slept_for: Math.floor(ms / 1000) };
  return {
    status: 'PASSED',
    response: { ...response, system_test_successful: true },
    log_tail: aLog(ms, `INFO\tSleeping for ${Math.floor(ms / 1000)} seconds\n`),
  };
}

function aFailure(ms: number): Pick<RunConfigurationResult, 'status' | 'configuration' | 'error' | 'log_tail'> {
  return {
    status: 'FAILED',
    configuration: { country: 'FR' },
    error: { type: 'Error', message: 'Something went wrong!' },
    log_tail: aLog(
      ms,
      `ERROR\tInvoke Error\t{"errorType":"Error","errorMessage":"Something went wrong!","stack":["Error: Something went wrong!","    at Runtime.handler (/var/task/index.js:41:11)"]}\n`,
    ),
  };
}

function aLog(ms: number, line: string): string {
  const id = '8f507cfc-1f9a-4c3e-9f7c-0d5a3f1f2b11';
  return (
    `START RequestId: ${id} Version: $LATEST\n2025-11-22T03:14:08.120Z\t${id}\t${line}END RequestId: ${id}\n` +
    `REPORT RequestId: ${id}\tDuration: ${ms}.10 ms\tBilled Duration: ${ms + 1} ms\tMemory Size: 128 MB\tMax Memory Used: 66 MB\n`
  );
}
