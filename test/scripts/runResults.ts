import fc from 'fast-check';
import type { Outcome, RunComparison, RunConfigurationResult, RunResult } from '../../lib/wire';
import { tally } from '../../scripts/result/tally';

/** A result of a run with counts and verdict that fit its configurations. */
export function runResultOf(results: RunConfigurationResult[], rest: Partial<RunResult> = {}): RunResult {
  const tallied = tally({
    schema_version: 1,
    total: 0,
    passed: 0,
    failed: 0,
    errored: 0,
    max_concurrency: 10,
    tolerated_failures: 0,
    execution_arn: 'arn:aws:states:eu-west-1:123456789012:execution:SystemTest:run-1',
    status: 'SUCCEEDED',
    verdict: 'PASSED',
    started_at: '2026-01-01T00:00:00.000Z',
    stopped_at: '2026-01-01T00:00:08.500Z',
    duration_seconds: 8.5,
    ...rest,
    results,
  });
  return { ...tallied, status: tallied.verdict === 'PASSED' ? 'SUCCEEDED' : 'FAILED', ...rest };
}

export function passed(identifier: string, rest: Partial<RunConfigurationResult> = {}): RunConfigurationResult {
  return { configuration_identifier: identifier, status: 'PASSED', duration_ms: 3004.1, billed_ms: 3005, ...rest };
}

export function failed(identifier: string, rest: Partial<RunConfigurationResult> = {}): RunConfigurationResult {
  return {
    configuration_identifier: identifier,
    status: 'FAILED',
    duration_ms: 8012.2,
    billed_ms: 8013,
    error: { type: 'Error', message: 'Something went wrong!' },
    log_tail: 'START RequestId: 1\nSleeping for 8 s\nEND RequestId: 1\n',
    ...rest,
  };
}

export function errored(identifier: string, rest: Partial<RunConfigurationResult> = {}): RunConfigurationResult {
  return {
    configuration_identifier: identifier,
    status: 'ERRORED',
    error: { type: 'Lambda.TooManyRequestsException', message: 'Rate Exceeded.' },
    ...rest,
  };
}

/** What breaks out of one format or another. */
const nasty = [
  ...[
    '</testcase>',
    ']]>',
    '<![CDATA[',
    '&amp;',
    '&#0;',
    '<!--',
    '<script>alert(1)</script>',
    '</details>',
    '"',
    "'",
    '<',
  ],
  ...['`', '```', '~~~', '|', '\\', '\\|', '\\`', '@someone', '#1', '![](https://x.example/a)', '[a](javascript:b)'],
  ...['https://x.example', '::error::x', '  ::set-output name=a::b', '##vso[task.setvariable]', '##teamcity[', '##['],
  ...['\u001b[31m', '\u001b]0;owned\u0007', '\u009b2J', '\u0000', '\u0008', '\r', '\n', '\r\n', '\n\n', '\t', '\u0085'],
  ...[
    '\u202e',
    '\u2066',
    '\u200b',
    '\u2028',
    '\ud800',
    '\udc00',
    '\ufffe',
    '\uffff',
    '😀',
    'é',
    '\u{e0041}',
    ' ',
    '*_',
  ],
];

/** Text of people who mean harm, or of broken encodings. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(fc.constantFrom(...nasty), fc.string({ unit: 'binary', maxLength: 6 }), fc.string({ maxLength: 6 })),
    {
      maxLength: 12,
    },
  )
  .map((parts) => parts.join(''));

const amount = fc.integer({ min: 0, max: 900_000 });

const outcome = (identifier: string): fc.Arbitrary<Outcome> =>
  fc.record(
    {
      configuration_identifier: fc.constant(identifier),
      status: fc.constantFrom('PASSED' as const, 'FAILED' as const, 'ERRORED' as const),
      duration_ms: amount,
      billed_ms: amount,
      error: fc.record({ type: hostileText, message: hostileText }),
      log_tail: hostileText,
    },
    { requiredKeys: ['configuration_identifier', 'status'] },
  );

const ownKeys = fc.dictionary(hostileText, hostileText, { minKeys: 1, maxKeys: 2 });

const known = fc.record({ reason: hostileText, expires: fc.constant('2026-12-31'), expired: fc.boolean() });

const hostileOrigin = fc.record(
  { tool_version: hostileText, commit: hostileText, branch: hostileText, pipeline: hostileText, build: hostileText },
  { requiredKeys: ['tool_version'] },
);

const someIdentifiers = fc.array(hostileText, { maxLength: 3 });
const day = '2026-11-24T03:12:00.000Z';
const hostileComparison: fc.Arbitrary<RunComparison> = fc.record(
  {
    with: fc.record(
      {
        execution_arn: hostileText,
        file: hostileText,
        started_at: fc.constant(day),
        verdict: fc.constantFrom('PASSED' as const, 'ERRORED' as const),
      },
      { requiredKeys: ['started_at', 'verdict'] },
    ),
    newly_failing: someIdentifiers,
    still_failing: someIdentifiers.map((some) =>
      some.map((configuration_identifier) => ({ configuration_identifier, since: day, runs: 2 })),
    ),
    fixed: someIdentifiers,
    added: someIdentifiers,
    gone: someIdentifiers,
    slower: someIdentifiers.map((some) =>
      some.map((configuration_identifier) => ({ configuration_identifier, before_ms: 3100, duration_ms: 9800 })),
    ),
  },
  { requiredKeys: ['with', 'newly_failing', 'still_failing', 'fixed', 'slower'] },
);

/** Results of runs, with hostile text wherever a function or a user can put some. */
export const hostileResult: fc.Arbitrary<RunResult> = fc
  .uniqueArray(
    hostileText.filter((text) => text.trim() !== ''),
    { minLength: 1, maxLength: 6 },
  )
  .chain((identifiers) =>
    fc.tuple(
      ...identifiers.map((identifier) =>
        fc
          .tuple(
            outcome(identifier),
            fc.option(fc.array(outcome(identifier), { minLength: 1, maxLength: 2 }), { nil: undefined }),
            fc.option(known, { nil: undefined }),
            fc.option(ownKeys, { nil: undefined }),
          )
          .map(([last, earlier, mark, configuration]): RunConfigurationResult => {
            const flaky = earlier && last.status === 'PASSED' ? true : undefined;
            return { ...last, configuration, earlier, flaky, known: mark };
          }),
      ),
    ),
  )
  .chain((results) =>
    fc
      .tuple(hostileOrigin, fc.option(hostileComparison, { nil: undefined }))
      .map(([origin, comparison]) => runResultOf(results, { origin, comparison })),
  );
