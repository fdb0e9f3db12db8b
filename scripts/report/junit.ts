/**
 * The result as JUnit XML: for CodeBuild test reports, Jenkins, GitLab, Azure Pipelines and what else reads the format of
 * Surefire. Valid by Jenkins' schema:
 * https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
 *
 * A flaky configuration passes and tells its earlier outcomes in `<system-out>`. Surefire's own `<flakyFailure>` is left
 * out: that CodeBuild reads it is written nowhere.
 */
import type { AllResults, Outcome, RunConfigurationResult, RunResult } from '../../lib/wire';
import { printable, printableLine } from '../terminal/printable';
import { indexed } from '../result/allResults';
import { isExcused } from '../result/tally';
import { disagreementSentence } from '../result/untested';
import { configurationText } from './configurationText';
import { readableLog } from './readableLog';
import { xmlAttribute, xmlText } from './xmlText';

/**
 * Test cases in one CodeBuild report; of more it shows only some, failed ones first
 * (https://docs.aws.amazon.com/codebuild/latest/userguide/test-report.html).
 */
export const codeBuildCases = 500;

/**
 * Characters of what a configuration holds beside its identifier. It stands in `<system-out>`: a test case has no
 * properties in the schema, and its name stays the same in each run.
 */
const keysLength = 1000;

/** One `<testcase>`, before it is written. */
interface TestCase {
  kind: 'passed' | 'failure' | 'error' | 'skipped';
  name: string;
  seconds: number;
  /** Of the failure, error or skip. */
  type?: string;
  message?: string;
  detail?: string;
  output: string;
}

/**
 * The result as one JUnit document, a piece for each test case. Each configuration is one: `FAILED` is a failure, `ERRORED`
 * an error, a known failure is skipped with its reason. Where the run didn't pass although no test case says why (it timed
 * out, or `--strict` counts flaky ones), or what came back does not agree, a test case named `(verdict)` says so. With more
 * test cases than CodeBuild shows, and of a distributed execution, the worst come first; otherwise they keep the order of
 * the run.
 */
export function renderJunit(result: RunResult): Generator<string> {
  const { total, failed, errored, known = 0 } = result;
  const more = verdictCases(result);
  const count = (kind: TestCase['kind'], of: number) => of + more.filter((one) => one.kind === kind).length;
  const counts = {
    tests: total + more.length,
    failures: count('failure', failed),
    errors: count('error', errored),
    skipped: known,
  };
  return document(result, counts, ordered(result));
}

/**
 * The same in documents of at most `limit` test cases each, in the order of the run. CodeBuild's limit counts for a
 * report, so all of them are shown only where each file has a report group of its own.
 * @param limit an integer from 1 up; default: CodeBuild's
 * @throws a RangeError for another limit
 */
export function renderJunitFiles(result: RunResult, limit = codeBuildCases): Generator<string>[] {
  if (!Number.isInteger(limit) || limit < 1) {
    throw new RangeError(`Expected limit to be an integer from 1 up, got ${limit}.`);
  }
  const more = verdictCases(result);
  const { length, at } = indexed(result);
  const count = Math.max(1, Math.ceil((length + more.length) / limit));
  function* part(from: number): Generator<string> {
    const to = Math.min(from + limit, length);
    const cases = Array.from({ length: to - from }, (_, index) => testCase(at(from + index)));
    const all = to === length && to - from < limit ? [...cases, ...more] : cases;
    const name = count === 1 ? '' : ` (${from / limit + 1} of ${count})`;
    const number = (kind: TestCase['kind']) => all.filter((one) => one.kind === kind).length;
    const counts = { failures: number('failure'), errors: number('error'), skipped: number('skipped') };
    yield* document(result, { tests: all.length, ...counts }, all, name);
  }
  return Array.from({ length: count }, (_, index) => part(index * limit));
}

/** Whether the report is split over files: the name has a place for their number, `junit-%d.xml`. */
export function isJunitPattern(file: string): boolean {
  return file.includes('%d');
}

/**
 * The names of the files of a split report, numbered from 1.
 * @throws RangeError where a name without `%d` is to stand for several files
 */
export function junitFileNames(pattern: string, count: number): string[] {
  if (count > 1 && !isJunitPattern(pattern)) {
    throw new RangeError(`Expected a file name with %d for ${count} files, got ${JSON.stringify(pattern)}.`);
  }
  return Array.from({ length: count }, (_, index) => pattern.replace('%d', String(index + 1)));
}

/** What to tell the user where a report in one file has more test cases than CodeBuild shows; else undefined. */
export function junitNote(result: RunResult): string | undefined {
  const count = result.total + verdictCases(result).length;
  return count <= codeBuildCases
    ? undefined
    : `The JUnit report has ${count} test cases, of which CodeBuild shows ${codeBuildCases}; ` +
        'a file name with %d, such as junit-%d.xml, splits it.';
}

function ordered(result: RunResult): Iterable<TestCase> {
  const more = verdictCases(result);
  if (result.all) return chained(more, result.all);
  const cases = [...result.results.map(testCase), ...more];
  return cases.length > codeBuildCases ? worstFirst(cases) : cases;
}

function* chained(first: TestCase[], results: AllResults): Generator<TestCase> {
  yield* first;
  for (const result of results) yield testCase(result);
}

function testCase(result: RunConfigurationResult): TestCase {
  const { configuration_identifier: name, status, duration_ms: ms = 0, error, known } = result;
  const base = { name, seconds: ms / 1000, output: outputOf(result) };
  if (status === 'PASSED') return { ...base, kind: 'passed' };
  const type = error?.type ?? status;
  const message = error?.message ?? '';
  const detail = `${type}: ${message}`;
  if (status === 'FAILED' && known && isExcused(result)) {
    return {
      ...base,
      kind: 'skipped',
      type,
      message: `Known until ${known.expires}: ${known.reason}. ${detail}`,
      detail,
    };
  }
  const expired = status === 'FAILED' && known ? ` (known until ${known.expires}: ${known.reason})` : '';
  return { ...base, kind: status === 'FAILED' ? 'failure' : 'error', type, message: message + expired, detail };
}

/** The test case that says why the run didn't pass, where no other one does or none is to be believed. */
function verdictCases({ verdict, status, failed, errored, flaky = 0, disagreement }: RunResult): TestCase[] {
  if (disagreement === undefined && (verdict === 'PASSED' || failed + errored > 0)) return [];
  const message =
    disagreement !== undefined
      ? disagreementSentence(disagreement)
      : verdict === 'FAILED'
        ? `Passed only when run again, which counts as failed: ${flaky}.`
        : `There is no verdict: the execution ended as ${status}.`;
  const kind = verdict === 'FAILED' ? 'failure' : 'error';
  return [{ kind, name: '(verdict)', seconds: 0, type: verdict, message, detail: message, output: '' }];
}

function outputOf(result: RunConfigurationResult): string {
  const earlier = (result.earlier ?? []).flatMap((one, index) => [
    `Try ${index + 1}: ${outcomeLine(one)}`,
    ...(one.log_tail ? [readableLog(one.log_tail)] : []),
  ]);
  const keys = configurationText(result.configuration, keysLength);
  return [
    ...(keys === '' ? [] : [`Configuration: ${printableLine(keys)}`]),
    ...earlier,
    ...(earlier.length > 0 ? [`Last try: ${outcomeLine(result)}`] : []),
    ...(result.log_tail ? [readableLog(result.log_tail)] : []),
    ...(result.truncated ? ['(cut, as a result may hold no more)'] : []),
  ].join('\n');
}

function outcomeLine({ status, error, duration_ms: ms }: Outcome): string {
  const after = ms === undefined ? '' : ` after ${(ms / 1000).toFixed(3)}s`;
  return `${status}${after}${error ? `, ${error.type}: ${error.message}` : ''}`;
}

function worstFirst(cases: TestCase[]): TestCase[] {
  const order = ['error', 'failure', 'skipped', 'passed'];
  return [...cases].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

function* document(
  result: RunResult,
  counts: Record<'tests' | 'failures' | 'errors' | 'skipped', number>,
  cases: Iterable<TestCase>,
  part = '',
): Generator<string> {
  const name = suiteName(result);
  const totals = {
    tests: String(counts.tests),
    failures: String(counts.failures),
    errors: String(counts.errors),
    time: result.duration_seconds.toFixed(3),
  };
  const suite = {
    name: name + part,
    ...totals,
    skipped: String(counts.skipped),
    // Without a zone, as Surefire writes it; it is UTC.
    timestamp: result.started_at.slice(0, 19),
  };
  yield lines(
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name, ...totals })}>`,
    `  <testsuite${attributes(suite)}>`,
    '    <properties>',
    ...Object.entries(propertiesOf(result)).map(
      ([key, value]) => `      <property${attributes({ name: key, value: String(value) })}/>`,
    ),
    '    </properties>',
  );
  for (const one of cases) yield lines(...testCaseLines(one, name));
  yield lines('  </testsuite>', '</testsuites>');
}

function lines(...all: string[]): string {
  return all.map((line) => `${line}\n`).join('');
}

/**
 * What is the same in each run, so that CI servers can follow a test case over time: the path of the construct or, where
 * that isn't known, the state machine's name, which may be generated by a deployment.
 */
function suiteName({ test, execution_arn: arn }: RunResult): string {
  return test ?? /:execution:([^:]+):/.exec(arn)?.[1] ?? 'system-test';
}

function propertiesOf(result: RunResult): Record<string, string | number> {
  const { execution_arn: arn, console_url: link, flaky, known } = result;
  return {
    verdict: result.verdict,
    status: result.status,
    total: result.total,
    passed: result.passed,
    failed: result.failed,
    errored: result.errored,
    ...(known === undefined ? {} : { known }),
    ...(flaky === undefined ? {} : { flaky }),
    tolerated_failures: result.tolerated_failures,
    max_concurrency: result.max_concurrency,
    started_at: result.started_at,
    stopped_at: result.stopped_at,
    ...(arn === '' ? {} : { execution_arn: arn }),
    ...(link === undefined ? {} : { console_url: link }),
    ...Object.fromEntries(
      Object.entries(result.cost ?? {}).map(([key, value]) => [`cost.${key}`, value as string | number]),
    ),
    ...(result.cost_unknown === undefined ? {} : { cost_unknown: result.cost_unknown }),
    ...Object.fromEntries(
      Object.entries(result.origin ?? {}).map(([key, value]) => [`origin.${key}`, value as string]),
    ),
    ...Object.fromEntries(
      (result.known_failure_notes ?? []).map((note, index) => [`known_failure_note.${index + 1}`, note]),
    ),
  };
}

function testCaseLines({ kind, name, seconds, type = '', message = '', detail = '', output }: TestCase, suite: string) {
  const children = [
    ...(kind === 'passed'
      ? []
      : [`      <${kind}${attributes({ type, message })}>${xmlText(printable(detail))}</${kind}>`]),
    ...(output === '' ? [] : [`      <system-out>${xmlText(printable(output))}</system-out>`]),
  ];
  const head = `    <testcase${attributes({ name, classname: suite, time: seconds.toFixed(3) })}`;
  return children.length === 0 ? [`${head}/>`] : [`${head}>`, ...children, '    </testcase>'];
}

/** The attributes, each on one line: CI servers show them as titles. */
function attributes(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${xmlAttribute(printableLine(value))}"`)
    .join('');
}
