import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import type { RunConfigurationResult, RunResult } from '../../../lib/wire';
import { nextSteps, type Ended } from '../../../scripts/commands/nextSteps';
import { packageFile } from '../../../scripts/io/builtFile';
import { createRedactor } from '../../../scripts/result/redaction';
import { failed, passed, runResultOf } from '../runResults';

type Options = Ended['options'] & Record<string, unknown>;

const clone = dirname(packageFile('package.json'));
function steps(
  results: RunConfigurationResult[],
  options: Partial<Options> = {},
  rest: Partial<Ended & RunResult> = {},
) {
  const { env = {}, cwd = () => clone } = rest.io ?? {};
  const ended = {
    options: { cost: true, color: false, progress: false, ...options },
    io: { env, cwd },
    saved: rest.saved ?? true,
  };
  const redact = rest.redact ?? createRedactor(options.redact);
  return nextSteps(runResultOf(results, { verdict: 'FAILED', ...rest }), { ...ended, redact });
}
const report = [{ format: 'text' as const }, { format: 'json' as const, file: 'out/result.json' }];
const runbook = 'What the verdicts and errors mean, and what to do: docs/runbook.md';
const later =
  'To run just these 2 again, a report has to be saved: --report json=result.json, then --rerun-failed result.json.';
const two = [failed('a'), passed('b'), failed('c')];
const keyed = [failed('a', { configuration: { country: 'FR' } }), failed('b')];

describe('after a run that did not pass', () => {
  test.each<[string, string, RunConfigurationResult[], Partial<Options>, Partial<Ended & RunResult>]>([
    ['the report that was saved', 'system-test run --rerun-failed out/result.json', two, { report }, {}],
    ['their identifiers where none was saved', 'system-test run a c', two, {}, {}],
    ['their identifiers where the report could not be saved', 'system-test run a c', two, { report }, { saved: false }],
    ['their identifiers, though they had keys that the construct adds', 'system-test run a b', keyed, {}, {}],
    [
      'where it ran, and what judged it',
      "npx system-test run --stack Feeds --test A/B --region eu-west-1 --strict --known-failures 'my known.json' --redact 'cust-\\d+' a c",
      two,
      {
        ...{ stack: 'Feeds', test: 'A/B', region: 'eu-west-1', strict: true, knownFailures: 'my known.json' },
        ...{ redact: [/cust-\d+/g], name: 'once', retries: 2, quiet: false },
      },
      { io: { env: { npm_lifecycle_event: 'npx', npm_package_name: 'mine' }, cwd: () => clone } },
    ],
    [
      'as in a clone, by the function',
      'npm run -s trigger -- invoke --local --configurations feeds.csv --rerun-failed out/result.json',
      two,
      { local: true, configurations: 'feeds.csv', report },
      {
        execution_arn: '',
        io: { env: { npm_lifecycle_event: 'start', npm_package_name: 'lambda-system-test' }, cwd: () => clone },
      },
    ],
  ])('runs them again by %s', (_, command, results, options, rest) => {
    expect(steps(results, options, rest)).toEqual([`To run just these 2 again: ${command}`, runbook]);
  });

  test.each<[string, RunConfigurationResult[], Partial<Options>, Partial<Ended & RunResult>]>([
    ['had their keys from a file', two, { configurations: 'feeds.csv' }, {}],
    ['had keys that nobody adds', keyed, { allowUnknown: true }, {}],
    ['are too many to be copied', [failed('a'.repeat(600)), failed('b'.repeat(600))], {}, {}],
    ['can not be printed as they are', [failed('a\u001b[2J'), failed('b')], {}, {}],
  ])('takes those from the execution that %s, and where none is kept from a report', (_, results, options, rest) => {
    const flag = options.allowUnknown ? '--allow-unknown ' : '';
    expect(steps(results, options, rest)).toEqual([
      `To run just these 2 again: system-test run ${flag}--rerun-failed`,
      runbook,
    ]);
    for (const gone of [{ execution_arn: '' }, { mode: 'DISTRIBUTED' as const }]) {
      const { configurations = 'feeds.csv' } = options;
      expect(steps(results, { ...options, configurations }, { ...rest, ...gone })).toEqual([later, runbook]);
    }
    expect(steps(results, { ...options, local: true }, rest)).toEqual([later, runbook]);
  });

  test.each<[string, RunConfigurationResult[], Partial<Options>, Partial<Ended & RunResult>]>([
    ['may still run', two, {}, { status: 'RUNNING' }],
    ['has a name that is a secret', [failed('tenant-4711')], { report, redact: [/tenant-\d+/] }, {}],
    ['is known', [failed('a', { known: { reason: 'x', expires: '2026-12-31', expired: false } })], {}, {}],
  ])('runs nothing again that %s', (_, results, options, rest) => {
    expect(steps(results, options, rest)).toEqual([runbook]);
  });

  test('leads to the console, and to the runbook from wherever one is', () => {
    const link = 'https://console.example/x';
    expect(steps(two, {}, { console_url: link, io: { env: {}, cwd: () => '/elsewhere' } }).slice(1)).toEqual([
      `The execution in the console: ${link}`,
      `What the verdicts and errors mean, and what to do: ${packageFile('docs', 'runbook.md')}`,
    ]);
  });

  test('says of the sample that its failures are meant, and how to go on', () => {
    const response = { slept_for: 3, system_test_successful: true };
    expect(steps([passed('a', { response }), failed('b')])).toEqual([
      `This one is made to fail: the sample's function does so as its seed has it (SYSTEM_TEST_SLEEPY_FAILURE_PERCENT). ` +
        'How to test a function of your own: README.md, "Use it with your own function".',
    ]);
    expect(steps([passed('a', { response }), failed('b'), passed('c')])).toHaveLength(2);
  });

  test('quotes for the shell whatever an identifier is', () => {
    const names = ['-x', "it's", '$(touch /tmp/x) `id` "\\', 'a b', '*', '~', 'ä;&|<>!#', ''.padEnd(3, "'"), '=ls'];
    const [step = ''] = steps(names.map((name) => failed(name)));
    const words = step.replace(/^To run just these 9 again: system-test run -- /, '');
    expect(execFileSync('sh', ['-c', `printf '%s\\n' ${words}`], { encoding: 'utf8' })).toBe(`${names.join('\n')}\n`);
    // zsh takes it for the path of a program.
    expect(words).toContain("'=ls'");
  });
});
